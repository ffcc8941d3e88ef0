// Answers for probes. See operations.hpp.
#include "runtime/gateway/operations.hpp"

#include <string>
#include <string_view>
#include <vector>

#include "core/check.hpp"
#include "core/json_writer.hpp"
#include "runtime/gateway/answers.hpp"

namespace sentrail::gateway {
namespace {

// What is wrong with the published log, its retention and what else is not decided by: decisions
// go on.
std::vector<std::string> warnings_of(const GateParts& parts) {
  std::vector<std::string> warnings;
  if (parts.more_warnings) parts.more_warnings(warnings);
  if (parts.retention != nullptr) {
    const audit::RetentionState state = parts.retention->state();
    if (!state.failure.empty()) warnings.push_back("retention: " + state.failure);
    if (!state.waits.empty()) warnings.push_back("retention: waits, " + state.waits);
  }
  if (parts.log == nullptr) return warnings;
  const audit::LogState state = parts.log->state();
  if (!state.failure.empty()) warnings.push_back("audit_log: " + state.failure);
  if (!state.scrub_fault.empty()) warnings.push_back("audit_scrub: " + state.scrub_fault);
  if (!state.witness_complaint.empty()) {
    warnings.push_back("audit_witness: " + state.witness_complaint);
  }
  return warnings;
}

http::HttpResponse readiness(const GateParts& parts) {
  std::vector<std::string_view> missing;
  if (parts.bundle.current() == nullptr) missing.emplace_back("policy");
  if (!parts.store.health()) missing.emplace_back("store");
  const auto tried = parts.stop_test != nullptr ? parts.stop_test->last() : std::nullopt;
  if (tried && !tried->passed) missing.emplace_back("kill_switch");
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("ok").boolean(missing.empty());
  json.key("version").string(parts.settings.version);
  json.key("missing").begin_array();
  for (const std::string_view name : missing) json.string(name);
  json.end_array().key("warnings").begin_array();
  for (const std::string& warning : warnings_of(parts)) json.string(warning);
  json.end_array();
  if (tried) {
    json.key("killSwitchTest").begin_object().key("passed").boolean(tried->passed);
    json.key("detail").string(tried->detail);
    write_time(json, "at", tried->at_ms);
    json.end_object();
  }
  json.end_object();
  return json_answer(missing.empty() ? 200 : 503, std::move(body));
}

void write_gauge(std::string& out, std::string_view name, std::string_view help,
                 std::uint64_t value, std::string_view type = "gauge") {
  out.append("# HELP ").append(name).append(" ").append(help).append("\n");
  out.append("# TYPE ").append(name).append(" ").append(type).append("\n");
  out.append(name).append(" ").append(std::to_string(value)).append("\n");
}

void write_stops(std::string& out, const GateParts& parts) {
  if (parts.local_stops != nullptr) {
    write_gauge(out, "sentrail_local_stops_waiting",
                "Local stops that the store has not taken yet.", parts.local_stops->waiting());
  }
  if (parts.stop_test == nullptr) return;
  const auto tried = parts.stop_test->last();
  write_gauge(out, "sentrail_kill_switch_test_passed", "Whether the last try of the switch held.",
              tried && tried->passed ? 1 : 0);
  write_gauge(out, "sentrail_kill_switch_test_seconds", "Unix time of the last try of the switch.",
              tried ? static_cast<std::uint64_t>(tried->at_ms / 1000) : 0);
  write_gauge(out, "sentrail_kill_switch_test_failures_total", "Tries of the switch that failed.",
              parts.stop_test->failures(), "counter");
}

void write_log_gauges(std::string& out, const audit::LogState& state) {
  write_gauge(out, "sentrail_audit_published_entries", "Entries under the newest checkpoint.",
              state.size);
  write_gauge(out, "sentrail_audit_shards", "Years of which a log is published.", state.shards);
  write_gauge(out, "sentrail_audit_cosigned_entries", "Entries that the witness has cosigned.",
              state.cosigned);
  write_gauge(out, "sentrail_audit_log_healthy", "Whether the published log follows the entries.",
              state.failure.empty() ? 1 : 0);
  write_gauge(out, "sentrail_audit_scrub_clean", "Whether the last scrub found nothing wrong.",
              state.scrub_fault.empty() ? 1 : 0);
  write_gauge(out, "sentrail_audit_scrubbed_entries", "Entries that the last scrub found good.",
              state.scrubbed);
  write_gauge(out, "sentrail_audit_scrubs_total", "Scrubs of the whole log.", state.scrubs,
              "counter");
}

void write_recording(std::string& out, const recording::RequestLogCounts& counts) {
  write_gauge(out, "sentrail_requests_recorded_total", "Requests recorded for replay.",
              counts.recorded, "counter");
  constexpr std::string_view kDropped = "sentrail_requests_dropped_total";
  out.append("# HELP ").append(kDropped).append(" Requests that were not recorded, by why.\n");
  out.append("# TYPE ").append(kDropped).append(" counter\n");
  for (std::size_t i = 0; i < counts.dropped.size(); ++i) {
    out.append(kDropped).append("{why=\"");
    out.append(name_of(static_cast<recording::Dropped>(i))).append("\"} ");
    out.append(std::to_string(counts.dropped[i])).append("\n");
  }
  write_gauge(out, "sentrail_requests_bytes", "Bytes of recorded requests on disk.", counts.bytes);
}

void write_retention(std::string& out, const audit::RetentionState& state) {
  write_gauge(out, "sentrail_audit_forgotten_entries",
              "Entries of which the leaf alone is left: their retention is over.", state.forgotten);
  write_gauge(out, "sentrail_retention_index_rows_total", "Rows of the search index removed.",
              state.index_rows, "counter");
  write_gauge(out, "sentrail_retention_calls_total", "Held calls whose bytes were removed.",
              state.calls, "counter");
  write_gauge(out, "sentrail_retention_waits", "Whether an exporter holds the retention back.",
              state.waits.empty() ? 0 : 1);
}

http::HttpResponse measurements(const GateParts& parts, const Metrics& metrics) {
  std::string out;
  metrics.write(out);
  const store::WriterCounts counts = parts.writer.counts();
  write_gauge(out, "sentrail_store_transactions_total", "Transactions applied.",
              counts.transactions, "counter");
  write_gauge(out, "sentrail_store_batches_total", "Batches synced to disk.", counts.batches,
              "counter");
  write_gauge(out, "sentrail_store_withdrawn_total", "Transactions given up while applied.",
              counts.withdrawn, "counter");
  write_gauge(out, "sentrail_audit_entries", "Entries in the audit log.",
              parts.store.audit_head().size);
  if (parts.log != nullptr) write_log_gauges(out, parts.log->state());
  write_gauge(out, "sentrail_audit_unkeyed_parts_total",
              "Parts of entries that no erasure will reach, since no key could be had.",
              parts.recorder.unkeyed_parts(), "counter");
  if (parts.retention != nullptr) write_retention(out, parts.retention->state());
  if (parts.requests != nullptr) write_recording(out, parts.requests->counts());
  write_gauge(out, "sentrail_held_calls_sending", "Approved calls under way.",
              parts.coordinator.sending());
  write_gauge(out, "sentrail_waiting_polls", "Long polls that wait.", parts.watch.size());
  write_gauge(out, "sentrail_policy_loaded", "Whether a policy is in force.",
              parts.bundle.current() == nullptr ? 0 : 1);
  write_gauge(out, "sentrail_store_healthy", "Whether the store takes writes.",
              parts.store.health() ? 1 : 0);
  write_stops(out, parts);
  if (parts.more_metrics) parts.more_metrics(out);
  if (parts.counters != nullptr) {
    const counters::Counters::Sizes sizes = parts.counters->sizes();
    write_gauge(out, "sentrail_limit_counters", "Counters of limits that hold something.",
                sizes.counters);
    write_gauge(out, "sentrail_limit_reservations", "Held calls that limits have counted.",
                sizes.held);
  }
  return http::make_response(200, "text/plain; version=0.0.4; charset=utf-8", std::move(out));
}

}  // namespace

http::HttpResponse answer_operation(RouteId route, const GateParts& parts, const Metrics& metrics) {
  switch (route) {
    case RouteId::healthz:
      return done();
    case RouteId::readyz:
      return readiness(parts);
    case RouteId::metrics:
      return measurements(parts, metrics);
    default:
      SENTRAIL_UNREACHABLE("not a route of operations");
  }
}

}  // namespace sentrail::gateway
