// Holds, approves and sends calls until it is killed: by its own hook at a named place, or by its
// parent at any moment. Or, as `verify`, lets everything come to its end and says what became of
// it.
//
// Neighbours: crash_test.cpp starts it and checks. Must not know: what the parent demands.
// usage: execute_crash_child <directory> <time> <number of the run|verify> <place or -> <arrivals>
// Prints `held ID`, `attached ID`, `approved ID`, `denied ID` after each acknowledgement,
// unbuffered; as verify `end ID N STATE STATUS ATTEMPTS` for every call, `log ID KIND STATE` for
// every entry, `limits good|FAULT` and `audit good|FAULT`.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "core/check.hpp"
#include "core/encoding.hpp"
#include "crypto/random.hpp"
#include "runtime/audit/leaf.hpp"
#include "runtime/audit/verify.hpp"
#include "runtime/execute/charges.hpp"
#include "runtime/execute/coordinator.hpp"
#include "runtime/store/store_rocksdb.hpp"
#include "tests/unit/execute/machine_fixture.hpp"

namespace sentrail::execute {
namespace {

constexpr int kCallsPerRun = 12;
constexpr int kAbandoned = 999;  // the number of calls whose caller did not wait
constexpr Uuid kWorkspace = {{0x33}};

// Kills the process at the n-th arrival at a place; holds the writer, when told to, while what it
// has written is on disk and nobody was told.
class KillingHook final : public SyncPointHook {
 public:
  KillingHook(std::string place, int arrivals) : place_(std::move(place)), left_(arrivals) {}

  void reach(std::string_view name) noexcept override {
    if (name == place_ && left_.fetch_sub(1) == 1) ::kill(::getpid(), SIGKILL);
    if (name != "store.batch.written" || !holding_.load()) return;
    held_.store(true);
    while (holding_.load()) std::this_thread::yield();
    held_.store(false);
  }

  void hold_writer(bool hold) { holding_.store(hold); }
  [[nodiscard]] bool is_held() const { return held_.load(); }

