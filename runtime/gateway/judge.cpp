// Judging calls. See judge.hpp.
#include "runtime/gateway/judge.hpp"

#include <algorithm>
#include <utility>

#include "crypto/random.hpp"
#include "runtime/decide/answer.hpp"
#include "runtime/decide/counted.hpp"
#include "runtime/decide/engine.hpp"
#include "runtime/decide/reason.hpp"

namespace sentrail::gateway {
namespace {

// RFC 9562 §6.6: the namespace of URLs.
constexpr Uuid kUrlNamespace{{0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00,
                              0xc0, 0x4f, 0xd4, 0x30, 0xc8}};

std::string_view text_of(const Fact& fact) {
  return fact.kind == FactKind::string ? fact.text : std::string_view();
}

// What stands in answers and records beside the decision.
void describe(const Facts& facts, Judged& judged) {
  judged.action = text_of(facts[AttributeId::action]);
  judged.risk = risk_named(facts[AttributeId::risk].text).value_or(Risk::critical);
  judged.resource_type = text_of(facts[AttributeId::resource_type]);
  judged.resource_id = text_of(facts[AttributeId::resource_id]);
}

std::string_view rule_of(identity::StopKind kind) {
  switch (kind) {
    case identity::StopKind::kill_switch:
      return "stop.kill_switch";
    case identity::StopKind::tool_paused:
      return "stop.tool_paused";
    case identity::StopKind::agent_paused:
      return "stop.agent_paused";
  }
  return "stop.kill_switch";
}

}  // namespace

Uuid policy_id_of(std::string_view rule) {
  return crypto::uuid_v5(kUrlNamespace, "sentrail:rule:" + std::string(rule));
}

Asker asker_of(const identity::Caller& caller, std::string_view source, std::string_view address,
               Instant now) {
  Asker asker;
  asker.identity.now_ms = now.unix_ms;
  asker.workspace_id = caller.workspace.id;
  asker.agent_id = caller.agent_id;
  if (!caller.agent_id.empty()) {
    asker.identity.agent_id = caller.agent_id;
    asker.identity.agent_name = caller.agent_name;
    asker.identity.agent_roles = caller.agent_roles;
  }
  asker.identity.agent_registered = caller.agent_registered;
  if (caller.agent_owner != Uuid{}) asker.identity.agent_owner = format_uuid(caller.agent_owner);
  // The interface behind a `%` is ours, not the agent's.
  if (!address.empty()) asker.identity.agent_ip = address.substr(0, address.find('%'));
  asker.identity.env = caller.workspace.environment == store::Environment::live ? "live" : "test";
  asker.identity.workspace = caller.workspace.name;
  asker.identity.source = std::string(source);
  return asker;
}

Result<std::shared_ptr<const bundles::LoadedBundle>> Judge::bundle() {
  const std::shared_ptr<const bundles::LoadedBundle>& current = view_.current();
  if (current == nullptr) {
    return fail(Errc::unavailable, "no policy is loaded; `sentrail policy push` loads one");
  }
  return current;
}

Result<Judged> Judge::judge(const bundles::LoadedBundle& bundle, request::RawRequest raw,
                            const Asker& asker, const Known& known, const JudgeFor& purpose) {
  request::Identity identity = asker.identity;
  identity.zones = bundle.zones();
  std::vector<request::Request> requests;
  SENTRAIL_TRY(request::make_requests_for(
      std::make_shared<const request::IdentityFacts>(std::move(identity)), std::move(raw),
      bundle.catalogs(), requests, request::BodyUse::asked, &bundle.body_fields()));
  return judge(bundle, requests, asker, known, purpose);
}

Judged Judge::judge(const bundles::LoadedBundle& bundle,
                    const std::vector<request::Request>& requests, const Asker& asker,
                    const Known& known, const JudgeFor& purpose) {
  const decide::Engine& engine = bundle.engine();
  counters::Counted counted = decide(bundle, requests, asker, purpose);
  decide::Answer& answer = counted.decided.answer;
  const Facts& facts = requests[answer.action].facts();
  const Decision& decision = counted.decided.decisions[answer.action];

  Judged judged;
  judged.charged = std::move(counted.reservation);
  judged.limited = std::ranges::any_of(counted.decided.decisions,
                                       [](const Decision& one) { return one.full_limits != 0; });
  describe(facts, judged);
  judged.declared_read = std::all_of(requests.begin(), requests.end(),
                                     [](const auto& one) { return one.declared_read(); });
  for (std::size_t i = 0; purpose.grounds && i < requests.size(); ++i) {
    const Decision& one = counted.decided.decisions[i];
    scratch_.forget();  // it knows the last action still
    judged.grounds.push_back(
        {one, decide::verdicts_of(engine, one, requests[i].facts(), scratch_)});
  }
  judged.bundle_hash = bundle.digest();
  judged.kill_version = known.directory().stops_of(asker.workspace_id).version;
  judged.server_kill_version = known.directory().server_stops().version;
  judged.obligations = obligations_of(engine.program(), answer, counted.decided.shadows);
  const std::string_view tool = text_of(facts[AttributeId::tool]);
  const std::optional<identity::Stop> stop =
      known.directory().find_stop(asker.workspace_id, {tool, asker.agent_id, judged.declared_read});
  if (stop) {
    judged.stop = stop->kind;
    judged.rule = rule_of(stop->kind);
    judged.reason = stop->reason;
    give_back(judged);
    return judged;
  }
  judged.effect = answer.effect;
  judged.approval = std::move(answer.approval);
  judged.rule = decide::rule_name_of(engine.program(), answer.rule);
  if (answer.impossible != kNoRow) {
    judged.reason = decide::impossible_reason(engine.program(), answer.impossible);
  } else {
    judged.reason = decide::reason_of(engine, decision, facts,
                                      decide::deciding_limit(engine, decision, facts, scratch_),
                                      &answer.obligations);
  }
  if (answer.rule != Decision::kByDefault) judged.policy_id = policy_id_in(bundle, answer.rule);
  return judged;
}

const Uuid& Judge::policy_id_in(const bundles::LoadedBundle& bundle, std::uint32_t rule) {
  if (policy_ids_of_ != bundle.digest()) {
    policy_ids_.clear();
    policy_ids_of_ = bundle.digest();
  }
  const auto known = policy_ids_.find(rule);
  if (known != policy_ids_.end()) return known->second;
  const Uuid id = policy_id_of(decide::rule_name_of(bundle.program(), rule));
  return policy_ids_.emplace(rule, id).first->second;
}

counters::Counted Judge::decide(const bundles::LoadedBundle& bundle,
                                const std::vector<request::Request>& requests, const Asker& asker,
                                const JudgeFor& purpose) {
  const decide::Engine& engine = bundle.engine();
  scratch_.fit(engine.bound());
  actions_.clear();
  for (const request::Request& one : requests) actions_.push_back(&one.facts());
  if (counters_ == nullptr) {
    return {decide::decide_counted(engine, actions_, scratch_, nullptr, {}), {}};
  }
  return counters_->decide(engine, actions_, scratch_, asker.workspace_id, purpose.purpose,
                           purpose.held ? &*purpose.held : nullptr);
}

void Judge::give_back(Judged& judged) {
  if (counters_ != nullptr) counters_->give_back(std::exchange(judged.charged, {}));
}

std::optional<store::ChargeLimits> Judge::written(const Judged& judged, const Uuid& workspace_id,
                                                  const Uuid& correlation_id,
                                                  const counters::HoldName* held) const {
  if (counters_ == nullptr) return std::nullopt;
  return counters_->written(judged.charged, workspace_id, correlation_id, held);
}

void Judge::hold(const Uuid& correlation_id, Judged& judged, const counters::HoldName& name) {
  if (counters_ == nullptr) return;
  counters_->hold(correlation_id, std::exchange(judged.charged, {}), name);
}

bool Judge::holds_any() const {
  return counters_ != nullptr && counters_->sizes().held > 0;
}

std::optional<counters::Hold> Judge::find_hold(const store::Hash& call) const {
  return counters_ != nullptr ? counters_->find_hold(call) : std::nullopt;
}

void Judge::not_held(const Uuid& correlation_id) {
  if (counters_ != nullptr) counters_->end_hold(correlation_id, false);
}

std::vector<decide::Explanation> Judge::explain(const bundles::LoadedBundle& bundle,
                                                const std::vector<request::Request>& requests,
                                                const Asker& asker) {
  std::vector<decide::Explanation> explanations;
  const counters::Counted counted =
      decide(bundle, requests, asker, {counters::Purpose::simulate, {}});
  for (std::size_t i = 0; i < requests.size(); ++i) {
    explanations.push_back(decide::explain(bundle.engine(), counted.decided.decisions[i],
                                           requests[i].facts(), scratch_,
                                           &counted.decided.answer.obligations));
  }
  return explanations;
}

}  // namespace sentrail::gateway
