// The checked policy: attributes resolved, literals typed, lists expanded, rules in the order in
// which they are tried. What the language means is defined on this form.
//
// Neighbours: check/ builds it, oracle/ evaluates it slowly, simplify/ and lower/ compile it.
// Must not know: syntax (spans remain for explanations), bytes, machines.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/rare.hpp"
#include "compiler/ir/rare_text.hpp"
#include "compiler/source.hpp"
#include "core/decision.hpp"
#include "core/ids.hpp"
#include "core/obligation.hpp"
#include "core/result.hpp"
#include "core/schema.hpp"
#include "core/zones.hpp"

namespace sentrail::compiler::ir {

using ConditionId = Id<struct ConditionTag>;

// An attribute, or a member of one. `steps` are decoded; header names in lower case. Within
// quantifiers it may be the element that the `binder`-th of them, from outside, looks at: `steps`
// are then members of the element, and `attribute` that of the list.
struct AttributeRef {
  AttributeId attribute = AttributeId::tool;
  std::vector<std::string> steps;
  std::uint8_t binder = 0;  // 0: a value of the request
  RareText element{};       // the element's name in the text

  friend bool operator==(const AttributeRef&, const AttributeRef&) = default;
};

// The type of the value that a reference names: the attribute's, its member's or its element's.
[[nodiscard]] Type type_of(const AttributeRef& ref);

// The path of a reference as policy text writes it: `resource.ref`, `body."odd key".n`.
[[nodiscard]] std::string to_string(const AttributeRef& ref);

// Whether one reference names the same value as another, or a part of it.
[[nodiscard]] bool overlap(const AttributeRef& a, const AttributeRef& b) noexcept;

// What an attribute is compared with.
enum class OperandKind : std::uint8_t {
  string,
  number,
  boolean,
  risk,
  pattern,
  number_range,
  regex,
  window,
  network,
  instant
};
struct Operand {
  OperandKind kind = OperandKind::string;
  // string; number, pattern and regex as written, its flags first: `(?i)a`; risk's name; range's
  // lower end; window's zone; a network, or a single address, as format_network writes it; an
  // instant as format_rfc3339 does
  std::string text;
  RareText upper;  // number_range's upper end, included
  bool boolean = false;
  Window window{};

  friend bool operator==(const Operand&, const Operand&) = default;
};

// Tests that remain: `!=`, `not in`, `!~`, `is absent` have become `not` of these (`is absent` is
// `not exists`). An `in` holds what its list held, patterns where an entry has a wildcard.
enum class AtomOp : std::uint8_t {
  equal,
  less,
  less_equal,
  greater,
  greater_equal,
  in,
  matches,
  has,
  contains,
  starts_with,
  ends_with,
  search,
  exists,
  is_type,
  same  // has the value of another attribute
};

// The types that `is` tests. `number` and `string` also hold for attributes of those types.
enum class TestedType : std::uint8_t { string, number, boolean, list, object, null };

// `attribute op operands`. Operands: `in` any number; `exists`, `is_type` and `same` none; others
// one.
struct Atom {
  AttributeRef attribute;
  AtomOp op = AtomOp::exists;
  std::vector<Operand> operands;
  TestedType tested_type = TestedType::string;
  bool sized = false;          // tests `size(attribute)`, a number
  Rare<AttributeRef> other{};  // same: what `attribute` is compared with

  friend bool operator==(const Atom&, const Atom&) = default;
};

// Whether values of two types can be equal: of one type, or of what JSON has.
[[nodiscard]] bool can_be_same(Type a, Type b) noexcept;

// A node of a condition; children before parents in Policy::conditions.
enum class ConditionKind : std::uint8_t {
  always,
  atom,
  not_,
  all,
  any,
  some_element,  // its one child holds of an element of the list
  every_element
};
struct Condition {
  ConditionKind kind = ConditionKind::always;
  Atom atom;           // of some_element and every_element: `attribute` is the list
  RareText element{};  // some_element, every_element: the element's name
  std::vector<ConditionId> children;
  Span span;
};

// A text with `{attribute}` holes, for because. Holes and texts alternate, a text first.
struct Template {
  std::vector<std::string> texts;
  std::vector<AttributeRef> holes;
};

// Whether a condition is about the elements of a list.
[[nodiscard]] constexpr bool is_quantified(ConditionKind kind) noexcept {
  return kind == ConditionKind::some_element || kind == ConditionKind::every_element;
}

// Seats of one kind in a quorum: people of a group, or of a role or a higher one.
struct Seats {
  bool role = true;
  std::string name = "reviewer";
  std::uint32_t people = 1;

  friend auto operator<=>(const Seats&, const Seats&) = default;
};

// Who approves what a rule or the default holds, and by when: as it stands here, the usual.
struct Approval {
  std::vector<Seats> seats = {Seats{}};     // ascend by role, then name: no twins
  std::optional<std::int64_t> within_ms{};  // nothing: the server's time

  friend bool operator==(const Approval&, const Approval&) = default;
};

// What the requests of a rule are counted by. source: docs/language.md, section 14.
struct Limit {
  std::optional<AttributeRef> amount{};  // what is added up; nothing: requests are counted
  std::int64_t most = 0;                 // units: millionths
  std::int64_t per_ms = 0;
  std::vector<AttributeRef> keys{};
  Effect otherwise = Effect::block;
  Approval approval{};  // of `otherwise`: the usual, but for require_approval
  Span span{};
};

// What people are asked for, as policy text writes it; `as usual`.
[[nodiscard]] std::string to_string(const Approval& approval);

// A limit as policy text writes it, `else` left out.
[[nodiscard]] std::string to_string(const Limit& limit);

// A limit with its `else`, which is written out though it be the usual.
[[nodiscard]] std::string with_else(const Limit& limit);

// What a rule adds to the decision (language.md, section 15).
struct Obligation {
  ObligationKind kind = ObligationKind::alert;
  std::optional<AttributeRef> path{};  // of redact and mask
  std::string channel{};               // of notify
  std::string text{};                  // of notify, tag and taint

