// A request together with what limits hold when it comes: what a test can give.
//
// Neighbours: oracle/ answers; mutation.hpp, coverage.hpp and generate.hpp look for situations and
// write them as tests. Must not know: engines, output. source: docs/language.md, L14.10.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/ir.hpp"
#include "compiler/oracle/answer.hpp"
#include "compiler/oracle/limits.hpp"
#include "compiler/oracle/oracle.hpp"
#include "compiler/oracle/value.hpp"

namespace sentrail::compiler {

// Limits that are not named hold nothing.
struct Situation {
  oracle::Request request;
  std::vector<ir::GivenUsed> used{};

  friend bool operator==(const Situation& a, const Situation& b);
};

// What the limits of a policy hold, as the oracle numbers them. Rules and limits that this policy
// does not have are passed over, as tests pass over them in a policy with a mistake.
[[nodiscard]] oracle::Used used_in(const ir::Policy& policy,
                                   const std::vector<ir::GivenUsed>& used);

// The decision and the answer in a situation. REQUIRES: the policy verifies.
[[nodiscard]] oracle::Decision decision_in(const ir::Policy& policy, const Situation& situation);
[[nodiscard]] oracle::Answer answer_in(const ir::Policy& policy, const Situation& situation);

// `{"attributes": {…}, "state": {"used": {"rule#1": 3}}}`, as `sentrailc eval` takes it, on one
// line; nothing for what that form cannot say.
[[nodiscard]] std::optional<std::string> json_of(const Situation& situation);

// `used small_payments = 20, team.b limit 2 = 3`, as tests have it; empty where nothing is used.
[[nodiscard]] std::string used_text(const ir::Policy& policy,
                                    const std::vector<ir::GivenUsed>& used);

// One unit of the last place in which a limit is written. units: millionths; at most one whole.
[[nodiscard]] std::int64_t step_of(const ir::Limit& limit);

// What a request charges a limit; nothing if that cannot be told, or is more than limits count to.
// units: millionths.
[[nodiscard]] std::optional<std::int64_t> charge_of(const ir::Limit& limit,
                                                    const oracle::Request& request);

// The request with what the limits of a rule count, where it lacks that: a text for each key, 1 to
// be added up.
[[nodiscard]] oracle::Request countable(const ir::Rule& rule, oracle::Request request);

}  // namespace sentrail::compiler
