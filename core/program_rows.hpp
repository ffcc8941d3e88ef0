// The rows of a compiled policy's tables, of fixed width and without padding.
//
// Neighbours: program.hpp makes tables of them. Must not know: how they are checked or shown. Rows
// hold indices and offsets, never pointers; enums are kept as bytes because a hostile bundle may
// hold any. docs/bundle_format.md describes every row.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "core/addresses.hpp"
#include "core/decimal.hpp"

namespace sentrail {

static_assert(std::endian::native == std::endian::little, "rows are read in place");

// The version of the language that this build compiles and runs.
inline constexpr std::uint32_t kLanguageVersion = 1;
// Stands where a row names no other row.
inline constexpr std::uint32_t kNoRow = 0xffffffff;

// A piece of Program::text: valid UTF-8 of its own.
struct TextRef {
  std::uint32_t offset = 0;
  std::uint32_t bytes = 0;

  friend bool operator==(const TextRef&, const TextRef&) = default;
};

// What conditions ask about: an attribute, named by text because ids belong to one build, or a
// member of one; within quantifiers also the element of one of them, or a member of that.
struct SlotRow {
  TextRef attribute;              // of an element: its name in the policy's text
  std::uint32_t steps_begin = 0;  // into Program::steps
  std::uint32_t steps_count = 0;
  std::uint8_t separator = 0;  // of pattern segments: '.' or '/'
  std::uint8_t binder = 0;     // 0: a value of the request; n: the element of quantifier depth n
  std::uint16_t zero = 0;
};

// An exact number; see Decimal. Rows ascend by value.
struct NumberRow {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::int32_t exponent = 0;
  std::uint32_t negative = 0;  // 0 or 1

