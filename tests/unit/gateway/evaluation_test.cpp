// Described actions: how strictly they are read, and what policy is shown of them.
#include "runtime/gateway/evaluation.hpp"

#include <gtest/gtest.h>

#include <array>
#include <span>

#include "core/limits.hpp"
#include "tests/support/catalogs.hpp"
#include "wire/json.hpp"

namespace sentrail::gateway {
namespace {

Result<Descriptions> read(std::string_view text) {
  auto document = wire::parse_json(text);
  if (!document) return tl::make_unexpected(document.error());
  return read_descriptions(std::make_shared<const JsonDocument>(*std::move(document)));
}

std::string fault(std::string_view text) {
  const auto result = read(text);
  return result ? "" : result.error().message;
}

Described described(std::string_view text) {
  static const CatalogView kCatalogs = tests::github_tables().view();
  return describe_action(std::make_shared<const Description>(read(text).value().items.front()),
                         std::make_shared<const request::IdentityFacts>(request::Identity{}),
                         kCatalogs);
}

TEST(Evaluation, MistakesNameTheMember) {
  EXPECT_NE(fault("[]").find("one JSON object"), std::string::npos);
  EXPECT_EQ(fault(R"({"action":"a","riskLevel":"low"})"), "`tool` is required");
  EXPECT_EQ(fault(R"({"tool":"t","action":"a","riskLevel":"tiny"})"),
            "`riskLevel` must be low, medium, high or critical");
  EXPECT_EQ(fault(R"({"tool":"t","action":"a","riskLevel":3})"), "`riskLevel` must be a string");
  EXPECT_EQ(fault(R"({"tool":"t","action":"a","riskLevel":"low","resorceId":"x"})"),
            "`resorceId` is unknown; did you mean `resourceId`?");
  EXPECT_EQ(fault(R"({"tool":"t","action":"a","riskLevel":"low","approvalRequestId":"x"})"),
            "`approvalRequestId` must be an id as this route returned it");
  EXPECT_FALSE(fault(R"({"tool":"t","tool":"u","action":"a","riskLevel":"low"})").empty());
  EXPECT_EQ(fault(R"({"tool":"","action":"a","riskLevel":"low"})"),
            "`tool` must be a name of at most 128 bytes");
}

TEST(Evaluation, ListsStandAloneAndAreBounded) {
  const std::string item = R"({"tool":"t","action":"a","riskLevel":"low"})";
  EXPECT_EQ(read(R"({"items":[)" + item + "," + item + "]}").value().items.size(), 2u);
  EXPECT_FALSE(fault(R"({"items":[)" + item + R"(],"tool":"t"})").empty());
  EXPECT_FALSE(fault(R"({"items":[]})").empty());
  EXPECT_FALSE(fault(R"({"items":{}})").empty());
  EXPECT_EQ(fault(R"({"items":[)" + item + R"(,{"tool":"t"}]})"), "item 2: `action` is required");
  std::string many = item;
  for (std::size_t i = 0; i < limits::kEvaluateItemsMax; ++i) many += "," + item;
  EXPECT_FALSE(fault(R"({"items":[)" + many + "]}").empty());
}

TEST(Evaluation, TheCanonicalFormForgetsOrderAndTheApproval) {
  const auto canonical = [](std::string_view text) {
    return read(text).value().items.front().canonical;
  };
  const std::string first = canonical(R"({"tool":"t","action":"a","riskLevel":"low",
    "payload":{"b":1,"a":[2]}})");
  EXPECT_EQ(first, R"({"action":"a","payload":{"a":[2],"b":1},"riskLevel":"low","tool":"t"})");
  EXPECT_EQ(canonical(R"({"riskLevel":"low","payload":{"a":[2],"b":1},"action":"a","tool":"t",
    "approvalRequestId":"7d444840-9dc0-41d1-b245-5ffdce74fad2"})"),
            first);
  EXPECT_NE(canonical(R"({"tool":"t","action":"a","riskLevel":"low","payload":{"b":2}})"), first);
}

TEST(Evaluation, RiskIsTheGreaterOfBothWords) {
  const auto risk = [](const Described& one) {
    return one.requests.front().facts()[AttributeId::risk].text;
  };
  const Described known =
      described(R"({"tool":"github","action":"repos.delete","riskLevel":"low"})");
  EXPECT_TRUE(known.server_classified);
  EXPECT_EQ(risk(known), "critical");
  const Described unknown = described(R"({"tool":"crm","action":"x","riskLevel":"low"})");
  EXPECT_FALSE(unknown.server_classified);
  EXPECT_EQ(risk(unknown), "medium");
  EXPECT_FALSE(unknown.requests.front().declared_read());
  EXPECT_EQ(risk(described(R"({"tool":"crm","action":"x","riskLevel":"critical"})")), "critical");
}

// What a description with every member tells, and who asks.
bool is_told(AttributeId id) {
  switch (id) {
    case AttributeId::tool:
    case AttributeId::action:
    case AttributeId::risk:
    case AttributeId::resource_type:
    case AttributeId::resource_id:
    case AttributeId::body:
      return true;
    default:
      break;
  }
  const std::string_view name = row_of(id).name;
  return name == "source" || name == "env" || name == "workspace" || name.starts_with("agent.") ||
         name.starts_with("user.") || name.starts_with("response");
}

// The fact of an attribute, or of a member of it where it has members.
Fact fact_at(const Described& one, AttributeId id) {
  constexpr std::array<std::string_view, 1> kMember = {"x"};
  const std::span<const std::string_view> steps(kMember);
  return one.requests.front().facts().at(id, steps.first(row_of(id).has_members ? 1 : 0));
}

TEST(Evaluation, WhatIsNotToldIsUnreadableAndNotAbsent) {
  const Described whole = described(R"({"tool":"github","action":"repos.delete","riskLevel":"low",
    "resourceType":"repo","resourceId":"acme/web","payload":{"x":1}})");
  const Described bare = described(R"({"tool":"crm","action":"x","riskLevel":"low"})");
  for (std::size_t i = 0; i < kAttributeCount; ++i) {
    const auto id = static_cast<AttributeId>(i);
    EXPECT_EQ(fact_at(whole, id).kind == FactKind::unreadable, !is_told(id)) << row_of(id).name;
    const bool left_out = id == AttributeId::resource_type || id == AttributeId::resource_id ||
                          id == AttributeId::body;
    EXPECT_EQ(fact_at(bare, id).kind == FactKind::unreadable, !is_told(id) || left_out)
        << row_of(id).name;
  }
  EXPECT_EQ(fact_at(whole, AttributeId::resource_id).text, "acme/web");
  EXPECT_EQ(fact_at(whole, AttributeId::body).text, "1");
}

TEST(Evaluation, APayloadOfTwoReadingsIsUnreadable) {
  const Described one = described(R"({"tool":"crm","action":"a","riskLevel":"low",
    "payload":{"x":1,"y":[{"Key":1,"kEY":2}]}})");
  EXPECT_EQ(fact_at(one, AttributeId::body).kind, FactKind::unreadable);
  // Not the payload's: the members around it are read by name, and by nobody else.
  const Described other = described(R"({"tool":"crm","action":"a","riskLevel":"low",
    "payload":{"x":1,"y":[{"Key":1},{"kEY":2}]}})");
  EXPECT_EQ(fact_at(other, AttributeId::body).text, "1");
}

}  // namespace
}  // namespace sentrail::gateway
