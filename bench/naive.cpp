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
    case decide::Op::element:
      return 11;
    case decide::Op::list:
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

// FNV-1a. source: http://www.isthe.com/chongo/tech/comp/fnv.
std::uint32_t hash_of(std::string_view text) noexcept {
  std::uint32_t hash = 2166136261u;
  for (const char byte : text) hash = (hash ^ static_cast<unsigned char>(byte)) * 16777619u;
  return hash;
}

// The longest segment of a pattern that is one text; empty if there is none.
std::string_view literal_segment(const Program& p, const PatternRow& pattern) noexcept {
  const auto op_at = [&](std::uint32_t i) {
    return static_cast<PatternOp>(p.pattern_ops[pattern.ops_begin + i].op);
  };
  std::string_view longest;
  for (std::uint32_t i = 0; i < pattern.ops_count; ++i) {
    if (op_at(i) != PatternOp::literal) continue;
    const bool begins = i == 0 || op_at(i - 1) == PatternOp::separator;
    const bool ends = i + 1 == pattern.ops_count || op_at(i + 1) == PatternOp::separator;
    const std::string_view text = p.view(p.pattern_ops[pattern.ops_begin + i].text);
    if (begins && ends && text.size() > longest.size()) longest = text;
  }
  return longest;
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
    if (use.symbol || use.head || use.elements || use.segments) read_.push_back(slot);
  }
}

NaiveEngine::Room NaiveEngine::make_room() const {
  Room room;
  room.values.resize(bound_.slots.size());
  room.words.resize(bound_.slots.size() * kWords + 1);  // the last look is at two words
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
  Rule row = look_of(checks_[begin]);
  row.checks_begin = begin;
  row.checks_end = static_cast<std::uint32_t>(checks_.size());
  rules_.push_back(row);
}

NaiveEngine::Rule NaiveEngine::look_of(const Check& first) {
  Rule row;
  row.slot = first.slot;
  row.word = first.slot * kWords;
  if (first.negated) return row;
  if (first.how == How::head) {
    row.wanted = first.head;
    row.mask = first.mask;
  } else if (first.how == How::symbol) {
    row.word += kSymbolWord;
    row.wanted.first = first.wanted;
    row.mask.first = ~std::uint64_t{0};
  } else if (first.how == How::element) {
    row.word += kElementsWord;
    row.wanted.first = std::uint64_t{1} << (first.wanted & 63);
    row.mask.first = row.wanted.first;
  }
  return row;
}

void NaiveEngine::add_literal(const NodeRow& node) {
  Check check;
  if (static_cast<NodeKind>(node.kind) == NodeKind::literal) {
    check = check_of(node.atom);
    check.negated = node.flag != 0;
    if (!check.negated) add_segment(check);
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
    check.rank = 0;
    use.head = true;
  } else if (test.op == decide::Op::element) {
    const OperandRow& operand = bound_.program.operands[test.a];
    if (static_cast<OperandKind>(operand.kind) != OperandKind::string) return check;
    check.how = How::element;
    check.rank = 0;
    check.wanted = operand.index;
    use.elements = true;
  }
  return check;
}

// Where a head does not tell all of a pattern, a segment that must be there is looked for first.
void NaiveEngine::add_segment(const Check& pattern) {
  const decide::Test& test = bound_.tests[pattern.atom];
  if (test.op != decide::Op::pattern || pattern.tail != Tail::pattern) return;
  const std::string_view segment = literal_segment(bound_.program, bound_.program.patterns[test.a]);
  if (segment.empty()) return;
  Check check;
  check.how = How::element;
  check.slot = pattern.slot;
  check.wanted = hash_of(segment);
  uses_[check.slot].segments = true;
  checks_.push_back(check);
}

