// Loading gate and nginx with the same requests by wrk. See http_bench.hpp.
//
// The baseline of every row is nginx answering `return 200` to the very same bytes; proxy-get has
// a second one, nginx as a reverse proxy.
#include "bench/http_bench.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string_view>

#include "bench/child.hpp"
#include "bench/files.hpp"
#include "bench/gate_under_load.hpp"
#include "bench/wrk_load.hpp"
#include "core/json_writer.hpp"
#include "core/limits.hpp"
#include "core/result.hpp"

namespace sentrail::bench {
namespace {

namespace fs = std::filesystem;

// One named kind of request. In the texts each `%d` is a number of its own.
struct Workload {
  std::string_view name;
  std::string_view method;
  std::string_view target;
  std::string_view body;
  std::size_t items = 1;  // more: the body is one of so many items
};

constexpr std::string_view kSimulated =
    R"({"tool":"github","method":"POST","path":"/repos/acme/web-%d/issues",)"
    R"("body":{"title":"report %d","body":"it fails on the second try","labels":["bug"]}})";
constexpr std::string_view kEvaluated =
    R"({"tool":"github","action":"issues.create","riskLevel":"medium","resourceType":"issue",)"
    R"("resourceId":"acme/web-%d","payload":{"title":"report %d","labels":["bug"]}})";
constexpr Workload kWorkloads[] = {
    {"simulate", "POST", "/simulate-action?explain=false", kSimulated},
    {"simulate-explained", "POST", "/simulate-action", kSimulated},
    {"simulate-batch", "POST", "/simulate-action?explain=false", kSimulated,
     limits::kEvaluateItemsMax},
    {"evaluate-durable", "POST", "/evaluate-action", kEvaluated},
    {"proxy-get", "GET", "/gateway-proxy/github/repos/acme/web-%d/issues?page=%d", ""},
};

std::uint16_t free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  bind(fd, reinterpret_cast<sockaddr*>(&address), size);
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  close(fd);
  return ntohs(address.sin_port);
}

// nginx with one worker; `location` is what it does with every request.
Result<Child> start_nginx(const std::string& folder, std::uint16_t port,
                          const std::string& location) {
  const std::string name = folder + "/nginx-" + std::to_string(port);
  fs::create_directories(name);
  write_file(name + "/conf",
             "daemon off; worker_processes 1; pid " + name + "/pid; error_log " + name +
                 "/error;\nevents { worker_connections 1024; }\nhttp {\n access_log off;\n"
                 " client_body_temp_path " +
                 name + "/body; proxy_temp_path " + name +
                 "/proxy;\n"
                 " fastcgi_temp_path " +
                 name + "/f; uwsgi_temp_path " + name +
                 "/u;"
                 " scgi_temp_path " +
                 name + "/s;\n default_type application/json;\n" + location + "\n}\n");
  return Child::start({"nginx", "-p", name, "-c", name + "/conf"}, name + "/output");
}

// nginx's answer: as long as a page of one issue.
std::string answering(std::uint16_t port) {
  return "server { listen 127.0.0.1:" + std::to_string(port) +
         "; location / { return 200 '[{\"number\":1,\"title\":\"report\",\"state\":\"open\"}]'; } "
         "}";
}

std::string proxying(std::uint16_t port, std::uint16_t upstream) {
  return "upstream tool { server 127.0.0.1:" + std::to_string(upstream) +
         "; keepalive 64; }\nserver { listen 127.0.0.1:" + std::to_string(port) +
         "; location / { proxy_pass http://tool; proxy_http_version 1.1;"
         " proxy_set_header Connection ''; } }";
}

std::string body_of(const Workload& workload) {
  if (workload.items == 1) return std::string(workload.body);
  std::string out = R"({"items":[)";
  for (std::size_t i = 0; i < workload.items; ++i) {
    out.append(i == 0 ? "" : ",").append(workload.body);
  }
  return out + "]}";
}

struct HttpRow {
  std::string workload;
  std::size_t items = 1;
  Load gate;
  Load nginx;
  std::optional<Load> nginx_proxy;