 private:
  const std::string place_;
  std::atomic<int> left_;
  std::atomic<bool> holding_{false};
  std::atomic<bool> held_{false};
};

void say(const std::string& line) {
  const std::string text = line + "\n";
  SENTRAIL_CHECK(::write(STDOUT_FILENO, text.data(), text.size()) ==
                 static_cast<ssize_t>(text.size()));
}

// The number that a text is; 0 for all else.
int number_in(std::string_view text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// The number that a call carries in its body.
int number_of(const Call& call) {
  return number_in(call.body);
}

// An upstream that remembers in a synced file what it applied, and answers in many ways.
class RecordingSender final : public Sender {
 public:
  RecordingSender(const std::string& directory, SyncPointHook* hook)
      : log_(::open((directory + "/sent.log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
                    0600)),
        hook_(hook) {
    SENTRAIL_CHECK(log_ >= 0);
  }
  ~RecordingSender() override { ::close(log_); }

  void send(SendJob job, SendObserver& observer) noexcept override {
    const ActionRef ref{job.record.workspace_id, job.record.action_id};
    const int number = number_of(job.call);
    if (number % 6 == 1 && job.record.attempts == 0) {
      return observer.finished(ref, job.fence,
                               {SendReport::End::nothing_sent, "connection refused", {}});
    }
    observer.first_byte_sent(ref, job.fence);
    reach(hook_, "sender.before_apply");
    const std::string line = format_uuid(ref.action_id) + "\n";
    SENTRAIL_CHECK(::write(log_, line.data(), line.size()) == static_cast<ssize_t>(line.size()));
    SENTRAIL_CHECK(::fdatasync(log_) == 0);
    reach(hook_, "sender.after_apply");
    if (number % 6 == 2) {
      return observer.finished(ref, job.fence, {SendReport::End::no_answer, "reset", {}});
    }
    const std::uint32_t status = number % 6 == 3 ? 422 : number % 6 == 4 ? 502 : 201;
    observer.finished(ref, job.fence,
                      {SendReport::End::answered, "", {status, {}, "{\"ok\":true}", false}});
  }

 private:
  const int log_;
  SyncPointHook* const hook_;
};

class AlwaysPass final : public Rechecker {
 public:
  RecheckAnswer recheck(const store::ActionRecord&, const Call&, RecheckAt) override { return {}; }
};

crypto::SealKey fixed_key() {
  return crypto::SealKey::from_bytes(std::string(32, 'k')).value();
}

// Everything that a process has, opened on a directory.
class Process {
 public:
  Process(const std::string& directory, std::int64_t now_ms, KillingHook& hook)
      : hook_(hook), started_ms_(now_ms), clock_(Instant{now_ms}), sender_(directory, &hook) {
    store::OpenOptions options;
    options.directory = directory + "/data";
    options.create = true;
    options.codec = &codec_;
    options.hook = &hook;
    auto opened = store::open_rocksdb_store(options);
    if (!opened) {
      say("refused " + opened.error().message);
      std::exit(3);
    }
    store_ = std::move(opened->store);
    writer_ = std::make_unique<store::Writer>(*store_, clock_, store::WriterOptions{}, &hook);
    CoordinatorOptions coordinating;
    coordinating.executor_id.bytes[0] = 1;
    for (std::size_t i = 0; i < 8; ++i) {
      coordinating.executor_id.bytes[8 + i] = static_cast<std::uint8_t>(now_ms >> (8 * i));
    }
    coordinator_ = std::make_unique<Coordinator>(
        CoordinatorParts{*store_, *writer_, recorder_, vault_, rechecker_, sender_, clock_, &hook},
        coordinating);
    bool recovered = false;
    coordinator_->recover([&](Result<RecoveryReport> report) {
      SENTRAIL_CHECK(report.has_value());
      recovered = true;
    });
    pump([&] { return recovered; });
  }

  void pump(const std::function<bool()>& condition) {
    while (!condition()) {
      if (!coordinator_->run_pending()) std::this_thread::yield();
    }
  }

  // Lets time pass until the condition holds, with a moment of real time a step, so that the disk
  // keeps up.
  void pass_time(std::int64_t step_ms, const std::function<bool()>& condition) {
    constexpr auto kMoment = std::chrono::milliseconds(1);
    while (!condition()) {
      clock_.advance_ms(step_ms);
      const auto until = std::chrono::steady_clock::now() + kMoment;
      while (std::chrono::steady_clock::now() < until) {
        if (!coordinator_->run_pending()) std::this_thread::yield();
      }
    }
  }

  void work(int run);
  void verify();

 private:
  [[nodiscard]] HoldRequest request(const std::string& agent, int place, int number) const;
  [[nodiscard]] Result<Held> ask_to_hold(const HoldRequest& request);
  store::ActionRecord hold(const HoldRequest& request);
  void abandon();
  void vote(const store::ActionRecord& record, store::Verdict verdict);
  void tell_end(const store::ActionRecord& record);
  void tell_log();
  void tell_limits(std::uint64_t charged, std::size_t open);
  [[nodiscard]] std::size_t count_in(store::ActionState state) const {
    return store_->actions_in(state).value().size();
  }

  KillingHook& hook_;
  const std::int64_t started_ms_;
  ManualClock clock_;
  const audit::LeafCodec codec_;
  const crypto::SealKey master_ = fixed_key();
  const audit::Recorder recorder_{master_, Uuid{}};
  const CallVault vault_{master_};
  AlwaysPass rechecker_;
  RecordingSender sender_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<store::Writer> writer_;
  std::unique_ptr<Coordinator> coordinator_;
};

// The call at one place of this process's work; its body says how the upstream will answer.
HoldRequest Process::request(const std::string& agent, int place, int number) const {
  HoldRequest request;
  request.draft.workspace_id = kWorkspace;
  request.draft.agent_id = agent;
  request.draft.requested_by = agent;
  request.draft.tool = "github";
  request.draft.action = "issues.create";
  request.draft.method = "POST";
  request.draft.quorum = "1 of role:reviewer";
  request.call.scheme = "https";
  request.call.host = "upstream.example";
  request.call.port = 443;
  request.call.method = "POST";
  request.call.target = "/" + std::to_string(started_ms_) + "/" + std::to_string(place);
  request.call.body = std::to_string(number);
  // One, that counts for ever.
  request.draft.correlation_id = crypto::uuid_v7(started_ms_);
  request.charges = store::ChargeLimits{{kWorkspace,
                                         request.draft.correlation_id,
                                         1,
                                         {},
                                         {},
                                         {{{}, 60'000, 9'000'000'000'000'000, 1}}},
                                        {},
                                        true};
  return request;
}

Result<Held> Process::ask_to_hold(const HoldRequest& request) {
  std::optional<Result<Held>> held;
  coordinator_->hold(request, [&](Result<Held> answer) { held.emplace(std::move(answer)); });
  pump([&] { return held.has_value(); });
  return *std::move(held);
}

store::ActionRecord Process::hold(const HoldRequest& request) {
  const Held held = ask_to_hold(request).value();
  say((held.attached ? "attached " : "held ") + format_uuid(held.record.action_id));
  return held.record;
}

void Process::vote(const store::ActionRecord& record, store::Verdict verdict) {
  std::optional<Result<store::ActionRecord>> answer;
  coordinator_->vote({record.workspace_id, record.action_id},
                     {reviewer(1), verdict, record.approval_hash, "seen"}, {},
                     [&](auto result) { answer.emplace(std::move(result)); });
  pump([&] { return answer.has_value(); });
  SENTRAIL_CHECK(answer->has_value());
  say((verdict == store::Verdict::approve ? "approved " : "denied ") +
      format_uuid(record.action_id));
}

// Gives a hold up that is on disk already: it lands all the same and is withdrawn. If the writer
// was held with another batch the hold was given up before it was applied, which is not enough.
void Process::abandon() {
  const std::uint64_t withdrawn = writer_->counts().withdrawn;
  while (writer_->counts().withdrawn == withdrawn) {
    const std::uint64_t skipped = writer_->counts().skipped;
    std::optional<Result<Held>> held;
    hook_.hold_writer(true);
    coordinator_->hold(request("hasty", kCallsPerRun, kAbandoned),
                       [&](Result<Held> answer) { held.emplace(std::move(answer)); });
    pump([&] { return hook_.is_held(); });
    clock_.advance_ms(limits::kAuditWriteMsMax);
    pump([&] { return held.has_value(); });
    SENTRAIL_CHECK(held->error().code == Errc::timed_out);
    hook_.hold_writer(false);
    pump([&] {
      const store::WriterCounts now = writer_->counts();
      return now.withdrawn != withdrawn || now.skipped != skipped;
    });
  }
}

void Process::work(int run) {
  for (int i = 0; i < kCallsPerRun; ++i) {
    HoldRequest made = request("bot", i, run % 6 + i);
    if (i % 5 == 4) {
      made.decide_within_ms = 1;  // nobody decides: it expires
      const store::ActionRecord record = hold(made);
      pass_time(1'000, [&] {
        const auto now = store_->get_action(kWorkspace, record.action_id).value();
        return now->state == store::ActionState::expired;
      });
      continue;
    }
    if (i == 3) abandon();
    const store::ActionRecord record = hold(made);
    SENTRAIL_CHECK(hold(made).action_id == record.action_id);
    vote(record, i % 7 == 6 ? store::Verdict::deny : store::Verdict::approve);
    if (i % 3 == 2) {
      pass_time(500, [&] {
        return count_in(store::ActionState::approved) == 0 && coordinator_->sending() == 0;
      });
    }
  }
  pump([&] { return coordinator_->sending() == 0; });
}

void Process::tell_end(const store::ActionRecord& record) {
  const auto blob = store_->get_blob(record.workspace_id, record.request.id).value();
  const Call call = check_binding(vault_.open_call(record, blob.value()).value(), record).value();
  say("end " + format_uuid(record.action_id) + " " + call.body + " " +
      std::string(name_of(record.state)) + " " + std::to_string(record.status) + " " +
      std::to_string(record.attempts));
}

void Process::tell_log() {
  for (std::uint64_t at = 0; at < store_->audit_head().size;) {
    const std::vector<store::AuditRow> rows = store_->audit_range(at, 1'000).value();
    for (const store::AuditRow& row : rows) {
      const store::AuditEntry entry = audit::decode_leaf(row.leaf).value().entry;
      ++at;
      if (entry.action_id == Uuid{}) continue;
      say("log " + format_uuid(entry.action_id) + " " + std::string(name_of(entry.kind)) + " " +
          (entry.state ? std::string(name_of(*entry.state)) : "-"));
    }
  }
}

// What is counted is what was sent, or may have been: no call twice, none forgotten.
void Process::tell_limits(std::uint64_t charged, std::size_t open) {
  std::uint64_t counted = 0;
  const store::Page<store::WindowPart> parts = store_->list_window_parts({}).value();
  for (const store::WindowPart& part : parts.items) {
    counted += static_cast<std::uint64_t>(part.sum);
  }
  const std::size_t kept = store_->list_held_charges().value().size();
  const bool good = counted == charged && kept == open;
  say(good ? "limits good"
           : "limits FAULT " + std::to_string(counted) + " for " + std::to_string(charged) + ", " +
                 std::to_string(kept) + " kept for " + std::to_string(open));
}

void Process::verify() {
  pass_time(500, [&] {
    return count_in(store::ActionState::approved) + count_in(store::ActionState::claimed) +
               count_in(store::ActionState::sending) ==
           0;
  });
  pass_time(limits::kDayMs, [&] { return count_in(store::ActionState::held) == 0; });
  // A batch can be read before its writer has moved the log's head: one more behind it waits.
  SENTRAIL_CHECK(writer_->commit({}).status.has_value());
  store::ActionQuery query;
  std::uint64_t charged = 0;  // by what was sent, or may have been
  std::size_t open = 0;
  do {
    const store::Page<store::ActionRecord> page = store_->list_actions(kWorkspace, query).value();
    for (const store::ActionRecord& record : page.items) {
      tell_end(record);
      const bool ended = store::is_final(record.state);
      if (!ended || charges_stay(record)) ++charged;
      if (!ended) ++open;
    }
    query.cursor = page.cursor;
  } while (!query.cursor.empty());
  tell_log();
  tell_limits(charged, open);
  const auto report = audit::verify_store(*store_);
  say(report && !report->fault
          ? "audit good"
          : "audit FAULT " + (report ? report->fault->why : report.error().message));
}

}  // namespace
}  // namespace sentrail::execute

int main(int argc, char** argv) {
  if (argc != 6) return 2;
  const std::int64_t now_ms = std::stoll(argv[2]);
  const std::string task = argv[3];
  sentrail::execute::KillingHook hook(argv[4], std::stoi(argv[5]));
  sentrail::execute::Process process(argv[1], now_ms, hook);
  if (task == "verify") {
    process.verify();
  } else {
    process.work(std::stoi(task));
  }
  return 0;
}
