// Questions about calls in doubt. See prober.hpp.
#include "runtime/gateway/prober.hpp"

#include <utility>

#include "core/text.hpp"
#include "runtime/gateway/forward.hpp"
#include "runtime/gateway/rechecker.hpp"
#include "runtime/gateway/tool_promises.hpp"

namespace sentrail::gateway {
namespace {

using execute::ProbeAnswer;
using execute::SendReport;

// What a question says of itself: who asks, and that JSON is wanted. What else the call said was
// said of the call.
std::vector<approvals::HeaderField> question_headers(const execute::Call& call) {
  std::vector<approvals::HeaderField> headers = {{"Accept", "application/json"}};
  for (const approvals::HeaderField& field : call.headers) {
    if (equal_ignoring_ascii_case(field.name, "user-agent")) headers.push_back(field);
  }
  return headers;
}

std::string words_of(const SendReport& report) {
  return report.end == SendReport::End::answered
             ? "answered " + std::to_string(report.response.status)
             : "did not answer: " + report.why;
}

execute::Probed probed(const execute::Probe& probe, const execute::Call& call,
                       const SendReport& report) {
  const std::string what = "GET " + probe.get + " " + words_of(report);
  if (report.end != SendReport::End::answered) return {ProbeAnswer::unknown, false, what};
  return {execute::read_answer(probe, call, report.response), probe.settles_not_applied, what};
}

}  // namespace

std::optional<std::int64_t> UpstreamProber::settle_ms(const store::ActionRecord& record) {
  const std::shared_ptr<const Known> known = known_.get();
  const Upstream* upstream = known->upstream(record.workspace_id, record.tool);
  const execute::Probe* probe =
      upstream == nullptr ? nullptr : find_probe(upstream->promises, record.action);
  if (probe == nullptr) return std::nullopt;
  return probe->settle_ms;
}

Result<execute::Question> UpstreamProber::question(const store::ActionRecord& record,
                                                   const execute::Call& call) {
  const std::shared_ptr<const Known> known = known_.get();
  const Upstream* upstream = known->upstream(record.workspace_id, record.tool);
  const execute::Probe* probe =
      upstream == nullptr ? nullptr : find_probe(upstream->promises, record.action);
  if (probe == nullptr || !is_bound_to(call, *upstream)) {
    return fail(Errc::unavailable, "the tool's connection changed");
  }
  const std::size_t base = upstream->connection.base_path.size();
  SENTRAIL_ASSIGN_OR_RETURN(
      const std::string target,
      execute::probe_target(*probe, std::string_view(call.target).substr(base)));
  execute::Call question;
  question.upstream = call.upstream;
  question.scheme = call.scheme;
  question.host = call.host;
  question.port = call.port;
  question.method = "GET";
  question.target = upstream_target(upstream->connection, target);
  question.headers = question_headers(call);
  SENTRAIL_ASSIGN_OR_RETURN(const Judged judged,
                            judge_anew(judge_, *known, record, question, clock_.now(),
                                       {.purpose = counters::Purpose::simulate}));
  if (judged.stop || judged.effect != Effect::allow) {
    return fail(Errc::permission_denied, "policy does not let the agent ask (" + judged.rule + ")");
  }
  return execute::Question{std::move(question), [probe = *probe, call](const SendReport& report) {
                             return probed(probe, call, report);
                           }};
}

}  // namespace sentrail::gateway