// The bytes that every value begins with that the pattern matches, at most sixteen.
void NaiveEngine::set_head(const PatternRow& pattern, Check& check) const {
  const Program& p = bound_.program;
  std::string head;
  std::uint32_t at = 0;  // the step behind the head
  for (; at < pattern.ops_count; ++at) {
    const PatternOpRow& op = p.pattern_ops[pattern.ops_begin + at];
    const auto kind = static_cast<PatternOp>(op.op);
    if (kind == PatternOp::literal) {
      head += p.view(op.text);
    } else if (kind == PatternOp::separator) {
      // `a/**` matches `a` too.
      const bool more = at + 1 < pattern.ops_count;
      const auto next = more ? static_cast<PatternOp>(p.pattern_ops[pattern.ops_begin + at + 1].op)
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
  check.wanted = static_cast<std::uint32_t>(kept.size());
  if (kept.size() < head.size()) return;
  const auto op_at = [&](std::uint32_t i) {
    return static_cast<PatternOp>(p.pattern_ops[pattern.ops_begin + i].op);
  };
  const std::uint32_t left = pattern.ops_count - at;
  if (left == 1 && op_at(at) == PatternOp::any_run) check.tail = Tail::run;
  if (left == 2 && op_at(at) == PatternOp::separator && op_at(at + 1) == PatternOp::globstar) {
    check.tail = Tail::deep;
  }
}

// Reads what compares need of a slot. A value that some test could not decide makes the request
// odd.
void NaiveEngine::read(std::uint32_t index, const Facts& facts, Room& room) const noexcept {
  const decide::Slot& slot = bound_.slots[index];
  const Use& use = uses_[index];
  const Fact fact = slot.steps_count == 0 ? facts[slot.attribute]
                                          : facts.at(slot.attribute, bound_.steps_of(slot));
  Room::Value& value = room.values[index];
  value.known = true;
  value.symbol = decide::kNoSymbol;
  value.elements_begin = room.element_count;
  value.elements_end = room.element_count;
  std::uint64_t* const words = room.words.data() + std::size_t{index} * kWords;
  words[kHeadWord] = ~std::uint64_t{0};  // no text begins like this
  words[kSymbolWord] = decide::kNoSymbol;
  words[kElementsWord] = 0;
  if (fact.kind == FactKind::absent) return;
  if (use.elements) read_elements(fact, value, room);
  const bool as_text = use.symbol || use.head || use.segments;
  if (as_text && fact.kind != FactKind::string) {
    room.odd = true;
    return;
  }
  value.text = fact.text;
  if (use.symbol) {
    const std::uint32_t symbol = bound_.symbols.find(fact.text);
    if (symbol != decide::SymbolTable::kNone) value.symbol = symbol;
    words[kSymbolWord] = value.symbol;
  }
  if ((use.head || use.segments) && !decide::shape_of(fact.text, slot.separator).matchable) {
    room.odd = true;
  }
  if (use.head) {
    const auto head = decide::TextHead::of(fact.text);
    words[kHeadWord] = head.first;
    words[kHeadWord + 1] = head.second;
  }
  if (use.segments) read_segments(slot.separator, value, room);
  for (std::uint32_t i = value.elements_begin; i < value.elements_end; ++i) {
    words[kElementsWord] |= std::uint64_t{1} << (room.elements[i] & 63);
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

bool NaiveEngine::is_followed(const Check& check, const Room::Value& value) const noexcept {
  const char separator = bound_.slots[check.slot].separator;
  if (check.tail == Tail::run) {
    return value.text.find(separator, check.wanted) == std::string_view::npos;
  }
  return value.text.size() == check.wanted || value.text[check.wanted] == separator;
}

void NaiveEngine::read_segments(char separator, Room::Value& value, Room& room) noexcept {
  std::string_view left = value.text;
  for (;;) {
    if (room.element_count == kElementsMax) {
      room.odd = true;
      return;
    }
    const std::size_t end = left.find(separator);
    room.elements[room.element_count++] = hash_of(left.substr(0, end));
    value.elements_end = room.element_count;
    if (end == std::string_view::npos) return;
    left.remove_prefix(end + 1);
  }
}

inline bool NaiveEngine::holds(const Check& check, const Facts& facts, Room& room) const noexcept {
  if (check.how >= How::asked) return holds_slowly(check, facts, room);
  const Room::Value& value = room.values.data()[check.slot];
  if (!value.known) read(check.slot, facts, room);
  if (check.how == How::symbol) return (value.symbol == check.wanted) != check.negated;
  if (check.how == How::head) {
    const std::uint64_t* const words = room.words.data() + std::size_t{check.slot} * kWords;
    if ((((words[0] ^ check.head.first) & check.mask.first) |
         ((words[1] ^ check.head.second) & check.mask.second)) != 0) {
      return check.negated;
    }
    if (check.tail == Tail::pattern) return holds_slowly(check, facts, room);
    return is_followed(check, value) != check.negated;
  }
  bool found = false;
  for (std::uint32_t i = value.elements_begin; i < value.elements_end; ++i) {
    found |= room.elements.data()[i] == check.wanted;
  }
  return found != check.negated;
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
    const Rule& row = rules_.data()[rule];
    if (!room.values.data()[row.slot].known) read(row.slot, facts, room);
    const std::uint64_t* const words = room.words.data() + row.word;
    if ((((words[0] ^ row.wanted.first) & row.mask.first) |
         ((words[1] ^ row.wanted.second) & row.mask.second)) != 0) {
      continue;
    }
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

void NaiveEngine::forget(Room& room) const noexcept {
  room.scratch.forget();
  room.odd = false;
  room.element_count = 0;
  for (const std::uint32_t slot : read_) room.values[slot].known = false;
}

void NaiveEngine::read_all(const Facts& facts, Room& room) const noexcept {
  forget(room);
  for (const std::uint32_t slot : read_) read(slot, facts, room);
}

Decision NaiveEngine::decide(const Facts& facts, Room& room) const noexcept {
  forget(room);
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
