// What is wanted where `|` stands, in texts as people write them: not whole.
#include <gtest/gtest.h>

#include <string>

#include "compiler/lsp/completion_place.hpp"

namespace sentrail::compiler::lsp {
namespace {

Place place(std::string marked) {
  const std::size_t at = marked.find('|');
  marked.erase(at, 1);
  return place_at(marked, tokens_of(marked), static_cast<std::uint32_t>(at));
}

TEST(Place, InRules) {
  EXPECT_TRUE(place("|").has(Want::declarations));
  EXPECT_TRUE(place("rule a: |").has(Want::outcomes));
  EXPECT_TRUE(place("rule a: blo|").has(Want::outcomes));
  EXPECT_FALSE(place("rule |").has(Want::declarations));
  EXPECT_TRUE(place("guard tier t { rule a: |").guard);
  EXPECT_FALSE(place("guard tier t { rule a: block when always } tier u { rule b: |").guard);
  EXPECT_TRUE(place("rule a: block on |").has(Want::tools));
  EXPECT_TRUE(place("rule a: block on |").answers);
  EXPECT_FALSE(place("rule a: block on response |").answers);
  EXPECT_TRUE(place("rule a: block on response |").has(Want::tools));
  EXPECT_TRUE(place("rule a: block on response |").has(Want::clauses));
  EXPECT_EQ(place("rule a: block on response github [a, |").tool, "github");
  EXPECT_EQ(place("rule a: block on github [a, |").tool, "github");
  EXPECT_TRUE(place("rule a: block on github [a, |").has(Want::actions));
  EXPECT_TRUE(place("rule a: block when |").has(Want::always));
  EXPECT_FALSE(place("rule a: block unless |").has(Want::always));
}

TEST(Place, InConditions) {
  const Place value = place("rule a: block when not resource.ref == |");
  EXPECT_TRUE(value.has(Want::values));
  EXPECT_EQ(value.path, "resource.ref");
  EXPECT_TRUE(value.has(Want::attributes));
  EXPECT_TRUE(place("rule a: block when agent.id != |").has(Want::attributes));
  EXPECT_FALSE(place("rule a: block when agent.id ~ |").has(Want::attributes));
  EXPECT_TRUE(place("rule a: block when env not |").has(Want::operators));
  EXPECT_TRUE(place("rule a: block when env not in |").has(Want::lists));
  EXPECT_TRUE(place("rule a: block when env in [x, |").has(Want::values));
  EXPECT_TRUE(place("rule a: block when (env == x or |").has(Want::attributes));
  EXPECT_TRUE(place("rule a: block when ci(|").has(Want::attributes));
  EXPECT_TRUE(place("rule a: block when ci(a) |").has(Want::joiners));
  const Place counted = place("rule a: block when session.count(tool == a and |");
  EXPECT_TRUE(counted.has(Want::attributes) && counted.has(Want::not_));
  EXPECT_EQ(place("rule a: block when session.count(tool == |").path, "tool");
  EXPECT_EQ(place("rule a: block when session.count(tool == a) |").wants, 0u);
  const Place compared = place("rule a: block when session.count((tool == a)) within 10m |");
  EXPECT_TRUE(compared.has(Want::operators));
  EXPECT_EQ(compared.path, "session.count");
  EXPECT_TRUE(place("rule a: block when session.count(x(a)) within 10m > 3 |").has(Want::joiners));
  EXPECT_TRUE(place("rule a: block when env is |").has(Want::types));
  EXPECT_TRUE(place("rule a: block when env exists |").has(Want::clauses));
  EXPECT_TRUE(place("rule a: block when time < 2027-01-31T12:00:00Z |").has(Want::joiners));
  EXPECT_TRUE(place("rule a: block when time in 2027-01-31..2027-02-01 |").has(Want::joiners));
  EXPECT_TRUE(place("rule a: block when agent.ip in \"10.0.0.0/8\" |").has(Want::joiners));
  EXPECT_EQ(place("condition c(x) = x == |").condition, "c");
  EXPECT_FALSE(place("condition c|").has(Want::attributes));
}

TEST(Place, InQuantifiers) {
  const auto names = [](const std::string& marked) {
    std::string all;
    for (const Binder& one : place("rule a: block when " + marked).binders) {
      all += one.name + " of " + one.list + (one.member ? "+" : "") + ";";
    }
    return all;
  };
  const auto at = [](const std::string& marked) { return place("rule a: block when " + marked); };
  EXPECT_EQ(at("any |").wants, 0u);
  EXPECT_TRUE(at("any x |").in_list);
  EXPECT_FALSE(at("any x in |").in_list);
  EXPECT_TRUE(at("any x in |").has(Want::attributes));
  EXPECT_EQ(at("any x in body.l |").wants, 0u);
  EXPECT_EQ(at("any x in body.l[*].a |").wants, 0u);
  EXPECT_TRUE(at("any x in body.l: |").has(Want::attributes));
  EXPECT_TRUE(at("any x in body.l: x |").has(Want::operators));
  EXPECT_TRUE(at("any x in body.l: x == 1 |").has(Want::joiners));
  EXPECT_EQ(names("any x in body.l: |"), "x of body.l;");
  EXPECT_EQ(names("all x in body.l[*].a: not |"), "x of body.l+;");
  EXPECT_EQ(names("any x in body.l: x == |"), "x of body.l;");
  EXPECT_EQ(names("any x in body.l: x == 1 and |"), "");
  EXPECT_EQ(names("any x in body.l: (x == 1 and |"), "x of body.l;");
  EXPECT_EQ(names("any x in body.l: (x == 1 and (env == live or |"), "x of body.l;");
  EXPECT_EQ(names("any x in body.l: (x == 1) and |"), "");
  EXPECT_EQ(names("any x in body.l: any y in x.m: |"), "x of body.l;y of x.m;");
  EXPECT_EQ(names("any x in body.l: (any y in x.m: y == 1 and |"), "x of body.l;");
  EXPECT_EQ(names("any x in body.l: x in [1, 2] and |"), "");
  EXPECT_EQ(names("any x in body.l: size(x) |"), "x of body.l;");
}

TEST(Place, NothingWithinTexts) {
  EXPECT_EQ(place("# a |").wants, 0u);
  EXPECT_EQ(place("rule a: block when env == \"x|\"").wants, 0u);
  EXPECT_EQ(place("rule a: block when env =~ /x|/").wants, 0u);
  EXPECT_EQ(place("rule a: block when always because \"x|\"").wants, 0u);
  EXPECT_EQ(place("rule a: block when always because \"{{|\"").wants, 0u);
  EXPECT_EQ(place("rule a: block when always because \"{a} |\"").wants, 0u);
  EXPECT_TRUE(place("rule a: block when always because \"{re|\"").has(Want::attributes));
  EXPECT_EQ(place("test \"t\" { given github POST \"/\" body {\"a\": |").wants, 0u);
}

TEST(Place, ReplacesTheWholeWord) {
  const Place word = place("rule a: block when resource.re|f == x");
  EXPECT_EQ(word.begin, 19u);
  EXPECT_EQ(word.end, 31u);
}

TEST(Place, ThenOffersObligationsAndTheirPaths) {
  EXPECT_TRUE(place("rule a: allow when always then |").has(Want::obligations));
  EXPECT_TRUE(place("rule a: allow when always then alert, |").has(Want::obligations));
  EXPECT_TRUE(place("rule a: allow when always then redact |").has(Want::attributes));
  EXPECT_TRUE(place("rule a: allow when always then alert |").has(Want::clauses));
  EXPECT_EQ(place("rule a: allow when always then tag |").wants, 0u);
}

TEST(Place, AlsoRulesHaveClausesAndShadowRulesAnOutcome) {
  EXPECT_TRUE(place("also rule a |").has(Want::clauses));
  EXPECT_EQ(place("also rule |").wants, 0u);
  EXPECT_TRUE(place("shadow rule a: |").has(Want::outcomes));
  EXPECT_EQ(place("rule a |").wants, 0u);
}

}  // namespace
}  // namespace sentrail::compiler::lsp
