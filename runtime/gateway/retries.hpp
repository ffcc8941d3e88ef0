// A call that waits for people already and is made again: what it has charged itself is left out
// where its repeat is judged, so that a retry joins its hold and a grant is used.
//
// Neighbours: judge.hpp judges, counters.hpp finds holds; proxy.cpp and evaluate.cpp say how a call
// is judged and held. Must not know: HTTP, the store. source: docs/language.md, L14.6.
#pragma once

#include <functional>

#include "core/result.hpp"
#include "runtime/execute/coordinator.hpp"
#include "runtime/gateway/judge.hpp"

namespace sentrail::gateway {

// One call, as it is judged and as it would be held.
struct Retry {
  std::function<Result<Judged>(const JudgeFor&)> judge;
  std::function<execute::HoldRequest(const Judged&)> request;
};

// What an approval of the call is asked for: to wait, or to be used up.
enum class RetryFor : std::uint8_t { hold, grant };

// Judges a call. Where limits stand in its way and the same call has charged them and waits, it is
// judged without that: if then it would wait too and, to be held, under the same terms, so that it
// attaches. What is returned is charged. fails: as Judge::judge.
[[nodiscard]] Result<Judged> judge_retry(Judge& judge, const Retry& retry, RetryFor purpose);

// As Judge::hold(), so that judge_retry() finds the call, also after a start: the request is given
// what is to be written of it.
void hold_for_retries(Judge& judge, execute::HoldRequest& request, Judged& judged);

}  // namespace sentrail::gateway
