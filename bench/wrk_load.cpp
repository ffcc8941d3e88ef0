// The script and what comes of it. See wrk_load.hpp.
#include "bench/wrk_load.hpp"

#include <cstdio>
#include <string_view>

#include "bench/files.hpp"

namespace sentrail::bench {
namespace {

std::string lua_of(std::string_view text) {
  std::string out = "[==[";
  return out.append(text).append("]==]");
}

}  // namespace

void write_load_script(const LoadPlan& plan, const LoadRequests& requests) {
  std::string script =
      "local requests, n, next_one = {}, " + std::to_string(requests.count) + ", 0\n";
  script += "local method, target, body = " + lua_of(requests.method) + ", " +
            lua_of(requests.target) + ", " + lua_of(requests.body) + "\n";
  script += "local headers = {['Authorization'] = 'Bearer " + requests.key +
            "', ['X-Agent-Id'] = 'bench', ['Content-Type'] = 'application/json'}\n"
            "local count = 0\n"
            "local function number() count = count + 1; return tostring(count) end\n"
            "function init()\n"
            "  for i = 1, n do\n"
            "    local text = body ~= '' and body:gsub('%%d', number) or nil\n"
            "    requests[i] = wrk.format(method, (target:gsub('%%d', number)), headers, text)\n"
            "  end\n"
            "end\n"
            "function request() next_one = next_one % n + 1; return requests[next_one] end\n"
            "function done(summary, latency)\n"
            "  local e = summary.errors\n"
            "  print(string.format('RESULT %d %d %d %d %d', summary.requests, summary.duration,\n"
            "        e.connect + e.read + e.write + e.status + e.timeout,\n"
            "        latency:percentile(50), latency:percentile(99)))\n"
            "end\n";
  write_file(plan.folder + "/script.lua", script);
}

Result<Load> run_load(const LoadPlan& plan, const Child& server, std::uint16_t port) {
  const std::string output = plan.folder + "/wrk";
  const double before = server.cpu_seconds();
  SENTRAIL_ASSIGN_OR_RETURN(
      Child wrk,
      Child::start({"wrk", "-t1", "-c" + std::to_string(plan.connections),
                    "-d" + std::to_string(plan.seconds) + "s", "-s", plan.folder + "/script.lua",
                    "http://127.0.0.1:" + std::to_string(port)},
                   output));
  const int exit_code = wrk.wait();
  Load load;
  load.cpu_seconds = server.cpu_seconds() - before;
  const std::string printed = read_file(output);
  const std::size_t at = printed.find("RESULT ");
  double microseconds = 0;
  double errors = 1;
  if (at != std::string::npos) {
    std::sscanf(printed.c_str() + at, "RESULT %lf %lf %lf %lf %lf", &load.requests, &microseconds,
                &errors, &load.p50_us, &load.p99_us);
  }
  load.seconds = microseconds / 1e6;
  if (exit_code != 0 || errors != 0 || load.requests < 1) {
    return fail(Errc::unavailable, "the load failed: " + printed);
  }
  return load;
}

}  // namespace sentrail::bench
