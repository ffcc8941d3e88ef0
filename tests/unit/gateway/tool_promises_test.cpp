// Tests what a connection may declare of its tool, and that it reads back as it was written.
#include "runtime/gateway/tool_promises.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "wire/json.hpp"

namespace sentrail::gateway {
namespace {

using testing::HasSubstr;

Result<ToolPromises> read(const std::string& text) {
  const Result<JsonDocument> document = wire::parse_json(text);
  EXPECT_TRUE(document) << text;
  return read_promises(document->root());
}

std::string refusal_of(const std::string& text) {
  const Result<ToolPromises> promises = read(text);
  return promises ? "accepted" : promises.error().message;
}

TEST(ToolPromises, NothingIsPromisedUnlessItIsSaid) {
  EXPECT_EQ(read("{}").value(), ToolPromises{});
  EXPECT_EQ(promises_of("").value(), ToolPromises{});
  EXPECT_FALSE(promises_of("{\"ifMatch\":1}"));
}

TEST(ToolPromises, ReadBackAsWritten) {
  const std::string text = R"({"idempotency":"stripe","ifMatch":true,"probes":[)"
                           R"({"action":"a.b","get":"/x/{1}","applied":{"status":[200,204]}},)"
                           R"({"action":"c","get":"{path}?q=1","settleMs":7,)"
                           R"("settlesNotApplied":true,)"
                           R"("applied":{"status":[200],"pointer":"/s","equalsCall":"/s"},)"
                           R"("notApplied":{"status":[200],"pointer":"/s","equals":null}}]})";
  const ToolPromises promises = read(text).value();
  EXPECT_TRUE(promises.if_match);
  EXPECT_EQ(promises.idempotency, approvals::Idempotency::stripe);
  ASSERT_EQ(promises.probes.size(), 2u);
  EXPECT_EQ(promises.probes[0].settle_ms, 5'000);
  EXPECT_FALSE(promises.probes[0].not_applied);
  EXPECT_EQ(promises.probes[1].not_applied->equals, "null");
  EXPECT_EQ(promises_of(settings_of(promises)).value(), promises);
  EXPECT_EQ(find_probe(promises, "c"), &promises.probes[1]);
  EXPECT_EQ(find_probe(promises, "d"), nullptr);
}

TEST(ToolPromises, WhatMakesNoSenseIsRefusedByName) {
  const auto probe = [](const std::string& members) {
    return R"({"probes":[{"action":"a","get":"/x","applied":{"status":[200]})" + members + "}]}";
  };
  EXPECT_EQ(refusal_of(probe("")), "accepted");
  EXPECT_THAT(refusal_of("[]"), HasSubstr("object"));
  EXPECT_THAT(refusal_of(R"({"idempotency":"Stripe"})"), HasSubstr("stripe"));
  EXPECT_THAT(refusal_of(R"({"ifmatch":true})"), HasSubstr("ifmatch"));
  EXPECT_THAT(refusal_of(R"({"probes":{}})"), HasSubstr("probes"));
  EXPECT_THAT(refusal_of(R"({"probes":[7]})"), HasSubstr("probe 1"));
  EXPECT_THAT(refusal_of(R"({"probes":[{"action":"a"}]})"), HasSubstr("get"));
  EXPECT_THAT(refusal_of(probe(R"(,"settleMs":-1)")), HasSubstr("settleMs"));
  EXPECT_THAT(refusal_of(probe(R"(,"settlesNotApplied":true)")), HasSubstr("notApplied"));
  EXPECT_THAT(refusal_of(probe(R"(,"notApplied":{"status":[]})")), HasSubstr("status"));
  EXPECT_THAT(refusal_of(probe(R"(,"notApplied":{"status":[20]})")), HasSubstr("status"));
  EXPECT_THAT(refusal_of(probe(R"(,"notApplied":{"status":["200"]})")), HasSubstr("status"));
  for (const char* test : {R"({"status":[200],"pointer":"/x"})", R"({"status":[200],"equals":1})",
                           R"({"status":[200],"pointer":"x","equals":1})",
                           R"({"status":[200],"pointer":"/x","equals":1,"equalsCall":"/y"})"}) {
    EXPECT_THAT(refusal_of(probe(R"(,"notApplied":)" + std::string(test))), HasSubstr("pointer"))
        << test;
  }
  EXPECT_THAT(refusal_of(probe(R"(,"notApplied":{"status":[200],"pointer":"/x","equals":[]})")),
              HasSubstr("equals"));
  for (const char* get : {"x", "", "/a{", "/a}", "/{{1}}", "/a b", "http://x/"}) {
    EXPECT_THAT(refusal_of(R"({"probes":[{"action":"a","get":")" + std::string(get) +
                           R"(","applied":{"status":[200]}}]})"),
                HasSubstr("get"))
        << get;
  }
  EXPECT_THAT(refusal_of(R"({"probes":[{"action":"a","get":"/x","applied":{"status":[200]}},)"
                         R"({"action":"a","get":"/x","applied":{"status":[200]}}]})"),
              HasSubstr("two for `a`"));
}

}  // namespace
}  // namespace sentrail::gateway
