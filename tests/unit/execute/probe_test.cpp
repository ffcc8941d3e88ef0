// Tests what a probe asks, and what an answer says.
#include "runtime/execute/probe.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sentrail::execute {
namespace {

Probe merge_probe() {
  Probe probe;
  probe.action = "pull_request.merge";
  probe.get = "{path}";
  probe.applied.status = {204};
  probe.not_applied = ProbeTest{{404}, "", "", ""};
  return probe;
}

std::string asked(const std::string& get, const std::string& target) {
  Probe probe;
  probe.get = get;
  const Result<std::string> made = probe_target(probe, target);
  return made ? *made : "refused: " + made.error().message;
}

TEST(Probe, AsksAPathMadeOfTheCalls) {
  const std::string target = "/repos/acme/web/pulls/6/merge?x={1}";
  EXPECT_EQ(asked("{path}", target), "/repos/acme/web/pulls/6/merge");
  EXPECT_EQ(asked("/repos/{2}/{3}/pulls/{5}", target), "/repos/acme/web/pulls/6");
  EXPECT_EQ(asked("/fixed?state=all", target), "/fixed?state=all");
  EXPECT_EQ(asked("/{6}{6}", target), "/mergemerge");
  EXPECT_EQ(asked("/x/{1}", "/heads%2Frelease"), "/x/heads%2Frelease");  // nothing is decoded
  for (const char* bad :
       {"/{7}", "/{0}", "/{}", "/{x}", "/{1", "/{-1}", "/{99999999999999999999}"}) {
    EXPECT_TRUE(asked(bad, target).starts_with("refused")) << bad;
  }
  EXPECT_TRUE(asked("/{2}", "/a//b").starts_with("refused"));
}

ProbeAnswer heard(const Probe& probe, std::uint32_t status, const std::string& body,
                  const std::string& call_body = "{}", bool truncated = false) {
  Call call;
  call.body = call_body;
  return read_answer(probe, call, {status, {}, body, truncated});
}

TEST(Probe, StatusesAlone) {
  EXPECT_EQ(heard(merge_probe(), 204, ""), ProbeAnswer::applied);
  EXPECT_EQ(heard(merge_probe(), 404, ""), ProbeAnswer::not_applied);
  EXPECT_EQ(heard(merge_probe(), 500, ""), ProbeAnswer::unknown);
  EXPECT_EQ(heard(merge_probe(), 403, ""), ProbeAnswer::unknown);
  Probe both = merge_probe();
  both.not_applied->status.push_back(204);
  EXPECT_EQ(heard(both, 204, ""), ProbeAnswer::unknown);
  Probe one_sided = merge_probe();
  one_sided.not_applied.reset();
  EXPECT_EQ(heard(one_sided, 404, ""), ProbeAnswer::unknown);
}

TEST(Probe, ValuesOfTheBody) {
  Probe probe;
  probe.applied = {{200}, "/labels/1/a~1b", "\"closed\"", ""};
  const std::string body = R"({"labels":[{},{"a/b":"closed"}]})";
  EXPECT_EQ(heard(probe, 200, body), ProbeAnswer::applied);
  EXPECT_EQ(heard(probe, 201, body), ProbeAnswer::unknown);
  EXPECT_EQ(heard(probe, 200, R"({"labels":[{"a/b":"closed"}]})"), ProbeAnswer::unknown);
  EXPECT_EQ(heard(probe, 200, "{\"labels\":"), ProbeAnswer::unknown);
  EXPECT_EQ(heard(probe, 200, body, "{}", true), ProbeAnswer::unknown);
  probe.applied.equals = "null";
  EXPECT_EQ(heard(probe, 200, R"({"labels":[{},{"a/b":null}]})"), ProbeAnswer::applied);
  probe.applied.equals = "1";
  EXPECT_EQ(heard(probe, 200, R"({"labels":[{},{"a/b":"1"}]})"), ProbeAnswer::unknown);
  EXPECT_EQ(heard(probe, 200, R"({"labels":[{},{"a/b":1}]})"), ProbeAnswer::applied);
}

TEST(Probe, WhatTheCallItselfSaid) {
  Probe probe;
  probe.applied = {{200}, "/state", "", "/state"};
  probe.not_applied = ProbeTest{{200}, "/state", "\"open\"", ""};
  EXPECT_EQ(heard(probe, 200, R"({"state":"closed"})", R"({"state":"closed"})"),
            ProbeAnswer::applied);
  EXPECT_EQ(heard(probe, 200, R"({"state":"open"})", R"({"state":"closed"})"),
            ProbeAnswer::not_applied);
  EXPECT_EQ(heard(probe, 200, R"({"state":"open"})", R"({"state":"open"})"), ProbeAnswer::unknown);
  EXPECT_EQ(heard(probe, 200, R"({"state":"x"})", R"({})"), ProbeAnswer::unknown);
  EXPECT_EQ(heard(probe, 200, R"({"state":"x"})", "no json"), ProbeAnswer::unknown);
  // Lists and objects are never the same: an upstream may add to them.
  EXPECT_EQ(heard(probe, 200, R"({"state":{}})", R"({"state":{}})"), ProbeAnswer::unknown);
}

}  // namespace
}  // namespace sentrail::execute
