// The proposal of a rule for a held call. The policy stays as it is: people commit the text.
//
// Neighbours: always_rule.hpp writes it, people_routes.hpp. Must not know: how policies are read.
// source: docs/api.md A4.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/limits.hpp"
#include "runtime/gateway/always_rule.hpp"
#include "runtime/gateway/answers.hpp"
#include "runtime/gateway/fields.hpp"
#include "runtime/gateway/held_view.hpp"
#include "runtime/gateway/people_answers.hpp"
#include "runtime/gateway/people_routes.hpp"
#include "runtime/gateway/rechecker.hpp"
#include "runtime/request/request.hpp"
#include "wire/json.hpp"

namespace sentrail::gateway {
namespace {

Result<AlwaysWish> read_wish(const PeopleCall& call) {
  SENTRAIL_ASSIGN_OR_RETURN(const JsonDocument document, parse_body(call));
  Fields fields(document.root());
  AlwaysWish wish;
  wish.hours =
      fields.integer("hours", 1, limits::kAlwaysHoursMax).value_or(limits::kAlwaysHoursDefault);
  wish.uses = fields.integer("uses", 1, limits::kAlwaysUsesMax).value_or(20);
  const std::string arguments = fields.text("arguments").value_or("exact");
  wish.exact_arguments = arguments == "exact";
  if (!wish.exact_arguments && arguments != "any") {
    fields.refuse("arguments", "must be exact or any");
  }
  wish.resource_pattern = fields.text("resource").value_or("");
  wish.owner = call.actor->name;
  SENTRAIL_TRY(fields.finish());
  return wish;
}

// Whether some catalog of the policy in force knows what this action is.
bool is_known(const CatalogView& catalogs, const store::ActionRecord& record) {
  const CatalogRow* const catalog = catalogs.find(record.tool);
  if (catalog == nullptr) return false;
  const auto rows = CatalogView::rows(catalogs.actions, catalog->actions);
  return std::any_of(rows.begin(), rows.end(), [&](const CatalogActionRow& row) {
    return catalogs.at(row.name) == record.action;
  });
}

// Whether a rule of a guard tier held the call: no rule of an ordinary tier lifts that.
bool is_guarded(const Program& program, std::string_view rule) {
  return std::any_of(program.tiers.begin(), program.tiers.end(), [&](const TierRow& tier) {
    const auto rules = program.rules.subspan(tier.rules_begin, tier.rules_count);
    return tier.guard != 0 && std::any_of(rules.begin(), rules.end(), [&](const RuleRow& row) {
             return program.view(row.qualified_name) == rule;
           });
  });
}

// The target as the tool's catalog has it: without the base path of the connection.
std::string target_of(const execute::Call& call, const store::ActionRecord& record) {
  const std::string place = "connection:" + record.tool;
  if (!call.upstream.starts_with(place)) return call.target;
  const std::string base = call.upstream.substr(place.size());
  return call.target.starts_with(base) ? call.target.substr(base.size()) : call.target;
}

// A held call as policy sees it. Its arguments point into this, which keeps what they need.
struct Seen {
  std::vector<request::Request> requests;
  JsonDocument description;
  AlwaysArguments arguments;
};

// What was forwarded. fails: conflict if policy sees another action in it by now.
Status see_call(const execute::Call& call, const store::ActionRecord& record,
                const CatalogView& catalogs, Seen& seen) {
  SENTRAIL_ASSIGN_OR_RETURN(
      seen.requests,
      request::make_requests(raw_request_of(record, call, target_of(call, record)), {}, catalogs));
  for (const request::Request& request : seen.requests) {
    const Facts& facts = request.facts();
    if (facts[AttributeId::action].text != record.action) continue;
    seen.arguments = {facts[AttributeId::body], facts.query};
    return {};
  }
  return fail(Errc::conflict, "the policy in force sees another action in this call");
}

// What was described to evaluate it: its body is the payload.
Status see_description(const execute::Call& call, Seen& seen) {
  SENTRAIL_ASSIGN_OR_RETURN(seen.description, wire::parse_json(call.body));
  const JsonValue payload = seen.description.root().find("payload");
  const bool unclear = payload.exists() && wire::has_case_repeats(payload);
  seen.arguments.body = unclear ? Fact::unreadable() : Fact::of(payload);
  return {};
}

Answer propose(GateParts& parts, const PeopleCall& call) {
  SENTRAIL_ASSIGN_OR_RETURN(const Uuid id, id_of(call, "approval"));
  SENTRAIL_ASSIGN_OR_RETURN(const AlwaysWish wish, read_wish(call));
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<store::ActionRecord> record,
                            parts.store.get_action(call.workspace_id, id));
  if (!record) return fail(Errc::not_found, "there is no such approval");
  const auto bundle = parts.bundle.current();
  if (bundle == nullptr) return fail(Errc::unavailable, "no policy is loaded");
  const auto no = [](std::string_view why) { return refusal(409, "not_always", why); };
  if (!is_known(bundle->catalogs(), *record)) {
    return no("no catalog knows this action: nobody can tell what a rule for it would allow");
  }
  if (is_guarded(bundle->program(), record->rule)) {
    return no("a guard tier held it: no rule can allow what a guard asks people about");
  }
  if (!record->hidden.empty()) return no("parts of this call are hidden from you");
  SENTRAIL_ASSIGN_OR_RETURN(const execute::Call request,
                            load_request(parts.store, parts.vault, *record));
  Seen seen;
  const Status is_seen = record->kind == store::ActionKind::forward
                             ? see_call(request, *record, bundle->catalogs(), seen)
                             : see_description(request, seen);
  if (!is_seen) return no(is_seen.error().message);
  const Result<AlwaysRule> made =
      always_rule(*record, target_of(request, *record), seen.arguments, bundle->program().name(),
                  wish, parts.clock.now().unix_ms);
  if (!made) return no(made.error().message);
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("ok").boolean(true).key("name").string(made->name);
  json.key("module").string(made->module);
  write_text(json, "tier", made->tier);
  write_text(json, "before", made->before);
  json.key("rule").string(made->rule);
  json.key("tests").string(made->tests);
  json.key("diff").string(diff_of(*made));
  write_time(json, "until", made->until_ms);
  json.end_object();
  return json_answer(200, std::move(body));
}

}  // namespace

void always_approve(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  reply_with(reply, propose(parts, *call));
}

}  // namespace sentrail::gateway
