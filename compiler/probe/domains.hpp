// The values worth trying: for every attribute that a policy tests, those of its own literals,
// their neighbours, and what is none of them.
//
// Neighbours: ir/ is read, search.hpp and the mutations draw from here. Must not know: rules,
// goals.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/catalog/catalog.hpp"
#include "compiler/ir/ir.hpp"
#include "compiler/oracle/value.hpp"

namespace sentrail::compiler::probe {

// One attribute or member, and its values: absent first, unreadable last where it can be.
struct Domain {
  ir::AttributeRef ref;
  std::vector<oracle::Value> values;
};

// The tests and quantifiers that conditions are made of, ascending, each once. What stands within a
// quantifier is part of it.
[[nodiscard]] std::vector<ir::ConditionId> tests_under(const ir::Policy& policy,
                                                       std::span<const ir::ConditionId> roots);

// What a condition asks of requests, that within quantifiers too; with repeats.
[[nodiscard]] std::vector<ir::AttributeRef> references_under(const ir::Policy& policy,
                                                             ir::ConditionId root);

// The domains of all that some conditions ask for, or all rules of a policy, in the order of first
// use, then those of whole attributes whose members are asked for. Actions come from those of
// `catalogs` that the policy imports, where a pattern means some.
// cost: linear in the operands, of which a test gives at most 64, times the values of a domain.
[[nodiscard]] std::vector<Domain> domains_of(const ir::Policy& policy,
                                             std::span<const ir::ConditionId> roots,
                                             std::span<const Catalog> catalogs);
[[nodiscard]] std::vector<Domain> domains_of(const ir::Policy& policy,
                                             std::span<const Catalog> catalogs);

// The number one unit in the last written place above (`up`) or below: `500` gives 501, `0.5` 0.6.
// Nothing if that needs more digits than numbers may have.
[[nodiscard]] std::optional<std::string> beside(std::string_view number, bool up);

// Texts that a pattern matches, and some that it nearly does, without repeats.
[[nodiscard]] std::vector<std::string> samples_of(std::string_view pattern, char separator);

}  // namespace sentrail::compiler::probe
