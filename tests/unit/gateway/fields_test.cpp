// Members of a body read strictly: what is left over is told, wherever it stands.
#include "runtime/gateway/fields.hpp"

#include <gtest/gtest.h>

#include <string>

#include "wire/json.hpp"

namespace sentrail::gateway {
namespace {

JsonDocument document_of(const std::string& text) {
  return wire::parse_json(text).value();
}

TEST(Fields, ReadsWhatIsThereAndRefusesWhatIsLeftOver) {
  const JsonDocument document = document_of(R"({"tool":"github","colour":"red","count":3})");
  Fields fields(document.root());
  EXPECT_EQ(fields.required_text("tool"), "github");
  EXPECT_EQ(fields.required_integer("count", 0, 9), 3);
  EXPECT_EQ(fields.finish().error().message, "`colour` is unknown");
  EXPECT_EQ(fields.text("colour"), "red");
}

TEST(Fields, AMemberAskedForTwiceDoesNotHideAnother) {
  const JsonDocument document = document_of(R"({"tool":"github","tol":"x"})");
  Fields fields(document.root());
  EXPECT_EQ(fields.text("tool"), "github");
  EXPECT_EQ(fields.text("tool"), "github");
  EXPECT_FALSE(fields.text("action").has_value());
  EXPECT_EQ(fields.finish().error().message, "`tol` is unknown; did you mean `tool`?");
}

TEST(Fields, OfManyMembersTheLastIsReadAndRefusedToo) {
  std::string text = "{";
  for (int i = 0; i < 64; ++i) text += "\"m" + std::to_string(i) + "\":1,";
  const JsonDocument document = document_of(text + R"("last":"x"})");
  Fields asks_last(document.root());
  EXPECT_EQ(asks_last.text("last"), "x");
  EXPECT_EQ(asks_last.finish().error().code, Errc::invalid_argument);
  Fields asks_nothing(document.root());
  EXPECT_FALSE(asks_nothing.finish());
}

TEST(Fields, AllThatIsAskedForIsWellAndNothingIsNoObject) {
  const JsonDocument document = document_of(R"({"a":"1","b":null})");
  Fields fields(document.root());
  EXPECT_EQ(fields.required_text("a"), "1");
  EXPECT_FALSE(fields.text("b").has_value());
  EXPECT_TRUE(fields.finish());
  const JsonDocument list = document_of("[]");
  Fields none(list.root());
  EXPECT_EQ(none.required_text("a"), "");
  EXPECT_EQ(none.finish().error().message, "the body must be one JSON object");
}

}  // namespace
}  // namespace sentrail::gateway
