// `GET /audit/requests`: recorded requests of the caller's workspace, opened.
//
// Neighbours: recording/request_log.hpp keeps them. Must not know: keys, files.
// source: docs/api.md A6.
#include <array>
#include <charconv>
#include <string>
#include <utility>

#include "core/limits.hpp"
#include "core/time.hpp"
#include "runtime/gateway/answers.hpp"
#include "runtime/gateway/people_answers.hpp"
#include "runtime/gateway/people_routes.hpp"

namespace sentrail::gateway {
namespace {

constexpr std::array<std::string_view, 4> kKnown = {"since", "until", "cursor", "limit"};

std::string write_place(const recording::Place& place) {
  return std::to_string(place.segment) + "-" + std::to_string(place.offset);
}

Result<recording::Place> read_place(const std::string& text) {
  recording::Place place;
  if (text.empty()) return place;
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, place.segment);
  if (first.ec == std::errc() && first.ptr != end && *first.ptr == '-') {
    const auto second = std::from_chars(first.ptr + 1, end, place.offset);
    if (second.ec == std::errc() && second.ptr == end) return place;
  }
  return fail(Errc::invalid_argument, "`cursor` is none that a page named as `next`");
}

Answer list(GateParts& parts, const PeopleCall& call) {
  if (parts.requests == nullptr) {
    return fail(Errc::not_found,
                "no requests are recorded here; `requests.sample` in the configuration says how "
                "many are");
  }
  SENTRAIL_ASSIGN_OR_RETURN(const Query asked, Query::of(call, kKnown));
  recording::RequestQuery query;
  query.workspace_id = call.workspace_id;
  SENTRAIL_ASSIGN_OR_RETURN(query.from_ms, asked.time("since", query.from_ms));
  SENTRAIL_ASSIGN_OR_RETURN(query.until_ms, asked.time("until", query.until_ms));
  SENTRAIL_ASSIGN_OR_RETURN(const std::string cursor, asked.cursor());
  SENTRAIL_ASSIGN_OR_RETURN(query.place, read_place(cursor));
  SENTRAIL_ASSIGN_OR_RETURN(query.limit,
                            asked.number("limit", limits::kListPageMax, 1, limits::kListPageMax));
  SENTRAIL_ASSIGN_OR_RETURN(const recording::RequestPage page, parts.requests->read(query));
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("ok").boolean(true).key("requests").begin_array();
  for (const recording::OpenedRequest& one : page.items) {
    json.begin_object();
    write_id(json, "correlation_id", one.id);
    write_time(json, "recorded_at", one.time_ms);
    json.key("erased").boolean(!one.json);
    if (one.json) json.key("request").written(*one.json);
    json.end_object();
  }
  json.end_array();
  write_next(json, page.next ? write_place(*page.next) : std::string());
  json.end_object();
  return json_answer(200, std::move(body));
}

}  // namespace

void list_recorded(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  reply_with(reply, list(parts, *call));
}

}  // namespace sentrail::gateway
