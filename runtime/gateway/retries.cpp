// Names of holds, and judgements without their charges. See retries.hpp.
#include "runtime/gateway/retries.hpp"

#include <utility>

#include "runtime/approvals/binding.hpp"
#include "runtime/execute/call.hpp"

namespace sentrail::gateway {
namespace {

Result<counters::HoldName> name_of(const execute::HoldRequest& request) {
  SENTRAIL_ASSIGN_OR_RETURN(approvals::BindingInput input,
                            execute::bind(request.draft, request.call));
  counters::HoldName name;
  name.terms = approvals::attach_hash(input);
  input.rule.clear();
  input.quorum.clear();
  name.call = approvals::attach_hash(input);
  return name;
}

// Whether what was judged without the charges of a hold leads back to that hold.
bool leads_back(const Judged& judged, const Retry& retry, const counters::Hold& held,
                RetryFor purpose) {
  if (judged.effect != Effect::require_approval) return false;
  if (purpose == RetryFor::grant) return true;
  const Result<counters::HoldName> name = name_of(retry.request(judged));
  return name && name->terms == held.name.terms;
}

}  // namespace

Result<Judged> judge_retry(Judge& judge, const Retry& retry, RetryFor purpose) {
  Result<Judged> plain = retry.judge({});
  const bool in_its_way = plain && plain->effect != Effect::allow && plain->limited && !plain->stop;
  if (!in_its_way || !judge.holds_any()) return plain;
  const Result<counters::HoldName> name = name_of(retry.request(*plain));
  if (!name) return plain;
  const std::optional<counters::Hold> held = judge.find_hold(name->call);
  if (!held) return plain;
  judge.give_back(*plain);
  Result<Judged> again = retry.judge({counters::Purpose::charge, held->correlation_id});
  if (!again || leads_back(*again, retry, *held, purpose)) return again;
  judge.give_back(*again);
  return retry.judge({});
}

void hold_for_retries(Judge& judge, execute::HoldRequest& request, Judged& judged) {
  // What charges nothing has nothing to leave out.
  if (judged.charged.charges.empty()) return;
  const Result<counters::HoldName> named = name_of(request);
  const counters::HoldName name = named ? *named : counters::HoldName();
  const store::ActionRecord& draft = request.draft;
  request.charges = judge.written(judged, draft.workspace_id, draft.correlation_id, &name);
  judge.hold(draft.correlation_id, judged, name);
}

}  // namespace sentrail::gateway
