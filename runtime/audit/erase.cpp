// Finding what is a subject's. See erase.hpp.
#include "runtime/audit/erase.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "core/limits.hpp"
#include "crypto/random.hpp"

namespace sentrail::audit {

std::string_view DataSubject::kind() const noexcept {
  return column == store::AuditColumn::person ? kPersonKeys : kAgentKeys;
}

std::vector<Uuid> DataSubject::places() const {
  std::vector<Uuid> out = {workspace_id};
  if (column == store::AuditColumn::person && workspace_id != Uuid{}) out.emplace_back();
  return out;
}

namespace {

// Adds what is in one workspace.
Status add_traces(const store::Reader& reader, const Recorder& recorder, const DataSubject& subject,
                  const Uuid& place, Traces& traces) {
  store::AuditQuery query;
  query.limit = limits::kPageItemsMax;
  query.terms.push_back(recorder.term(place, subject.column, subject.id));
  do {
    SENTRAIL_ASSIGN_OR_RETURN(const store::Page<store::AuditRow> page,
                              reader.search_audit(place, query));
    for (const store::AuditRow& row : page.items) {
      SENTRAIL_ASSIGN_OR_RETURN(const OwnParts own, recorder.parts_of(row, subject.kind()));
      if (own.unkeyed) {
        ++traces.left;
        continue;
      }
      traces.sequences.push_back(row.sequence);
      for (const Uuid& id : own.key_ids) {
        const auto end = traces.key_ids.end();
        if (std::find(traces.key_ids.begin(), end, id) == end) traces.key_ids.push_back(id);
      }
    }
    query.cursor = page.cursor;
  } while (!query.cursor.empty());
  return {};
}

}  // namespace

Result<Traces> find_traces(const store::Reader& reader, const Recorder& recorder,
                           const DataSubject& subject) {
  Traces traces;
  for (const Uuid& place : subject.places()) {
    SENTRAIL_TRY(add_traces(reader, recorder, subject, place, traces));
  }
  std::ranges::sort(traces.sequences, std::greater<>());
  return traces;
}

store::AuditEntry redact_entry(const Recorder& recorder, const DataSubject& subject,
                               const Traces& traces, std::int64_t now_ms, const std::string& basis,
                               const std::string& actor) {
  store::AuditEntry entry;
  entry.kind = store::AuditKind::redact;
  entry.time_ms = now_ms;
  entry.workspace_id = subject.workspace_id;
  entry.correlation_id = crypto::uuid_v7(now_ms);
  entry.source = "manual";
  entry.tool = "system";
  entry.action = "audit.erase";
  entry.resource_type = std::string(subject.kind());
  Personal personal;
  personal.requested_by = actor;
  personal.reason = basis;
  std::string numbers;
  for (const std::uint64_t sequence : traces.sequences) {
    numbers.append(numbers.empty() ? "" : ",").append(std::to_string(sequence));
  }
  personal.payload = Payload::of(numbers);
  return recorder.record(std::move(entry), personal);
}

}  // namespace sentrail::audit
