// Row by row. See raise.hpp.
#include "compiler/lower/raise.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sentrail::compiler {
namespace {

Status unsupported(const std::string& what) {
  return fail(Errc::unsupported,
              "the bundle has " + what + " that this version cannot compare; compare policy text");
}

std::optional<ir::AtomOp> op_of(std::uint8_t op) {
  switch (static_cast<TestOp>(op)) {
    case TestOp::equal:
      return ir::AtomOp::equal;
    case TestOp::less:
      return ir::AtomOp::less;
    case TestOp::less_equal:
      return ir::AtomOp::less_equal;
    case TestOp::greater:
      return ir::AtomOp::greater;
    case TestOp::greater_equal:
      return ir::AtomOp::greater_equal;
    case TestOp::in:
      return ir::AtomOp::in;
    case TestOp::matches:
      return ir::AtomOp::matches;
    case TestOp::has:
      return ir::AtomOp::has;
    case TestOp::exists:
      return ir::AtomOp::exists;
    case TestOp::is_type:
      return ir::AtomOp::is_type;
    default:
      return std::nullopt;
  }
}

std::optional<ir::TestedType> type_of(std::uint8_t type) {
  switch (static_cast<TestedType>(type)) {
    case TestedType::string:
      return ir::TestedType::string;
    case TestedType::number:
      return ir::TestedType::number;
    case TestedType::boolean:
      return ir::TestedType::boolean;
    case TestedType::list:
      return ir::TestedType::list;
    case TestedType::object:
      return ir::TestedType::object;
    case TestedType::null:
      return ir::TestedType::null;
    default:
      return std::nullopt;
  }
}

// One run of raise().
class Raiser {
 public:
  explicit Raiser(const Program& program) : program_(program) {}

  Result<ir::Policy> run() {
    policy_.name = program_.name();
    policy_.default_effect = program_.default_effect();
    for (const TierRow& row : program_.tiers) {
      ir::Tier tier;
      tier.name = program_.view(row.name);
      tier.guard = row.guard != 0;
      for (std::uint32_t i = 0; i < row.rules_count; ++i) {
        const RuleRow& rule_row = program_.rules[row.rules_begin + i];
        ir::Rule rule;
        rule.name = program_.view(rule_row.name);
        rule.qualified_name = program_.view(rule_row.qualified_name);
        rule.outcome = static_cast<Outcome>(rule_row.outcome);
        SENTRAIL_ASSIGN_OR_RETURN(rule.when, condition(rule_row));
        tier.rules.push_back(std::move(rule));
      }
      policy_.tiers.push_back(std::move(tier));
    }
    SENTRAIL_TRY(policy_.verify());
    return std::move(policy_);
  }

 private:
  ir::ConditionId append(ir::ConditionKind kind, std::vector<ir::ConditionId> children) {
    ir::Condition condition;
    condition.kind = kind;
    condition.children = std::move(children);
    return policy_.conditions.push_back(std::move(condition));
  }

  // From the last node to the first, each finds its children done: they follow it.
  Result<ir::ConditionId> condition(const RuleRow& rule) {
    const std::uint32_t begin = rule.condition_begin;
    std::vector<ir::ConditionId> done(rule.condition_end - begin);
    for (std::uint32_t i = rule.condition_end; i-- > begin;) {
      const NodeRow& node = program_.nodes[i];
      ir::ConditionId& made = done[i - begin];
      std::vector<ir::ConditionId> children;
      bool negated = false;
      switch (static_cast<NodeKind>(node.kind)) {
        case NodeKind::constant:
          made = append(ir::ConditionKind::always, {});
          negated = node.flag == 0;
          break;
        case NodeKind::literal: {
          ir::Condition leaf;
          leaf.kind = ir::ConditionKind::atom;
          SENTRAIL_ASSIGN_OR_RETURN(leaf.atom, atom(program_.atoms[node.atom]));
          made = policy_.conditions.push_back(std::move(leaf));
          negated = node.flag != 0;
          break;
        }
        case NodeKind::all:
        case NodeKind::any:
          for (std::uint32_t child = i + 1; child < node.end; child = program_.nodes[child].end) {
            children.push_back(done[child - begin]);
          }
          made = append(static_cast<NodeKind>(node.kind) == NodeKind::all ? ir::ConditionKind::all
                                                                          : ir::ConditionKind::any,
                        std::move(children));
          break;
        default:
          SENTRAIL_TRY(unsupported("a condition"));
      }
      if (negated) made = append(ir::ConditionKind::not_, {made});
    }
    return done.front();
  }

  Result<ir::Atom> atom(const AtomRow& row) {
    ir::Atom made;
    const SlotRow& slot = program_.slots[row.slot];
    const auto attribute = attribute_named(program_.view(slot.attribute));
    const auto op = op_of(row.op);
    const auto type = type_of(row.tested_type);
    if (!attribute || !op || !type) SENTRAIL_TRY(unsupported("a test"));
    made.attribute.attribute = *attribute;
    for (std::uint32_t i = 0; i < slot.steps_count; ++i) {
      made.attribute.steps.emplace_back(program_.view(program_.steps[slot.steps_begin + i]));
    }
    made.op = *op;
    made.tested_type = *type;
    for (std::uint32_t i = 0; i < row.operands_count; ++i) {
      SENTRAIL_ASSIGN_OR_RETURN(ir::Operand one,
                                operand(program_.operands[row.operands_begin + i]));
      made.operands.push_back(std::move(one));
    }
    return made;
  }

  Result<ir::Operand> operand(const OperandRow& row) {
    ir::Operand made;
    switch (static_cast<OperandKind>(row.kind)) {
      case OperandKind::string:
        made.kind = ir::OperandKind::string;
        made.text = program_.view(program_.symbols[row.index]);
        break;
      case OperandKind::number:
        made.kind = ir::OperandKind::number;
        made.text = program_.numbers[row.index].value().to_string();
        break;
      case OperandKind::number_range:
        made.kind = ir::OperandKind::number_range;
        made.text = program_.numbers[row.index].value().to_string();
        made.upper = program_.numbers[row.upper].value().to_string();
        break;
      case OperandKind::boolean:
        made.kind = ir::OperandKind::boolean;
        made.boolean = row.index != 0;
        break;
      case OperandKind::risk:
        made.kind = ir::OperandKind::risk;
        made.text = name_of(static_cast<Risk>(row.index));
        break;
      case OperandKind::pattern:
        made.kind = ir::OperandKind::pattern;
        made.text = program_.view(program_.patterns[row.index].source);
        break;
      default:
        SENTRAIL_TRY(unsupported("an operand"));
    }
    return made;
  }

  const Program& program_;
  ir::Policy policy_;
};

}  // namespace

Result<ir::Policy> raise(const Program& program) {
  return Raiser(program).run();
}

}  // namespace sentrail::compiler
