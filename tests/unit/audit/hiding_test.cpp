// What is left of a body whose values policy hides. docs/language.md, L15.7.
#include "runtime/audit/hiding.hpp"

#include <gtest/gtest.h>

#include <vector>

#include <array>

namespace sentrail::audit {
namespace {

std::string redact(std::initializer_list<std::string_view> steps) {
  return hidden_value(false, std::vector(steps));
}
std::string mask(std::initializer_list<std::string_view> steps) {
  return hidden_value(true, std::vector(steps));
}

TEST(Hiding, WritesPointers) {
  EXPECT_EQ(redact({}), "redact ");
  EXPECT_EQ(redact({"a", "b c"}), "redact /a/b c");
  EXPECT_EQ(mask({"a/b", "c~d"}), "mask /a~1b/c~0d");
}

TEST(Hiding, NothingHiddenIsTheBodyAsItIs) {
  EXPECT_EQ(hide("{ \"a\" : 1 }", {}), "{ \"a\" : 1 }");
  EXPECT_EQ(hide("", {redact({})}), "");
}

TEST(Hiding, RedactsTheWholeValue) {
  constexpr std::string_view kBody = R"({"a":{"b":"secret","c":1},"b":[1]})";
  EXPECT_EQ(hide(kBody, {redact({"a", "b"})}), R"({"a":{"b":"[redacted]","c":1},"b":[1]})");
  EXPECT_EQ(hide(kBody, {redact({"a"})}), R"({"a":"[redacted]","b":[1]})");
  EXPECT_EQ(hide(kBody, {redact({})}), R"("[redacted]")");
  EXPECT_EQ(hide(R"({"a/b":{"c~d":true}})", {redact({"a/b", "c~d"})}),
            R"({"a/b":{"c~d":"[redacted]"}})");
}

TEST(Hiding, AbsentValuesNeedNothing) {
  EXPECT_EQ(hide(R"({"a":1,"b":{"c":2}})", {redact({"x"}), mask({"b", "x"}), redact({"x", "y"})}),
            R"({"a":1,"b":{"c":2}})");
}

TEST(Hiding, MasksAllButTheEndOfLongTexts) {
  const auto masked = [](std::string_view value) {
    return hide("{\"a\":" + std::string(value) + "}", {mask({"a"})});
  };
  EXPECT_EQ(masked(R"("4111111111111234")"), R"({"a":"****1234"})");
  EXPECT_EQ(masked(R"("12345678901")"), R"({"a":"****"})");
  EXPECT_EQ(masked(R"("123456789012")"), R"({"a":"****9012"})");
  EXPECT_EQ(masked(R"("éééééééééééé")"), R"({"a":"****éééé"})");
  EXPECT_EQ(masked("4111111111111234"), R"({"a":"****1234"})");
  for (const char* other : {"\"\"", "1", "null", "true", "{\"b\":\"4111111111111234\"}"}) {
    EXPECT_EQ(masked(other), R"({"a":"****"})") << other;
  }
}

TEST(Hiding, OfAListEachElement) {
  constexpr std::string_view kBody = R"({"a":["4111111111111234",7,["x"],{}],"b":[]})";
  EXPECT_EQ(hide(kBody, {mask({"a"})}), R"({"a":["****1234","****","****","****"],"b":[]})");
  EXPECT_EQ(hide(kBody, {redact({"a"}), redact({"b"})}),
            R"({"a":["[redacted]","[redacted]","[redacted]","[redacted]"],"b":[]})");
}

// In whatever order they are given.
TEST(Hiding, RedactingGoesBeforeMasking) {
  constexpr std::string_view kBody = R"({"a":{"b":"4111111111111234"}})";
  EXPECT_EQ(hide(kBody, {mask({"a", "b"}), redact({"a", "b"})}), R"({"a":{"b":"[redacted]"}})");
  EXPECT_EQ(hide(kBody, {mask({"a", "b"}), redact({"a"})}), R"({"a":"[redacted]"})");
  EXPECT_EQ(hide(kBody, {redact({"a", "b"}), mask({"a"})}), R"({"a":"****"})");
}

TEST(Hiding, WhatIsNoJsonIsLeftOut) {
  EXPECT_EQ(hide("card=4111111111111234", {mask({"card"})}), "[redacted]");
  EXPECT_EQ(hide(R"({"a":1,"a":2})", {mask({"b"})}), "[redacted]");
}

// A policy cannot read a member of what is no object: the request is blocked, and the record must
// not hold what was to be hidden.
TEST(Hiding, WhatStepsCannotGoIntoIsHiddenWhole) {
  const std::vector<std::string> number{redact({"card", "number"})};
  EXPECT_EQ(hide(R"({"card":"4111111111111111","a":1})", number), R"({"card":"[redacted]","a":1})");
  EXPECT_EQ(hide(R"({"card":[{"number":"4111111111111111"}]})", number),
            R"({"card":"[redacted]"})");
  EXPECT_EQ(hide(R"({"card":4111111111111111})", {mask({"card", "number"})}),
            R"({"card":"[redacted]"})");
  EXPECT_EQ(hide(R"({"card":{"number":[["4111111111111111"]]}})", number),
            R"({"card":{"number":["[redacted]"]}})");
  EXPECT_EQ(hide(R"([{"card":"4111111111111111"}])", {redact({"card"})}), R"("[redacted]")");
}

TEST(Hiding, KeysThatAreEqualButForCaseHideAll) {
  EXPECT_EQ(hide(R"({"card":"x","Card":"4111111111111111"})", {redact({"card"})}), "[redacted]");
  EXPECT_EQ(hide(R"({"a":{"b":1,"B":"4111111111111111"}})", {mask({"card"})}), "[redacted]");
  EXPECT_EQ(hide(R"({"card":"x","Card":"y"})", {}), R"({"card":"x","Card":"y"})");
}

}  // namespace
}  // namespace sentrail::audit
