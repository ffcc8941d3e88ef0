// Rules that are settled by what was looked up, without being judged. See
// runtime/decide/table.hpp.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "compiler/oracle/oracle.hpp"
#include "core/limits.hpp"
#include "runtime/decide/engine.hpp"
#include "runtime/decide/table.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/compiled.hpp"
#include "tests/support/facts_of.hpp"
#include "tests/support/rule_book.hpp"

namespace sentrail::support {
namespace {

using decide::Engine;
using decide::EngineKind;
using ir::AtomOp;

// More keys are demanded than there are marks: that two share one settles nothing.
TEST(PlainRules, KeysThatShareAMarkAreToldApart) {
  const std::size_t count = decide::kAlwaysMarked + 200;
  Book book(Effect::allow);
  for (std::size_t i = 0; i < count; ++i) {
    book.add(all_of(book.policy, {book.ask(is("env", i)),
                                  book.ask(test("agent.roles", AtomOp::has, {text(named(i))}))}));
  }
  for (std::size_t i = 0; i < 40; ++i) {
    book.add(test("agent.roles", AtomOp::has, {text("x" + named(i))}));
  }
  for (std::size_t i = 0; i < 40; ++i) book.add(is("env", count + i));
  Compiled compiled(book.policy);
  const Engine table(compiled.program(), EngineKind::table);
  ASSERT_EQ(table.table()->report().columns, 2u);
  oracle::Request request;
  request.values["env"] = string_value("n0");
  for (std::size_t role = 0; role < count; ++role) {
    request.values["agent.roles"] = strings_value({named(role)});
    ASSERT_EQ(decide_request(compiled, request).effect == Effect::block, role == 0) << role;
  }
}

// Rules of which everything is looked up are settled without being judged: for each truth of what
// they are filed under and of what else they demand.
TEST(PlainRules, SettlesRulesByWhatWasLookedUp) {
  Book book(Effect::allow);
  for (std::size_t i = 0; i < 40; ++i) {
    const Outcome outcome = i % 2 == 0 ? Outcome::block : Outcome::require_approval;
    book.add(all_of(book.policy,
                    {book.ask(test("http.path", AtomOp::contains, {text("/" + named(i) + "/")})),
                     book.ask(is("env", i % 8)),
                     book.ask(test("tool", AtomOp::matches, {pattern(named(i % 4) + ".*")}))}),
             outcome);
    book.policy.tiers[0].rules.back().until_ms = 10 * limits::kDayMs;
  }
  for (std::size_t i = 0; i < 40; ++i) book.add(is("env", 100 + i), Outcome::allow);
  for (std::size_t i = 0; i < 40; ++i) {
    const std::string glob = named(100 + i) + ".*";
    book.add(test("tool", AtomOp::matches, {pattern(glob)}), Outcome::allow);
    book.policy.tiers[0].rules.back().until_ms = 10 * limits::kDayMs;
  }
  Compiled compiled(book.policy);
  const oracle::Value paths[] = {string_value("/n4/x"), string_value("/n5/n4/"), unreadable(),
                                 oracle::Value{}, string_value("\xff/n4/")};
  const oracle::Value envs[] = {string_value("n4"), string_value("n3"), string_value("n104"),
                                unreadable(), oracle::Value{}};
  const oracle::Value tools[] = {string_value("n0.a"), string_value("n1.b"), string_value("n103.a"),
                                 string_value("\xff"), unreadable(),         oracle::Value{}};
  std::size_t effects[3] = {};
  for (const oracle::Value& path : paths) {
    for (const oracle::Value& env : envs) {
      for (const oracle::Value& tool : tools) {
        for (const std::int64_t day : {1, 20}) {
          oracle::Request request;
          request.now_ms = day * limits::kDayMs;
          const auto put = [&](const char* name, const oracle::Value& value) {
            if (value.kind != oracle::ValueKind::absent) request.values.emplace(name, value);
          };
          put("http.path", path);
          put("env", env);
          put("tool", tool);
          const Decision decision = decide_request(compiled, request);
          ASSERT_EQ(difference(oracle::decide(book.policy, request), decision), "")
              << describe(request);
          ++effects[static_cast<std::size_t>(decision.effect)];
        }
      }
    }
  }
  for (const std::size_t times : effects) EXPECT_GT(times, 5u);
}

}  // namespace
}  // namespace sentrail::support
