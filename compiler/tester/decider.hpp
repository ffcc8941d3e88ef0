// Who decides outside a gate: an engine, and the clocks of the zones that its policy names.
//
// Neighbours: compiled.hpp has one for a policy; tests, mutants and recorded traffic decide by it.
// Must not know: where requests come from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "compiler/tester/state.hpp"
#include "core/decision.hpp"
#include "runtime/decide/answer.hpp"
#include "runtime/decide/engine.hpp"
#include "runtime/request/request.hpp"
#include "wire/zones.hpp"

namespace sentrail::compiler {

// What one request led to: a decision for each of its actions, and the answer to all of them.
struct Evaluation {
  std::vector<request::Request> requests;
  std::vector<Decision> decisions;
  decide::Answer answer;
  std::vector<decide::ShadowAnswer> shadows;  // what shadow rules would change

  // Of the action that decides, obligations aside.
  [[nodiscard]] const Decision& decision() const { return decisions[answer.action]; }
  [[nodiscard]] const request::Request& request() const { return requests[answer.action]; }
};

// Decides by an engine, which must outlive it. threads: any.
class Decider {
 public:
  explicit Decider(const decide::Engine& engine);

  [[nodiscard]] const decide::Engine& engine() const noexcept { return *engine_; }

  // Whether it decides about what is asked. fails: invalid_argument if that is an answer, and the
  // policy judges none: each passes.
  [[nodiscard]] Status can_decide(std::span<const request::Request> requests) const;

  // Decides every action of a request, with what limits are said to hold. REQUIRES: at least one.
  [[nodiscard]] Evaluation evaluate(std::vector<request::Request> requests, const State& state = {},
                                    std::int64_t otherwise_ms = 0) const;

  // Says when a request is decided, if it does not say so itself, and what clocks show then. By
  // default nobody says: no rule has ended, and windows are undecidable.
  void place_in_time(request::Request& one, std::int64_t otherwise_ms = 0) const;

 private:
  const decide::Engine* engine_;
  std::unique_ptr<wire::ZoneClocks> zones_;  // null: the policy knows no windows
  bool session_ = false;                     // it asks what a session has done
};

}  // namespace sentrail::compiler
