// Tests which calls have an idempotency key, which key it is, and what counts as a kept answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/json.hpp"
#include "runtime/approvals/idempotency.hpp"
#include "runtime/approvals/preconditions.hpp"
#include "wire/json.hpp"

namespace sentrail::approvals {
namespace {

// A call, and the precondition that it has; empty: none.
struct Case {
  Idempotency adapter;
  std::string method;
  std::string target;
  std::vector<HeaderField> headers;
  std::string body;
  std::string wanted;
};

std::string found(const Case& one) {
  const Result<JsonDocument> body = wire::parse_json(one.body.empty() ? "{}" : one.body);
  PreconditionSource source;
  source.method = one.method;
  source.target = one.target;
  source.headers = one.headers;
  source.body = body->root();
  source.idempotency = one.adapter;
  const std::vector<HeaderField> all = find_preconditions(source);
  if (all.empty()) return "";
  EXPECT_EQ(all.size(), 1u);
  EXPECT_EQ(all.front().name, "idempotency");
  return all.front().value;
}

TEST(Idempotency, EachAdapterReachesTheCallsThatItsToolRecognises) {
  using enum Idempotency;
  const std::vector<HeaderField> own = {{"idempotency-key", "k-1"}};
  const std::vector<Case> cases = {
      {none, "POST", "/v1/charges", {}, "", ""},
      {none, "POST", "/v1/charges", own, "", ""},
      {stripe, "POST", "/v1/charges", {}, "", "stripe"},
      {stripe, "POST", "/v1/charges", own, "", "stripe:own"},
      {stripe, "POST", "/v1/charges", {own[0], own[0]}, "", ""},
      {stripe, "POST", "/v1/charges", {{"Idempotency-Key", ""}}, "", ""},
      {stripe, "DELETE", "/v1/charges/1", {}, "", ""},
      {stripe, "PATCH", "/v1/charges/1", {}, "", ""},
      {stripe, "post", "/v1/charges", {}, "", ""},
      {stripe, "", "/v1/charges", {}, "", ""},
      {ietf, "POST", "/orders", {}, "", "ietf"},
      {ietf, "PATCH", "/orders/1", {}, "", "ietf"},
      {ietf, "PUT", "/orders/1", {}, "", ""},
      {paypal, "POST", "/v2/orders", {}, "", "paypal"},
      {paypal, "POST", "/v2/orders", {{"PayPal-Request-Id", "7"}}, "", "paypal:own"},
      {paypal, "POST", "/v2/orders", own, "", "paypal"},
      {square, "POST", "/v2/payments", {}, R"({"idempotency_key":"a"})", "square:own"},
      {square, "POST", "/v2/payments", {}, R"({"idempotency_key":""})", ""},
      {square, "POST", "/v2/payments", {}, R"({"idempotency_key":7})", ""},
      {square, "POST", "/v2/payments", {}, R"({"x":{"idempotency_key":"a"}})", ""},
      {square, "POST", "/v2/payments", own, "", ""},
      {aws, "POST", "/", {}, R"({"ClientToken":"a"})", "aws:own"},
      {aws, "POST", "/", {}, R"({"clientToken":"a"})", "aws:own"},
      {aws, "POST", "/", {}, R"({"ClientToken":"a","clientToken":"b"})", ""},
      {aws, "POST", "/?Action=RunInstances&ClientToken=a", {}, "", "aws:own"},
      {aws, "POST", "/?ClientToken=a&ClientToken=b", {}, "", ""},
      {aws, "POST", "/?ClientToken=", {}, "", ""},
      {aws, "POST", "/?NotClientToken=a", {}, "", ""},
      {aws, "POST", "/?ClientToken=a", {}, R"({"ClientToken":"a"})", ""},
      {aws, "GET", "/?ClientToken=a", {}, "", ""},
  };
  for (const Case& one : cases) {
    EXPECT_EQ(found(one), one.wanted)
        << name_of(one.adapter) << " " << one.method << " " << one.target << " " << one.body;
  }
}

TEST(Idempotency, TheKeyIsOfTheApprovalAlone) {
  Uuid action;
  action.bytes.fill(0x11);
  store::Hash nonce{};
  nonce.fill(0x22);
  const std::vector<HeaderField> stripe = {{"idempotency", "stripe"}};
  const auto key = added_key(stripe, action, nonce);
  ASSERT_TRUE(key);
  // The page's vector; `printf` and `sha256sum` make it too.
  EXPECT_EQ(*key, (HeaderField{"Idempotency-Key", "5792bde626d489ff1b50304b423af40d"}));
  EXPECT_EQ(added_key(stripe, action, nonce), key);
  const std::vector<HeaderField> ietf = {{"idempotency", "ietf"}};
  EXPECT_EQ(added_key(ietf, action, nonce)->value, '"' + key->value + '"');
  nonce[31] = 0;
  EXPECT_NE(added_key(stripe, action, nonce)->value, key->value);
  for (const char* value : {"stripe:own", "square:own", "none", "", "zebra"}) {
    const std::vector<HeaderField> other = {{"idempotency", value}};
    EXPECT_FALSE(added_key(other, action, nonce)) << value;
  }
  EXPECT_FALSE(added_key({}, action, nonce));
}

TEST(Idempotency, OnlyTheToolsOwnMarkMakesAnAnswerAKeptOne) {
  const std::vector<HeaderField> stripe = {{"github.merge.sha", "x"}, {"idempotency", "stripe"}};
  const std::vector<HeaderField> replay = {{"content-type", "x"}, {"idempotent-replayed", "true"}};
  const std::vector<HeaderField> fresh = {{"Idempotent-Replayed", "false"}};
  EXPECT_TRUE(has_key(stripe));
  EXPECT_TRUE(is_replay(stripe, replay));
  EXPECT_FALSE(is_replay(stripe, fresh));
  EXPECT_FALSE(is_replay(stripe, {}));
  for (const char* adapter : {"ietf", "paypal", "square:own", "aws:own"}) {
    const std::vector<HeaderField> other = {{"idempotency", adapter}};
    EXPECT_TRUE(has_key(other));
    EXPECT_FALSE(is_replay(other, replay)) << adapter;
  }
  const std::vector<HeaderField> guarded = {{"if-match", "\"x\""}};
  EXPECT_FALSE(has_key(guarded));
  EXPECT_FALSE(is_replay(guarded, replay));
}

TEST(Idempotency, NamesGoBothWays) {
  for (int i = 0; i <= static_cast<int>(Idempotency::aws); ++i) {
    const auto adapter = static_cast<Idempotency>(i);
    EXPECT_EQ(idempotency_named(name_of(adapter)), adapter);
  }
  EXPECT_FALSE(idempotency_named("Stripe"));
}

}  // namespace
}  // namespace sentrail::approvals
