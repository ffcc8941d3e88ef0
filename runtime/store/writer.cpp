// The writer's loop: take all that waits, apply it as one batch, tell everybody once.
//
// Neighbours: writer.hpp. Must not know: rows, RocksDB, HTTP.
#include "runtime/store/writer.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

#include "core/check.hpp"

namespace sentrail::store {

namespace {

std::size_t bytes_of(const Charges& charges) {
  return charges.counters.size() * sizeof(ChargedCounter);
}

// What an operation costs while it waits, roughly: enough to bound the queue.
std::size_t bytes_of(const Operation& operation) {
  constexpr std::size_t kBase = 1024;
  if (const auto* blob = std::get_if<PutBlob>(&operation)) return kBase + blob->bytes.size();
  if (const auto* append = std::get_if<AppendAudit>(&operation)) {
    std::size_t bytes = kBase;
    for (const SealedPart& part : append->entry.sealed) bytes += part.bytes.size();
    return bytes;
  }
  if (const auto* charge = std::get_if<ChargeLimits>(&operation)) {
    return kBase + bytes_of(charge->charges);
  }
  if (const auto* given_back = std::get_if<GiveBackCharges>(&operation)) {
    return kBase + bytes_of(given_back->charges);
  }
  if (const auto* item = std::get_if<Put<OutboxItem>>(&operation)) {
    return kBase + item->record.payload.size();
  }
  return kBase;
}

std::size_t bytes_of(const Transaction& transaction) {
  std::size_t bytes = 0;
  for (const Operation& operation : transaction.operations) bytes += bytes_of(operation);
  for (const Operation& operation : transaction.if_withdrawn) bytes += bytes_of(operation);
  return bytes;
}

// The entry that takes back an entry whose caller had already answered "block". Its id is the
// other's with its last bit flipped and UUID version 8, so that it needs no randomness and a
// repeated withdrawal is recognised.
AuditEntry withdrawal_of(const AuditEntry& entry, std::uint64_t sequence, std::int64_t now_ms) {
  AuditEntry out = entry;
  out.id.bytes[6] = static_cast<std::uint8_t>((out.id.bytes[6] & 0x0f) | 0x80);
  out.id.bytes[15] = static_cast<std::uint8_t>(out.id.bytes[15] ^ 1);
  out.kind = AuditKind::withdrawn;
  out.time_ms = now_ms;
  out.of = sequence;
  out.decision = AuditDecision::block;
  out.state.reset();
  out.status.reset();
  out.sealed.clear();
  return out;
}

// A port that one blocked thread waits at.
class WaitingPort final : public CompletionPort {
 public:
  void post(std::span<Completion> completions) noexcept override {
    const std::lock_guard lock(mutex_);
    outcome_ = std::move(completions.front().outcome);
    ready_.notify_one();
  }

  // Waits for the outcome; for ever if `wait_ms` is negative.
  std::optional<Outcome> wait(std::int64_t wait_ms) {
    std::unique_lock lock(mutex_);
    const auto arrived = [this] { return outcome_.has_value(); };
    if (wait_ms < 0) {
      ready_.wait(lock, arrived);
    } else {
      ready_.wait_for(lock, std::chrono::milliseconds(wait_ms), arrived);
    }
    return std::exchange(outcome_, std::nullopt);
  }