  // Converts; value() REQUIRES a verified row.
  [[nodiscard]] static NumberRow of(const Decimal& value) noexcept;
  [[nodiscard]] Decimal value() const noexcept;
};

// The steps of a pattern. A segment is what stands between separators; `globstar` is a segment of
// its own and stands for any number of them, none included.
enum class PatternOp : std::uint32_t {
  literal = 0,    // these bytes
  any_one = 1,    // `?`: one code point of the segment
  any_run = 2,    // `*`: any code points of the segment
  separator = 3,  // the end of one segment and the start of the next
  globstar = 4,   // `**`
};
struct PatternOpRow {
  std::uint32_t op = 0;
  TextRef text;  // literal: not empty, without the separator; all else: empty
};
struct PatternRow {
  TextRef source;  // as written, for explanations
  std::uint32_t separator = 0;
  std::uint32_t ops_begin = 0;
  std::uint32_t ops_count = 0;
};

// The steps of a regular expression, run side by side. A search begins a run at the first step
// before each code point of a value, and succeeds if some run arrives at a match.
enum class RegexOp : std::uint32_t {
  set = 0,        // takes one code point of set a; goes to the next step
  assertion = 1,  // goes to the next step where assertion a holds
  split = 2,      // goes to steps a and b
  jump = 3,       // goes to step a
  match = 4,
};
enum class RegexAssertion : std::uint32_t {
  text_begin = 0,
  text_end = 1,
  line_begin = 2,
  line_end = 3,
  word_boundary = 4,
  no_word_boundary = 5,
};
struct RegexStepRow {
  std::uint32_t op = 0;
  std::uint32_t a = 0;  // steps and sets are counted from those of their regular expression
  std::uint32_t b = 0;
};
// A set of code points: its ranges ascend and do not touch.
struct RegexSetRow {
  std::uint32_t ranges_begin = 0;
  std::uint32_t ranges_count = 0;
};
struct RegexRangeRow {
  std::uint32_t low = 0;
  std::uint32_t high = 0;  // included
};
struct RegexRow {
  TextRef source;  // as written, flags first
  std::uint32_t steps_begin = 0;
  std::uint32_t steps_count = 0;
  std::uint32_t sets_begin = 0;
  std::uint32_t sets_count = 0;
};

// What a test compares with. Rows of one test ascend by kind, then index, then upper: no twins.
enum class OperandKind : std::uint32_t {
  string = 0,        // index: symbols
  number = 1,        // index: numbers
  number_range = 2,  // index, upper: numbers; both ends included
  boolean = 3,       // index: 0 or 1
  risk = 4,          // index: Risk
  pattern = 5,       // index: patterns, with the separator of the test's slot
  regex = 6,         // index: regexes
  quantifier = 7,    // index: quantifiers
  window = 8,        // index: windows
  network = 9,       // index: networks
  instant = 10,      // index: instants
  peer = 11,         // index: peers
};
struct OperandRow {
  std::uint32_t kind = 0;
  std::uint32_t index = 0;
  std::uint32_t upper = 0;  // 0 unless number_range
};

// The tests that conditions are made of.
enum class TestOp : std::uint8_t {
  equal = 0,
  less = 1,
  less_equal = 2,
  greater = 3,
  greater_equal = 4,
  in = 5,
  matches = 6,
  has = 7,
  exists = 8,
  is_type = 9,
  contains = 10,
  starts_with = 11,
  ends_with = 12,
  search = 13,
  any_element = 14,  // the condition of a quantifier holds of an element of the slot's list
  every_element = 15,
  same = 16,  // the slot has the value of another
};
// What `is_type` asks for.
enum class TestedType : std::uint8_t {
  string = 0,
  number = 1,
  boolean = 2,
  list = 3,
  object = 4,
  null = 5,
};
// One distinct test: rules share it.
struct AtomRow {
  std::uint32_t slot = 0;
  std::uint8_t op = 0;
  std::uint8_t tested_type = 0;
  std::uint8_t sized = 0;  // 1: the size of the value is tested, not the value
  std::uint8_t zero = 0;
  std::uint32_t operands_begin = 0;
  std::uint32_t operands_count = 0;
};

// A slot that others are compared with. Rows ascend by slot: no twins.
struct PeerRow {
  std::uint32_t slot = 0;
};

// A condition in negation normal form, in prefix order: a node's children follow it and end at
// `end`, as does a leaf at the next row.
enum class NodeKind : std::uint8_t { constant = 0, literal = 1, all = 2, any = 3 };
struct NodeRow {
  std::uint8_t kind = 0;
  std::uint8_t flag = 0;  // literal: 1 if negated; constant: 1 for true, 0 for false
  std::uint16_t zero = 0;
  std::uint32_t atom = 0;  // literal
  std::uint32_t end = 0;
  std::uint32_t line = 0;  // where it is written, from 1; 0 if unknown
  std::uint32_t column = 0;
};

// A condition on the elements of a list: one tree of Program::element_nodes. Its nodes name
// elements of quantifiers of up to its depth, and quantifiers that are one deeper.
struct QuantifierRow {
  TextRef name;             // of the element, for explanations
  std::uint32_t depth = 0;  // from 1
  std::uint32_t nodes_begin = 0;
  std::uint32_t nodes_count = 0;
};

// A reason: texts, each followed by the value of a slot, or by nothing (kNoRow).
struct ReasonPartRow {
  TextRef text;
  std::uint32_t slot = kNoRow;
};
struct ReasonRow {
  std::uint32_t parts_begin = 0;
  std::uint32_t parts_count = 0;
};

// One rule. Its index is what Decision::rule names.
struct RuleRow {
  TextRef name;
  TextRef qualified_name;  // module.tier.rule
  TextRef file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t condition_begin = 0;  // one tree of Program::nodes
  std::uint32_t condition_end = 0;
  std::uint32_t reason = kNoRow;
  std::uint32_t outcome = 0;
};

// Who approves what a rule holds, and by when. Only of rules, or a default, that require approval
// and do not ask for the usual: one reviewer, in the server's time. Rows ascend by rule.
struct ApprovalRow {
  std::uint32_t rule = kNoRow;  // kNoRow, the last: the default
  std::uint32_t seats_begin = 0;
  std::uint32_t seats_count = 0;
  std::uint32_t zero = 0;
  std::int64_t within_ms = 0;  // 0: the server's time
};
// Seats of one kind. Rows of one approval ascend by role, then name: no twins.
struct SeatsRow {
  std::uint32_t people = 1;
  std::uint32_t role = 0;  // 1: `name` is a role; 0: a group
  TextRef name;
};

// What is written of a rule beside what it says, and its end. Only of rules with any of these. Rows
// ascend by rule.
struct NoteRow {
  std::uint32_t rule = 0;
  std::uint32_t zero = 0;
  TextRef owner;
  TextRef ticket;
  std::int64_t until_ms = 0;  // since 1970 UTC: the first that is too late; 0: it has no end
};

// What a rule's requests are counted by. Rows ascend by rule, those of one rule in their order.
// source: docs/language.md, section 14.
struct LimitRow {
  std::uint64_t place_id = 0;    // of the rule's name and what is counted
  std::uint64_t content_id = 0;  // of the rule's condition and what is counted
  std::int64_t most = 0;         // units: millionths
  std::int64_t per_ms = 0;
  std::uint32_t rule = 0;
  std::uint32_t amount = kNoRow;  // the slot that is added up; kNoRow: requests are counted
  std::uint32_t otherwise = 0;    // Effect: at least the rule's
  std::uint32_t keys_begin = 0;
  std::uint32_t keys_count = 0;
  std::uint32_t zero = 0;
};
struct LimitKeyRow {
  std::uint32_t slot = 0;
};

// Hours of certain days in the local time of a zone: from a minute of the day to before another,
// which is of the next day if it is not later. source: docs/language.md, L16.3.
struct WindowRow {
  std::uint32_t zone = 0;
  std::uint32_t days = 0;   // bit 0: Monday
  std::uint32_t from = 0;   // 0 to 1439
  std::uint32_t until = 0;  // 1 to 1440
};

// The addresses that begin with the first bits of one; see Network. Rows ascend by family, address
// and prefix.
struct NetworkRow {
  std::array<std::uint8_t, 16> address{};  // of IPv4 the first four; no bit is set behind `prefix`
  std::uint32_t prefix = 0;
  std::uint32_t family = 0;  // 4 or 6

