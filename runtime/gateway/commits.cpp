// Transactions on their way. See commits.hpp.
#include "runtime/gateway/commits.hpp"

#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include "core/limits.hpp"

namespace sentrail::gateway {
namespace {

// Of one turn: the writer may have ended with those before, and asks for nothing by itself.
constexpr std::size_t kTransactionsAWake = 16;

}  // namespace

void Commits::commit(store::Transaction transaction, Then then) {
  const std::uint64_t token = next_token_++;
  Result<store::Ticket> ticket =
      writer_.submit(std::move(transaction), {this, token}, store::Wake::later);
  if (!ticket) {
    store::Outcome outcome;
    outcome.status = tl::make_unexpected(std::move(ticket).error());
    then(std::move(outcome));
    return;
  }
  waiting_.emplace(token, Waiting{std::move(*ticket), std::move(then)});
  due_.push_back({clock_.monotonic_ms() + limits::kAuditWriteMsMax, token});
  if (!watching_) watch();
  wake_later();
}

Status Commits::submit(store::Transaction transaction) {
  Result<store::Ticket> ticket = writer_.submit(std::move(transaction), {}, store::Wake::later);
  if (!ticket) return tl::make_unexpected(std::move(ticket).error());
  wake_later();
  return {};
}

void Commits::wake_later() {
  // A writer that sleeps begins with the first, on its own processor, while this thread reads on.
  if (submitted_++ % kTransactionsAWake == 0) writer_.wake();
  if (std::exchange(waking_, true)) return;
  io_.post([this] {
    waking_ = false;
    submitted_ = 0;
    writer_.wake();
  });
}

void Commits::post(std::span<store::Completion> completions) noexcept {
  auto batch = std::make_shared<std::vector<store::Completion>>(
      std::make_move_iterator(completions.begin()), std::make_move_iterator(completions.end()));
  io_.post([this, batch] {
    for (store::Completion& completion : *batch) finish(completion);
  });
}

void Commits::finish(store::Completion& completion) {
  const auto at = waiting_.find(completion.token);
  if (at == waiting_.end()) return;  // given up meanwhile
  Then then = std::move(at->second.then);
  waiting_.erase(at);
  then(std::move(completion.outcome));
}

void Commits::watch() {
  while (!due_.empty() && !waiting_.contains(due_.front().token)) due_.pop_front();
  watching_ = !due_.empty();
  if (!watching_) return;
  const std::int64_t left = due_.front().at_ms - clock_.monotonic_ms();
  io_.after(left > 0 ? left : 0, [this] { give_up_due(); });
}

void Commits::give_up_due() {
  const std::int64_t now = clock_.monotonic_ms();
  while (!due_.empty() && due_.front().at_ms <= now) {
    const auto at = waiting_.find(due_.front().token);
    due_.pop_front();
    // A ticket that cannot be given up has been decided: its completion is about to come.
    if (at == waiting_.end() || !at->second.ticket.give_up()) continue;
    Then then = std::move(at->second.then);
    waiting_.erase(at);
    store::Outcome outcome;
    outcome.status = fail(Errc::timed_out, "the audit log could not be written in time");
    then(std::move(outcome));
  }
  watch();
}

}  // namespace sentrail::gateway
