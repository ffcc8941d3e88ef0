// Row by row. See raise.hpp.
#include "compiler/lower/raise.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "compiler/ir/phases.hpp"
#include "core/time.hpp"

namespace sentrail::compiler {
namespace {

tl::unexpected<Error> unsupported(const std::string& what) {
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
    case TestOp::contains:
      return ir::AtomOp::contains;
    case TestOp::starts_with:
      return ir::AtomOp::starts_with;
    case TestOp::ends_with:
      return ir::AtomOp::ends_with;
    case TestOp::search:
      return ir::AtomOp::search;
    case TestOp::same:
      return ir::AtomOp::same;
    case TestOp::any_element:
    case TestOp::every_element:
      break;
  }
  return std::nullopt;
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
      tier.implied = tier.name == ir::kAnswersTier;
      for (std::uint32_t i = 0; i < row.rules_count; ++i) {
        SENTRAIL_ASSIGN_OR_RETURN(ir::Rule rule, written(row.rules_begin + i, program_.nodes));
        tier.rules.push_back(std::move(rule));
      }
      policy_.tiers.push_back(std::move(tier));
    }
    SENTRAIL_TRY(add_asides());
    SENTRAIL_TRY(add_counts());
    add_approvals();
    SENTRAIL_TRY(policy_.verify());
    return std::move(policy_);
  }

  Result<ir::Obligation> obligation(std::uint32_t row) {
    const ObligationRow& one = program_.obligations[row];
    ir::Obligation made;
    made.kind = static_cast<ObligationKind>(one.kind);
    if (one.slot != kNoRow) {
      SENTRAIL_ASSIGN_OR_RETURN(made.path, reference(program_.slots[one.slot]));
    }
    made.channel = program_.view(one.channel);
    made.text = program_.view(one.text);
    return made;
  }

 private:
  ir::ConditionId append(ir::ConditionKind kind, std::vector<ir::ConditionId> children) {
    ir::Condition condition;
    condition.kind = kind;
    condition.children = std::move(children);
    return policy_.conditions.push_back(std::move(condition));
  }

  // A rule, an `also` or shadow rule included; its approvals come later.
  Result<ir::Rule> written(std::uint32_t index, std::span<const NodeRow> nodes) {
    const RuleRow& row = program_.written(index);
    ir::Rule rule;
    rule.name = program_.view(row.name);
    rule.qualified_name = program_.view(row.qualified_name);
    rule.outcome = static_cast<Outcome>(row.outcome);
    SENTRAIL_ASSIGN_OR_RETURN(rule.when, tree(nodes, row.condition_begin, row.condition_end));
    if (const NoteRow* note = program_.note_of(index)) {
      rule.owner = program_.view(note->owner);
      rule.ticket = program_.view(note->ticket);
      if (note->until_ms != 0) rule.until_ms = note->until_ms;
    }
    for (const DutyRow& duty : program_.duties_of(index)) {
      SENTRAIL_ASSIGN_OR_RETURN(ir::Obligation made, obligation(duty.obligation));
      rule.obligations.push_back(std::move(made));
    }
    std::ranges::sort(rule.obligations, ir::comes_before);
    SENTRAIL_TRY(add_limits(index, rule));
    return rule;
  }

  Status add_asides() {
    for (std::uint32_t i = 0; i < program_.asides.size(); ++i) {
      const AsideRow& row = program_.asides[i];
      const auto index = static_cast<std::uint32_t>(program_.rules.size() + i);
      SENTRAIL_ASSIGN_OR_RETURN(ir::Rule rule, written(index, program_.aside_nodes));
      ir::Tier& tier = policy_.tiers[row.tier];
      if (row.kind == static_cast<std::uint32_t>(AsideKind::also)) {
        tier.alsos.push_back(std::move(rule));
      } else {
        tier.shadows.push_back({std::move(rule), row.before});
      }
    }
    return {};
  }

  Status add_counts() {
    for (const CountRow& row : program_.counts) {
      ir::Count count;
      SENTRAIL_ASSIGN_OR_RETURN(const ir::AttributeRef ref, reference(program_.slots[row.slot]));
      count.text = ref.steps.front();
      count.within_ms = row.within_ms;
      std::swap(policy_.conditions, count.conditions);
      const Result<ir::ConditionId> root =
          tree(program_.count_nodes, row.nodes_begin, row.nodes_begin + row.nodes_count);
      std::swap(policy_.conditions, count.conditions);
      if (!root) return tl::make_unexpected(root.error());
      add_count(policy_, std::move(count));
    }
    return {};
  }

  void add_approvals() {
    std::span<const ApprovalRow> rows = program_.approvals;
    std::span<const ApprovalRow> limit_rows = program_.limit_approvals;
    std::uint32_t index = 0;
    std::uint32_t limit_index = 0;
    const auto take = [&](ir::Rule& rule) {
      take_approval(rows, index++, rule.approval);
      for (ir::Limit& limit : rule.limits) {
        take_approval(limit_rows, limit_index++, limit.approval);
      }
    };
    for (ir::Tier& tier : policy_.tiers) {
      for (ir::Rule& rule : tier.rules) take(rule);
    }
    for (ir::Tier& tier : policy_.tiers) {
      index += static_cast<std::uint32_t>(tier.alsos.size());
      for (ir::Shadow& one : tier.shadows) take(one.rule);
    }
    take_approval(rows, kNoRow, policy_.default_approval);
  }

  // Takes the first of the rows, if it is of what is asked for.
  void take_approval(std::span<const ApprovalRow>& rows, std::uint32_t of,
                     ir::Approval& approval) const {
    if (rows.empty() || rows.front().rule != of) return;
    const ApprovalRow& row = rows.front();
    approval.seats.clear();
    for (std::uint32_t i = 0; i < row.seats_count; ++i) {
      const SeatsRow& seats = program_.seats[row.seats_begin + i];
      approval.seats.push_back(
          {seats.role != 0, std::string(program_.view(seats.name)), seats.people});
    }
    if (row.within_ms != 0) approval.within_ms = row.within_ms;
    rows = rows.subspan(1);
  }

  Status add_limits(std::uint32_t index, ir::Rule& rule) {
    for (const LimitRow& row : program_.limits_of(index)) {
      ir::Limit& limit = rule.limits.emplace_back();
      if (row.amount != kNoRow) {
        SENTRAIL_ASSIGN_OR_RETURN(limit.amount, reference(program_.slots[row.amount]));
      }
      limit.most = row.most;
      limit.per_ms = row.per_ms;
      limit.otherwise = static_cast<Effect>(row.otherwise);
      for (std::uint32_t i = 0; i < row.keys_count; ++i) {
        const LimitKeyRow& key = program_.limit_keys[row.keys_begin + i];
        SENTRAIL_ASSIGN_OR_RETURN(ir::AttributeRef ref, reference(program_.slots[key.slot]));
        limit.keys.push_back(std::move(ref));
      }
    }
    return {};
  }

  // From the last node to the first, each finds its children done: they follow it.
  // Recursion: kQuantifierDepthMax.
  Result<ir::ConditionId> tree(std::span<const NodeRow> nodes, std::uint32_t begin,
                               std::uint32_t end) {
    std::vector<ir::ConditionId> done(end - begin);
    for (std::uint32_t i = end; i-- > begin;) {
      const NodeRow& node = nodes[i];
      std::vector<ir::ConditionId> children;
      for (std::uint32_t child = i + 1; child < node.end; child = nodes[child].end) {
        children.push_back(done[child - begin]);
      }
      SENTRAIL_ASSIGN_OR_RETURN(done[i - begin], made_of(node, std::move(children)));
    }
    return done.front();
  }

  Result<ir::ConditionId> made_of(const NodeRow& node, std::vector<ir::ConditionId> children) {
    ir::ConditionId made;
    switch (static_cast<NodeKind>(node.kind)) {
      case NodeKind::constant:
        made = append(ir::ConditionKind::always, {});
        return node.flag == 0 ? append(ir::ConditionKind::not_, {made}) : made;
      case NodeKind::literal: {
        SENTRAIL_ASSIGN_OR_RETURN(made, test(program_.atoms[node.atom]));
        return node.flag != 0 ? append(ir::ConditionKind::not_, {made}) : made;
      }
      case NodeKind::all:
        return append(ir::ConditionKind::all, std::move(children));
      case NodeKind::any:
        return append(ir::ConditionKind::any, std::move(children));
    }
    return unsupported("a condition");
  }

  Result<ir::ConditionId> test(const AtomRow& row) {
    const auto op = static_cast<TestOp>(row.op);
    if (op == TestOp::any_element) return quantified(row, ir::ConditionKind::some_element);
    if (op == TestOp::every_element) return quantified(row, ir::ConditionKind::every_element);
    ir::Condition leaf;
    leaf.kind = ir::ConditionKind::atom;
    SENTRAIL_ASSIGN_OR_RETURN(leaf.atom, atom(row));
    return policy_.conditions.push_back(std::move(leaf));
  }

  Result<ir::ConditionId> quantified(const AtomRow& row, ir::ConditionKind kind) {
    const QuantifierRow& asked = program_.quantifiers[program_.operands[row.operands_begin].index];
    SENTRAIL_ASSIGN_OR_RETURN(const ir::AttributeRef list, reference(program_.slots[row.slot]));
    elements_.push_back(list.attribute);
    Result<ir::ConditionId> child =
        tree(program_.element_nodes, asked.nodes_begin, asked.nodes_begin + asked.nodes_count);
    elements_.pop_back();
    if (!child) return child;
    const ir::ConditionId made = append(kind, {*child});
    policy_.conditions[made].atom.attribute = list;
    policy_.conditions[made].element = std::string(program_.view(asked.name));
    return made;
  }

  Result<ir::AttributeRef> reference(const SlotRow& slot) {
    ir::AttributeRef ref;
    ref.binder = slot.binder;
    if (slot.binder > 0) {
      ref.attribute = elements_.at(slot.binder - 1u);
      ref.element = std::string(program_.view(slot.attribute));
    } else {
      const auto attribute = attribute_named(program_.view(slot.attribute));
      if (!attribute) return unsupported("an attribute");
      ref.attribute = *attribute;
    }
    for (std::uint32_t i = 0; i < slot.steps_count; ++i) {
      ref.steps.emplace_back(program_.view(program_.steps[slot.steps_begin + i]));
    }
    return ref;
  }

  Result<ir::Atom> atom(const AtomRow& row) {
    ir::Atom made;
    SENTRAIL_ASSIGN_OR_RETURN(made.attribute, reference(program_.slots[row.slot]));
    const auto op = op_of(row.op);
    const auto type = type_of(row.tested_type);
    if (!op || !type) return unsupported("a test");
    made.op = *op;
    made.tested_type = *type;
    made.sized = row.sized != 0;
    if (made.op == ir::AtomOp::same) {
      const std::uint32_t other = program_.peers[program_.operands[row.operands_begin].index].slot;
      SENTRAIL_ASSIGN_OR_RETURN(made.other, reference(program_.slots[other]));
      return made;
    }
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
      case OperandKind::regex:
        made.kind = ir::OperandKind::regex;
        made.text = program_.view(program_.regexes[row.index].source);
        break;
      case OperandKind::window: {
        const WindowRow& window = program_.windows[row.index];
        made.kind = ir::OperandKind::window;
        made.text = program_.view(program_.zones[window.zone]);
        made.window = {static_cast<std::uint8_t>(window.days),
                       static_cast<std::uint16_t>(window.from),
                       static_cast<std::uint16_t>(window.until)};
        break;
      }
      case OperandKind::network:
        made.kind = ir::OperandKind::network;
        made.text = format_network(program_.networks[row.index].network());
        break;
      case OperandKind::instant:
        made.kind = ir::OperandKind::instant;
        made.text = format_rfc3339_ms(program_.instants[row.index].unix_ms);
        break;
      case OperandKind::quantifier:
      case OperandKind::peer:
        return unsupported("an operand");
    }
    return made;
  }

  const Program& program_;
  ir::Policy policy_;
  std::vector<AttributeId> elements_;  // of the quantifiers around: the attributes of their lists
};

}  // namespace

Result<ir::Obligation> raise_obligation(const Program& program, std::uint32_t row) {
  return Raiser(program).obligation(row);
}

Result<ir::Policy> raise(const Program& program) {
  return Raiser(program).run();
}

}  // namespace sentrail::compiler