  // Converts; network() REQUIRES a verified row.
  [[nodiscard]] static NetworkRow of(const Network& network) noexcept {
    return {network.first.bytes, network.prefix, static_cast<std::uint32_t>(network.first.family)};
  }
  [[nodiscard]] Network network() const noexcept {
    return {{static_cast<AddressFamily>(family), address}, static_cast<std::uint8_t>(prefix)};
  }
};

// An instant that `time` is compared with. Rows ascend.
struct InstantRow {
  std::int64_t unix_ms = 0;
};

// What sessions count: earlier calls of which a condition holds. Rows ascend by slot.
// source: docs/language.md, section 20.
struct CountRow {
  std::uint32_t slot = 0;         // whose step names the count
  std::uint32_t nodes_begin = 0;  // one tree of Program::count_nodes
  std::uint32_t nodes_count = 0;
  std::uint32_t zero = 0;
  std::int64_t within_ms = 0;  // how long a call counts
};

// What rules oblige to: each obligation once, ascending by kind, slot, channel and text.
struct ObligationRow {
  std::uint32_t kind = 0;       // ObligationKind
  std::uint32_t slot = kNoRow;  // of redact and mask: below `body` or `args`
  TextRef channel;              // of notify, else empty
  TextRef text;                 // of notify, tag and taint, else empty
};
// A rule and one of its obligations. Rows ascend by rule, then obligation. Rules are numbered as
// Program::rules; behind them follow Program::asides.
struct DutyRow {
  std::uint32_t rule = 0;
  std::uint32_t obligation = 0;
};
// An `also` rule, or a shadow rule with its place. Rows ascend by tier, kind, before.
enum class AsideKind : std::uint32_t { also = 0, shadow = 1 };
struct AsideRow {
  RuleRow rule;  // its condition is one tree of Program::aside_nodes; the outcome of an also: pass
  std::uint32_t kind = 0;
  std::uint32_t tier = 0;
  std::uint32_t before = 0;  // of a shadow: how many rules of its tier are tried before it; else 0
};

// One tier. The tiers' rules are, one after the other, all rules.
struct TierRow {
  TextRef name;
  std::uint32_t guard = 0;
  std::uint32_t rules_begin = 0;
  std::uint32_t rules_count = 0;
};

// What one decision costs at worst in the linear engine, for any request; see program_cost.cpp.
struct CostRow {
  std::uint64_t steps = 0;  // tests, operands and bytes compared
  std::uint64_t bytes = 0;  // distinct bytes of tables and request read

  friend bool operator==(const CostRow&, const CostRow&) = default;
};

// The policy as a whole; exactly one row.
struct PolicyRow {
  TextRef name;
  std::uint32_t language = kLanguageVersion;
  std::uint32_t default_effect = 0;
  std::uint32_t default_reason = kNoRow;
  std::uint32_t zero = 0;
  CostRow cost;
};

}  // namespace sentrail
