// Short ways to write policies and requests down in tests, without policy text.
//
// Neighbours: worlds.hpp and random_policy.hpp build with it; unit tests of ir, oracle and engines.
// Must not know: the parser or the checker, which are tested apart from it.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ir/ir.hpp"
#include "compiler/oracle/value.hpp"

namespace sentrail::support {

namespace ir = compiler::ir;
namespace oracle = compiler::oracle;

// Operands.
ir::Operand text(std::string_view value);
ir::Operand number(std::string_view value);
ir::Operand boolean(bool value);
ir::Operand risk(std::string_view name);
ir::Operand pattern(std::string_view value);
ir::Operand regex(std::string_view value);
ir::Operand range(std::string_view lower, std::string_view upper);
ir::Operand network(std::string_view value);
ir::Operand instant(std::string_view value);
ir::Operand window(std::uint8_t days, std::uint16_t from, std::uint16_t until,
                   std::string_view zone);

// A reference from a dotted name: the longest attribute of the schema, the rest its members.
ir::AttributeRef ref(std::string_view dotted);

// Tests.
ir::Atom test(std::string_view dotted, ir::AtomOp op, std::vector<ir::Operand> operands = {});
ir::Atom size_test(std::string_view dotted, ir::AtomOp op, std::vector<ir::Operand> operands);
ir::Atom same(std::string_view dotted, std::string_view other);
ir::Atom is_type(std::string_view dotted, ir::TestedType type);

// Conditions, appended to a policy.
ir::ConditionId always(ir::Policy& policy);
ir::ConditionId atom(ir::Policy& policy, ir::Atom test);
ir::ConditionId not_of(ir::Policy& policy, ir::ConditionId child);
ir::ConditionId all_of(ir::Policy& policy, std::vector<ir::ConditionId> children);
ir::ConditionId quantified(ir::Policy& policy, ir::ConditionKind kind, std::string element,
                           ir::AttributeRef list, ir::ConditionId child);
ir::ConditionId any_of(ir::Policy& policy, std::vector<ir::ConditionId> children);

// A rule, named after its condition's id.
ir::Rule rule(std::string_view name, Outcome outcome, ir::ConditionId when);

// Values of requests.
oracle::Value absent();
oracle::Value unreadable();
oracle::Value null_value();
oracle::Value boolean_value(bool value);
oracle::Value number_value(std::string_view text);
oracle::Value string_value(std::string_view text);
oracle::Value list_value(std::vector<oracle::Value> elements);
oracle::Value strings_value(std::initializer_list<std::string_view> texts);
oracle::Value object_value(std::initializer_list<std::pair<std::string, oracle::Value>> members);

// JSON-like text of a value or request, `absent` and `unreadable` included, for failure messages.
std::string describe(const oracle::Value& value);
std::string describe(const oracle::Request& request);

}  // namespace sentrail::support
