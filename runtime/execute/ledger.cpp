// Commits and their continuations.
//
// Neighbours: ledger.hpp. Must not know: what a transaction means.
#include "runtime/execute/ledger.hpp"

#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include "core/check.hpp"
#include "core/limits.hpp"

namespace sentrail::execute {
namespace {

store::Outcome failed(Error error) {
  store::Outcome outcome;
  outcome.status = tl::make_unexpected(std::move(error));
  return outcome;
}

Error too_late() {
  return {Errc::timed_out, "the audit log could not be written in time"};
}

}  // namespace

Patience Patience::bounded(const Clock& clock) noexcept {
  Patience patience;
  patience.until_ms_ = clock.monotonic_ms() + limits::kAuditWriteMsMax;
  return patience;
}

Ledger::~Ledger() {
  std::unique_lock lock(mutex_);
  settled_.wait(lock, [this] { return outstanding_ == 0; });
}

void Ledger::commit(const StepName& name, store::Transaction transaction, Patience patience,
                    Then then, std::function<void()> late) {
  const std::optional<std::int64_t> until_ms = patience.until_ms();
  if (until_ms && clock_.monotonic_ms() >= *until_ms) {
    loop_.post_always([then = std::move(then)] { then(failed(too_late())); });
    return;
  }
  reach(hook_, name.built);
  const std::uint64_t token = next_token_++;
  {
    const std::lock_guard lock(mutex_);
    ++outstanding_;
  }
  Result<store::Ticket> ticket =
      writer_.submit(std::move(transaction), {this, token, late != nullptr});
  if (!ticket) {
    one_less();
    // Not from within: the caller is not ready for its own continuation yet.
    loop_.post_always(
        [then = std::move(then), error = std::move(ticket).error()] { then(failed(error)); });
    return;
  }
  if (until_ms) {
    loop_.after_ms(*until_ms - clock_.monotonic_ms(), [this] { give_up_late(); });
  }
  waiting_.emplace(token, Waiting{&name, *ticket, patience, std::move(then), std::move(late)});
}

void Ledger::give_up_late() {
  const std::int64_t now_ms = clock_.monotonic_ms();
  std::vector<Then> given_up;
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    Waiting& waiting = at->second;
    const std::optional<std::int64_t> until_ms = waiting.patience.until_ms();
    const bool is_late = until_ms && *until_ms <= now_ms;
    if (!waiting.then || !is_late || !waiting.ticket.give_up()) {
      ++at;
      continue;
    }
    given_up.push_back(std::exchange(waiting.then, nullptr));
    if (waiting.late) {
      ++at;
      continue;
    }
    at = waiting_.erase(at);
    one_less();
  }
  for (Then& then : given_up) then(failed(too_late()));
}

void Ledger::post(std::span<store::Completion> completions) noexcept {
  auto taken = std::make_shared<std::vector<store::Completion>>(
      std::make_move_iterator(completions.begin()), std::make_move_iterator(completions.end()));
  loop_.post_always([this, taken] {
    for (store::Completion& completion : *taken) {
      complete(completion.token, std::move(completion.outcome));
    }
  });
  for (std::size_t i = 0; i < taken->size(); ++i) one_less();
}

void Ledger::complete(std::uint64_t token, store::Outcome outcome) {
  const auto at = waiting_.find(token);
  SENTRAIL_CHECK_NOTE(at != waiting_.end(), "an outcome for what was never submitted");
  Waiting waiting = std::move(at->second);
  waiting_.erase(at);
  if (outcome.status) reach(hook_, waiting.name->durable);
  if (waiting.then) return waiting.then(std::move(outcome));
  if (outcome.status) waiting.late();
}

void Ledger::one_less() {
  const std::lock_guard lock(mutex_);
  SENTRAIL_CHECK(outstanding_ > 0);
  --outstanding_;
  settled_.notify_all();
}

}  // namespace sentrail::execute
