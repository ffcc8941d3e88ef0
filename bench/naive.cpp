// The loop over the rules. See naive.hpp.
#include "bench/naive.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "runtime/decide/evaluate.hpp"
#include "runtime/decide/tree.hpp"

namespace sentrail::bench {
namespace {

// Elements of all sets of a request that are kept as small integers; more of them are odd.
constexpr std::uint32_t kElementsMax = 256;

// What a test that is asked costs, roughly: what costs more is asked later.
std::uint8_t rank_of(decide::Op op) noexcept {
  switch (op) {
    case decide::Op::pattern:
    case decide::Op::list:
    case decide::Op::element:
      return 11;
    case decide::Op::contains:
    case decide::Op::size:
      return 12;
    case decide::Op::search:
      return 13;
    case decide::Op::any_element:
    case decide::Op::every_element:
      return 14;
    default:
      return 10;
  }
}

}  // namespace

// What has been found so far, as in the linear engine.
struct NaiveEngine::Walk {
  Decision decision{};
  std::array<std::uint32_t, 3> first{Decision::kByDefault, Decision::kByDefault,
                                     Decision::kByDefault};
  bool default_lifted = false;

  bool add(std::uint32_t rule, std::uint32_t outcome) noexcept {
    if (decision.candidate_count < Decision::kCandidatesKept) {
      decision.candidates[decision.candidate_count] = rule;
    }
    ++decision.candidate_count;
    if (outcome == static_cast<std::uint32_t>(Outcome::pass)) return true;
    if (first[outcome] == Decision::kByDefault) first[outcome] = rule;
    return false;
  }

