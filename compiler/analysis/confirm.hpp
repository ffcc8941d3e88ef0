// Requests that were found, tried: no witness is shown before the oracle and the engine have given
// the answer that it is a witness of.
//
// Neighbours: space.hpp makes the requests, compiler/oracle and runtime/decide answer. Must not
// know: how they were found.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/ir.hpp"
#include "compiler/oracle/oracle.hpp"
#include "compiler/oracle/value.hpp"
#include "core/result.hpp"

namespace sentrail::compiler::analysis {

// A request with the decision on it.
struct Witness {
  oracle::Request request;
  oracle::Decision decision;
};

// Asks one policy's oracle and engine. The policy outlives it. threads: one at a time.
class Judge {
 public:
  explicit Judge(const ir::Policy& policy);
  ~Judge();
  Judge(Judge&&) noexcept;

  // What the oracle said of a rule on a request, it need not say again of a rule with an equal
  // condition: takes such truths from another judge's last decision. The other outlives it.
  void share(const Judge& other) { twin_ = &other; }
  // Makes the engine, which decide() otherwise does: its making takes more memory than it does.
  // fails: limit_exceeded where the policy cannot be lowered.
  [[nodiscard]] Status prepare();
  // The decision, if both give the same. fails: limit_exceeded where the policy cannot be lowered;
  // corrupt where the two differ, which is a bug.
  [[nodiscard]] Result<oracle::Decision> decide(const oracle::Request& request);
  // The truth of one rule's condition, by the oracle. REQUIRES: the rule is the policy's.
  [[nodiscard]] Truth truth(const ir::Rule& rule, const oracle::Request& request) const;

 private:
  struct Engine;
  [[nodiscard]] std::vector<Truth> truths_on(const oracle::Request& request);
  void find_same();

  const ir::Policy* policy_;
  std::optional<oracle::Request> last_request_;
  std::vector<Truth> last_truths_;
  const Judge* twin_ = nullptr;
  std::vector<std::optional<std::size_t>> same_;  // by rule: the twin's with an equal condition
  std::unique_ptr<Engine> engine_;                // made when first asked
};

// The request as `sentrailc eval` takes it: docs/request_format.md.
[[nodiscard]] std::string request_json(const oracle::Request& request);

// The request on one line, for people: `tool == "github", env is unreadable`.
[[nodiscard]] std::string request_text(const oracle::Request& request);

}  // namespace sentrail::compiler::analysis
