// Rechecking approved calls. See rechecker.hpp.
#include "runtime/gateway/rechecker.hpp"

#include <utility>

#include "runtime/approvals/quorum.hpp"
#include "runtime/gateway/forward.hpp"

namespace sentrail::gateway {
namespace {

using execute::Recheck;
using execute::RecheckAnswer;

// The agent as it is now, in the words in which policy asks.
Result<identity::Caller> caller_now(const Known& known, const store::ActionRecord& record,
                                    std::int64_t now_ms) {
  const std::optional<store::ApiKey> key = known.directory().usable_key(
      record.workspace_id, record.key_id, store::Scope::gateway, now_ms);
  if (!key) return fail(Errc::permission_denied, "key");
  return known.directory().identify(*key, record.agent_id);
}

Recheck recheck_of(identity::StopKind kind) {
  switch (kind) {
    case identity::StopKind::kill_switch:
      return Recheck::kill_switch;
    case identity::StopKind::tool_paused:
      return Recheck::tool_paused;
    case identity::StopKind::agent_paused:
      return Recheck::agent_paused;
  }
  return Recheck::kill_switch;
}

// What stands against a call that was judged anew.
execute::Rechecked verdict_of(const Result<Judged>& judged, const store::ActionRecord& record) {
  if (!judged) return {Recheck::policy_stricter, judged.error().message};
  if (judged->stop) return {recheck_of(*judged->stop), {}};
  if (judged->effect == Effect::block) return {Recheck::policy_stricter, judged->rule};
  // An emergency grant stands for the people whom policy asks; blocks and stops stand above it.
  if (record.break_glass != Uuid{}) return {};
  if (judged->approval && !approvals::would_meet(record.votes, judged->approval->text())) {
    return {Recheck::policy_stricter, judged->rule + " asks for " + judged->approval->text()};
  }
  return {};
}

// Reads that passed and were not sent after all; forgetting one costs a further try.
constexpr std::size_t kReadsMax = 4'096;

}  // namespace

request::RawRequest raw_request_of(const store::ActionRecord& record, const execute::Call& call,
                                   std::string target) {
  request::RawRequest raw;
  raw.tool = record.tool;
  raw.method = call.method;
  raw.target = std::move(target);
  raw.host = call.host;
  for (const approvals::HeaderField& field : call.headers) {
    raw.headers.push_back({field.name, field.value});
  }
  raw.body = call.body;
  return raw;
}

Result<Judged> judge_anew(Judge& judge, const Known& known, const store::ActionRecord& record,
                          const execute::Call& call, Instant now, const JudgeFor& purpose) {
  const Result<identity::Caller> caller = caller_now(known, record, now.unix_ms);
  if (!caller) {
    return fail(Errc::permission_denied, "the agent that asked may no longer ask");
  }
  const Upstream* upstream = known.upstream(record.workspace_id, record.tool);
  if (upstream == nullptr || !is_bound_to(call, *upstream)) {
    return fail(Errc::conflict, "the connection is gone or leads elsewhere");
  }
  SENTRAIL_ASSIGN_OR_RETURN(const auto bundle, judge.bundle());
  std::string target = call.target.substr(upstream->connection.base_path.size());
  return judge.judge(*bundle, raw_request_of(record, call, std::move(target)),
                     asker_of(*caller, record.source, record.agent_ip, now), known, purpose);
}

bool CurrentRechecker::take_read(const Uuid& action_id) {
  const std::lock_guard lock(mutex_);
  return reads_.erase(action_id) == 1;
}

RecheckAnswer CurrentRechecker::recheck(const store::ActionRecord& record,
                                        const execute::Call& call, execute::RecheckAt) {
  const std::shared_ptr<const Known> known = known_.get();
  RecheckAnswer answer;
  const auto stop_with = [&answer](Recheck why, std::string detail = {}) {
    answer.verdict = {why, std::move(detail)};
    return answer;
  };
  const Result<identity::Caller> caller = caller_now(*known, record, clock_.now().unix_ms);
  if (!caller) {
    return stop_with(known->directory().agent_is_disabled(record.workspace_id, record.agent_id)
                         ? Recheck::agent_disabled
                         : Recheck::key_revoked);
  }
  const Upstream* upstream = known->upstream(record.workspace_id, record.tool);
  if (upstream == nullptr || !is_bound_to(call, *upstream)) {
    return stop_with(Recheck::connection_gone);
  }
  const auto bundle = judge_.bundle();
  if (!bundle) return stop_with(Recheck::policy_stricter, bundle.error().message);
  const Asker asker = asker_of(*caller, record.source, record.agent_ip, clock_.now());
  const std::string target = call.target.substr(upstream->connection.base_path.size());
  const auto judge_for = [&](counters::Purpose purpose) {
    return judge_.judge(**bundle, raw_request_of(record, call, target), asker, *known,
                        {purpose, record.correlation_id});
  };
  const Result<Judged> judged = judge_for(counters::Purpose::simulate);
  answer.verdict = verdict_of(judged, record);
  if (answer.verdict.recheck != Recheck::pass) {
    // After a backup was restored it takes as long as a limit looks back until anybody knows
    // whether it has room.
    answer.later =
        judged && judged->limited &&
        verdict_of(judge_for(counters::Purpose::suppose), record).recheck == Recheck::pass;
    return answer;
  }
  const std::lock_guard lock(mutex_);
  reads_.erase(record.action_id);  // what it was under an older policy
  if (judged->declared_read) {
    if (reads_.size() >= kReadsMax) reads_.clear();
    reads_.insert(record.action_id);
  }
  answer.operations.emplace_back(
      store::RequireKillVersion{record.workspace_id, judged->kill_version});
  answer.operations.emplace_back(store::RequireKillVersion{Uuid{}, judged->server_kill_version});
  return answer;
}

}  // namespace sentrail::gateway
