// An engine with counters: what decides requests one after the other in tests of limits.
//
// Neighbours: runtime/decide/counting.hpp, compiled.hpp. Must not know: what is asked.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/oracle/oracle.hpp"
#include "runtime/decide/counting.hpp"
#include "tests/support/compiled.hpp"
#include "tests/support/facts_of.hpp"

namespace sentrail::support {

// Keeps what it has charged. `workspace` and `now_ms` are of the requests that follow.
class CountingGate {
 public:
  explicit CountingGate(const compiler::ir::Policy& policy) : compiled_(policy) {}

  // Decides the actions of one request.
  decide::CountedDecisions ask(const std::vector<compiler::oracle::Request>& actions) {
    std::vector<OwnedFacts> facts;
    for (const auto& one : actions) facts.push_back(OwnedFacts::of(one).value());
    std::vector<const Facts*> views;
    for (const OwnedFacts& one : facts) views.push_back(&*one);
    return decide::decide_counted(compiled_.engine(), views, compiled_.scratch(), &windows,
                                  {workspace, now_ms});
  }
  // The effect of a request of one action.
  Effect effect(const compiler::oracle::Request& action) {
    return ask(std::vector{action}).answer.effect;
  }
  Compiled& compiled() { return compiled_; }

  decide::Windows windows;
  std::string workspace = "w";
  std::int64_t now_ms = 0;

 private:
  Compiled compiled_;
};

}  // namespace sentrail::support
