// Page by page over the control socket. See server_entries.hpp.
#include "interceptor/cli/server_entries.hpp"

#include <algorithm>
#include <cstdio>

#include "core/json_writer.hpp"
#include "interceptor/cli/control_client.hpp"
#include "interceptor/cli/table.hpp"

namespace sentrail::cli {
namespace {

constexpr std::int64_t kWaitMs = 60'000;
// What the gate gives at once.
constexpr std::size_t kPageEntries = 16;

std::string line_for(std::size_t limit, const std::string& cursor) {
  std::string line;
  JsonWriter json(&line);
  json.begin_object().key("do").string("entries");
  json.key("limit").unsigned_integer(std::min(limit, kPageEntries));
  if (!cursor.empty()) json.key("cursor").string(cursor);
  json.end_object();
  return line;
}

}  // namespace

Status list_server_entries(Context& context, const std::string& data, std::size_t limit) {
  Table table({"SEQ", "TIME", "KIND", "DECISION", "ACTION", "PERSON", "BY", "REASON"});
  std::string cursor;
  do {
    SENTRAIL_ASSIGN_OR_RETURN(const Answer answer,
                              ask_control(data, line_for(limit, cursor), kWaitMs));
    SENTRAIL_ASSIGN_OR_RETURN(const JsonValue entries, list_in(answer, "entries"));
    const bool printed = context.printed_json(answer);
    JsonValue entry = entries.size() > 0 ? entries.first_child() : JsonValue{};
    for (std::size_t left = printed ? 0 : entries.size(); left > 0; --left) {
      table.add({cell(entry, "sequence"), cell(entry, "created_at"), cell(entry, "kind"),
                 cell(entry, "decision"), cell(entry, "action"), cell(entry, "person"),
                 cell(entry, "requested_by"), cell(entry, "reason")});
      if (left > 1) entry = entry.next();
    }
    limit -= std::min(limit, entries.size());
    cursor = next_of(answer);
  } while (limit > 0 && !cursor.empty());
  if (!context.json) std::printf("%s", table.text().c_str());
  return {};
}

}  // namespace sentrail::cli
