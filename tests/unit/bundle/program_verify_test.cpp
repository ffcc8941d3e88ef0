// What verify() refuses, one broken rule of the tables a test. See core/program_verify.cpp.
#include <gtest/gtest.h>

#include <functional>

#include "core/limits.hpp"
#include "core/program.hpp"
#include "tests/unit/bundle/bundle_samples.hpp"

namespace sentrail::support {
namespace {

struct Case {
  const char* name;
  const char* message;  // a part of it
  std::function<void(ProgramStorage&)> damage;
  Errc code = Errc::corrupt;
};

void PrintTo(const Case& one, std::ostream* out) {
  *out << one.name;
}

// The first row of a kind.
AtomRow& atom_with(ProgramStorage& p, TestOp op) {
  for (AtomRow& atom : p.atoms) {
    if (static_cast<TestOp>(atom.op) == op) return atom;
  }
  throw std::logic_error("no such test");
}
OperandRow& operand_with(ProgramStorage& p, OperandKind kind) {
  for (OperandRow& operand : p.operands) {
    if (static_cast<OperandKind>(operand.kind) == kind) return operand;
  }
  throw std::logic_error("no such operand");
}
NodeRow& node_with(ProgramStorage& p, NodeKind kind) {
  for (NodeRow& node : p.nodes) {
    if (static_cast<NodeKind>(node.kind) == kind) return node;
  }
  throw std::logic_error("no such node");
}
PatternOpRow& step_with(ProgramStorage& p, PatternOp op) {
  for (PatternOpRow& step : p.pattern_ops) {
    if (static_cast<PatternOp>(step.op) == op) return step;
  }
  throw std::logic_error("no such step");
}

RegexStepRow& regex_step_with(ProgramStorage& p, RegexOp op) {
  for (std::uint32_t i = 0; i < p.regexes[0].steps_count; ++i) {
    if (static_cast<RegexOp>(p.regex_steps[i].op) == op) return p.regex_steps[i];
  }
  throw std::logic_error("no such step");
}

std::size_t atom_of_window(const ProgramStorage& p) {
  for (std::size_t i = 0; i < p.atoms.size(); ++i) {
    if (p.atoms[i].operands_count == 0) continue;
    const std::uint32_t kind = p.operands[p.atoms[i].operands_begin].kind;
    if (static_cast<OperandKind>(kind) == OperandKind::window) return i;
  }
  throw std::logic_error("no window");
}

class VerifyRefuses : public testing::TestWithParam<Case> {};

TEST_P(VerifyRefuses, DamagedTables) {
  ProgramStorage program = full_program();
  GetParam().damage(program);
  const Status status = verify(program.view());
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, GetParam().code) << status.error().message;
  EXPECT_NE(status.error().message.find(GetParam().message), std::string::npos)
      << status.error().message;
}

using P = ProgramStorage;

const Case kFrames[] = {
    {"two_policies", "policy[2]", [](P& p) { p.policy.push_back(p.policy[0]); }},
    {"no_policy", "policy[0]", [](P& p) { p.policy.clear(); }},
    {"other_language", "language version", [](P& p) { p.policy[0].language = 2; },
     Errc::unsupported},
    {"odd_default", "no such effect", [](P& p) { p.policy[0].default_effect = 3; }},
    {"odd_policy_zero", "no such effect", [](P& p) { p.policy[0].zero = 1; }},
    {"default_reason", "names no reason", [](P& p) { p.policy[0].default_reason = 99; }},
    {"wrong_cost", "cost certificate", [](P& p) { ++p.policy[0].cost.steps; }},
    {"bad_text", "text[", [](P& p) { p.text.back() = '\xff'; }},
    {"name_past_text", "names text", [](P& p) { p.policy[0].name.bytes = 1u << 30; }},
    {"name_wraps", "names text", [](P& p) { p.policy[0].name.offset = 0xffffffff; }},
    {"split_character", "names text",
     [](P& p) {
       // `ä` is the last symbol; its second byte starts no character.
       p.policy[0].name = {p.symbols.back().offset + 1, 1};
     }},
    {"tier_gap", "tiers[1]", [](P& p) { ++p.tiers[1].rules_begin; }},
    {"tier_short", "rules[3]", [](P& p) { --p.tiers[1].rules_count; }},
    {"tier_long", "tiers[1]", [](P& p) { ++p.tiers[1].rules_count; }},
    {"tier_neither", "tiers[0]", [](P& p) { p.tiers[0].guard = 2; }},
    {"guard_allows", "allows in a guard tier", [](P& p) { p.rules[0].outcome = 0; }},
    {"odd_outcome", "no such outcome", [](P& p) { p.rules[2].outcome = 4; }},
    {"rule_reason", "names no reason", [](P& p) { p.rules[0].reason = 9; }},
    {"empty_condition", "no condition",
     [](P& p) { p.rules[0].condition_end = p.rules[0].condition_begin; }},
    {"shared_condition", "does not continue",
     [](P& p) { p.rules[1].condition_begin = p.rules[0].condition_begin; }},
};

const Case kConditions[] = {
    {"node_kind", "no such kind", [](P& p) { p.nodes[0].kind = 4; }},
    {"node_flag", "odd flags", [](P& p) { node_with(p, NodeKind::any).flag = 1; }},
    {"node_zero", "odd flags", [](P& p) { p.nodes[0].zero = 1; }},
    {"literal_spans", "ends where", [](P& p) { ++node_with(p, NodeKind::literal).end; }},
    {"inner_empty", "ends where",
     [](P& p) {
       NodeRow& node = node_with(p, NodeKind::any);
       node.end = static_cast<std::uint32_t>(&node - p.nodes.data()) + 1;
     }},
    {"inner_past_rule", "ends after", [](P& p) { p.nodes[0].end = 0xffffffff; }},
    {"second_root", "second root",
     [](P& p) {
       p.nodes[0].kind = static_cast<std::uint8_t>(NodeKind::constant);
       p.nodes[0].end = 1;
     }},
    {"unknown_atom", "names no atom", [](P& p) { node_with(p, NodeKind::literal).atom = 1'000; }},
    {"constant_with_atom", "names no atom",
     [](P& p) { node_with(p, NodeKind::constant).atom = 1; }},
    {"atom_op", "no such test", [](P& p) { p.atoms[0].op = 99; }},
    {"atom_zero", "no such test", [](P& p) { p.atoms[0].zero = 1; }},
    {"atom_type", "no such type", [](P& p) { atom_with(p, TestOp::is_type).tested_type = 6; }},
    {"untyped_atom", "no such type", [](P& p) { atom_with(p, TestOp::equal).tested_type = 1; }},
    {"atom_sized_by_exists", "what sizes do not have",
     [](P& p) { atom_with(p, TestOp::exists).sized = 1; }},
    {"atom_sized_twice", "what sizes do not have",
     [](P& p) { atom_with(p, TestOp::in).sized = 2; }},
    {"atom_size_of_text", "no number beside a size",
     [](P& p) { atom_with(p, TestOp::in).sized = 1; }},
    {"atom_part_of_number", "does not take",
     [](P& p) {
       AtomRow& less = atom_with(p, TestOp::less);
       less.op = static_cast<std::uint8_t>(TestOp::contains);
     }},
    {"atom_slot", "names no slot", [](P& p) { p.atoms[0].slot = 99; }},
    {"atom_gap", "atoms[1]", [](P& p) { ++p.atoms[1].operands_begin; }},
    {"atom_arity", "number of operands", [](P& p) { atom_with(p, TestOp::in).op = 0; }},
    {"atom_takes", "does not take",
     [](P& p) { atom_with(p, TestOp::matches).op = static_cast<std::uint8_t>(TestOp::has); }},
    {"operand_kind", "no such kind", [](P& p) { p.operands[0].kind = 12; }},
    {"operand_symbol", "names nothing",
     [](P& p) { operand_with(p, OperandKind::string).index = 99; }},
    {"operand_risk", "names nothing", [](P& p) { operand_with(p, OperandKind::risk).index = 4; }},
    {"operand_boolean", "names nothing",
     [](P& p) { operand_with(p, OperandKind::boolean).index = 2; }},
    {"operand_upper", "odd upper", [](P& p) { operand_with(p, OperandKind::string).upper = 1; }},
    {"range_upper", "odd upper",
     [](P& p) { operand_with(p, OperandKind::number_range).upper = 99; }},
    {"range_reversed", "odd upper",
     [](P& p) {
       OperandRow& range = operand_with(p, OperandKind::number_range);
       std::swap(range.index, range.upper);
     }},
    {"operands_out_of_order", "out of order",
     [](P& p) {
       const AtomRow& in = atom_with(p, TestOp::in);
       std::swap(p.operands[in.operands_begin], p.operands[in.operands_begin + 1]);
     }},
    {"operands_left_over", "belongs to nothing", [](P& p) { p.operands.push_back({}); }},
};

std::uint32_t allow() {
  return static_cast<std::uint32_t>(Outcome::allow);
}

const Case kApprovals[] = {
    {"approval_order", "approvals[1] is out of order", [](P& p) { p.approvals[1].rule = 0; }},
    {"approval_twice", "approvals[2] is out of order",
     [](P& p) { p.approvals.push_back(p.approvals[1]); }},
    {"approval_rule", "names no rule", [](P& p) { p.approvals[0].rule = kNoRow - 1; }},
    {"approval_of_allow", "requires no approval",
     [](P& p) { p.rules[p.approvals[0].rule].outcome = allow(); }},
    {"approval_of_default", "requires no approval",
     [](P& p) { p.policy[0].default_effect = allow(); }},
    {"approval_zero", "odd bytes", [](P& p) { p.approvals[0].zero = 1; }},
    {"approval_seats", "does not continue", [](P& p) { ++p.approvals[0].seats_begin; }},
    {"approval_no_seats", "has no seats", [](P& p) { p.approvals[0].seats_count = 0; }},
    {"approval_many_seats", "does not continue", [](P& p) { p.approvals[1].seats_count = 9; }},
    {"approval_short", "too short or too long", [](P& p) { p.approvals[0].within_ms = 59'999; }},
    {"approval_long", "too short or too long",
     [](P& p) { p.approvals[0].within_ms = 2'592'000'001; }},
    {"approval_negative", "too short or too long", [](P& p) { p.approvals[0].within_ms = -1; }},
    {"approval_usual", "asks for the usual",
     [](P& p) {
       const std::string_view word = "reviewer";
       p.seats.back().name = {static_cast<std::uint32_t>(p.text.size()), 8};
       p.text.insert(p.text.end(), word.begin(), word.end());
     }},
    {"seats_left_over", "belongs to nothing", [](P& p) { p.seats.push_back(p.seats[0]); }},
    {"seats_kind", "no such kind", [](P& p) { p.seats[0].role = 2; }},
    {"seats_nobody", "asks for nobody", [](P& p) { p.seats[0].people = 0; }},
    {"seats_many", "too many people", [](P& p) { p.seats[0].people = 15; }},
    {"seats_overflow", "too many people", [](P& p) { p.seats[0].people = 0xffffffff; }},
    {"seats_order", "seats[1] is out of order", [](P& p) { std::swap(p.seats[0], p.seats[1]); }},
    {"seats_twins", "seats[1] is out of order", [](P& p) { p.seats[1] = p.seats[0]; }},
    {"seats_role", "can approve", [](P& p) { p.seats[0].role = 1; }},
    {"seats_group", "can approve", [](P& p) { p.seats[0].name.bytes = 0; }},
    {"seats_name", "names text", [](P& p) { p.seats[0].name.offset = 0xffffffff; }},
};

const Case kLimits[] = {
    {"limit_rule", "names no rule", [](P& p) { p.limits[1].rule = 99; }},
    {"limit_order", "limits[1] is out of order", [](P& p) { p.limits[1].rule = 0; }},
    {"limit_of_block", "lets nothing through", [](P& p) { p.limits[0].rule = 0; }},
    {"limit_of_pass", "lets nothing through", [](P& p) { p.limits[0].rule = 1; }},
    {"limit_weak", "weaker than its rule", [](P& p) { p.limits[1].otherwise = 0; }},
    {"limit_effect", "weaker than its rule", [](P& p) { p.limits[1].otherwise = 3; }},
    {"limit_negative", "counts to no such number", [](P& p) { p.limits[0].most = -1; }},
    {"limit_large", "counts to no such number",
     [](P& p) { p.limits[0].most = 1'000'000'000'000'000'001; }},
    {"limit_of_a_part", "adds up no number", [](P& p) { ++p.limits[1].most; }},
    {"limit_no_slot", "adds up no number", [](P& p) { p.limits[0].amount = kNoRow - 1; }},
    {"limit_of_a_text", "adds up no number",
     [](P& p) { p.limits[0].amount = p.limit_keys[0].slot; }},
    {"limit_short", "too short or too long", [](P& p) { p.limits[0].per_ms = 999; }},
    {"limit_long", "too short or too long", [](P& p) { p.limits[0].per_ms = 2'592'000'001; }},
    {"limit_zero", "odd bytes", [](P& p) { p.limits[0].zero = 1; }},
    {"limit_keys", "does not continue", [](P& p) { ++p.limits[0].keys_begin; }},
    {"limit_many_keys", "does not continue", [](P& p) { p.limits[0].keys_count = 5; }},
    {"limit_key_slot", "no authenticated text", [](P& p) { p.limit_keys[0].slot = kNoRow; }},
    {"limit_key_of_the_request", "no authenticated text",
     [](P& p) { p.limit_keys[0].slot = p.limits[0].amount; }},
    {"limit_key_twice", "stands twice", [](P& p) { p.limit_keys[1] = p.limit_keys[0]; }},
    {"limit_keys_left_over", "belongs to nothing",
     [](P& p) { p.limit_keys.push_back(p.limit_keys[0]); }},
    {"limits_too_many", "one too many", [](P& p) { p.limits.resize(9, p.limits[1]); }},
    {"limit_approval_limit", "names no limit", [](P& p) { p.limit_approvals[0].rule = 2; }},
    {"limit_approval_of_block", "requires no approval",
     [](P& p) { p.limit_approvals[0].rule = 1; }},
    {"limit_approval_order", "limit_approvals[1] is out of order",
     [](P& p) { p.limit_approvals.push_back(p.limit_approvals[0]); }},
    {"limit_approval_seats", "does not continue", [](P& p) { --p.limit_approvals[0].seats_begin; }},
};

const Case kNotes[] = {
    {"note_rule", "names no rule", [](P& p) { p.notes[1].rule = 7; }},
    {"note_zero", "names no rule", [](P& p) { p.notes[0].zero = 1; }},
    {"note_order", "notes[1] is out of order", [](P& p) { p.notes[1].rule = p.notes[0].rule; }},
    {"note_owner", "names text", [](P& p) { p.notes[0].owner.offset = 0xffffffff; }},
    {"note_ticket", "names text", [](P& p) { p.notes[1].ticket.offset = 0xffffffff; }},
    {"note_empty", "says nothing", [](P& p) { p.notes[0].owner.bytes = 0; }},
    {"note_within_a_day", "within a day", [](P& p) { ++p.notes[1].until_ms; }},
    {"note_before_time", "within a day", [](P& p) { p.notes[1].until_ms = -86'400'000; }},
    {"note_long", "too long a text",
     [](P& p) {
       p.notes[0].owner = {static_cast<std::uint32_t>(p.text.size()), 257};
       p.text.insert(p.text.end(), 257, 'x');
     }},
};

const Case kWindows[] = {
    {"zone_text", "names text", [](P& p) { p.zones[0].offset = 0xffffffff; }},
    {"zone_empty", "no name of a zone", [](P& p) { p.zones[0].bytes = 0; }},
    {"zone_odd", "no name of a zone", [](P& p) { p.text[p.zones[1].offset] = '.'; }},
    {"zone_order", "zones[1] is out of order", [](P& p) { p.zones[1] = p.zones[0]; }},
    {"window_zone", "names no zone", [](P& p) { p.windows[0].zone = 2; }},
    {"window_no_days", "no such days", [](P& p) { p.windows[0].days = 0; }},
    {"window_days", "no such days", [](P& p) { p.windows[0].days = 0x80; }},
    {"window_from", "no such hours", [](P& p) { p.windows[0].from = 1440; }},
    {"window_until", "no such hours", [](P& p) { p.windows[0].until = 1441; }},
    {"window_at_midnight", "no such hours", [](P& p) { p.windows[0].until = 0; }},
    {"window_empty", "no such hours", [](P& p) { p.windows[0].until = p.windows[0].from; }},
    {"window_of_another", "no test of time by",
     [](P& p) { p.atoms[atom_of_window(p)].slot = p.atoms[0].slot; }},
    {"window_index", "names nothing",
     [](P& p) { p.operands[p.atoms[atom_of_window(p)].operands_begin].index = 2; }},
};

// The sample's asides: a shadow rule of tier 0, an also and a shadow rule of tier 1; its
// obligations: redact, notify, tag, alert.
const Case kAsides[] = {
    {"obligation_kind", "no such kind", [](P& p) { p.obligations[0].kind = 7; }},
    {"obligation_channel", "names text", [](P& p) { p.obligations[1].channel.offset = ~0u; }},
    {"obligation_text", "names text", [](P& p) { p.obligations[2].text.offset = ~0u; }},
    {"obligation_slot", "hides what it cannot", [](P& p) { p.obligations[0].slot = ~0u; }},
    {"obligation_hides", "hides what it cannot", [](P& p) { p.obligations[3].slot = 0; }},
    {"obligation_no_channel", "its kind has not", [](P& p) { p.obligations[1].channel = {}; }},
    {"obligation_no_text", "its kind has not", [](P& p) { p.obligations[2].text = {}; }},
    {"obligation_odd_text", "its kind has not",
     [](P& p) { p.obligations[3].text = p.obligations[2].text; }},
    {"obligation_order", "obligations[2] is out of order",
     [](P& p) { std::swap(p.obligations[1], p.obligations[2]); }},
    {"obligation_twins", "obligations[4] is out of order",
     [](P& p) {
       p.obligations.push_back(p.obligations[3]);
       p.duties.push_back({6, 4});
     }},
    {"obligation_unused", "obligations[4] belongs to nothing",
     [](P& p) { p.obligations.push_back({6, kNoRow, {}, {}}); }},
    {"obligation_long", "too long a text",
     [](P& p) {
       p.obligations[2].text = {static_cast<std::uint32_t>(p.text.size()), 129};
       p.text.insert(p.text.end(), 129, 'x');
     }},
    {"duty_rule", "names no rule", [](P& p) { p.duties.back().rule = 7; }},
    {"duty_obligation", "names no obligation", [](P& p) { p.duties[0].obligation = 4; }},
    {"duty_order", "duties[1] is out of order", [](P& p) { p.duties[1] = p.duties[0]; }},
    {"aside_kind", "no such kind", [](P& p) { p.asides[0].kind = 2; }},
    {"aside_tier", "is of no tier", [](P& p) { p.asides[2].tier = 2; }},
    {"aside_place", "has no place", [](P& p) { p.asides[0].before = 3; }},
    {"aside_order", "asides[2] is out of order",
     [](P& p) {
       p.asides[2].tier = 0;
       p.asides[2].before = 0;
     }},
    {"aside_allows", "allows in a guard tier", [](P& p) { p.asides[0].rule.outcome = 0; }},
    {"aside_outcome", "no such outcome", [](P& p) { p.asides[0].rule.outcome = 4; }},
    {"also_outcome", "says more than an also may", [](P& p) { p.asides[1].rule.outcome = 2; }},
    {"also_reason", "says more than an also may", [](P& p) { p.asides[1].rule.reason = 0; }},
    {"also_place", "says more than an also may", [](P& p) { p.asides[1].before = 1; }},
    {"also_nothing", "obliges to nothing",
     [](P& p) {
       p.duties.pop_back();
       p.duties.pop_back();
       p.obligations.pop_back();
     }},
    {"aside_name", "names text", [](P& p) { p.asides[0].rule.name.offset = ~0u; }},
    {"aside_condition", "asides[1] does not continue",
     [](P& p) { p.asides[1].rule.condition_begin = 0; }},
    {"aside_nodes", "aside_nodes[3] belongs to nothing",
     [](P& p) { p.aside_nodes.push_back(p.aside_nodes[0]); }},
    {"aside_atom", "names no atom",
     [](P& p) {
       p.aside_nodes[0].kind = 1;
       p.aside_nodes[0].atom = ~0u;
     }},
};

const Case kValues[] = {
    {"slot_attribute", "does not know", [](P& p) { p.slots[0].attribute = p.policy[0].name; },
     Errc::unsupported},
    {"slot_members", "without members",
     [](P& p) {
       for (SlotRow& slot : p.slots) {
         if (slot.steps_count > 0) slot.attribute = p.slots[0].attribute;
       }
     }},
    {"slot_separator", "no such separator", [](P& p) { p.slots[0].separator = ','; }},
    {"slot_steps", "does not continue",
     [](P& p) {
       for (SlotRow& slot : p.slots) {
         if (slot.steps_count > 0) ++slot.steps_begin;
       }
     }},
    {"pattern_separator", "another separator",
     [](P& p) {
       for (PatternRow& row : p.patterns) row.separator = row.separator == '/' ? '.' : '/';
     }},
    {"pattern_kind", "no such kind", [](P& p) { p.pattern_ops[0].op = 5; }},
    {"pattern_empty_literal", "odd length",
     [](P& p) { step_with(p, PatternOp::literal).text.bytes = 0; }},
    {"pattern_star_text", "odd length",
     [](P& p) { step_with(p, PatternOp::any_run).text.bytes = 1; }},
    {"pattern_range", "patterns[1]", [](P& p) { ++p.patterns[1].ops_begin; }},
    {"pattern_globstar_after", "within a segment",
     [](P& p) { step_with(p, PatternOp::any_one).op = 4; }},
    {"pattern_after_globstar", "follows a `**`",
     [](P& p) {
       p.pattern_ops[p.patterns[1].ops_begin + 1].op =
           static_cast<std::uint32_t>(PatternOp::any_run);
     }},
    {"slot_binder", "no such depth", [](P& p) { p.slots[0].binder = 3; }},
    {"slot_zero", "no such depth", [](P& p) { p.slots[0].zero = 1; }},
    {"rule_names_element", "names an element",
     [](P& p) { p.slots[atom_with(p, TestOp::is_type).slot].binder = 1; }},
    {"element_too_deep", "names an element",
     [](P& p) {
       for (SlotRow& slot : p.slots) {
         if (slot.binder == 1) slot.binder = 2;
       }
     }},
    {"quantifier_depth", "no such depth", [](P& p) { p.quantifiers[0].depth = 0; }},
    {"quantifier_too_deep", "no such depth", [](P& p) { p.quantifiers[0].depth = 3; }},
    {"quantifier_of_itself", "names an element", [](P& p) { p.quantifiers[0].depth = 1; }},
    {"quantifier_of_another_depth", "another depth",
     [](P& p) {
       for (QuantifierRow& row : p.quantifiers) row.depth = 2;
     }},
    {"quantifier_nodes", "does not continue", [](P& p) { ++p.quantifiers[0].nodes_begin; }},
    {"quantifier_empty", "no condition", [](P& p) { p.quantifiers[0].nodes_count = 0; }},
    {"quantifier_name", "names text", [](P& p) { p.quantifiers[0].name.offset = 0xffffffff; }},
    {"element_nodes_left_over", "belongs to nothing",
     [](P& p) { p.element_nodes.push_back(p.element_nodes[0]); }},
    {"element_node_kind", "element_nodes[0] has no such kind",
     [](P& p) { p.element_nodes[0].kind = 4; }},
    {"quantifier_operand", "names nothing",
     [](P& p) { operand_with(p, OperandKind::quantifier).index = 99; }},
    {"quantifier_under_in", "does not take",
     [](P& p) { atom_with(p, TestOp::any_element).op = static_cast<std::uint8_t>(TestOp::in); }},
    {"reason_of_element", "names no slot",
     [](P& p) {
       for (std::uint32_t i = 0; i < p.slots.size(); ++i) {
         if (p.slots[i].binder > 0) p.reason_parts[0].slot = i;
       }
     }},
    {"regex_source", "names text", [](P& p) { p.regexes[0].source.offset = 0xffffffff; }},
    {"regex_steps", "does not continue", [](P& p) { ++p.regexes[1].steps_begin; }},
    {"regex_sets", "does not continue", [](P& p) { ++p.regexes[1].sets_begin; }},
    {"regex_steps_left_over", "regex_steps[",
     [](P& p) { p.regex_steps.push_back({static_cast<std::uint32_t>(RegexOp::match), 0, 0}); }},
    {"regex_sets_left_over", "regex_sets[",
     [](P& p) { p.regex_sets.push_back({static_cast<std::uint32_t>(p.regex_ranges.size()), 0}); }},
    {"regex_ranges_left_over", "regex_ranges[", [](P& p) { p.regex_ranges.push_back({1, 1}); }},
    {"regex_without_steps", "has no steps",
     [](P& p) {
       p.regexes.push_back({{},
                            static_cast<std::uint32_t>(p.regex_steps.size()),
                            0,
                            static_cast<std::uint32_t>(p.regex_sets.size()),
                            0});
     }},
    {"regex_step_kind", "is no step", [](P& p) { p.regex_steps[0].op = 5; }},
    {"regex_set", "leads nowhere",
     [](P& p) { regex_step_with(p, RegexOp::set).a = p.regexes[0].sets_count; }},
    {"regex_set_odd", "leads nowhere", [](P& p) { regex_step_with(p, RegexOp::set).b = 1; }},
    {"regex_assertion", "leads nowhere",
     [](P& p) { regex_step_with(p, RegexOp::assertion).a = 6; }},
    {"regex_split", "leads nowhere",
     [](P& p) { regex_step_with(p, RegexOp::split).b = p.regexes[0].steps_count; }},
    {"regex_jump", "leads nowhere",
     [](P& p) { regex_step_with(p, RegexOp::jump).a = p.regexes[0].steps_count; }},
    {"regex_match", "leads nowhere", [](P& p) { regex_step_with(p, RegexOp::match).a = 1; }},
    {"regex_last", "leads nowhere",
     [](P& p) {
       RegexStepRow& last = p.regex_steps[p.regexes[0].steps_count - 1];
       last = {static_cast<std::uint32_t>(RegexOp::set), 0, 0};
     }},
    {"regex_range", "out of order",
     [](P& p) { p.regex_ranges[0].low = p.regex_ranges[0].high + 1; }},
    {"regex_range_last", "out of order", [](P& p) { p.regex_ranges.back().high = 0x110000; }},
    {"regex_ranges_touch", "out of order",
     [](P& p) {
       for (const RegexSetRow& set : p.regex_sets) {
         if (set.ranges_count < 2) continue;
         p.regex_ranges[set.ranges_begin].high = p.regex_ranges[set.ranges_begin + 1].low - 1;
         return;
       }
     }},
    {"symbols_out_of_order", "symbols[", [](P& p) { std::swap(p.symbols[0], p.symbols[1]); }},
    {"symbols_overlap", "overlaps", [](P& p) { p.symbols[1] = p.symbols[0]; }},
    {"numbers_out_of_order", "out of order", [](P& p) { std::swap(p.numbers[0], p.numbers[1]); }},
    {"number_sign", "no such sign", [](P& p) { p.numbers[0].negative = 2; }},
    {"number_exponent", "no such sign", [](P& p) { p.numbers[0].exponent = 70'000; }},
    {"number_not_normal", "not normalised", [](P& p) { p.numbers[0] = {0, 10, 0, 1}; }},
    {"number_too_long", "not normalised",
     [](P& p) { p.numbers[0] = {0xffffffffffffffff, 1, 0, 1}; }},
    {"reason_range", "reasons[", [](P& p) { ++p.reasons[0].parts_count; }},
    {"reason_slot", "names no slot", [](P& p) { p.reason_parts[0].slot = 99; }},
    {"reason_long", "too long",
     [](P& p) {
       p.text.insert(p.text.end(), limits::kBecauseBytesMax + 1, 'x');
       p.reason_parts[0].text = {
           static_cast<std::uint32_t>(p.text.size() - limits::kBecauseBytesMax - 1),
           static_cast<std::uint32_t>(limits::kBecauseBytesMax + 1)};
     }},
};

std::string name_of_case(const testing::TestParamInfo<Case>& info) {
  return info.param.name;
}
INSTANTIATE_TEST_SUITE_P(Frames, VerifyRefuses, testing::ValuesIn(kFrames), name_of_case);
INSTANTIATE_TEST_SUITE_P(Conditions, VerifyRefuses, testing::ValuesIn(kConditions), name_of_case);
INSTANTIATE_TEST_SUITE_P(Approvals, VerifyRefuses, testing::ValuesIn(kApprovals), name_of_case);
INSTANTIATE_TEST_SUITE_P(Limits, VerifyRefuses, testing::ValuesIn(kLimits), name_of_case);
INSTANTIATE_TEST_SUITE_P(Notes, VerifyRefuses, testing::ValuesIn(kNotes), name_of_case);
INSTANTIATE_TEST_SUITE_P(Windows, VerifyRefuses, testing::ValuesIn(kWindows), name_of_case);
INSTANTIATE_TEST_SUITE_P(Asides, VerifyRefuses, testing::ValuesIn(kAsides), name_of_case);
INSTANTIATE_TEST_SUITE_P(Values, VerifyRefuses, testing::ValuesIn(kValues), name_of_case);

TEST(Verify, AcceptsTheSample) {
  const Status status = verify(full_program().view());
  EXPECT_TRUE(status) << status.error().message;
}

}  // namespace
}  // namespace sentrail::support
