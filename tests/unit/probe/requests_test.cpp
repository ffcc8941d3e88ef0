// Requests as plain values: changes, and the ways out and back.
#include "compiler/probe/requests.hpp"

#include <gtest/gtest.h>

namespace sentrail::compiler::probe {
namespace {

using oracle::Request;
using oracle::Value;
using oracle::ValueKind;

const ir::AttributeRef kBranch{AttributeId::body, {"head", "branch"}};
const ir::AttributeRef kHeader{AttributeId::http_headers, {"x-id"}};
const ir::AttributeRef kRef{AttributeId::resource_ref, {}};

TEST(Put, MakesObjectsAndTakesThemAwayAgain) {
  Request request;
  put(request, kBranch, text_value("main"));
  put(request, kHeader, text_value("7"));
  EXPECT_EQ(request_json(request),
            R"({"attributes":{"http.headers":{"x-id":"7"},"body":{"head":{"branch":"main"}}}})");
  put(request, kBranch, Value{});
  put(request, kHeader, Value{});
  EXPECT_EQ(request, Request{});
}

TEST(Put, AnUnreadableMemberIsAnUnreadableWhole) {
  Request request;
  put(request, kBranch, value_of_kind(ValueKind::unreadable));
  EXPECT_EQ(request_json(request), R"({"attributes":{"body":{"$unreadable":true}}})");
  put(request, kBranch, number_value("1"));
  EXPECT_EQ(given_text(request), "body.head.branch = 1");
}

TEST(Conversions, FactsComeBackAsTheyWere) {
  Request request;
  put(request, kBranch, text_value("main"));
  put(request, {AttributeId::body, {"n"}}, number_value("1.50"));
  put(request, {AttributeId::body, {"list"}}, list_value({boolean_value(true)}));
  put(request, {AttributeId::agent_roles, {}}, list_value({text_value("a"), text_value("b")}));
  put(request, {AttributeId::risk, {}}, text_value("high"));
  put(request, {AttributeId::args, {}}, value_of_kind(ValueKind::unreadable));
  put(request, kHeader, text_value("7"));
  const auto made = engine_request(request);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(plain_request(made->facts()), request);
}

TEST(GivenText, IsWrittenAsPolicyTextHasIt) {
  Request request;
  put(request, {AttributeId::risk, {}}, text_value("high"));
  put(request, {AttributeId::agent_roles, {}}, list_value({text_value("a\"b")}));
  put(request, {AttributeId::body, {"odd key"}}, boolean_value(true));
  EXPECT_EQ(given_text(request), R"(risk = high, agent.roles = ["a\"b"], body."odd key" = true)");
}

TEST(GivenText, SaysNothingWhereTextCannot) {
  Request null;
  put(null, kBranch, value_of_kind(ValueKind::null));
  EXPECT_EQ(given_text(null), std::nullopt);
  EXPECT_EQ(given_text(Request{}), std::nullopt);
  Request twice;
  twice.query.entries = {{"a", "1"}, {"a", "2"}};
  EXPECT_EQ(given_text(twice), std::nullopt);
  EXPECT_EQ(request_json(twice), std::nullopt);
  EXPECT_FALSE(engine_request(twice));
}

TEST(GivenText, EscapesWhatNobodySees) {
  Request request;
  put(request, kRef,
      text_value("a\n\xE2\x80\xAE"
                 "b\\"));
  EXPECT_EQ(given_text(request), R"(resource.ref = "a\u{a}\u{202e}b\\")");
}

}  // namespace
}  // namespace sentrail::compiler::probe
