// Policies in one space of requests, with their judges: where every analysis starts.
//
// Neighbours: questions.cpp, diff.cpp, prove.cpp. Must not know: which question is asked.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compiler/analysis/circuit.hpp"
#include "compiler/analysis/confirm.hpp"
#include "compiler/analysis/meaning.hpp"
#include "compiler/analysis/query.hpp"
#include "compiler/analysis/space.hpp"

namespace sentrail::compiler::analysis {

// One policy, or two, as formulas over common classes. The policies outlive it. Neither copied nor
// moved.
class Workbench {
 public:
  // `judged`: witnesses will surely be confirmed; the engines are made first then, while there is
  // room.
  explicit Workbench(std::span<const ir::Policy* const> policies, bool judged = false);
  Workbench(const Workbench&) = delete;
  Workbench& operator=(const Workbench&) = delete;

  [[nodiscard]] Space& space() noexcept { return space_; }
  [[nodiscard]] Circuit& circuit() noexcept { return circuit_; }
  [[nodiscard]] Meaning& meaning(std::size_t policy) { return *meanings_[policy]; }
  [[nodiscard]] Judge& judge(std::size_t policy) { return judges_[policy]; }

  // A witness for one policy, if its decision is there and `holds` of it. Where it is not, says why
  // in `why`, and counts in unconfirmed() unless the answer rests on a test that is not known.
  template <class Holds>
  [[nodiscard]] std::optional<Witness> confirm(std::size_t policy, const Answer& answer,
                                               std::string& why, Holds holds) {
    Witness witness{space_.request_of(answer.request), {}};
    const Result<oracle::Decision> decision = judges_[policy].decide(witness.request);
    if (decision.has_value()) {
      witness.decision = *decision;
      if (holds(witness)) return witness;
    }
    deny(answer, decision.has_value() ? "" : decision.error().message, why);
    return std::nullopt;
  }
  // How many witnesses a judge denied although every test is known.
  [[nodiscard]] std::size_t unconfirmed() const noexcept { return unconfirmed_; }

 private:
  void deny(const Answer& answer, const std::string& message, std::string& why);

  Space space_;
  Circuit circuit_;
  std::vector<std::unique_ptr<Meaning>> meanings_;
  std::vector<Judge> judges_;
  std::size_t unconfirmed_ = 0;
};

}  // namespace sentrail::compiler::analysis