  void conclude(Effect by_default) noexcept {
    decision.default_joined = !default_lifted;
    decision.effect = default_lifted ? Effect::allow : by_default;
    for (const Effect effect : {Effect::allow, Effect::require_approval, Effect::block}) {
      const bool found = first[static_cast<std::size_t>(effect)] != Decision::kByDefault;
      if (found) decision.effect = stricter(decision.effect, effect);
    }
    decision.rule = first[static_cast<std::size_t>(decision.effect)];
  }
};

NaiveEngine::NaiveEngine(const Program& verified) : bound_(decide::bind(verified)) {
  uses_.resize(bound_.slots.size());
  rules_.reserve(verified.rules.size());
  for (std::uint32_t i = 0; i < verified.rules.size(); ++i) add_rule(i);
  for (std::uint32_t slot = 0; slot < uses_.size(); ++slot) {
    const Use& use = uses_[slot];
    if (use.symbol || use.head || use.elements) read_.push_back(slot);
  }
}

NaiveEngine::Room NaiveEngine::make_room() const {
  Room room;
  room.values.resize(bound_.slots.size());
  room.elements.resize(kElementsMax);
  room.scratch.fit(bound_);
  return room;
}

std::size_t NaiveEngine::size_bytes() const noexcept {
  return checks_.size() * sizeof(Check) + rules_.size() * sizeof(Rule) +
         read_.size() * sizeof(std::uint32_t);
}

void NaiveEngine::add_rule(std::uint32_t rule) {
  const Program& p = bound_.program;
  const auto begin = static_cast<std::uint32_t>(checks_.size());
  const std::uint32_t root = p.rules[rule].condition_begin;
  if (static_cast<NodeKind>(p.nodes[root].kind) == NodeKind::all) {
    for (std::uint32_t at = root + 1; at < p.nodes[root].end; at = p.nodes[at].end) {
      add_literal(p.nodes[at]);
    }
  } else {
    add_literal(p.nodes[root]);
  }
  std::stable_sort(checks_.begin() + begin, checks_.end(),
                   [](const Check& a, const Check& b) { return a.rank < b.rank; });
  rules_.push_back({begin, static_cast<std::uint32_t>(checks_.size())});
}

void NaiveEngine::add_literal(const NodeRow& node) {
  Check check;
  if (static_cast<NodeKind>(node.kind) == NodeKind::literal) {
    check = check_of(node.atom);
    check.negated = node.flag != 0;
  } else {
    check.how = How::tree;
    check.rank = 20;
    check.wanted = static_cast<std::uint32_t>(&node - bound_.program.nodes.data());
  }
  checks_.push_back(check);
}

NaiveEngine::Check NaiveEngine::check_of(std::uint32_t atom) {
  const decide::Test& test = bound_.tests[atom];
  Check check;
  check.slot = test.slot;
  check.atom = atom;
  check.rank = rank_of(test.op);
  Use& use = uses_[test.slot];
  if (test.op == decide::Op::symbol) {
    check.how = How::symbol;
    check.rank = 0;
    check.wanted = test.a;
    use.symbol = true;
  } else if (test.op == decide::Op::pattern) {
    set_head(bound_.program.patterns[test.a], check);
    if (check.mask.first == 0) return check;
    check.how = How::head;
    check.rank = 1;
    use.head = true;
  } else if (test.op == decide::Op::element) {
    const OperandRow& operand = bound_.program.operands[test.a];
    if (static_cast<OperandKind>(operand.kind) != OperandKind::string) return check;
    check.how = How::element;
    check.rank = 2;
    check.wanted = operand.index;
    use.elements = true;
  }
  return check;
}

// The bytes that every value begins with that the pattern matches, at most sixteen.
void NaiveEngine::set_head(const PatternRow& pattern, Check& check) const {
  const Program& p = bound_.program;
  std::string head;
  for (std::uint32_t i = 0; i < pattern.ops_count; ++i) {
    const PatternOpRow& op = p.pattern_ops[pattern.ops_begin + i];
    const auto kind = static_cast<PatternOp>(op.op);
    if (kind == PatternOp::literal) {
      head += p.view(op.text);
    } else if (kind == PatternOp::separator) {
      // `a/**` matches `a` too.
      const bool more = i + 1 < pattern.ops_count;
      const auto next = more ? static_cast<PatternOp>(p.pattern_ops[pattern.ops_begin + i + 1].op)
                             : PatternOp::literal;
      if (next == PatternOp::globstar) break;
      head += static_cast<char>(pattern.separator);
    } else {
      break;
    }
  }
  const std::string_view kept = std::string_view(head).substr(0, sizeof(decide::TextHead));
  check.head = decide::TextHead::of(kept);
  check.mask = decide::TextHead::of(std::string(kept.size(), '\xff'));
}

// Reads what the compares need. A value that some test could not decide makes the request odd.
void NaiveEngine::read(const Facts& facts, Room& room) const noexcept {
  room.odd = false;
  room.element_count = 0;
  for (const std::uint32_t index : read_) {
    const decide::Slot& slot = bound_.slots[index];
    const Use& use = uses_[index];
    const Fact fact = slot.steps_count == 0 ? facts[slot.attribute]
                                            : facts.at(slot.attribute, bound_.steps_of(slot));
    Room::Value& value = room.values[index];
    value.symbol = decide::kNoSymbol;
    value.elements_begin = room.element_count;
    value.elements_end = room.element_count;
    value.head = {~std::uint64_t{0}, ~std::uint64_t{0}};  // no text begins like this
    if (fact.kind == FactKind::absent) continue;
    if (use.elements) read_elements(fact, value, room);
    if (!use.symbol && !use.head) continue;
    if (fact.kind != FactKind::string) {
      room.odd = true;
      continue;
    }
    if (use.symbol) {
      const std::uint32_t symbol = bound_.symbols.find(fact.text);
      if (symbol != decide::SymbolTable::kNone) value.symbol = symbol;
    }
    if (use.head) {
      if (!decide::is_matchable(fact.text, slot.separator)) room.odd = true;
      value.head = decide::TextHead::of(fact.text);
    }
  }
}

void NaiveEngine::read_elements(const Fact& fact, Room::Value& value, Room& room) const noexcept {
  const auto keep = [&](std::string_view text) noexcept {
    if (room.element_count == kElementsMax) {
      room.odd = true;
      return;
    }
    room.elements[room.element_count++] = bound_.symbols.find(text);
  };
  if (fact.kind == FactKind::string_set) {
    for (const std::string_view text : fact.set) keep(text);
  } else if (fact.kind == FactKind::array) {
    JsonValue element = fact.json.first_child();
    for (std::size_t i = 0; i < fact.json.size(); ++i) {
      if (i > 0) element = element.next();
      if (element.kind() != JsonKind::string)
        room.odd = true;
      else
        keep(element.text());
    }
  } else {
    room.odd = true;
  }
  value.elements_end = room.element_count;
}

inline bool NaiveEngine::holds(const Check& check, const Facts& facts, Room& room) const noexcept {
  const Room::Value& value = room.values.data()[check.slot];
  switch (check.how) {
    case How::symbol:
      return (value.symbol == check.wanted) != check.negated;
    case How::head:
      if ((((value.head.first ^ check.head.first) & check.mask.first) |
           ((value.head.second ^ check.head.second) & check.mask.second)) != 0) {
        return check.negated;
      }
      return holds_slowly(check, facts, room);
    case How::element: {
      bool found = false;
      for (std::uint32_t i = value.elements_begin; i < value.elements_end; ++i) {
        found |= room.elements.data()[i] == check.wanted;
      }
      return found != check.negated;
    }
    default:
      return holds_slowly(check, facts, room);
  }
}

bool NaiveEngine::holds_slowly(const Check& check, const Facts& facts, Room& room) const noexcept {
  Truth truth = Truth::t;
  if (check.how == How::tree) {
    truth =
        decide::truth_of_tree(bound_.program.nodes, check.wanted, [&](std::uint32_t atom) noexcept {
          return decide::truth_of(bound_, atom, facts, room.scratch);
        });
  } else {
    truth = decide::truth_of(bound_, check.atom, facts, room.scratch);
    if (check.negated) truth = negate(truth);
  }
  if (truth == Truth::u) room.odd = true;
  return truth == Truth::t;
}

std::uint32_t NaiveEngine::first_match(std::uint32_t begin, std::uint32_t end, const Facts& facts,
                                       Room& room) const noexcept {
  for (std::uint32_t rule = begin; rule < end; ++rule) {
    const Rule row = rules_.data()[rule];
    std::uint32_t at = row.checks_begin;
    while (at < row.checks_end && holds(checks_.data()[at], facts, room)) ++at;
    if (at == row.checks_end && !bound_.has_ended(rule, facts.now_ms)) return rule;
  }
  return Decision::kByDefault;
}

// One tier where something may be undecidable: every rule as the tree that it is.
void NaiveEngine::walk_trees(const decide::Tier& tier, const Facts& facts, Room& room,
                             Walk& walk) const noexcept {
  const Program& p = bound_.program;
  bool perhaps_ended = false;
  for (std::uint32_t rule = tier.rules_begin; rule < tier.rules_end; ++rule) {
    if (bound_.has_ended(rule, facts.now_ms)) continue;
    const RuleRow& row = p.rules[rule];
    const Truth truth =
        decide::truth_of_tree(p.nodes, row.condition_begin, [&](std::uint32_t atom) noexcept {
          return decide::truth_of(bound_, atom, facts, room.scratch);
        });
    if (truth == Truth::f) continue;
    const bool passed = walk.add(rule, row.outcome);
    if (truth == Truth::u) {
      walk.decision.undecidable = true;
      perhaps_ended |= passed;
      continue;
    }
    if (!passed && !tier.guard && !perhaps_ended) walk.default_lifted = true;
    return;
  }
}

Decision NaiveEngine::decide(const Facts& facts, Room& room) const noexcept {
  room.scratch.forget();
  read(facts, room);
  Walk walk;
  for (const decide::Tier& tier : bound_.tiers) {
    if (room.odd) break;
    const std::uint32_t rule = first_match(tier.rules_begin, tier.rules_end, facts, room);
    if (rule == Decision::kByDefault) continue;
    const bool passed = walk.add(rule, bound_.program.rules[rule].outcome);
    if (!passed && !tier.guard) walk.default_lifted = true;
  }
  if (room.odd) {
    walk = Walk{};
    for (const decide::Tier& tier : bound_.tiers) walk_trees(tier, facts, room, walk);
  }
  walk.conclude(bound_.program.default_effect());
  return walk.decision;
}

}  // namespace sentrail::bench
