// The table of steps. See audit_bench.hpp.
#include "bench/audit_bench.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

namespace sentrail::bench {
namespace {

struct Step {
  std::string_view name;
  Result<bool> (*run)(const AuditOptions& options);
};

constexpr std::array<Step, 6> kSteps = {{{"merkle-append", bench_merkle_append},
                                         {"verify", bench_verify},
                                         {"proof", bench_proof},
                                         {"coalesced", bench_coalesced},
                                         {"long-log", bench_long_log},
                                         {"durable-http", bench_durable_http}}};

}  // namespace

int run_audit(const AuditOptions& options) {
  bool good = true;
  for (const Step& step : kSteps) {
    const auto& wanted = options.steps;
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), step.name) == wanted.end()) {
      continue;
    }
    const Result<bool> reached = step.run(options);
    if (!reached) {
      std::fprintf(stderr, "sentrail-bench: %s: %s\n", std::string(step.name).c_str(),
                   reached.error().message.c_str());
    }
    good = good && reached && (*reached || !options.strict);
  }
  return good ? 0 : 1;
}

}  // namespace sentrail::bench
