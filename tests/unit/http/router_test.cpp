// The route table: order, parameters, raw paths, 404 and 405.
//
// Neighbours: runtime/http/router.hpp.
#include "runtime/http/router.hpp"

#include <gtest/gtest.h>

namespace sentrail::http {
namespace {

enum class Id { root, status, proxy, approvals, approval, ghes, health };
enum class Need { nothing, key };
using TestRoute = Route<Id, Need>;

constexpr TestRoute kTable[] = {
    {kGet | kHead, "/", Id::root, Need::nothing},
    {kGet, "/gateway-proxy/status/{id}", Id::status, Need::key},
    {kAnyMethod, "/gateway-proxy/{tool}{rest}", Id::proxy, Need::key},
    {kGet, "/approvals", Id::approvals, Need::key},
    {kGet | kDelete, "/approvals/{id}", Id::approval, Need::key},
    {kAnyMethod, "/api/v3{rest}", Id::ghes, Need::key},
    {kGet, "/healthz", Id::health, Need::nothing},
};
static_assert(is_sound(std::span<const TestRoute>(kTable)));

auto match(std::string_view method, std::string_view path) {
  return match_route(std::span<const TestRoute>(kTable), method, path);
}

TEST(Router, FirstFittingRouteWins) {
  const auto status = match("GET", "/gateway-proxy/status/abc");
  ASSERT_TRUE(status.found());
  EXPECT_EQ(status.route->handler, Id::status);
  EXPECT_EQ(status.parameters[0], "abc");
  const auto proxy = match("PATCH", "/gateway-proxy/github/repos/o/r%2Fx/");
  ASSERT_TRUE(proxy.found());
  EXPECT_EQ(proxy.route->handler, Id::proxy);
  EXPECT_EQ(proxy.route->scope, Need::key);
  EXPECT_EQ(proxy.parameters[0], "github");
  EXPECT_EQ(proxy.parameters.rest, "/repos/o/r%2Fx/");
}

TEST(Router, RestMayBeEmptyAndParametersMayNot) {
  EXPECT_EQ(match("GET", "/gateway-proxy/github").parameters.rest, "");
  EXPECT_EQ(match("GET", "/gateway-proxy/github/").parameters.rest, "/");
  EXPECT_FALSE(match("GET", "/gateway-proxy//x").found());
  EXPECT_FALSE(match("GET", "/approvals/").found());
  EXPECT_EQ(match("BREW", "/api/v3/user").route->handler, Id::ghes);
  EXPECT_FALSE(match("GET", "/api/v33").found());
}

TEST(Router, TellsMethodFromPath) {
  const auto wrong_method = match("POST", "/approvals/7");
  EXPECT_FALSE(wrong_method.found());
  EXPECT_EQ(allow_value(wrong_method.allowed), "GET, DELETE");
  const auto wrong_path = match("GET", "/approval");
  EXPECT_FALSE(wrong_path.found());
  EXPECT_EQ(wrong_path.allowed, 0);
  EXPECT_EQ(allow_value(match("BREW", "/healthz").allowed), "GET");
  EXPECT_FALSE(match("get", "/healthz").found());
}

TEST(Router, PathsAreComparedRaw) {
  EXPECT_TRUE(match("GET", "/healthz").found());
  for (const char* path :
       {"/%68ealthz", "/healthz/", "//healthz", "/HEALTHZ", "healthz", "", "*"}) {
    EXPECT_FALSE(match("GET", path).found()) << path;
  }
  EXPECT_EQ(match("HEAD", "/").route->handler, Id::root);
}

template <std::size_t N>
constexpr bool sound(const TestRoute (&table)[N]) {
  return is_sound(std::span<const TestRoute>(table));
}

TEST(Router, UnsoundTablesAreSeen) {
  constexpr TestRoute shadowed[] = {{kAnyMethod, "/a/{x}", Id::root, Need::key},
                                    {kGet, "/a/b", Id::root, Need::key}};
  static_assert(!sound(shadowed));
  constexpr TestRoute behind_rest[] = {{kGet, "/a{rest}", Id::root, Need::key},
                                       {kGet, "/a/b/{c}", Id::root, Need::key}};
  static_assert(!sound(behind_rest));
  constexpr TestRoute other_method[] = {{kPost, "/a/{x}", Id::root, Need::key},
                                        {kGet, "/a/b", Id::root, Need::key}};
  static_assert(sound(other_method));
  constexpr TestRoute no_slash[] = {{kGet, "a", Id::root, Need::key}};
  static_assert(!sound(no_slash));
  constexpr TestRoute half_braces[] = {{kGet, "/a{x}", Id::root, Need::key}};
  static_assert(!sound(half_braces));
  constexpr TestRoute trailing[] = {{kGet, "/a/", Id::root, Need::key}};
  static_assert(!sound(trailing));
  constexpr TestRoute no_method[] = {{0, "/a", Id::root, Need::key}};
  static_assert(!sound(no_method));
  EXPECT_TRUE(covers("/a{rest}", "/a"));
  EXPECT_FALSE(covers("/a", "/a{rest}"));
  EXPECT_FALSE(covers("/a/b", "/a/{x}"));
}

}  // namespace
}  // namespace sentrail::http
