// Setting a gate up. See gate_under_load.hpp.
#include "bench/gate_under_load.hpp"

#include <chrono>
#include <filesystem>
#include <thread>

#include "bench/files.hpp"
#include "interceptor/cli/api_client.hpp"
#include "tests/support/policy_bundle.hpp"
#include "wire/json.hpp"

namespace sentrail::bench {
namespace {

constexpr std::int64_t kCallMs = 10'000;
constexpr int kStartTries = 1'000;
constexpr int kStartTryMs = 20;

// One person, by API calls.
class Caller {
 public:
  explicit Caller(std::uint16_t port) {
    endpoint_.host = "127.0.0.1";
    endpoint_.port = port;
  }

  // fails: unavailable with the gate's own words unless it answers 2xx.
  Result<JsonDocument> call(const std::string& method, const std::string& target,
                            const std::string& type, std::string body) {
    http::HttpRequest request;
    request.method = method;
    request.target = target;
    request.headers.add("Content-Type", type);
    if (!session_.empty()) request.headers.add("Authorization", "Bearer " + session_);
    request.body = std::move(body);
    SENTRAIL_ASSIGN_OR_RETURN(const http::HttpResponse response,
                              cli::ApiClient(endpoint_, "").call(std::move(request), kCallMs));
    if (response.status / 100 != 2) {
      return fail(Errc::unavailable, method + " " + target + ": " + response.body);
    }
    return wire::parse_json(response.body);
  }

  // Becomes who the token is for, and signs in.
  Status take_over(const std::string& name, const std::string& token) {
    const std::string person = R"("name":")" + name + R"(","passphrase":"a long bench passphrase")";
    SENTRAIL_TRY(call("POST", "/bootstrap", "application/json",
                      R"({"token":")" + token + R"(",)" + person + "}"));
    SENTRAIL_ASSIGN_OR_RETURN(const JsonDocument session,
                              call("POST", "/session", "application/json", "{" + person + "}"));
    session_ = session.root().find("token").text();
    return {};
  }

  // What a call by this person carries.
  [[nodiscard]] const std::string& session() const noexcept { return session_; }

 private:
  cli::Endpoint endpoint_;
  std::string session_;
};

// Gives the gate an owner, a policy, a connection, a reviewer and a key.
Status set_up(GateUnderLoad& gate, const std::string& token, const GateOptions& options) {
  Caller owner(gate.port);
  SENTRAIL_TRY(owner.take_over("bench", token));
  SENTRAIL_TRY(owner.call("PUT", "/policy", "application/octet-stream",
                          tests::bundle_bytes_of(options.policy)));
  SENTRAIL_TRY(owner.call("PUT", "/connections/github", "application/json",
                          R"({"scheme":"http","host":"127.0.0.1","port":)" +
                              std::to_string(options.upstream_port) +
                              R"(,"authScheme":"none","privateAddress":true})"));
  SENTRAIL_ASSIGN_OR_RETURN(const JsonDocument invited,
                            owner.call("POST", "/reviewers", "application/json",
                                       R"({"name":"reviewer","role":"reviewer"})"));
  Caller reviewer(gate.port);
  SENTRAIL_TRY(reviewer.take_over("reviewer", std::string(invited.root().find("token").text())));
  gate.reviewer = reviewer.session();
  SENTRAIL_ASSIGN_OR_RETURN(const JsonDocument key,
                            owner.call("POST", "/manage-api-keys", "application/json",
                                       R"({"name":"bench","scopes":["gateway","evaluate"]})"));
  gate.key = key.root().find("key").text();
  return {};
}

// The bootstrap token in what the gate printed; empty until its line is whole.
std::string token_in(const std::string& printed) {
  const std::size_t begin = printed.find("sbt_");
  const std::size_t end = printed.find('\n', begin);
  if (begin == std::string::npos || end == std::string::npos) return {};
  return printed.substr(begin, end - begin);
}

}  // namespace

std::string gate_program(const std::string& path) {
  if (!path.empty()) return path;
  return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "sentraild").string();
}

Result<GateUnderLoad> start_gate(const GateOptions& options) {
  const std::string config = options.folder + "/sentrail.yaml";
  const std::string ready = options.folder + "/ready";
  const std::string output = options.folder + "/output";
  write_file(config, "listen: 127.0.0.1:0\nthreads: " + std::to_string(options.threads) +
                         "\ndata: data\npolicy:\n  allow_unsigned: true\nlog:\n  level: warning\n" +
                         "  requests: false\n");
  std::vector<std::string> command = options.command;
  command.insert(command.end(), {"--config", config, "--ready-file", ready});
  SENTRAIL_ASSIGN_OR_RETURN(Child process, Child::start(command, output));
  std::string state;
  std::string token;
  const auto up = [&] { return state.find('}') != std::string::npos && !token.empty(); };
  for (int tries = 0; tries < kStartTries && !up(); ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(kStartTryMs));
    state = read_file(ready);
    token = token_in(read_file(output));
  }
  const Result<JsonDocument> parsed = wire::parse_json(state);
  if (!parsed) {
    return fail(Errc::unavailable, "the gate did not come up: " + read_file(output));
  }
  const auto port =
      static_cast<std::uint16_t>(std::stoul(std::string(parsed->root().find("main").text())));
  GateUnderLoad gate{std::move(process), port, {}, {}};
  SENTRAIL_TRY(set_up(gate, token, options));
  return gate;
}

Status check_recorded(const GateUnderLoad& gate) {
  cli::Endpoint endpoint;
  endpoint.host = "127.0.0.1";
  endpoint.port = gate.port;
  http::HttpRequest request;
  request.method = "GET";
  request.target = "/metrics";
  SENTRAIL_ASSIGN_OR_RETURN(const http::HttpResponse response,
                            cli::ApiClient(endpoint, "").call(std::move(request), kCallMs));
  constexpr std::string_view kCounter = "\nsentrail_unrecorded_total ";
  const std::size_t at = response.body.find(kCounter);
  if (at == std::string::npos) return fail(Errc::unavailable, "the gate counts nothing");
  const std::string count = response.body.substr(at + kCounter.size());
  if (count.starts_with("0\n")) return {};
  return fail(Errc::unavailable, "requests blocked unrecorded: " + count);
}

}  // namespace sentrail::bench
