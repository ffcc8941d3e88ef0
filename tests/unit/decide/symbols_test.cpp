// Strings of the policy found by content. See runtime/decide/symbols.hpp.
#include "runtime/decide/symbols.hpp"

#include <gtest/gtest.h>

#include <set>

#include "tests/support/build_ir.hpp"
#include "tests/support/compiled.hpp"

namespace sentrail::support {
namespace {

Compiled compiled_with(const std::set<std::string>& symbols) {
  ir::Policy policy;
  policy.name = "symbols";
  std::vector<ir::Operand> operands;
  for (const std::string& symbol : symbols) operands.push_back(text(symbol));
  const auto when = atom(policy, test("env", ir::AtomOp::in, std::move(operands)));
  policy.tiers.push_back({"t", false, {rule("r", Outcome::block, when)}});
  return Compiled(policy);
}

TEST(SymbolTable, FindsEverySymbolAndNothingElse) {
  std::set<std::string> symbols = {"", "a", "ab", "abc", std::string("a\0b", 3), "\u00e4"};
  for (int i = 0; i < 2'000; ++i) symbols.insert("service-" + std::to_string(i * i));
  for (std::size_t length = 1; length < 40; ++length) symbols.insert(std::string(length, 'x'));
  const Compiled compiled = compiled_with(symbols);
  const decide::SymbolTable table(compiled.program());
  for (const std::string& symbol : symbols) {
    const std::uint32_t found = table.find(symbol);
    ASSERT_NE(found, decide::SymbolTable::kNone) << symbol;
    EXPECT_EQ(compiled.program().view(compiled.program().symbols[found]), symbol);
    for (const std::string& other : {symbol + "!", "!" + symbol, symbol + '\0'}) {
      if (!symbols.contains(other)) {
        EXPECT_EQ(table.find(other), decide::SymbolTable::kNone) << other;
      }
    }
  }
  EXPECT_EQ(table.find(std::string(1 << 20, 'x')), decide::SymbolTable::kNone);
}

TEST(SymbolTable, SearchesWhereHashingFails) {
  std::set<std::string> symbols = {"", "a", "ab", "b", "\u00e4", std::string(50, 'x')};
  // So many that some collide with every seed.
  for (int i = 0; i < 500; ++i) symbols.insert("service-" + std::to_string(i));
  const Compiled compiled = compiled_with(symbols);
  // Few probes force other seeds or, always with one, the search; all find the same.
  for (const std::uint32_t probes_max : {0u, 1u, 2u, 64u}) {
    const decide::SymbolTable table(compiled.program(), probes_max);
    for (std::uint32_t i = 0; i < compiled.program().symbols.size(); ++i) {
      EXPECT_EQ(table.find(compiled.program().view(compiled.program().symbols[i])), i);
    }
    for (const char* const other : {"aa", "c", "0", "xx", "\u00f6", "service-500"}) {
      EXPECT_EQ(table.find(other), decide::SymbolTable::kNone) << other;
    }
  }
}

TEST(SymbolTable, OfSomeFindsThoseByTheirPlace) {
  std::set<std::string> symbols;
  for (int i = 0; i < 300; ++i) symbols.insert("a-rather-long-service-" + std::to_string(i));
  const Compiled compiled = compiled_with(symbols);
  const Program& program = compiled.program();
  std::vector<std::uint32_t> some;
  for (std::uint32_t i = 0; i < program.symbols.size(); i += 3) some.push_back(i);
  const decide::SymbolTable table(program, some);
  for (std::uint32_t i = 0; i < program.symbols.size(); ++i) {
    const std::uint32_t expected = i % 3 == 0 ? i / 3 : decide::SymbolTable::kNone;
    EXPECT_EQ(table.find(program.view(program.symbols[i])), expected);
  }
}

TEST(SymbolTable, FindsNothingInAPolicyWithoutStrings) {
  const Compiled compiled = compiled_with({});
  const decide::SymbolTable table(compiled.program());
  EXPECT_EQ(table.find(""), decide::SymbolTable::kNone);
  EXPECT_EQ(table.find("a"), decide::SymbolTable::kNone);
}

}  // namespace
}  // namespace sentrail::support
