// The record: searched in its sixteen columns, and as the log that anybody can verify.
//
// Neighbours: audit/event.hpp opens entries, store.hpp finds them. Must not know: the leaf's form.
// source: docs/api.md A6.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "core/encoding.hpp"
#include "core/limits.hpp"
#include "runtime/gateway/answers.hpp"
#include "runtime/gateway/audit_view.hpp"
#include "runtime/gateway/people_answers.hpp"
#include "runtime/gateway/people_routes.hpp"

namespace sentrail::gateway {
namespace {

using store::AuditColumn;

// A parameter that is compared as it is.
struct PlainTerm {
  std::string_view name;
  AuditColumn column;
};

constexpr std::array<PlainTerm, 6> kPlainTerms = {{{"tool", AuditColumn::tool},
                                                   {"action", AuditColumn::action},
                                                   {"decision", AuditColumn::decision},
                                                   {"risk", AuditColumn::risk},
                                                   {"rule", AuditColumn::rule},
                                                   {"tag", AuditColumn::tag}}};

constexpr std::array<std::string_view, 13> kSearchNames = {
    "id",  "agent",         "tool",  "action", "decision", "risk", "rule",
    "tag", "correlationId", "since", "until",  "cursor",   "limit"};

bool is_decision(std::string_view text) {
  return text.empty() || text == "allow" || text == "require_approval" || text == "block" ||
         text == "error";
}

Status add_id_term(const Query& asked, std::string_view name, AuditColumn column,
                   store::AuditQuery& query) {
  const std::string_view text = asked.find(name);
  if (text.empty()) return {};
  const Result<Uuid> id = parse_uuid(text);
  if (!id) return fail(Errc::invalid_argument, "`" + std::string(name) + "` must be an id");
  query.terms.push_back({column, std::string(as_chars(id->bytes))});
  return {};
}

Result<store::AuditQuery> read_search(const GateParts& parts, const PeopleCall& call) {
  SENTRAIL_ASSIGN_OR_RETURN(const Query asked, Query::of(call, kSearchNames));
  store::AuditQuery query;
  SENTRAIL_TRY(add_id_term(asked, "id", AuditColumn::id, query));
  SENTRAIL_TRY(add_id_term(asked, "correlationId", AuditColumn::correlation, query));
  if (!is_decision(asked.find("decision"))) {
    return fail(Errc::invalid_argument,
                "`decision` must be allow, require_approval, block or error");
  }
  if (!asked.find("risk").empty() && !risk_named(asked.find("risk"))) {
    return fail(Errc::invalid_argument, "`risk` must be low, medium, high or critical");
  }
  for (const PlainTerm& term : kPlainTerms) {
    const std::string_view value = asked.find(term.name);
    if (!value.empty()) query.terms.push_back({term.column, std::string(value)});
  }
  if (const std::string_view agent = asked.find("agent"); !agent.empty()) {
    query.terms.push_back(parts.recorder.term(call.workspace_id, AuditColumn::agent, agent));
  }
  SENTRAIL_ASSIGN_OR_RETURN(query.from_ms, asked.time("since", query.from_ms));
  SENTRAIL_ASSIGN_OR_RETURN(query.until_ms, asked.time("until", query.until_ms));
  SENTRAIL_ASSIGN_OR_RETURN(query.cursor, asked.cursor());
  SENTRAIL_ASSIGN_OR_RETURN(query.limit, asked.number("limit", 50, 1, limits::kListPageMax));
  return query;
}

Answer search(GateParts& parts, const PeopleCall& call) {
  SENTRAIL_ASSIGN_OR_RETURN(const store::AuditQuery query, read_search(parts, call));
  SENTRAIL_ASSIGN_OR_RETURN(const store::Page<store::AuditRow> page,
                            parts.store.search_audit(call.workspace_id, query));
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("ok").boolean(true);
  SENTRAIL_TRY(write_entries(json, parts.recorder, page));
  json.end_object();
  return json_answer(200, std::move(body));
}

Answer log_entries(GateParts& parts, const PeopleCall& call) {
  constexpr std::array<std::string_view, 2> kKnown = {"from", "limit"};
  SENTRAIL_ASSIGN_OR_RETURN(const Query asked, Query::of(call, kKnown));
  SENTRAIL_ASSIGN_OR_RETURN(const std::uint64_t from,
                            asked.number("from", 0, 0, std::uint64_t{INT64_MAX}));
  SENTRAIL_ASSIGN_OR_RETURN(const std::size_t limit,
                            asked.number("limit", limits::kLogPageMax, 1, limits::kLogPageMax));
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<store::AuditRow> rows,
                            parts.store.audit_range(from, limit));
  std::string body;
  for (const store::AuditRow& row : rows) {
    JsonWriter(&body)
        .begin_object()
        .key("sequence")
        .unsigned_integer(row.sequence)
        .key("leaf")
        .string(base64_encode(row.leaf))
        .key("chain")
        .string(hex_encode(row.chain))
        .end_object();
    body.push_back('\n');
  }
  http::HttpResponse answer = http::make_response(200, "application/x-ndjson", std::move(body));
  answer.headers.set("Cache-Control", "no-store");
  return answer;
}

}  // namespace

void search_audit(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  reply_with(reply, search(parts, *call));
}

void read_log_entries(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  reply_with(reply, log_entries(parts, *call));
}

void read_log_head(GateParts& parts, std::shared_ptr<PeopleCall>, Reply reply) {
  const store::AuditHead head = parts.store.audit_head();
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("ok").boolean(true);
  json.key("size").unsigned_integer(head.size);
  json.key("chain").string(hex_encode(head.chain));
  if (parts.log != nullptr) {
    json.key("origin").string(parts.log->key().name());
    json.key("key").string(parts.log->key().to_string());
    json.key("published").unsigned_integer(parts.log->state().size);
  }
  json.end_object();
  reply(json_answer(200, std::move(body)));
}

}  // namespace sentrail::gateway
