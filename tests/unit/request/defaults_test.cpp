// What policy sees of a body in which the upstream fills members in.
#include "runtime/request/defaults.hpp"

#include <gtest/gtest.h>

#include "runtime/request/request.hpp"
#include "tests/support/catalogs.hpp"
#include "tests/unit/request/show.hpp"

namespace sentrail::request {
namespace {

constexpr const char* kCatalog = R"(
catalog: acme.api
tool: api
version: 1
hosts: [api.example.com]
actions: {make: high, make.open: critical}
families:
  all:
    resource: thing
    paths:
      /things:
        POST:
          action: make
          fields: {name: {from: body.where, optional: true}}
          refine: [{when: {body.open: true}, action: make.open}]
          body:
            open: {type: bool, default: true}
            size: {type: number, default: 1.50}
            where: {type: string, default: "pro\"d"}
            deep.kind: {type: string, default: x}
      /others: {POST: make}
)";

std::vector<Request> made(std::string_view path, std::optional<std::string> body,
                          const char* type = "application/json") {
  static const CatalogTables tables = tests::lowered_catalog(kCatalog);
  static const CatalogView view = tables.view();
  RawRequest raw;
  raw.tool = "api";
  raw.method = "POST";
  raw.target = path;
  if (body) raw.headers.push_back({"content-type", type});
  raw.body = std::move(body);
  auto requests = make_requests(std::move(raw), {}, view);
  EXPECT_TRUE(requests.has_value()) << requests.error().message;
  return *std::move(requests);
}

std::string body_of(std::optional<std::string> body, const char* type = "application/json") {
  return shown(made("/things", std::move(body), type)[0].facts()[AttributeId::body]);
}

TEST(Defaults, StandForMembersThatAreAbsent) {
  constexpr const char* kAll = R"("open":true,"size":1.50,"where":"pro\"d"})";
  EXPECT_EQ(body_of("{}"), std::string("{") + kAll);
  EXPECT_EQ(body_of(R"({"a":[1,{"b":null}]})"), std::string(R"({"a":[1,{"b":null}],)") + kAll);
  EXPECT_EQ(body_of(std::nullopt), std::string("{") + kAll);
  EXPECT_EQ(body_of(""), std::string("{") + kAll);
}

TEST(Defaults, ReplaceNothingThatIsThere) {
  EXPECT_EQ(body_of(R"({"where":null,"size":"big","open":false})"),
            R"({"where":null,"size":"big","open":false})");
  EXPECT_EQ(body_of(R"({"size":2,"open":false})"), R"({"size":2,"open":false,"where":"pro\"d"})");
}

TEST(Defaults, OfMembersStandOnlyInObjectsThatAreThere) {
  const std::string rest = R"(,"open":true,"size":1.50,"where":"pro\"d"})";
  EXPECT_EQ(body_of(R"({"deep":{"a":1}})"), R"({"deep":{"a":1,"kind":"x"})" + rest);
  EXPECT_EQ(body_of(R"({"deep":{"kind":null}})"), R"({"deep":{"kind":null})" + rest);
  EXPECT_EQ(body_of(R"({"deep":[{}]})"), R"({"deep":[{}])" + rest);
  EXPECT_EQ(body_of(R"({"deep":null})"), R"({"deep":null)" + rest);
}

TEST(Defaults, LeaveWhatCannotBeReadUnreadable) {
  EXPECT_EQ(body_of("{"), "unreadable");
  EXPECT_EQ(body_of("{}", "text/plain"), "unreadable");
  EXPECT_EQ(body_of(R"({"a":1,"A":1})"), "unreadable");
  EXPECT_EQ(body_of("[]"), "[]");
  EXPECT_EQ(body_of("null"), "null");
  // As if the default were written: two keys that only case tells apart.
  EXPECT_EQ(body_of(R"({"Open":false})"), "unreadable");
}

TEST(Defaults, AreOfTheirOperationAlone) {
  EXPECT_EQ(shown(made("/others", "{}")[0].facts()[AttributeId::body]), "{}");
  EXPECT_EQ(shown(made("/others", std::nullopt)[0].facts()[AttributeId::body]), "absent");
  EXPECT_EQ(shown(made("/elsewhere", "{}")[0].facts()[AttributeId::body]), "{}");
}

TEST(Defaults, CountWhereTheCatalogAsksToo) {
  const auto actions = [](std::optional<std::string> body) {
    std::string out;
    for (const Request& one : made("/things", std::move(body))) {
      out += std::string(one.facts()[AttributeId::action].text) + " " +
             shown(one.facts()[AttributeId::resource_name]) + ";";
    }
    return out;
  };
  EXPECT_EQ(actions("{}"), R"(make.open "pro\"d";make "pro\"d";)");
  EXPECT_EQ(actions(std::nullopt), R"(make.open "pro\"d";make "pro\"d";)");
  EXPECT_EQ(actions(R"({"open":false,"where":"t"})"), R"(make "t";)");
  EXPECT_EQ(actions("["), "make.open unreadable;make unreadable;");
}

}  // namespace
}  // namespace sentrail::request
