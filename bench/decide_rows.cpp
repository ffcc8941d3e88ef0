// Rows as JSON and as a table. See decide_rows.hpp.
#include "bench/decide_rows.hpp"

#include <cstdio>

#include "core/json_writer.hpp"

namespace sentrail::bench {
namespace {

void number(JsonWriter& json, const char* key, double value, const char* format = "%.1f") {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  json.key(key).raw_number(text);
}

}  // namespace

void print_json(const std::vector<DecideRow>& rows) {
  for (const DecideRow& row : rows) {
    std::string out;
    JsonWriter json(&out);
    json.begin_object().key("workload").string(row.workload);
    json.key("rules").unsigned_integer(row.rules);
    json.key("engine").string(row.engine);
    number(json, "p50", row.timing.p50);
    number(json, "p99", row.timing.p99);
    number(json, "p999", row.timing.p999);
    number(json, "fastest", row.timing.fastest);
    number(json, "empty_pair", row.timing.empty_pair);
    json.key("allocations").unsigned_integer(row.timing.allocations);
    json.key("bytes").unsigned_integer(row.bytes);
    number(json, "build_ms", row.build_ms);
    json.key("mismatches").unsigned_integer(row.mismatches);
    json.key("checked").unsigned_integer(row.checked);
    json.key("compared").unsigned_integer(row.compared);
    json.key("undecidable").unsigned_integer(row.undecidable);
    number(json, "ratio_naive", row.ratio_naive(), "%.3f");
    number(json, "naive_p50", row.naive_p50);
    number(json, "naive_read", row.naive_read);
    json.key("valid").boolean(row.valid());
    json.key("requests").unsigned_integer(row.timing.calls);
    json.key("passes").unsigned_integer(row.timing.passes);
    json.key("seed").unsigned_integer(row.seed);
    if (row.verdicts_p50 >= 0) {
      number(json, "verdicts_p50", row.verdicts_p50);
      number(json, "ratio_verdicts", row.verdicts_p50 / row.timing.p50, "%.3f");
    }
    if (row.cold_p50 >= 0) number(json, "cold_p50", row.cold_p50);
    if (row.worst_ns >= 0) {
      number(json, "worst_ns", row.worst_ns);
      json.key("worst_tried").unsigned_integer(row.worst_tried);
      json.key("bound_steps").unsigned_integer(row.bound_steps);
      number(json, "worst_ns_a_step", row.worst_ns / static_cast<double>(row.bound_steps), "%.5f");
      json.key("bounded").boolean(row.bounded());
    }
    json.end_object();
    std::printf("%s\n", out.c_str());
  }
}

void print_table(const std::vector<DecideRow>& rows) {
  std::printf("%-16s %7s %-7s %10s %10s %10s %10s %10s %10s %6s %10s %9s %6s %8s\n", "workload",
              "rules", "engine", "p50 ns", "fastest", "p99 ns", "p99.9 ns", "worst ns", "cold ns",
              "alloc", "bytes", "build ms", "wrong", "x naive");
  for (const DecideRow& row : rows) {
    std::printf(
        "%-16s %7zu %-7s %10.1f %10.1f %10.1f %10.1f %10.1f %10.1f %6llu %10zu %9.2f %6zu "
        "%8.2f%s\n",
        row.workload.c_str(), row.rules, row.engine.c_str(), row.timing.p50, row.timing.fastest,
        row.timing.p99, row.timing.p999, row.worst_ns, row.cold_p50,
        static_cast<unsigned long long>(row.timing.allocations), row.bytes, row.build_ms,
        row.mismatches, row.ratio_naive(), row.valid() ? "" : " (not valid)");
  }
}

}  // namespace sentrail::bench
