// The table engine: looks up which rules may match a request, and asks only those.
//
// Every rule is filed under tests of which one must hold, or be undecidable, for it to match: under
// the strings, patterns, elements, texts, risks or booleans of one attribute. A request's values
// are looked up, each once; the rules filed under them, and those filed under nothing, are judged
// one by one by the linear engine. So the tables decide nothing: they say `certainly not`, and a
// rule that they pass over is one whose condition is certainly false. What cannot be read makes
// every rule that is filed under it a candidate for judging.
//
// Neighbours: demands.hpp (what rules demand), columns.hpp (under what they are filed), anchors.hpp
// (patterns), linear.hpp (the judge), engine.hpp (chooses). Must not know: policy text.
// source: docs/engine.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/decision.hpp"
#include "core/facts.hpp"
#include "runtime/decide/anchors.hpp"
#include "runtime/decide/bound.hpp"
#include "runtime/decide/columns.hpp"
#include "runtime/decide/linear.hpp"
#include "runtime/decide/scratch.hpp"
#include "runtime/decide/symbols.hpp"
#include "runtime/decide/text_finder.hpp"

namespace sentrail::decide {

// The mark that is always set; those of keys are less. Keys that no rule demands have it too.
inline constexpr std::uint16_t kAlwaysMarked = 1023;

// A rule where it is filed, with what else it demands: a question whose answer is a symbol, and up
// to two keys. If the answer is another, or one of the keys was looked up and not found, the rule
// is certainly false.
struct FiledRule {
  std::uint32_t rule = 0;
  Question question;
  std::array<std::uint16_t, 2> marks{kAlwaysMarked, kAlwaysMarked};
  std::array<std::uint8_t, 2> columns{};
  // Whether that, and the test that it is filed under, is all of its condition: what was looked up
  // then settles it.
  bool plain = false;
};

// Filed rules of a RuleTable, ascending.
struct RuleSpan {
  std::uint32_t begin;
  std::uint32_t end;
};

// What follows if a request's value has a key: which rules are filed under it, and which cell is
// known then. The symbol of a string is known, and of a pattern, element or part that stands alone
// in a test, that the test holds. Where nothing is known, the cell is the one that always holds.
struct FoundKey {
  RuleSpan rules{};
  std::uint32_t cell = 0;
  std::uint32_t value = kHolds;
  std::uint16_t mark = kAlwaysMarked;
};

// A column in use: what its values are looked up in.
struct FiledColumn {
  Column column;
  RuleSpan all{};                // every rule filed under it
  std::uint32_t keys_begin = 0;  // of risks and booleans all are there, in their order
  // Of strings and elements into symbols_, of patterns into anchors_, of texts into texts_.
  std::uint32_t index = 0;
};

// The texts of a column.
struct FiledTexts {
  TextFinder finder;
  std::uint32_t found_begin = 0;  // the first of what Scratch knows of its outputs
  bool has_regexes = false;       // whether tests of it may be undecidable on some strings
};

// What a table is made of, for reports.
struct TableReport {
  std::size_t columns = 0;
  std::size_t filed = 0;    // rules filed under something
  std::size_t unfiled = 0;  // rules that every request asks
  std::size_t never = 0;    // rules that no request matches
  std::size_t bytes = 0;
  std::uint64_t expected_cost = 0;  // by the model, see columns.hpp
  std::uint64_t linear_cost = 0;
};

// The filed rules of one program. threads: immutable.
class RuleTable {
 public:
  // Files all rules. cost: n log n in rules, tests and the bytes of patterns.
  explicit RuleTable(const BoundProgram& bound);

  // Whether deciding by it costs less than asking every rule, by the committed model.
  [[nodiscard]] bool pays() const noexcept { return report_.expected_cost < report_.linear_cost; }
  [[nodiscard]] const TableReport& report() const noexcept { return report_; }

  // Decides one action. REQUIRES: `linear` is of the program that the table was made of.
  [[nodiscard]] Decision decide(const LinearEngine& linear, const Facts& facts,
                                Scratch& scratch) const noexcept;

 private:
  class Builder;
  struct Search;

  // Columns that rules are checked against: a word has a bit for each.
  static constexpr std::size_t kCheckedColumns = 64;

  void report(const BoundProgram& bound);

  void visit(std::uint32_t column, Search& search) const noexcept;
  void visit_string(const FiledColumn& filed, Search& search) const noexcept;
  void visit_patterns(std::uint32_t column, Search& search) const noexcept;
  void visit_elements(std::uint32_t column, Search& search) const noexcept;
  void visit_texts(std::uint32_t column, Search& search) const noexcept;

  std::vector<FiledColumn> columns_;
  std::vector<SymbolTable> symbols_;
  std::vector<AnchorIndex> anchors_;
  std::vector<FiledTexts> texts_;
  std::vector<FoundKey> keys_;
  std::vector<FiledRule> rules_;
  RuleSpan unfiled_{};
  TableReport report_;
};

}  // namespace sentrail::decide
