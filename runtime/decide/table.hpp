// The table engine: looks up which rules may match a request, and asks only those.
//
// Every rule is filed under tests of which one must hold, or be undecidable, for it to match: under
// the strings, patterns, elements, risks or booleans of one attribute. A request's values are
// looked up, each once; the rules filed under them, and those filed under nothing, are judged one
// by one by the linear engine. So the tables decide nothing: they say `certainly not`, and a rule
// that they pass over is one whose condition is certainly false. What cannot be read makes every
// rule that is filed under it a candidate for judging.
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
#include "runtime/decide/column_key.hpp"
#include "runtime/decide/columns.hpp"
#include "runtime/decide/linear.hpp"
#include "runtime/decide/scratch.hpp"

namespace sentrail::decide {

// A rule where it is filed, with up to two other keys that it demands: if one of them was looked
// up and not found, the rule is certainly false.
struct FiledRule {
  std::uint32_t rule = 0;
  std::array<std::uint16_t, 2> marks{kAlwaysMarked, kAlwaysMarked};
  std::array<std::uint8_t, 2> columns{};
};

// Filed rules of a RuleTable, ascending.
struct RuleSpan {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

// A column in use: what its values are looked up in.
struct FiledColumn {
  Column column;
  RuleSpan all;               // every rule filed under it
  std::uint32_t anchors = 0;  // of patterns: into the table's indexes
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
  struct Search;
  // A place of the hash table. The cell is that of the test of just this pattern or element, if
  // there is one.
  struct Place {
    ColumnKey key;
    RuleSpan rules;
    std::uint32_t cell = kNoRow;
  };

  // Columns that rules are checked against: a word has a bit for each.
  static constexpr std::size_t kCheckedColumns = 64;

  void file(const BoundProgram& bound, const Demands& demands,
            std::span<const std::uint32_t> chosen);
  [[nodiscard]] std::size_t number_of(const Column& column) const;
  void add_checks(const BoundProgram& bound, const Demands& demands,
                  std::span<const std::uint32_t> chosen);
  void add_looked_up(const BoundProgram& bound, std::vector<Place>& places) const;
  void add_anchors(const BoundProgram& bound, std::span<const Place> places);
  void add_places(std::span<const Place> places);
  void report(const BoundProgram& bound);

  void visit(std::uint32_t column, Search& search) const noexcept;
  void visit_value(std::uint32_t column, std::uint32_t value, Search& search) const noexcept;
  void visit_string(std::uint32_t column, Search& search) const noexcept;
  void visit_patterns(std::uint32_t column, Search& search) const noexcept;
  void visit_elements(std::uint32_t column, Search& search) const noexcept;

  std::vector<FiledColumn> columns_;
  std::vector<AnchorIndex> anchors_;
  std::vector<Place> places_;  // a power of two, at most half full
  std::uint64_t mask_ = 0;
  std::vector<FiledRule> rules_;
  RuleSpan unfiled_;
  TableReport report_;
};

}  // namespace sentrail::decide
