// Tables under construction: equal texts, numbers, patterns, slots and tests get one row each.
//
// Neighbours: lower.cpp walks the policy and asks for rows; core/program.hpp (rows). Must not know:
// rules and tiers. Symbols, numbers and their like are sorted, so their values are collected before
// any row that names them: first want_*(), then seal(), then the rest.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/ir/ir.hpp"
#include "core/decimal.hpp"
#include "core/program.hpp"
#include "core/time.hpp"

namespace sentrail::compiler {

// Builds the tables that rules share.
class TableBuilder {
 public:
  // Announces the literals of a test. fails: invalid_argument for a number past the exact range.
  Status want(const ir::Atom& atom);
  // Lays out symbols, numbers, networks and instants, and the slots that others are compared with.
  // REQUIRES: called once, after all want(). fails: as slot().
  Status seal();

  // The row of a text, slot, test or reason, new if there is none.
  // fails: limit_exceeded when the tables outgrow a bundle.
  Result<TextRef> text(std::string_view text);
  Result<std::uint32_t> slot(const ir::AttributeRef& ref);
  Result<std::uint32_t> atom(const ir::Atom& atom);
  Result<std::uint32_t> reason(const ir::Template& because);
  // The row of a test of elements, whose condition is `nodes`: one tree that begins at 0.
  Result<std::uint32_t> quantified(const ir::Condition& condition, std::uint32_t depth,
                                   const std::vector<NodeRow>& nodes);

  // The tables; rules, tiers, nodes and policy are the caller's to fill.
  [[nodiscard]] ProgramStorage& storage() noexcept { return out_; }

 private:
  // The slots of a test of two, the second never the deeper one, nor the earlier of two.
  struct Pair {
    std::uint32_t slot = 0;
    std::uint32_t peer = 0;
  };
  Result<Pair> pair(const ir::Atom& atom);
  Status want(const ir::Operand& operand);
  Status want_number(const std::string& text);
  Result<OperandRow> operand(const ir::Operand& operand, char separator);
  [[nodiscard]] OperandRow peer(std::uint32_t slot) const;
  Result<std::uint32_t> pattern(std::string_view text, char separator);
  Result<std::uint32_t> regex(const std::string& source);
  [[nodiscard]] std::uint32_t window(const ir::Operand& operand);
  [[nodiscard]] std::uint32_t symbol(std::string_view text) const;
  [[nodiscard]] std::uint32_t number(const std::string& text) const;
  [[nodiscard]] std::uint32_t network(const std::string& text) const;
  [[nodiscard]] std::uint32_t instant(const std::string& text) const;

  struct ByValue {
    bool operator()(const Decimal& a, const Decimal& b) const noexcept { return compare(a, b) < 0; }
  };

  // Finds the key in its buffer, and makes a string of it only where it is new.
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };
  template <class Row>
  using Interned = std::unordered_map<std::string, Row, TextHash, std::equal_to<>>;

  ProgramStorage out_;
  std::string key_;                                 // of the row being made
  std::vector<std::array<std::uint32_t, 3>> made_;  // operands of the test being made
  std::set<std::string, std::less<>> symbol_texts_;
  std::set<Decimal, ByValue> number_values_;
  std::set<std::string> zone_names_;
  std::set<Network> networks_;
  std::set<Instant> instants_;
  std::vector<ir::Atom> pairs_;  // the tests of two slots
  Interned<TextRef> texts_;
  Interned<std::uint32_t> slots_;
  Interned<std::uint32_t> atoms_;
  std::unordered_map<std::string, std::uint32_t> patterns_;
  std::unordered_map<std::string, std::uint32_t> regexes_;
  std::unordered_map<std::string, std::uint32_t> windows_;
  std::unordered_map<std::string, std::uint32_t> quantified_;
  std::unordered_map<std::string, std::uint32_t> reasons_;
};

}  // namespace sentrail::compiler
