// Approvals of policies: drawn, written as text, and as the engine answers them.
//
// Neighbours: random_policy.hpp and written_policy.hpp draw and write with it, the tests of engines
// compare. Must not know: how either side joins.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/oracle/oracle.hpp"
#include "tests/support/random_policy.hpp"

namespace sentrail::support {

// Seats as approvals/quorum.hpp spells them: `2 of leads and 1 of role:admin`.
[[nodiscard]] std::string quorum_text(const std::vector<compiler::ir::Seats>& seats);

// What a decision waits for on one line, for comparison and messages: quorums ascending by bytes,
// then times; `nobody` if it waits for nobody.
[[nodiscard]] std::string describe(const std::optional<compiler::oracle::Approval>& approval);

// Now and then the usual, else up to three kinds of seats and a time.
[[nodiscard]] compiler::ir::Approval random_approval(Random& random);

// Gives approvals to the rules and the default that require one. The generator is not moved on.
void add_random_approvals(const Random& random, compiler::ir::Policy& policy);

// Gives some rules an end, the tenth or the twentieth day. The generator is not moved on.
void add_random_ends(const Random& random, compiler::ir::Policy& policy);

// `from` and `within` that mean the approval, in one of the ways to write it; empty, or with a
// blank before.
[[nodiscard]] std::string written_approval(Random& random, const compiler::ir::Approval& approval);

}  // namespace sentrail::support
