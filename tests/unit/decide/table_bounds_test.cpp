// What a value can make a table of rules do, whoever sends it: at most about what asking all rules
// takes. See runtime/decide/table.hpp.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/limits.hpp"
#include "runtime/decide/engine.hpp"
#include "runtime/decide/table.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/compiled.hpp"
#include "tests/support/rule_book.hpp"

namespace sentrail::support {
namespace {

using decide::Engine;
using decide::EngineKind;
using decide::Scratch;
using ir::AtomOp;

// More sets of rules are found than a decision keeps apart.
TEST(TableBounds, JudgesWhateverIsFoundHoweverMuchItIs) {
  Book book;
  for (std::size_t i = 0; i < 200; ++i) {
    book.add(test("agent.roles", AtomOp::has, {text(named(i))}),
             i == 0 ? Outcome::allow : Outcome::block);
  }
  for (std::size_t i = 0; i < 20; ++i) book.add(is("env", i), Outcome::allow);
  Compiled compiled(book.policy);
  for (const std::size_t count : {1, 62, 63, 64, 65, 66, 120, 199}) {
    oracle::Value roles = list_value({});
    for (std::size_t i = count; i > 0; --i) roles.elements.push_back(string_value(named(i)));
    oracle::Request request;
    request.values["agent.roles"] = roles;
    request.values["env"] = string_value("n3");
    EXPECT_EQ(decide_request(compiled, request).rule, 1u) << count;
    request.values["agent.roles"].elements.push_back(string_value("n0"));
    EXPECT_EQ(decide_request(compiled, request).rule, 0u) << count;
  }
}

// A value that whoever sends it made of one segment must not have each pattern tried for each time
// that it is there: that took a minute for 100 patterns and 8 KiB.
TEST(TableBounds, TriesNoPatternForEverySegmentOfAValue) {
  Book book;
  for (std::size_t i = 0; i < 100; ++i) {
    book.add(test("http.path", AtomOp::matches, {pattern("**/x/*" + named(i) + "*/**")}));
    book.add(test("http.path", AtomOp::matches, {pattern("**/y/*" + named(i) + "*/**")}));
  }
  book.add(test("http.path", AtomOp::matches, {pattern("**/last/**")}));
  Compiled compiled(book.policy);
  const Engine table(compiled.program(), EngineKind::table);
  EXPECT_EQ(table.table()->report().unfiled, 0u);
  std::string path;
  while (path.size() + 2 <= limits::kMatchedBytesMax) path += "/x";
  oracle::Request request;
  const auto begin = std::chrono::steady_clock::now();
  request.values["http.path"] = string_value(path);
  EXPECT_EQ(decide_request(compiled, request).candidate_count, 0u);
  path.replace(path.size() - 8, 8, "/x/an70b");
  request.values["http.path"] = string_value(path);
  EXPECT_EQ(decide_request(compiled, request).rule, 2 * 7u);
  path.replace(path.size() - 8, 8, "/xx/last");
  request.values["http.path"] = string_value(path);
  EXPECT_EQ(decide_request(compiled, request).rule, 200u);
  const auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_LT(took, std::chrono::seconds(10));
}

// Texts that are ends of one another, and a value that has all of them everywhere, or nearly.
TEST(TableBounds, LooksTextsUpInTimeLinearInAValue) {
  Book book;
  for (std::size_t i = 1; i <= 200; ++i) {
    const std::string run(i, 'a');
    book.add(all_of(book.policy, {book.ask(test("body.text", AtomOp::contains, {text(run + "b")})),
                                  book.ask(test("tool", AtomOp::exists))}));
    book.add(test("body.text", AtomOp::search, {regex("(?i)c" + run + "[0-9]")}));
    book.add(test("body.text", AtomOp::ends_with, {text("d" + run)}));
  }
  Compiled compiled(book.policy);
  const Engine table(compiled.program(), EngineKind::table);
  EXPECT_EQ(table.table()->report().unfiled, 0u);
  oracle::Request request;
  const auto decide = [&](std::string value) {
    request.values["body"] = object_value({{"text", string_value(std::move(value))}});
    return decide_request(compiled, request);
  };
  const std::string most(4'000, 'a');
  const std::string too_long(limits::kRegexValueBytesMax + 1, 'a');
  request.values["tool"] = string_value("t");
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(decide(most).candidate_count, 0u);
  EXPECT_EQ(decide(most + "bd").rule, 0u);
  EXPECT_EQ(decide(most + "Caaa7").rule, 3 * 2u + 1);
  EXPECT_EQ(decide(most + "daa").rule, 3 * 1u + 2);
  EXPECT_EQ(decide(too_long).candidate_count, 200u);  // too long for expressions
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

TEST(TableBounds, JudgesManyRulesOnceHoweverOftenAValueFindsThem) {
  Book book;
  for (std::size_t i = 0; i < 10'000; ++i) {
    book.add(all_of(book.policy,
                    {book.ask(test("agent.roles", AtomOp::has, {text("x")})),
                     book.ask(test("env", AtomOp::starts_with, {text(std::to_string(i))}))}));
  }
  for (std::size_t i = 0; i < 300; ++i)
    book.add(test("agent.roles", AtomOp::has, {text(named(i))}));
  const Compiled compiled(book.policy);
  const Engine table(compiled.program());
  ASSERT_EQ(table.kind(), EngineKind::table);
  Scratch scratch = table.make_scratch();
  const auto fastest = [&](std::size_t times) {
    const std::vector<std::string_view> roles(times, "x");
    Facts facts;
    facts[AttributeId::agent_roles] = Fact::of(std::span(roles));
    facts[AttributeId::env] = Fact::of("e");
    auto best = std::chrono::steady_clock::duration::max();
    for (int i = 0; i < 9; ++i) {
      const auto begin = std::chrono::steady_clock::now();
      EXPECT_EQ(table.decide(facts, scratch).candidate_count, 0u);
      best = std::min(best, std::chrono::steady_clock::now() - begin);
    }
    return best;
  };
  EXPECT_LT(fastest(63), 10 * fastest(1));
}

}  // namespace
}  // namespace sentrail::support