  friend bool operator==(const Obligation&, const Obligation&) = default;
};

// An obligation as policy text writes it: `notify slack "#fin"`.
[[nodiscard]] std::string to_string(const Obligation& obligation);

// Whether one obligation comes before another: by kind, then as written.
[[nodiscard]] bool comes_before(const Obligation& a, const Obligation& b);

// What a session counts: its earlier calls of which a condition holds. The conditions are its own,
// for they are asked of other calls than those of rules; the last is the whole. `session.count`
// has a member of this text. source: docs/language.md, section 20.
struct Count {
  std::string text;
  IdVector<ConditionTag, Condition> conditions{};
  std::int64_t within_ms = 0;

  // The whole condition. REQUIRES: there is one.
  [[nodiscard]] ConditionId root() const {
    return ConditionId{static_cast<std::uint32_t>(conditions.size() - 1)};
  }
};

// One rule. Its condition is `when and not unless`, `on` being part of `when`.
struct Rule {
  std::string name;
  std::string qualified_name;  // module.tier.rule
  Outcome outcome = Outcome::block;
  ConditionId when;
  std::optional<ConditionId> unless;
  std::optional<Template> because;
  Span span;
  Approval approval{};  // the usual, but for require_approval
  std::string owner{};
  std::string ticket{};
  std::optional<std::int64_t> until_ms{};  // the first millisecond after its end
  Span until_span{};
  std::vector<Limit> limits{};
  std::vector<Obligation> obligations{};  // ascend by comes_before: no twins
  bool on_response = false;               // its condition has `response exists` in it
};

// A shadow rule, and how many rules of its tier are tried before it.
struct Shadow {
  Rule rule;
  std::size_t before = 0;
};

// One tier, its rules in the order in which they are tried (priority, then source order).
struct Tier {
  std::string name;
  bool guard = false;
  std::vector<Rule> rules;
  std::vector<Rule> alsos{};      // their outcome is `pass`, and means nothing
  std::vector<Shadow> shadows{};  // ascend by `before`
  bool implied = false;           // nobody wrote it: see phases.hpp
};

// Calls visit(rule) for each rule of a tier, and for what is written like one.
template <class TierType, class Visit>
void for_each_written(TierType& tier, const Visit& visit) {
  for (auto& rule : tier.rules) visit(rule);
  for (auto& rule : tier.alsos) visit(rule);
  for (auto& shadow : tier.shadows) visit(shadow.rule);
}

// A value given in a test: JSON text, or that it could not be read.
struct GivenValue {
  AttributeRef attribute;
  std::string json;
  bool unreadable = false;
};

// What a limit already holds in a test.
struct GivenUsed {
  std::string rule;  // qualified name
  std::size_t limit = 0;
  std::int64_t amount = 0;  // units: millionths
};

// One test of the policy. Raw requests (tool, method, target) are classified; the attributes in
// `with` then replace what classification gave.
struct TestCase {
  std::string name;
  std::optional<std::string> tool;
  std::optional<std::string> method;
  std::optional<std::string> target;
  std::optional<std::string> body_json;
  std::vector<GivenValue> with;
  std::vector<GivenUsed> used;
  std::uint32_t calls_before = 0;  // the same request, so many times before
  Effect effect = Effect::block;
  std::optional<std::string> rule;        // qualified name; `default` for the default
  std::vector<Obligation> obligations{};  // all of them are there
  Span span;
  Span expect_span;
  std::vector<std::vector<Seats>> quorums{};  // that are asked; ascend: no twins; empty: any
  std::optional<std::int64_t> within_ms{};    // the shortest written time; nothing: any
};

// What the policy claims of itself: no request for which `when` may hold has this effect.
struct Proof {
  std::string name;
  Effect never = Effect::allow;
  ConditionId when;
  Span span;
};

struct Policy;

// Has a policy count something, if it does not yet.
void add_count(Policy& policy, Count count);

// The condition as stable text, which does not depend on where it stands.
[[nodiscard]] std::string to_string(const Policy& policy, ConditionId id);

// One checked policy.
struct Policy {
  std::string name;
  std::vector<std::string> catalogs;  // imported, e.g. `sentrail.github`
  std::vector<Tier> tiers;
  IdVector<ConditionTag, Condition> conditions;
  std::vector<Count> counts{};  // ascend by text: no twins
  Effect default_effect = Effect::require_approval;
  std::optional<Template> default_because;
  Approval default_approval{};  // the usual, but for require_approval
  std::vector<TestCase> tests;
  std::vector<Proof> proofs;

  // All but the tests, and the conditions, which its rules and proofs still name by their ids.
  [[nodiscard]] Policy without_conditions() const;
  // Of each condition, whether it stands within a quantifier: what it asks may be an element's.
  [[nodiscard]] std::vector<bool> within_quantifiers() const;

  // Stable text; equal dumps mean equal policies.
  [[nodiscard]] std::string dump() const;
  // Invariants: children before parents, operand arity and kinds, guard tiers without allow.
  [[nodiscard]] Status verify() const;
};

}  // namespace sentrail::compiler::ir
