// The check as a function: what it returns, what it never does, and what checked text means.
#include "compiler/check/check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "compiler/oracle/oracle.hpp"
#include "compiler/syntax/parser.hpp"
#include "core/limits.hpp"
#include "tests/support/build_ir.hpp"

namespace sentrail::compiler {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Everything that one run leaves behind.
struct Checked {
  Sources sources;
  DiagnosticSink sink;
  std::optional<Ast> ast;
  std::optional<ir::Policy> policy;

  explicit Checked(std::string text, const std::vector<CatalogInfo>* catalogs = nullptr) {
    const SourceId id = sources.add("p.sentrail", std::move(text));
    ast = parse(id, sources, sink);
    if (ast) policy = check(*ast, sources, catalogs, sink);
  }

  [[nodiscard]] std::vector<std::string_view> codes() const {
    std::vector<std::string_view> codes;
    for (const Diagnostic& diagnostic : sink.sorted())
      codes.push_back(row_of(diagnostic.kind).code);
    return codes;
  }
};

TEST(Check, GivesNoPolicyWithAnErrorAndOneWithWarnings) {
  const Checked bad("policy p rule r: block when env == 5");
  ASSERT_TRUE(bad.ast);
  EXPECT_FALSE(bad.policy);
  EXPECT_THAT(bad.codes(), ElementsAre("S0213"));
  const Checked warned("policy p list l = [\"a\"] rule r: block when env == live");
  EXPECT_TRUE(warned.policy);
  EXPECT_THAT(warned.codes(), ElementsAre("S0301"));
}

TEST(Check, TakesImportsToolsAndActionsAsWrittenWithoutCatalogs) {
  const std::string text =
      "policy p import any.thing rule r: block on jira issue.close "
      "test \"t\" { given jira GET \"/x\" expect block }";
  const Checked run(text);
  ASSERT_TRUE(run.policy);
  EXPECT_THAT(run.codes(), IsEmpty());
  EXPECT_THAT(run.policy->catalogs, ElementsAre("any.thing"));
  // Tools of what could not be imported are not said to be unknown as well.
  const std::vector<CatalogInfo> none;
  EXPECT_THAT(Checked(text, &none).codes(), ElementsAre("S0202"));
}

// Each call is tried against all that is counted, and servers keep the names.
TEST(Check, BoundsWhatSessionsCount) {
  const auto counting = [](std::size_t things) {
    std::string text = "policy p";
    for (std::size_t i = 0; i < things; ++i) {
      text += " rule r" + std::to_string(i) + ": block when session.count(action == a" +
              std::to_string(i) + ") within 1m > 1 and session.count(action == a) within 1m > 2";
    }
    return text;
  };
  EXPECT_THAT(Checked(counting(limits::kSessionCountsMax - 1)).codes(), IsEmpty());
  EXPECT_THAT(Checked(counting(limits::kSessionCountsMax)).codes(), ElementsAre("S0346"));
  const auto naming = [](std::size_t bytes) {
    // `(action == "…") within 1m`
    return "policy p rule r: block when session.count(action == \"" + std::string(bytes - 24, 'a') +
           "\") within 1m > 1";
  };
  EXPECT_THAT(Checked(naming(limits::kCountTextBytesMax)).codes(), IsEmpty());
  EXPECT_THAT(Checked(naming(limits::kCountTextBytesMax + 1)).codes(), ElementsAre("S0346"));
}

TEST(Check, IsAboutOneRunOnly) {
  // Errors that the sink held before do not make a good policy bad.
  Sources sources;
  DiagnosticSink sink;
  sink.report({DiagnosticKind::invalid_utf8, {}, "before", {}, ""});
  const SourceId id = sources.add("p", "policy p rule r: block when env == live");
  const auto ast = parse(id, sources, sink);
  ASSERT_TRUE(ast);
  EXPECT_TRUE(check(*ast, sources, nullptr, sink));
}

TEST(Check, SuggestsOnlyWhatIsNear) {
  const Checked run("policy p rule r: block when resource.pth == \"x\"");
  ASSERT_EQ(run.sink.sorted().size(), 1u);
  EXPECT_EQ(run.sink.sorted()[0].help, "did you mean `resource.path`?");
}

TEST(Check, ReportsEachBrokenTestOfACondition) {
  const Checked run(
      "policy p rule r: block when (env == 5 or risk == 6) and not (nope exists or tool ~ \"a**\") "
      "unless agent.roles == x because \"{nope}\"");
  EXPECT_THAT(run.codes(), ElementsAre("S0213", "S0213", "S0210", "S0215", "S0212", "S0210"));
}

// The meaning of text, end to end, by the oracle.
constexpr std::string_view kPolicy = R"(policy acme
import sentrail.github
list protected = [main, "release/**"]
guard tier safety {
  rule protect: block on github [ref.delete, "branch_protection.*"] when resource.ref in protected
  rule open_season: pass when env == test
  rule careful: require_approval when risk >= high
}
tier team {
  rule late: allow when risk <= medium
  rule merges: require_approval on github pull_request.merge
    unless agent.roles has "release-bot" and env != live priority 1
}
default block
)";

