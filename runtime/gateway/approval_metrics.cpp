// How people decide: how long they take, how many each, who decides unread, which rules never meet
// a denial.
//
// Neighbours: people_routes.hpp; votes carry when their call was first shown. Must not know: how
// votes are counted. It is made of the newest calls, no more than limits::kMetricsCallsMax.
// source: docs/api.md A4.
#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/limits.hpp"
#include "runtime/gateway/answers.hpp"
#include "runtime/gateway/people_answers.hpp"
#include "runtime/gateway/people_routes.hpp"

namespace sentrail::gateway {
namespace {

using store::ActionRecord;
using store::Verdict;

// One person's decisions.
struct Decider {
  std::uint64_t approved = 0;
  std::uint64_t denied = 0;
  std::uint64_t shown = 0;   // of them, those whose first look is known
  std::uint64_t unread = 0;  // of those, decided sooner than anybody reads
};

// One rule's holds that people decided.
struct Routed {
  std::uint64_t approved = 0;
  std::uint64_t denied = 0;
};

// What the calls of a span of time show.
struct Habits {
  std::vector<std::int64_t> to_decide_ms;  // from the hold to its decision
  std::map<Uuid, Decider> people;
  std::map<std::string, Routed> rules;
  std::size_t calls = 0;
  bool all = true;  // no older call of the time was left out
};

void count_votes(const ActionRecord& record, Habits& habits) {
  for (const store::Vote& vote : record.votes) {
    Decider& person = habits.people[vote.person_id];
    (vote.verdict == Verdict::approve ? person.approved : person.denied) += 1;
    if (vote.shown_ms == 0) continue;
    person.shown += 1;
    if (vote.at_ms - vote.shown_ms < limits::kRubberStampMs) person.unread += 1;
  }
}

void count_call(const ActionRecord& record, Habits& habits) {
  habits.calls += 1;
  count_votes(record, habits);
  if (record.votes.empty() || record.decided_ms == 0) return;
  habits.to_decide_ms.push_back(record.decided_ms - record.created_ms);
  Routed& rule = habits.rules[record.rule.empty() ? "default" : record.rule];
  const bool denied = record.votes.back().verdict == Verdict::deny;
  (denied ? rule.denied : rule.approved) += 1;
}

Result<Habits> habits_since(const store::Reader& reader, const Uuid& workspace_id,
                            std::int64_t since_ms) {
  Habits habits;
  store::ActionQuery query;
  query.limit = limits::kPageItemsMax;
  for (;;) {
    SENTRAIL_ASSIGN_OR_RETURN(const store::Page<ActionRecord> page,
                              reader.list_actions(workspace_id, query));
    for (const ActionRecord& record : page.items) {
      if (record.created_ms < since_ms) return habits;
      if (habits.calls == limits::kMetricsCallsMax) {
        habits.all = false;
        return habits;
      }
      count_call(record, habits);
    }
    if (page.cursor.empty()) return habits;
    query.cursor = page.cursor;
  }
}

std::int64_t quantile(std::vector<std::int64_t>& values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

void write_people(JsonWriter& json, const Habits& habits, const identity::Directory& directory,
                  std::int64_t days) {
  json.key("people").begin_array();
  for (const auto& [id, decider] : habits.people) {
    const store::Person* const person = directory.find_person(id);
    json.begin_object();
    write_id(json, "id", id);
    write_text(json, "name", person == nullptr ? std::string_view() : person->name);
    json.key("approved").unsigned_integer(decider.approved);
    json.key("denied").unsigned_integer(decider.denied);
    // Rounded up: one in a week is not none a day.
    const auto span = static_cast<std::uint64_t>(days);
    json.key("decisionsPerDay")
        .unsigned_integer((decider.approved + decider.denied + span - 1) / span);
    json.key("shown").unsigned_integer(decider.shown);
    json.key("unread").unsigned_integer(decider.unread);
    json.key("rubberStampPercent");
    if (decider.shown == 0) {
      json.null();
    } else {
      json.unsigned_integer(decider.unread * 100 / decider.shown);
    }
    json.end_object();
  }
  json.end_array();
}

void write_rules(JsonWriter& json, const Habits& habits) {
  json.key("rules").begin_array();
  for (const auto& [name, rule] : habits.rules) {
    json.begin_object().key("rule").string(name);
    json.key("approved").unsigned_integer(rule.approved);
    json.key("denied").unsigned_integer(rule.denied);
    json.key("neverDenied").boolean(rule.denied == 0).end_object();
  }
  json.end_array();
}

Answer measure(GateParts& parts, const PeopleCall& call) {
  constexpr std::array<std::string_view, 1> kKnown = {"days"};
  SENTRAIL_ASSIGN_OR_RETURN(const Query asked, Query::of(call, kKnown));
  SENTRAIL_ASSIGN_OR_RETURN(const std::uint64_t days, asked.number("days", 7, 1, 365));
  const auto span = static_cast<std::int64_t>(days);
  SENTRAIL_ASSIGN_OR_RETURN(Habits habits,
                            habits_since(parts.store, call.workspace_id,
                                         parts.clock.now().unix_ms - span * limits::kDayMs));
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("ok").boolean(true).key("days").integer(span);
  json.key("calls").unsigned_integer(habits.calls);
  json.key("complete").boolean(habits.all);
  json.key("decided").unsigned_integer(habits.to_decide_ms.size());
  json.key("timeToDecideMs").begin_object();
  json.key("p50").integer(quantile(habits.to_decide_ms, 0.5));
  json.key("p90").integer(quantile(habits.to_decide_ms, 0.9));
  json.key("max").integer(quantile(habits.to_decide_ms, 1.0)).end_object();
  write_people(json, habits, call.known->directory(), span);
  write_rules(json, habits);
  json.end_object();
  return json_answer(200, std::move(body));
}

}  // namespace

void show_approval_metrics(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  reply_with(reply, measure(parts, *call));
}

}  // namespace sentrail::gateway
