// The path law: targets that two readers could take for different things are refused.
#include "core/limits.hpp"
#include "runtime/classify/target.hpp"
#include "tests/unit/classify/call.hpp"

namespace sentrail::classify {
namespace {

using std::string_literals::operator""s;

// Each of these must be refused, whatever the method, on known and unknown paths alike.
const std::vector<std::string> kAttacks = {
    // not an absolute path
    "",
    "repos/o/r",
    "*",
    "http://api.github.com/repos/o/r",
    "//api.github.com/repos/o/r",
    "?a=b",
    ".",
    "../repos/o/r",
    // empty segments
    "//",
    "/repos//r",
    "//repos/o/r",
    "/repos/o/r//issues",
    "/repos/o//r/issues",
    "/repos/o/r/git/refs//heads/main",
    "/repos/o/r/contents//.github/workflows/ci.yml",
    "/repos/o/r/contents/a//b",
    "/repos/o/r/contents/a%2F%2Fb",
    "/repos/o/r/contents/%2Fetc",
    "/repos/o/r/contents/a%2F",
    "/repos/o/r/git/refs/heads%2F",
    // a closing slash that no template takes
    "/repos/o/r/",
    "/repos/o/r/issues/",
    "/repos/o/r/git/refs/heads/main/",
    "/unknown/",
    "/repos/o/r/contents/a/",
    "/repos/o/r/branches/main/protection/",
    // dot segments, plain and encoded
    "/repos/o/r/./issues",
    "/repos/o/r/../x/issues",
    "/..",
    "/.",
    "/repos/o/r/..",
    "/repos/o/r/%2e%2e/x",
    "/repos/o/r/%2E%2E/x",
    "/repos/o/r/.%2e/x",
    "/repos/o/r/%2e/issues",
    "/repos/o/r/contents/..%2F..%2Fx",
    "/repos/o/r/contents/a%2F..%2Fb",
    "/repos/o/r/contents/a%2f.%2fb",
    "/repos/o/r/git/refs/heads%2F..%2Ftags%2Fv1",
    "/repos/../user/repos",
    "/repos/o/%2e%2e",
    // an encoded slash where one segment is expected
    "/repos/o%2Fr",
    "/repos/o%2Fr/issues",
    "/repos/o/r%2Fissues",
    "/repos%2Fo%2Fr",
    "/repos/o/r/issues%2F7",
    "/repos/o/r/issues/7%2Fcomments",
    "/user%2Frepos",
    "/unknown%2Fpath",
    "/orgs/o/hooks%2F1",
    "/repos/o/r/actions/secrets/A%2FB",
    // a second layer of encoding
    "/repos/o/r/contents/%252e%252e/x",
    "/repos/o/r/git/refs/heads%252Fmain",
    "/repos/o/r%252Fissues",
    "/repos/o/r/contents/a%2541",
    "/%2525%2541",
    // bad encoding
    "/repos/o/r/%",
    "/repos/o/r/%2",
    "/repos/o/r/%zz",
    "/repos/o/r/%2g",
    "/repos/o/r/a%",
    "/repos/o/r/contents/%-1",
    "/repos/o/r/issues?q=%",
    "/repos/o/r/issues?%zz=1",
    // bytes that readers drop, cut at or take for others
    "/repos/o/r/%00",
    "/repos/o/r/issues%00.json",
    "/repos/o/r/contents/a%00b",
    "/repos/o/r/issues?q=%00",
    "/repos/o/r\\issues",
    "/repos/o/r/%5c..%5cx",
    "/repos/o/r/contents/a%5Cb",
    "/repos/o/r/%0d%0aX: y",
    "/repos/o/r/a%0ab",
    "/repos/o/r/%1f",
    "/repos/o/r/%7f",
    "/repos/o/r/a b",
    "/repos/o/r/a\tb",
    "/repos/o/r/a\nb",
    "/repos/o/r/\x7f",
    "/repos/o/r/issues#x",
    "/repos/o/r/\xc3\xa9",
    "/repos/o/r/issues\0"s,
    // bytes that are not UTF-8
    "/repos/o/r/%ff",
    "/repos/o/r/%c3",
    "/repos/o/r/%c0%af",
    "/repos/o/r/%c0%ae%c0%ae",
    "/repos/o/r/%e0%80%af",
    "/repos/o/r/%ed%a0%80",
    "/repos/o/r/%f4%90%80%80",
    "/repos/o/r/issues?q=%ff",
    "/repos/o/r/issues?%c0%80=1",
    // another method inside of the query
    "/repos/o/r?_method=DELETE",
    "/repos/o/r?a=1&_METHOD=delete",
    "/repos/o/r?%5Fmethod=DELETE",
};

TEST(PathLaw, EveryAttackIsRefused) {
  ASSERT_GE(kAttacks.size(), 60u);
  for (const std::string& target : kAttacks) {
    for (const char* method : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}) {
      const auto classified = github(method, target);
      ASSERT_FALSE(classified.has_value())
          << method << " " << target << " is " << actions_of(classified);
      EXPECT_EQ(classified.error().code, Errc::invalid_argument) << target;
      EXPECT_FALSE(classified.error().message.empty());
    }
  }
}

TEST(PathLaw, RefusedOnToolsWithoutACatalogToo) {
  for (const std::string& target : kAttacks) {
    Call call;
    call.tool = "internal_api";
    call.method = "GET";
    call.target = target;
    EXPECT_FALSE(classify(CatalogView{}, call).has_value()) << target;
  }
}

TEST(PathLaw, WhatHasOneReadingIsTaken) {
  for (const auto& [target, path] : std::vector<std::pair<std::string, std::string>>{
           {"/", "/"},
           {"/repos/o/r", "/repos/o/r"},
           {"/repos/o/%72", "/repos/o/r"},
           {"/re%70os/o/r", "/repos/o/r"},
           {"/repos/o/r/contents/a%20b", "/repos/o/r/contents/a b"},
           {"/repos/o/r/contents/100%25", "/repos/o/r/contents/100%"},
           {"/repos/o/r/contents/a%2Fb/c", "/repos/o/r/contents/a/b/c"},
           {"/repos/o/r/contents/...", "/repos/o/r/contents/..."},
           {"/repos/o/r/contents/.github", "/repos/o/r/contents/.github"},
           {"/repos/o/r/contents/%C3%A9", "/repos/o/r/contents/\xc3\xa9"},
           {"/repos/o/r/contents/", "/repos/o/r/contents/"},
           {"/repos/o/r/contents/?ref=main", "/repos/o/r/contents/"},
           {"/repos/o/r/tarball/", "/repos/o/r/tarball/"},
           {"/repos/o/r/contents/a+b", "/repos/o/r/contents/a+b"},
       }) {
    const auto classified = github("GET", target);
    ASSERT_TRUE(classified.has_value()) << target << ": " << classified.error().message;
    EXPECT_EQ(classified->target.path, path) << target;
    EXPECT_EQ(actions_of(classified), "read low") << target;
  }
}

TEST(PathLaw, RefusesUnknownMethods) {
  for (const char* method :
       {"", "get", "Get", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "GET ", "LINK", "DELETE\n"}) {
    const auto classified = github(method, "/repos/o/r");
    ASSERT_FALSE(classified.has_value()) << method;
    EXPECT_EQ(classified.error().code, Errc::unsupported);
  }
}

TEST(PathLaw, RefusesMethodOverrides) {
  for (const char* name : {"x-http-method-override", "x-http-method", "x-method-override",
                           "x_http_method_override", "x-http_method", "x_method-override"}) {
    const std::vector<NamedText> headers = {{"accept", "*/*"}, {name, "DELETE"}};
    Call call;
    call.tool = "github";
    call.method = "POST";
    call.target = "/repos/o/r/issues";
    call.headers.entries = headers;
    const auto classified = classify(tests::github_tables().view(), call);
    ASSERT_FALSE(classified.has_value()) << name;
    EXPECT_EQ(classified.error().code, Errc::invalid_argument);
  }
}

TEST(PathLaw, RefusesWhatIsTooLong) {
  const std::string long_path =
      "/repos/o/r/contents/" + std::string(limits::kHttpTargetBytesMax, 'a');
  const auto bytes = github("GET", long_path);
  ASSERT_FALSE(bytes.has_value());
  EXPECT_EQ(bytes.error().code, Errc::limit_exceeded);
  std::string deep = "/repos/o/r/contents";
  for (std::size_t i = 4; i < limits::kPathSegmentsMax; ++i) deep += "/a";
  EXPECT_EQ(github_actions("GET", deep), "read low");
  const auto segments = github("GET", deep + "/a");
  ASSERT_FALSE(segments.has_value());
  EXPECT_EQ(segments.error().code, Errc::limit_exceeded);
}

TEST(PathLaw, QueriesAreDecodedOnce) {
  const auto classified = github("GET", "/repos/o/r/issues?a=1&b=x+y%2Bz&&c&d=%2541&a=2&=e");
  ASSERT_TRUE(classified.has_value());
  std::string text;
  for (const NamedText& entry : classified->target.query) {
    text += std::string(entry.name) + "=" + std::string(entry.value) + ";";
  }
  EXPECT_EQ(text, "a=1;b=x y+z;c=;d=%41;a=2;=e;");
  EXPECT_FALSE(classified->target.query_unreadable);
}

TEST(PathLaw, QueriesThatReadersSplitDifferentlyAreUnreadable) {
  const auto semicolon = github("GET", "/repos/o/r/issues?a=1;b=2");
  ASSERT_TRUE(semicolon.has_value());
  EXPECT_TRUE(semicolon->target.query_unreadable);
  std::string many = "/repos/o/r/issues?a=1";
  for (std::size_t i = 0; i < limits::kQueryParametersMax; ++i) many += "&a=1";
  const auto too_many = github("GET", many);
  ASSERT_TRUE(too_many.has_value());
  EXPECT_TRUE(too_many->target.query_unreadable);
}

TEST(PathLaw, TextsSurviveAMove) {
  auto first = github("GET", "/repos/O/R/contents/a?x=1");
  ASSERT_TRUE(first.has_value());
  const Classified moved = *std::move(first);
  EXPECT_EQ(moved.target.path, "/repos/O/R/contents/a");
  EXPECT_EQ(shown(moved.owner), "'o'");
  EXPECT_EQ(shown(moved.resource_id), "'o/r'");
  EXPECT_EQ(moved.target.query.at(0).value, "1");
  auto encoded = github("GET", "/repos/O/R/contents/%61?x=%31+2&y=3");
  ASSERT_TRUE(encoded.has_value());
  const Classified kept = *std::move(encoded);
  EXPECT_EQ(kept.target.path, "/repos/O/R/contents/a");
  EXPECT_EQ(shown(kept.path), "'a'");
  EXPECT_EQ(kept.target.query.at(0).value, "1 2");
  EXPECT_EQ(kept.target.query.at(1).value, "3");
}

// What has no escape is not copied: it is a piece of the target itself.
TEST(PathLaw, APlainTargetIsItsOwnText) {
  const std::string target = "/repos/o/r/contents/a?x=1";
  const auto classified = github("GET", target);
  ASSERT_TRUE(classified.has_value());
  EXPECT_EQ(classified->target.path.data(), target.data());
  EXPECT_EQ(classified->target.query.at(0).value.data(), target.data() + target.size() - 1);
}

}  // namespace
}  // namespace sentrail::classify
