// Tests what counts as a precondition, and mostly what does not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/json.hpp"
#include "runtime/approvals/preconditions.hpp"

namespace sentrail::approvals {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kSha = "6dcb09b5b57875f334f61aebed695e2e4193db5e";

// {"sha": text} as a document; `kind` lets the value be something else.
JsonDocument with_sha(std::string text, JsonKind kind = JsonKind::string) {
  const auto size = static_cast<std::uint32_t>(text.size());
  return JsonDocument(
      {{JsonKind::object, 0, 1, 3}, {JsonKind::string, 0, 3, 2}, {kind, 3, size, 3}}, "sha" + text);
}

std::vector<HeaderField> merge(const JsonDocument& body) {
  PreconditionSource source;
  source.tool = "github";
  source.action = "pull_request.merge";
  source.method = "PUT";
  source.body = body.root();
  return find_preconditions(source);
}

std::vector<HeaderField> if_match(std::string_view method, std::vector<HeaderField> headers,
                                  bool honoured = true) {
  PreconditionSource source;
  source.tool = "internal_api";
  source.action = "items.update";
  source.method = method;
  source.headers = headers;
  source.honours_if_match = honoured;
  return find_preconditions(source);
}

TEST(Preconditions, MergeShaIsOne) {
  EXPECT_THAT(merge(with_sha(kSha)), ElementsAre(HeaderField{"github.merge.sha", kSha}));
}

TEST(Preconditions, OtherMergeBodiesAreNone) {
  EXPECT_THAT(merge(with_sha("6dcb09b")), IsEmpty());
  EXPECT_THAT(merge(with_sha(std::string(40, 'G'))), IsEmpty());
  EXPECT_THAT(merge(with_sha("", JsonKind::null)), IsEmpty());
  EXPECT_THAT(merge(with_sha(kSha, JsonKind::number)), IsEmpty());
  EXPECT_THAT(merge(JsonDocument({{JsonKind::array, 0, 0, 1}}, "")), IsEmpty());
}

TEST(Preconditions, ShaMeansNothingElsewhere) {
  const JsonDocument body = with_sha(kSha);
  PreconditionSource source;
  source.tool = "gitlab";
  source.action = "pull_request.merge";
  source.method = "PUT";
  source.body = body.root();
  EXPECT_THAT(find_preconditions(source), IsEmpty());
  source.tool = "github";
  source.action = "issues.update";
  EXPECT_THAT(find_preconditions(source), IsEmpty());
  source.action = "pull_request.merge";
  source.method = "POST";
  EXPECT_THAT(find_preconditions(source), IsEmpty());
  source.method = "PUT";
  source.body = JsonValue{};
  EXPECT_THAT(find_preconditions(source), IsEmpty());
}

TEST(Preconditions, IfMatchWithOneStrongTagWhereHonoured) {
  for (const char* method : {"PUT", "PATCH", "DELETE"}) {
    EXPECT_THAT(if_match(method, {{"If-Match", "\"v7\""}}),
                ElementsAre(HeaderField{"if-match", "\"v7\""}));
  }
  EXPECT_THAT(if_match("PUT", {{"if-match", "\"v7\""}}, false), IsEmpty());
  EXPECT_THAT(if_match("POST", {{"if-match", "\"v7\""}}), IsEmpty());
  for (const char* value : {"*", "W/\"v7\"", "\"a\", \"b\"", "", "\"", "v7", "\"a\"b\""}) {
    EXPECT_THAT(if_match("PUT", {{"if-match", value}}), IsEmpty()) << value;
  }
  EXPECT_THAT(if_match("PUT", {{"if-match", "\"a\""}, {"If-Match", "\"b\""}}), IsEmpty());
}

}  // namespace
}  // namespace sentrail::approvals
