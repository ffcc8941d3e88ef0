// When a body can be seen, and when it is unreadable.
#include "runtime/request/body.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/limits.hpp"

namespace sentrail::request {
namespace {

FactKind kind_of(std::string_view bytes, const std::vector<NamedText>& headers) {
  JsonBody body(bytes, headers);
  const FactKind kind = body.body().kind;
  EXPECT_TRUE(body.asked());
  EXPECT_EQ(body.body().kind, kind) << "the second answer differs";
  return kind;
}

FactKind json_kind(std::string_view bytes) {
  return kind_of(bytes, {{"content-type", "application/json"}});
}

TEST(JsonMediaType, TakesJsonInUtf8Only) {
  for (const char* type : {"application/json", "Application/JSON", " application/json ",
                           "application/json;charset=utf-8", "application/json; charset=\"UTF-8\"",
                           "application/vnd.github+json", "application/merge-patch+json",
                           "application/json; version=1; charset=utf-8"}) {
    EXPECT_TRUE(is_json_media_type(type)) << type;
  }
  for (const char* type :
       {"", "json", "text/plain", "application/x-www-form-urlencoded", "application/jsonp",
        "application/json-seq", "application/json;charset=utf-16", "application/json; charset",
        "application/json, text/plain", "application/ json", "multipart/form-data; boundary=x",
        "application/json; a=b; charset=latin1", "text/html+json x"}) {
    EXPECT_FALSE(is_json_media_type(type)) << type;
  }
}

TEST(JsonBody, NoBytesAreNoBody) {
  EXPECT_EQ(json_kind(""), FactKind::absent);
  EXPECT_EQ(kind_of("", {}), FactKind::absent);
}

TEST(JsonBody, ReadsEveryKindOfValue) {
  EXPECT_EQ(json_kind("{}"), FactKind::object);
  EXPECT_EQ(json_kind("[1]"), FactKind::array);
  EXPECT_EQ(json_kind("null"), FactKind::null);
  EXPECT_EQ(json_kind("true"), FactKind::boolean);
  EXPECT_EQ(json_kind(" 1e2 "), FactKind::number);
  EXPECT_EQ(json_kind("\"x\""), FactKind::string);
}

TEST(JsonBody, WhatHasNoOneReadingIsUnreadable) {
  for (const char* bytes :
       {"{", "{\"a\":1,}", "{'a':1}", "{\"a\":1} x", "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}",
        "{\"a\":1,\"A\":2}", "{\"x\":{\"Key\":1,\"kEY\":2}}", "\xff", "\"\\ud800\"", "NaN", "01",
        "\xef\xbb\xbf{}", "a=b&c=d", " "}) {
    EXPECT_EQ(json_kind(bytes), FactKind::unreadable) << bytes;
  }
}

TEST(JsonBody, OtherMediaTypesAndCodingsAreUnreadable) {
  EXPECT_EQ(kind_of("{}", {}), FactKind::unreadable);
  EXPECT_EQ(kind_of("{}", {{"content-type", "text/plain"}}), FactKind::unreadable);
  EXPECT_EQ(kind_of("{}", {{"content-type", "application/json"}, {"content-encoding", "gzip"}}),
            FactKind::unreadable);
  EXPECT_EQ(kind_of("{}", {{"content-encoding", "identity"}, {"content-type", "application/json"}}),
            FactKind::object);
  EXPECT_EQ(kind_of("{}", {{"content-type", "application/json"}, {"content-type", "text/plain"}}),
            FactKind::unreadable);
  EXPECT_EQ(
      kind_of("{}", {{"content-type", "application/json"}, {"content-type", "application/json"}}),
      FactKind::unreadable);
}

TEST(JsonBody, PastTheLimitsItIsUnreadable) {
  const std::string fits = "\"" + std::string(limits::kBodyVisibleBytesMax - 2, 'a') + "\"";
  EXPECT_EQ(json_kind(fits), FactKind::string);
  EXPECT_EQ(json_kind(fits + " "), FactKind::unreadable);
  const std::string deep(limits::kJsonDepthMax + 1, '[');
  EXPECT_EQ(json_kind(deep + std::string(limits::kJsonDepthMax + 1, ']')), FactKind::unreadable);
}

}  // namespace
}  // namespace sentrail::request
