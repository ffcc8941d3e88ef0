// Steps from an attribute: absent, unreadable, and members. source: docs/language.md, Meaning 4.
#include "core/facts.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace sentrail {
namespace {

using Steps = std::vector<std::string_view>;

// {"a":{"b":"x"},"n":null}
JsonDocument sample() {
  using Kind = JsonKind;
  return JsonDocument({{Kind::object, 0, 2, 7},
                       {Kind::string, 0, 1, 2},
                       {Kind::object, 0, 1, 5},
                       {Kind::string, 1, 1, 4},
                       {Kind::string, 2, 1, 5},
                       {Kind::string, 3, 1, 6},
                       {Kind::null, 0, 0, 7}},
                      "abxn");
}

TEST(Facts, StepsIntoJson) {
  const JsonDocument document = sample();
  Facts facts;
  facts[AttributeId::body] = Fact::of(document.root());
  EXPECT_EQ(facts.at(AttributeId::body, {}).kind, FactKind::object);
  EXPECT_EQ(facts.at(AttributeId::body, Steps{"a", "b"}).text, "x");
  EXPECT_EQ(facts.at(AttributeId::body, Steps{"n"}).kind, FactKind::null);
  EXPECT_EQ(facts.at(AttributeId::body, Steps{"z"}).kind, FactKind::absent);
  EXPECT_EQ(facts.at(AttributeId::body, Steps{"z", "z"}).kind, FactKind::absent);
  EXPECT_EQ(facts.at(AttributeId::body, Steps{"n", "z"}).kind, FactKind::unreadable);
  EXPECT_EQ(facts.at(AttributeId::body, Steps{"a", "b", "c"}).kind, FactKind::unreadable);
}

TEST(Facts, AbsentAndUnreadablePassThrough) {
  Facts facts;
  EXPECT_EQ(facts.at(AttributeId::body, Steps{"a"}).kind, FactKind::absent);
  facts[AttributeId::body] = Fact::unreadable();
  EXPECT_EQ(facts.at(AttributeId::body, Steps{"a"}).kind, FactKind::unreadable);
}

TEST(Facts, NamedTextsThatStandTwiceAreUnreadable) {
  const std::vector<NamedText> entries = {{"a", "1"}, {"b", "2"}, {"a", "1"}};
  Facts facts;
  facts.query.entries = entries;
  EXPECT_EQ(facts.at(AttributeId::http_query, Steps{"b"}).text, "2");
  EXPECT_EQ(facts.at(AttributeId::http_query, Steps{"a"}).kind, FactKind::unreadable);
  EXPECT_EQ(facts.at(AttributeId::http_query, Steps{"c"}).kind, FactKind::absent);
  EXPECT_EQ(facts.at(AttributeId::http_query, {}).kind, FactKind::unreadable);
  EXPECT_EQ(facts.at(AttributeId::http_headers, Steps{"b"}).kind, FactKind::absent);
  facts.query.unreadable = true;
  EXPECT_EQ(facts.at(AttributeId::http_query, Steps{"b"}).kind, FactKind::unreadable);
  EXPECT_EQ(facts.at(AttributeId::http_query, Steps{"c"}).kind, FactKind::unreadable);
}

TEST(Facts, MadeOfEachKind) {
  EXPECT_EQ(Fact::of("text").kind, FactKind::string);
  EXPECT_EQ(Fact::of(true).kind, FactKind::boolean);
  EXPECT_TRUE(Fact::of(true).boolean);
  EXPECT_EQ(Fact::of(JsonValue{}).kind, FactKind::absent);
}

}  // namespace
}  // namespace sentrail
