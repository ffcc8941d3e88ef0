// Holding, approving, looking at the clock. See first_byte.hpp.
#include "bench/first_byte.hpp"

#include <chrono>
#include <utility>
#include <vector>

#include "bench/files.hpp"
#include "bench/gate_under_load.hpp"
#include "bench/measure.hpp"
#include "bench/row.hpp"
#include "bench/upstream_clock.hpp"
#include "interceptor/cli/api_client.hpp"
#include "wire/json.hpp"

namespace sentrail::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kFirstByteMsMax = 100;
constexpr std::int64_t kCallMs = 10'000;

// One call of the gate's API. fails: unavailable unless it answers with that status.
Result<JsonDocument> ask(std::uint16_t port, const std::string& method, const std::string& target,
                         const std::string& token, std::string body, int status) {
  cli::Endpoint endpoint;
  endpoint.host = "127.0.0.1";
  endpoint.port = port;
  http::HttpRequest request;
  request.method = method;
  request.target = target;
  request.headers.add("Content-Type", "application/json");
  request.headers.add("Authorization", "Bearer " + token);
  request.headers.add("X-Agent-Id", "bench");
  request.body = std::move(body);
  SENTRAIL_ASSIGN_OR_RETURN(const http::HttpResponse response,
                            cli::ApiClient(endpoint, "").call(std::move(request), kCallMs));
  if (response.status != status) {
    return fail(Errc::unavailable, method + " " + target + ": " + response.body);
  }
  return wire::parse_json(response.body);
}

// Milliseconds of one approval, from before it is sent; and until the approver had the outcome.
struct Approved {
  double first_byte_ms = 0;
  double answered_ms = 0;
};

double ms_between(Clock::time_point begin, Clock::time_point end) {
  return std::chrono::duration<double, std::milli>(end - begin).count();
}

Result<Approved> approve_one(const GateUnderLoad& gate, UpstreamClock& upstream,
                             std::size_t number) {
  SENTRAIL_ASSIGN_OR_RETURN(
      const JsonDocument held,
      ask(gate.port, "PUT",
          "/gateway-proxy/github/repos/acme/web/pulls/" + std::to_string(number + 1) + "/merge",
          gate.key, R"({"merge_method":"squash"})", 202));
  const std::string id(held.root().find("approvalRequestId").text());
  static_cast<void>(upstream.take_arrivals());
  const auto begin = Clock::now();
  SENTRAIL_ASSIGN_OR_RETURN(
      const JsonDocument decided,
      ask(gate.port, "POST", "/approval-decision", gate.reviewer,
          R"({"decision":"approved","approvalRequestId":")" + id + "\"}", 200));
  const auto end = Clock::now();
  const std::vector<UpstreamClock::Time> arrivals = upstream.take_arrivals();
  const std::string_view status = decided.root().find("status").text();
  if (status != "executed" || arrivals.size() != 1) {
    return fail(Errc::unavailable, "call " + id + " is " + std::string(status) + " and reached " +
                                       "the tool " + std::to_string(arrivals.size()) + " times");
  }
  return Approved{ms_between(begin, arrivals.front()), ms_between(begin, end)};
}

}  // namespace

Result<bool> bench_first_byte(const FirstByteOptions& options) {
  const Folder folder;
  UpstreamClock upstream;
  if (upstream.port() == 0) return fail(Errc::io, "no port to listen on");
  GateOptions gate_options;
  gate_options.command = {gate_program(options.gate)};
  gate_options.folder = folder.path();
  gate_options.policy = read_file(SENTRAIL_SOURCE_DIR "/policies/starter/starter.sentrail");
  gate_options.upstream_port = upstream.port();
  SENTRAIL_ASSIGN_OR_RETURN(const GateUnderLoad gate, start_gate(gate_options));
  std::vector<double> first_byte;
  std::vector<double> answered;
  for (std::size_t i = 0; i < options.approved; ++i) {
    SENTRAIL_ASSIGN_OR_RETURN(const Approved one, approve_one(gate, upstream, i));
    first_byte.push_back(one.first_byte_ms);
    answered.push_back(one.answered_ms);
  }
  Row row("approve-to-first-byte");
  row.number("p99_ms", quantile(first_byte, 0.99)).at_most(kFirstByteMsMax);
  row.number("p50_ms", quantile(first_byte, 0.5)).number("slowest_ms", quantile(first_byte, 1));
  row.number("answered_p99_ms", quantile(answered, 0.99)).count("approved", options.approved);
  row.print(options.json);
  return row.reached();
}

}  // namespace sentrail::bench
