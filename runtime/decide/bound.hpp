// A verified program made ready for the linear engine: attributes resolved, operands decoded, each
// test given one operation, each tier turned into one chain of tests with jumps.
//
// Neighbours: core/program.hpp (what is bound), bind.cpp, evaluate.hpp and engine.hpp (who run it).
// Must not know: facts. Immutable once built.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "core/addresses.hpp"
#include "core/decimal.hpp"
#include "core/program.hpp"
#include "core/schema.hpp"
#include "runtime/decide/pattern.hpp"
#include "runtime/decide/regex.hpp"
#include "runtime/decide/search.hpp"
#include "runtime/decide/symbols.hpp"
#include "runtime/decide/text_demands.hpp"

namespace sentrail::decide {

// What a test has become: its operator together with the kinds of its operands.
enum class Op : std::uint8_t {
  symbol,         // equals symbol a
  symbols,        // is one of operands [a, b), all strings, at least one
  risks,          // bit `risk` of a
  booleans,       // bit 0 (false) or 1 (true) of a
  number,         // compared with number a, gives an order in b
  exists,         //
  kinds,          // bit `FactKind` of a
  pattern,        // matches pattern a
  list,           // is in list a
  element,        // has operand a
  contains,       // has text of search a in it
  starts_with,    // begins with symbol a
  ends_with,      // ends with symbol a
  size,           // has a size; that compared with number a gives an order in b
  size_in,        // has a size; that is in list a
  search,         // has a match of regular expression a
  any_element,    // the condition of quantifier a holds of an element
  every_element,  // it holds of each
  window,         // the instant is in window a
  instant,        // the instant compared with instant a gives an order in b
  networks,       // is an address in one of networks [a, b)
  same,           // has the value of slot a; b is 1 if both are risks
};

// Bits of b, where it is an order.
inline constexpr std::uint32_t kLess = 1;
inline constexpr std::uint32_t kEqual = 2;
inline constexpr std::uint32_t kGreater = 4;

// One test of one slot.
struct Test {
  Op op = Op::exists;
  std::uint32_t slot = 0;
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  // Whether it can be looked up among others of its slot, see RuleTable, and what is found says
  // that it holds: a pattern that demands some text, an element that is a string, a part of one.
  bool looked_up = false;
};

// What a decision finds out, each at most once: for each slot which symbol its string is, for each
// test other than Op::symbol whether it holds (kHolds or kFails). Cells are numbered: slots, then
// tests, then one that always holds. Values from kUndecidable up answer nothing.
inline constexpr std::uint32_t kFails = 0;
inline constexpr std::uint32_t kHolds = 1;
inline constexpr std::uint32_t kNoSymbol = 0xfffffffd;  // absent, or a string the policy lacks
inline constexpr std::uint32_t kUndecidable = 0xfffffffe;

// A question that one compare answers: is the value of `cell` `expected`?
struct Question {
  std::uint32_t cell = 0;
  std::uint32_t expected = kHolds;
};

// Where a jump leads: a code, kMatched + rule, or kEndOfTier.
inline constexpr std::uint32_t kMatched = 0x80000000;
inline constexpr std::uint32_t kEndOfTier = 0xffffffff;

// One literal of one rule and where its answer leads. An undecidable answer leads nowhere: the rule
// is then evaluated as a tree.
struct Code {
  Question question;
  std::uint32_t on_equal = kEndOfTier;
  std::uint32_t on_other = kEndOfTier;
};

// An `in` of more than strings: where each kind of operand lies; sets of the small ones as bits.
struct List {
  std::uint32_t strings_begin = 0;
  std::uint32_t strings_end = 0;
  std::uint32_t numbers_begin = 0;
  std::uint32_t numbers_end = 0;
  std::uint32_t ranges_begin = 0;
  std::uint32_t ranges_end = 0;
  std::uint32_t patterns_begin = 0;
  std::uint32_t patterns_end = 0;
  std::uint32_t booleans = 0;
  std::uint32_t risks = 0;
  bool empty = false;
};

// An attribute or member that tests ask about, and what they need of it.
struct Slot {
  AttributeId attribute = AttributeId::tool;
  std::uint32_t steps_begin = 0;
  std::uint32_t steps_count = 0;
  std::uint8_t binder = 0;  // 0: of the request; n: of the element of quantifier depth n
  char separator = '/';
  bool has_symbols = false;
  bool has_patterns = false;
  bool is_whole = false;  // an attribute that lies among the values of Facts, all of it
};

// One tier's chain of codes.
struct Tier {
  std::uint32_t entry = kEndOfTier;
  std::uint32_t rules_begin = 0;
  std::uint32_t rules_end = 0;
  bool guard = false;
};

// All of it. Keeps views of the program's tables, which must outlive it.
struct BoundProgram {
  explicit BoundProgram(const Program& verified)
      : program(verified),
        symbols(verified),
        patterns(verified),
        searches(verified),
        regexes(verified),
        texts(verified) {}

  Program program;
  SymbolTable symbols;
  PatternSet patterns;
  std::vector<Slot> slots;
  std::vector<std::string_view> steps;
  std::vector<Decimal> numbers;
  // Of each test the widest of its networks, ascending: no address is in two of them.
  std::vector<Network> networks;
  std::vector<List> lists;
  SearchSet searches;
  RegexSet regexes;
  TextDemands texts;
  std::vector<Test> tests;          // by atom
  std::vector<Question> questions;  // by atom
  std::vector<Code> codes;
  std::vector<std::uint32_t> rule_entries;  // first code of each rule, ascending, and the end
  std::vector<Tier> tiers;
  // By rule: when an `allow` has ended, or that it never does; empty if none ever does.
  static constexpr std::int64_t kNoEnd = std::numeric_limits<std::int64_t>::max();
  std::vector<std::int64_t> ends;

  // Whether a rule is an `allow` whose end has come. source: docs/language.md, L8.13.
  [[nodiscard]] bool has_ended(std::uint32_t rule, std::int64_t now_ms) const noexcept {
    return !ends.empty() && ends[rule] != kNoEnd && now_ms >= ends[rule];
  }

  [[nodiscard]] std::size_t cell_count() const noexcept { return slots.size() + tests.size() + 1; }
  [[nodiscard]] std::span<const std::string_view> steps_of(const Slot& slot) const noexcept {
    return {steps.data() + slot.steps_begin, slot.steps_count};
  }
};

// Builds it. cost: linear in the program's tables.
[[nodiscard]] BoundProgram bind(const Program& verified);

}  // namespace sentrail::decide