 private:
  std::mutex mutex_;
  std::condition_variable ready_;
  std::optional<Outcome> outcome_;
};

Outcome failed(Errc code, std::string message) {
  Outcome outcome;
  outcome.status = fail(code, std::move(message));
  return outcome;
}

}  // namespace

bool Ticket::give_up() noexcept {
  State open = State::open;
  return state_->compare_exchange_strong(open, State::given_up) || open == State::given_up;
}

Writer::Writer(Store& store, const Clock& clock, WriterOptions options, SyncPointHook* hook)
    : store_(store), clock_(clock), options_(options), hook_(hook) {
  floor_synced_ms_ = clock_.monotonic_ms();
  thread_ = std::thread([this] { run(); });
}

Writer::~Writer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

Result<Ticket> Writer::submit(Transaction transaction, CompletionTarget target, Wake wake) {
  if (const Status health = store_.health(); !health) {
    return fail(Errc::unavailable, "the store takes no writes: " + health.error().message);
  }
  Queued queued{std::move(transaction), target, Ticket(), 0};
  queued.bytes = bytes_of(queued.transaction);
  Ticket ticket = queued.ticket;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return fail(Errc::unavailable, "the store is shutting down");
    if (queue_.size() >= options_.queue_max ||
        queued_bytes_ + queued.bytes > options_.queue_bytes_max) {
      return fail(Errc::unavailable, "the disk does not keep up with the audit log; try again");
    }
    queued_bytes_ += queued.bytes;
    queue_.push_back(std::move(queued));
  }
  if (wake == Wake::now) wake_.notify_one();
  return ticket;
}

Outcome Writer::commit(Transaction transaction, std::int64_t wait_ms) {
  WaitingPort port;
  Result<Ticket> ticket = submit(std::move(transaction), CompletionTarget{&port, 0});
  if (!ticket) return failed(ticket.error().code, ticket.error().message);
  if (std::optional<Outcome> outcome = port.wait(wait_ms)) return *std::move(outcome);
  if (ticket->give_up()) {
    return failed(Errc::timed_out, "the audit log could not be written in time");
  }
  return *port.wait(-1);
}

WriterCounts Writer::counts() const noexcept {
  return {batches_.load(), transactions_.load(), skipped_.load(), withdrawn_.load()};
}

void Writer::run() {
  std::vector<Queued> batch;
  while (take_batch(batch)) {
    apply_batch(batch);
    batch.clear();
    sync_floor_if_due();
  }
  while (!withdrawals_.empty()) apply_batch(batch);
  if (floor_dirty_) static_cast<void>(store_.sync_floor());
}

