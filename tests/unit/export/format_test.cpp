// Entries in the words of other systems; real readers of them are in tests/e2e/export_test.py.
#include "runtime/export/format.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sentrail::exporting {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

store::AuditRow row(std::uint64_t sequence, std::string leaf) {
  store::AuditRow out;
  out.sequence = sequence;
  out.leaf = std::move(leaf);
  return out;
}

const store::AuditRow kBlocked = row(
    7,
    R"({"action":"pull_request.merge","decision":"block","kind":"decision","risk":"high","seq":7,)"
    R"("time_ms":1767323045678,"tool":"github","v":1})");

std::string body(Format format, const store::AuditRow& one = kBlocked) {
  const Result<Body> made = format_body(format, "gate.example", std::span(&one, 1));
  EXPECT_TRUE(made);
  return made ? made->bytes : "";
}

TEST(ExportFormat, NamesReadBack) {
  for (const Format format :
       {Format::json_lines, Format::cloudevents, Format::ocsf, Format::otlp}) {
    EXPECT_EQ(format_named(name_of(format)), format);
  }
  EXPECT_EQ(format_named("xml"), std::nullopt);
}

TEST(ExportFormat, CloudEventsCarryIdTimeAndSequence) {
  EXPECT_EQ(body(Format::cloudevents),
            R"([{"specversion":"1.0","id":"gate.example/7","source":"gate.example",)"
            R"("type":"sentrail.audit.decision","time":"2026-01-02T03:04:05.678Z",)"
            R"("sequence":"00000000000000000007","datacontenttype":"application/json","data":)" +
                kBlocked.leaf + "}]");
  EXPECT_THAT(body(Format::cloudevents, row(0, R"({"kind":"restart","time_ms":-1})")),
              HasSubstr("\"1969-12-31T23:59:59.999Z\""));
}

TEST(ExportFormat, OcsfHasWhatItsClassRequires) {
  EXPECT_THAT(body(Format::ocsf),
              AllOf(HasSubstr("\"class_uid\":6003,"), HasSubstr("\"type_uid\":600399,"),
                    HasSubstr("\"severity_id\":4,\"status_id\":2"),
                    HasSubstr("\"version\":\"1.8.0\",\"uid\":\"gate.example/7\",\"sequence\":7"),
                    HasSubstr("\"api\":{\"operation\":\"pull_request.merge\""),
                    HasSubstr("\"actor\":{\"app_uid\":\"sentraild\"}")));
}

// docs/exporters.md: commitments are salted anew in every entry, and say nothing of who acts again.
TEST(ExportFormat, OcsfActorsAreKeysOrElseWorkspaces) {
  const std::string salted = R"({"agent_c":"c1",)";
  const std::string rest = R"("kind":"decision","person_c":"c2","time_ms":1)";
  for (const auto& [leaf, actor] : std::vector<std::pair<std::string, std::string>>{
           {salted + R"("key_id":"k1",)" + rest + R"(,"workspace_id":"w1"})", "k1"},
           {salted + rest + R"(,"workspace_id":"w1"})", "w1"},
           {salted + rest + "}", "sentraild"}}) {
    EXPECT_THAT(body(Format::ocsf, row(1, leaf)),
                AllOf(HasSubstr(R"("actor":{"app_uid":")" + actor + "\"}"),
                      HasSubstr(R"("src_endpoint":{"uid":")" + actor + "\"}")));
  }
}

TEST(ExportFormat, OtlpWritesIntegersAsTexts) {
  EXPECT_THAT(
      body(Format::otlp),
      AllOf(HasSubstr("\"timeUnixNano\":\"1767323045678000000\""),
            HasSubstr("\"severityNumber\":13"),
            HasSubstr(R"({"key":"sentrail.seq","value":{"intValue":"7"}})"),
            HasSubstr(R"({"key":"log.record.uid","value":{"stringValue":"gate.example/7"}})")));
}

TEST(ExportFormat, OneLineAnEntryAndNothingThatIsNoLeaf) {
  const std::vector<store::AuditRow> rows = {kBlocked, row(8, R"({"kind":"restart"})")};
  for (const Format format : {Format::json_lines, Format::cloudevents, Format::ocsf}) {
    const std::string lines = format_lines(format, "o", rows).value();
    EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2) << name_of(format);
  }
  const store::AuditRow bad = row(9, "[]");
  EXPECT_EQ(format_lines(Format::ocsf, "o", std::span(&bad, 1)).error().code, Errc::corrupt);
}

}  // namespace
}  // namespace sentrail::exporting
