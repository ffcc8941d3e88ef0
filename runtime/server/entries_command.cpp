// Reading a page. See entries_command.hpp.
#include "runtime/server/entries_command.hpp"

#include "core/encoding.hpp"
#include "core/json_writer.hpp"
#include "core/limits.hpp"
#include "runtime/gateway/audit_view.hpp"

namespace sentrail::server {
namespace {

// So many fit into an answer that clients take, unless their reasons are mostly escapes.
constexpr std::size_t kPageEntries = 16;
// What clients take of an answer, less what stands around the page.
constexpr std::size_t kPageBytes = limits::kPeopleBodyBytesMax - 64;

Result<std::string> page_of(const store::Reader& reader, const audit::Recorder& recorder,
                            const store::AuditQuery& query) {
  SENTRAIL_ASSIGN_OR_RETURN(const store::Page<store::AuditRow> page,
                            reader.search_audit(Uuid{}, query));
  std::string out;
  JsonWriter json(&out);
  json.begin_object();
  SENTRAIL_TRY(gateway::write_entries(json, recorder, page));
  json.end_object();
  return out.substr(1, out.size() - 2);
}

Result<std::string> entries(const store::Reader& reader, const audit::Recorder& recorder,
                            gateway::Fields& fields) {
  const auto limit = fields.integer("limit", 1, static_cast<std::int64_t>(kPageEntries));
  const Result<std::string> cursor = base64url_decode(fields.text("cursor").value_or(""));
  if (!cursor) fields.refuse("cursor", "must be the `next` of the page before");
  SENTRAIL_TRY(fields.finish());
  store::AuditQuery query;
  query.limit = limit ? static_cast<std::size_t>(*limit) : kPageEntries;
  query.cursor = *cursor;
  Result<std::string> page = page_of(reader, recorder, query);
  while (page && page->size() > kPageBytes && query.limit > 1) {
    query.limit /= 2;
    page = page_of(reader, recorder, query);
  }
  return page;
}

}  // namespace

ControlCommand entries_command(const store::Reader& reader, const audit::Recorder& recorder) {
  return [&reader, &recorder](gateway::Fields& fields, const ControlPeer&) {
    return entries(reader, recorder, fields);
  };
}

}  // namespace sentrail::server