class CheckedMeaning : public ::testing::Test {
 protected:
  // The decision as `effect by rule`.
  std::string decide() const {
    const oracle::Decision decision = oracle::decide(*run_.policy, request_);
    std::string out(name_of(decision.effect));
    if (!decision.rule) return out + " by default";
    std::size_t index = *decision.rule;
    for (const ir::Tier& tier : run_.policy->tiers) {
      if (index < tier.rules.size()) return out + " by " + tier.rules[index].qualified_name;
      index -= tier.rules.size();
    }
    return out + " by nobody";
  }

  void give(const std::string& name, oracle::Value value) {
    request_.values[name] = std::move(value);
  }

  Checked run_{std::string(kPolicy)};
  oracle::Request request_;
};

TEST_F(CheckedMeaning, OnIsSugarForToolAndAction) {
  give("tool", support::string_value("github"));
  give("action", support::string_value("branch_protection.update"));
  give("resource.ref", support::string_value("release/1.2"));
  give("risk", support::string_value("low"));
  EXPECT_EQ(decide(), "block by acme.safety.protect");
  give("action", support::string_value("ref.update"));
  EXPECT_EQ(decide(), "allow by acme.team.late");
  give("action", support::string_value("ref.delete"));
  give("tool", support::string_value("gitlab"));
  EXPECT_EQ(decide(), "allow by acme.team.late");
  give("tool", support::unreadable());
  EXPECT_EQ(decide(), "block by acme.safety.protect");
}

TEST_F(CheckedMeaning, PrioritiesComeFirst) {
  give("tool", support::string_value("github"));
  give("action", support::string_value("pull_request.merge"));
  give("risk", support::string_value("low"));
  EXPECT_EQ(decide(), "require_approval by acme.team.merges");
}

TEST_F(CheckedMeaning, UnlessLeavesTheOtherRules) {
  give("tool", support::string_value("github"));
  give("action", support::string_value("pull_request.merge"));
  give("agent.roles", support::strings_value({"release-bot"}));
  give("risk", support::string_value("medium"));
  EXPECT_EQ(decide(), "allow by acme.team.late");
  give("env", support::string_value("live"));
  EXPECT_EQ(decide(), "require_approval by acme.team.merges");
}

TEST_F(CheckedMeaning, PassEndsItsTierOnly) {
  give("risk", support::string_value("critical"));
  EXPECT_EQ(decide(), "block by default");
  give("risk", support::string_value("high"));
  give("tool", support::string_value("github"));
  give("action", support::string_value("pull_request.merge"));
  EXPECT_EQ(decide(), "require_approval by acme.safety.careful");
  give("env", support::string_value("test"));
  EXPECT_EQ(decide(), "require_approval by acme.team.merges");
}

// Pieces that parse one after the other; what they say together is anybody's guess.
std::string random_text(std::mt19937_64& random) {
  const auto pick = [&random](std::initializer_list<const char*> pool) {
    return std::string(pool.begin()[random() % pool.size()]);
  };
  std::string text = "policy p\nlist l = [main, \"a*\", 5, 1..2, true]\nlist m = []\ntier t {\n";
  for (std::size_t i = random() % 3; i < 3; ++i) {
    text += "rule r" + std::to_string(random() % 40) + ": ";
    text += pick({"allow", "block", "pass", "require_approval"}) + " when ";
    const std::string join = pick({" and ", " or "});
    for (std::size_t k = random() % 2 + 1; k > 0; --k) {
      text += pick({"", "", "not "});
      text += pick({"env", "risk", "agent.roles", "agent.registered", "body", "body.x.\"y z\"",
                    "http.query.a", "http.headers", "resource.ref", "nope", "args.n"});
      text += pick({" == live", " == \"low\"", " != 5", " >= low", " < 7", " in l", " not in m",
                    " in [main, \"b?\", 4]", " in 1..5", " ~ \"a/**\"", " !~ \"x**\"", " has \"a\"",
                    " exists", " is absent", " is list", " == true"});
      if (k > 1) text += join;
    }
    text +=
        pick({"", " because \"{env}\"", " because \"{\"", " priority 4", " unless env == live"});
    text += "\n";
  }
  return text + "}\n";
}

TEST(Check, IsTotalAndGivesOnlyPoliciesThatVerify) {
  constexpr std::uint64_t kSeed = 1;
  std::printf("seed %llu\n", static_cast<unsigned long long>(kSeed));
  std::mt19937_64 random(kSeed);
  std::size_t good = 0;
  std::size_t bad = 0;
  for (int i = 0; i < 4'000; ++i) {
    const std::string text = random_text(random);
    const Checked run(text);
    ASSERT_TRUE(run.ast) << text;
    EXPECT_NE(run.policy.has_value(), run.sink.has_errors()) << text;
    if (!run.policy) {
      ++bad;
      continue;
    }
    ++good;
    const Status status = run.policy->verify();
    EXPECT_TRUE(status) << text << (status ? "" : status.error().message);
  }
  EXPECT_GT(good, 100u);
  EXPECT_GT(bad, 100u);
}

}  // namespace
}  // namespace sentrail::compiler