  [[nodiscard]] double items_per_cpu_second() const {
    return static_cast<double>(items) * 1e6 / gate.cpu_us();
  }
};

void print_row(const HttpRow& row, const HttpOptions& options) {
  const double ratio = row.gate.cpu_us() / row.nginx.cpu_us();
  if (!options.json) {
    std::printf("%-17s %7.1f us CPU a request, %8.0f requests/s; nginx return 200 %6.1f us: %.2fx",
                row.workload.c_str(), row.gate.cpu_us(), row.gate.per_second(), row.nginx.cpu_us(),
                ratio);
    if (row.nginx_proxy) {
      std::printf("; nginx proxy_pass %.1f us: %.2fx", row.nginx_proxy->cpu_us(),
                  row.gate.cpu_us() / row.nginx_proxy->cpu_us());
    }
    if (row.items > 1) std::printf("; %.0f items a second of CPU", row.items_per_cpu_second());
    std::printf("\n");
    return;
  }
  const auto number = [](double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3f", value);
    return std::string(text);
  };
  std::string out;
  JsonWriter json(&out);
  json.begin_object();
  json.key("workload").string(row.workload);
  json.key("connections").unsigned_integer(options.connections);
  json.key("requests").unsigned_integer(static_cast<std::uint64_t>(row.gate.requests));
  json.key("requests_per_second").raw_number(number(row.gate.per_second()));
  json.key("cpu_us_per_request").raw_number(number(row.gate.cpu_us()));
  json.key("nginx_cpu_us_per_request").raw_number(number(row.nginx.cpu_us()));
  json.key("ratio_nginx").raw_number(number(ratio));
  if (row.items > 1) {
    json.key("items_per_cpu_second").raw_number(number(row.items_per_cpu_second()));
  }
  if (row.nginx_proxy) {
    json.key("ratio_nginx_proxy").raw_number(number(row.gate.cpu_us() / row.nginx_proxy->cpu_us()));
  }
  json.end_object();
  std::printf("%s\n", out.c_str());
}

Status run_all(const HttpOptions& options, const std::string& folder) {
  const std::uint16_t nginx_port = free_port();
  SENTRAIL_ASSIGN_OR_RETURN(const Child nginx,
                            start_nginx(folder, nginx_port, answering(nginx_port)));
  const std::uint16_t proxy_port = free_port();
  SENTRAIL_ASSIGN_OR_RETURN(const Child proxy,
                            start_nginx(folder, proxy_port, proxying(proxy_port, nginx_port)));
  GateOptions gate_options;
  gate_options.command = {gate_program(options.gate)};
  gate_options.folder = folder;
  gate_options.policy = read_file(SENTRAIL_SOURCE_DIR "/policies/starter/starter.sentrail");
  gate_options.upstream_port = nginx_port;
  SENTRAIL_ASSIGN_OR_RETURN(const GateUnderLoad gate, start_gate(gate_options));
  const LoadPlan plan{folder, options.connections, options.seconds};
  for (const Workload& workload : kWorkloads) {
    const auto& wanted = options.workloads;
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), workload.name) == wanted.end()) {
      continue;
    }
    const std::size_t requests = std::max<std::size_t>(options.requests / workload.items, 1);
    write_load_script(plan, {std::string(workload.method), std::string(workload.target),
                             body_of(workload), gate.key, requests});
    HttpRow row;
    row.workload = workload.name;
    row.items = workload.items;
    SENTRAIL_ASSIGN_OR_RETURN(row.nginx, run_load(plan, nginx, nginx_port));
    SENTRAIL_ASSIGN_OR_RETURN(row.gate, run_load(plan, gate.process, gate.port));
    if (workload.body.empty()) {
      SENTRAIL_ASSIGN_OR_RETURN(row.nginx_proxy, run_load(plan, proxy, proxy_port));
    }
    SENTRAIL_TRY(check_recorded(gate));
    print_row(row, options);
  }
  return {};
}

}  // namespace

int run_http(const HttpOptions& options) {
  const Folder folder;
  const Status status = run_all(options, folder.path());
  if (!status) std::fprintf(stderr, "sentrail-bench: %s\n", status.error().message.c_str());
  return status ? 0 : 1;
}

}  // namespace sentrail::bench