// Waits for work and takes it; false at the end. An empty batch means that only the floor is due.
bool Writer::take_batch(std::vector<Queued>& batch) {
  std::unique_lock lock(mutex_);
  const auto ready = [this] { return stopping_ || !queue_.empty() || !withdrawals_.empty(); };
  if (floor_dirty_) {
    const std::int64_t left = floor_synced_ms_ + options_.floor_interval_ms - clock_.monotonic_ms();
    wake_.wait_for(lock, std::chrono::milliseconds(std::max<std::int64_t>(left, 0)), ready);
  } else {
    wake_.wait(lock, ready);
  }
  while (!queue_.empty() && batch.size() < options_.batch_max) {
    queued_bytes_ -= queue_.front().bytes;
    batch.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return !batch.empty() || !stopping_;
}

void Writer::skip_given_up(std::vector<Queued>& batch) {
  std::erase_if(batch, [this](const Queued& queued) {
    if (queued.ticket.state_->load() != Ticket::State::given_up) return false;
    skipped_.fetch_add(1);
    if (queued.target.port != nullptr && queued.target.even_late) {
      Completion completion{queued.target.token, failed(Errc::timed_out, "it was given up")};
      queued.target.port->post({&completion, 1});
    }
    return true;
  });
}

void Writer::apply_batch(std::vector<Queued>& batch) {
  skip_given_up(batch);
  if (batch.empty() && withdrawals_.empty()) return;
  reach(hook_, "writer.batch.taken");
  // A withdrawal has nothing that is sealed.
  Status prepared;
  if (!batch.empty() && options_.before_batch) prepared = options_.before_batch();
  const std::vector<Transaction> withdrawals = std::exchange(withdrawals_, {});
  std::vector<const Transaction*> transactions;
  transactions.reserve(withdrawals.size() + batch.size());
  for (const Transaction& transaction : withdrawals) transactions.push_back(&transaction);
  for (const Queued& queued : batch) {
    if (prepared) transactions.push_back(&queued.transaction);
  }

  std::vector<Outcome> outcomes = store_.apply(transactions);
  SENTRAIL_CHECK(outcomes.size() == transactions.size());
  if (!prepared) {
    outcomes.resize(withdrawals.size() + batch.size(),
                    failed(Errc::unavailable, prepared.error().message));
  }
  reach(hook_, "writer.batch.applied");
  floor_dirty_ = true;
  batches_.fetch_add(1);
  transactions_.fetch_add(batch.size());
  // The entries stand whatever becomes of the rest; once without it cannot conflict again.
  for (std::size_t i = 0; i < withdrawals.size(); ++i) {
    if (outcomes[i].status.has_value() || !store_.health()) continue;
    Transaction entries_only;
    for (const Operation& operation : withdrawals[i].operations) {
      const auto* append = std::get_if<AppendAudit>(&operation);
      if (append != nullptr && append->entry.kind == AuditKind::withdrawn) {
        entries_only.operations.push_back(operation);
      }
    }
    if (entries_only.operations.size() == withdrawals[i].operations.size()) continue;
    withdrawals_.push_back(std::move(entries_only));
  }
  outcomes.erase(outcomes.begin(),
                 outcomes.begin() + static_cast<std::ptrdiff_t>(withdrawals.size()));
  complete(batch, outcomes);
}

// Decides each ticket, then posts once per port.
void Writer::complete(std::vector<Queued>& batch, std::vector<Outcome>& outcomes) {
  struct Addressed {
    CompletionPort* port;
    Completion completion;
  };
  std::vector<Addressed> addressed;
  addressed.reserve(batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    Ticket::State open = Ticket::State::open;
    if (!batch[i].ticket.state_->compare_exchange_strong(open, Ticket::State::decided)) {
      withdraw(batch[i], outcomes[i]);
      if (!batch[i].target.even_late) continue;
    }
    if (batch[i].target.port == nullptr) continue;
    addressed.push_back(
        {batch[i].target.port, Completion{batch[i].target.token, std::move(outcomes[i])}});
  }
  std::stable_sort(addressed.begin(), addressed.end(), [](const auto& a, const auto& b) {
    return std::less<CompletionPort*>{}(a.port, b.port);
  });
  std::vector<Completion> completions;
  for (std::size_t i = 0; i < addressed.size(); ++i) {
    completions.push_back(std::move(addressed[i].completion));
    if (i + 1 < addressed.size() && addressed[i + 1].port == addressed[i].port) continue;
    addressed[i].port->post(completions);
    completions.clear();
  }
  reach(hook_, "writer.completions.posted");
}

// Prepares what the next batch begins with.
void Writer::withdraw(Queued& late, const Outcome& outcome) {
  if (!outcome.status) return;
  withdrawn_.fetch_add(1);
  Transaction withdrawal;
  std::uint64_t sequence = outcome.first_sequence;
  for (const Operation& operation : late.transaction.operations) {
    if (const auto* append = std::get_if<AppendAudit>(&operation)) {
      withdrawal.operations.push_back(
          AppendAudit{withdrawal_of(append->entry, sequence++, clock_.now().unix_ms)});
    }
  }
  for (Operation& operation : late.transaction.if_withdrawn) {
    withdrawal.operations.push_back(std::move(operation));
  }
  if (!withdrawal.operations.empty()) withdrawals_.push_back(std::move(withdrawal));
  reach(hook_, "writer.withdrawal.queued");
}

void Writer::sync_floor_if_due() {
  if (!floor_dirty_) return;
  if (clock_.monotonic_ms() - floor_synced_ms_ < options_.floor_interval_ms) return;
  floor_synced_ms_ = clock_.monotonic_ms();
  floor_dirty_ = false;
  // A failure ends the store; the next submit() hears of it from health().
  static_cast<void>(store_.sync_floor());
  reach(hook_, "writer.floor.synced");
}

}  // namespace sentrail::store
