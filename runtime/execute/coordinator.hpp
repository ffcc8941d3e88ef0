// Carries held calls through their life: makes events of people's words, clocks and senders, stores
// every step as one transaction, and does what the steps ask for, once they are durable.
//
// Neighbours: machine.hpp decides, scribe.hpp writes down, ledger.hpp commits, sender.hpp is the
// outside; gateway/ and server/ call it. Must not know: Asio, HTTP, RocksDB, policy.
// It runs on a loop of its own thread, since reading the store may touch the disk; callbacks come
// on that thread and must not block. INVARIANT: nothing is sent whose intent is not durable, and
// nothing is answered that is not.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/sync_point.hpp"
#include "core/time.hpp"
#include "runtime/audit/event.hpp"
#include "runtime/execute/call.hpp"
#include "runtime/execute/ledger.hpp"
#include "runtime/execute/loop.hpp"
#include "runtime/execute/machine.hpp"
#include "runtime/execute/scribe.hpp"
#include "runtime/execute/sender.hpp"
#include "runtime/store/store.hpp"
#include "runtime/store/writer.hpp"

namespace sentrail::execute {

// Every place at which crash tests may stop the coordinator.
inline constexpr std::array<std::string_view, 15> kSyncPoints = {
    "execute.hold.built",     "execute.hold.durable",  "execute.attach.built",
    "execute.attach.durable", "execute.change.built",  "execute.change.durable",
    "execute.claim.built",    "execute.claim.durable", "execute.intent.built",
    "execute.intent.durable", "execute.send.begin",    "execute.result.built",
    "execute.result.durable", "execute.recover.built", "execute.recover.durable"};

// What the coordinator works with; all outlive it.
struct CoordinatorParts {
  const store::Reader& reader;
  store::Writer& writer;
  const audit::Recorder& recorder;
  const CallVault& vault;
  Rechecker& rechecker;
  Sender& sender;
  const Clock& clock;
  SyncPointHook* hook = nullptr;
  Prober* prober = nullptr;  // null: doubts are people's alone
};

// How it works.
struct CoordinatorOptions {
  Uuid executor_id;                   // of this process, new at every start
  std::vector<std::string> channels;  // where messages to people go
  approvals::ReasonRule reasons;      // what is asked of every decision
  // Who is asked when nobody decides a new hold, in order of time.
  std::vector<store::Escalation> escalations;
  bool store_went_back = false;  // it is an older one than the last that served: see StoreWentBack
  bool begins_later = false;     // nothing is sent until begin_sending()
  // Told of every durable change, for long polls. On the coordinator's thread; must not block.
  std::function<void(const store::ActionRecord&)> on_change;
};

// A call to hold. The draft says who asks, what and why: workspace, key, agent, requester, source,
// tool, action, risk, resource, method, target, rule, policy, reason, bundle, quorum, kind, resend
// and times to decide and execute. Ids (unless given), nonce, hashes and state are filled in.
struct HoldRequest {
  store::ActionRecord draft;
  Call call;
  std::int64_t decide_within_ms = 0;  // 0: limits::kDecideByMsDefault
  Obliged obliged;                    // what policy obliges to, for the entry
  Patience patience;                  // of the caller; unbounded: limits::kAuditWriteMsMax from now
  // What limits count for it, by its correlation id: written with the hold, or not at all.
  std::optional<store::ChargeLimits> charges{};
};

// The repeat of a request, whose approval may be a grant.
struct GrantUse {
  approvals::BindingInput asked;           // of the repeat; its quorum is what policy asks for now
  std::vector<store::Operation> rests_on;  // what its judgement demands of the store
  Patience patience;                       // as of a HoldRequest
};

// A held call. `attached`: the same call was pending already, and this is that one.
struct Held {
  store::ActionRecord record;
  bool attached = false;
  Uuid audit_id;  // of the entry that tells of this request
};

// What a start found and did.
struct RecoveryReport {
  std::size_t given_back = 0;  // claimed, nothing sent: approved again
  std::size_t in_doubt = 0;    // sending, or of a store that went back: nobody knows
  std::size_t revoked = 0;     // of a store that went back: to be asked for anew
  std::size_t approved = 0;    // will be sent
};

// threads: the named requests, first_byte_sent() and finished() from any; callbacks on run()'s, or
// at once on the caller's where too much waits already (unavailable).
class Coordinator final : public SendObserver {
 public:
  // What became of a request.
  template <class T>
  using Callback = std::function<void(Result<T>)>;

  // Everything in `parts` outlives it. Nothing runs before run() or run_pending().
  Coordinator(CoordinatorParts parts, CoordinatorOptions options);
  ~Coordinator() override;

  // Holds a call, or joins the open one that is the same. The answer comes within
  // limits::kAuditWriteMsMax, however many transactions it takes. fails: limit_exceeded (too many
  // pending, or too large), timed_out (not durable in time: the caller blocks), invalid_argument,
  // unavailable.
  void hold(HoldRequest request, Callback<Held> done);

  // Applies a person's vote or settlement of a doubt. The record as it stands afterwards. in:
  // `rests_on` is what the word demands of the store, such as the voter's record as it was read.
  // fails: as transition(); not_found; unavailable, also if `rests_on` does not hold.
  void vote(const ActionRef& ref, VoteCast vote, std::vector<store::Operation> rests_on,
            Callback<store::ActionRecord> done);
  void settle(const ActionRef& ref, DoubtSettled word, std::vector<store::Operation> rests_on,
              Callback<store::ActionRecord> done);

  // Takes back a pending call and holds an edited one in its place, in one transaction: the old one
  // ends as revoked, and each names the other. in: `edited` says who asks and what, as for hold();
  // `editor` never approves it. out: the new call. fails: as hold() and transition().
  void edit(const ActionRef& ref, HoldRequest edited, approvals::Voter editor, std::string why,
            std::vector<store::Operation> rests_on, Callback<store::ActionRecord> done);

  // Uses up an approved grant for the request that it was given for, if what the use rests on still
  // holds. out: the record; nothing if it no longer does, and the caller is to judge anew.
  // fails: as above; permission_denied if the request is another one, or policy now asks for others
  // than those who approved.
  void use_grant(const ActionRef& ref, GrantUse use,
                 Callback<std::optional<store::ActionRecord>> done);

  // Settles what a former process left, then starts sending what is approved, if that is not to
  // begin later. Call it once, before anything else. fails: unavailable, io, corrupt: the server
  // must not start.
  void recover(Callback<RecoveryReport> done);

  // Runs until stop(); or a turn at a time, for tests: false if there was nothing to do.
  void run();
  bool run_pending() { return loop_.run_pending(); }
  // Sends what is approved, and asks about what is in doubt, from now on. threads: any.
  void begin_sending();
  // Starts no more sends, for good; approved calls wait for the next start. threads: any.
  void stop_sending() noexcept { draining_.store(true); }
  // Ends run() once what was asked is answered. Sends that are under way are in doubt after the
  // next start: call stop_sending() and wait for sending() to be zero first.
  void stop() {
    stop_sending();
    loop_.stop();
  }

  // Calls that are being sent. threads: any.
  [[nodiscard]] std::size_t sending() const noexcept { return sending_.load(); }

  // The time by which deadlines are judged: the wall clock's, or what the monotonic clock has made
  // of the time at the start, whichever is later; setting the clock back extends nothing.
  // threads: any.
  [[nodiscard]] std::int64_t now_ms() const noexcept;

  void first_byte_sent(const ActionRef& ref, std::uint64_t fence) noexcept override;
  void finished(const ActionRef& ref, std::uint64_t fence, SendReport report) noexcept override;

 private:
  struct Change;
  struct Holding;
  struct Execution;

  // coordinator.cpp: changes of one record.
  void change(std::shared_ptr<Change> change);
  void ask(const ActionRef& ref, Event event, std::vector<store::Operation> rests_on,
           Callback<store::ActionRecord> done);
  void carry_out(const Step& step);
  void sweep();
  void wake_at(std::int64_t at_ms);

  // coordinator_hold.cpp
  [[nodiscard]] Result<Step> prepare(Holding& holding);
  [[nodiscard]] store::Transaction transaction_of(Holding& holding, const Step& step);
  void submit_hold(std::shared_ptr<Holding> holding);
  void attach(std::shared_ptr<Holding> holding, const Uuid& pending);
  void hold_anew(std::shared_ptr<Holding> holding);

  // coordinator_execute.cpp
  void dispatch(const ActionRef& ref);
  void execute(const ActionRef& ref);
  [[nodiscard]] Result<Call> load_call(const store::ActionRecord& record);
  void claim(std::shared_ptr<Execution> execution);
  void record_intent(std::shared_ptr<Execution> execution);
  void begin_send(std::shared_ptr<Execution> execution, const store::ActionRecord& record);
  void record_result(const ActionRef& ref, std::uint64_t fence, SendReport report);
  [[nodiscard]] bool keep(const std::shared_ptr<Change>& report, const Error& why);
  void stop_call(const ActionRef& ref, Rechecked why);
  void finish(const ActionRef& ref);
  void put_back(const ActionRef& ref);
  void look_again(const ActionRef& ref);
  void next_waiting();

  // coordinator_recover.cpp
  struct Recovery;
  void recover_all(Callback<RecoveryReport> done);
  [[nodiscard]] Status find_left_behind(Recovery& recovery);
  void settle(const std::shared_ptr<Recovery>& recovery);
  void settle_one(const std::shared_ptr<Recovery>& recovery, const ActionRef& ref);
  [[nodiscard]] Result<RecoveryReport> report_of(const Recovery& recovery);
  [[nodiscard]] Result<std::size_t> take_up();
  void take_up_soon();
  [[nodiscard]] bool may_send() const noexcept { return begun_.load() && !draining_.load(); }

  // coordinator_probe.cpp
  void plan_probe(const store::ActionRecord& record);
  void wait_to_probe(const store::ActionRecord& record, std::int64_t delay_ms);
  [[nodiscard]] Status plan_probes();
  void probe_waiting();
  void probe_once(const ActionRef& ref);
  void read_probe(const ActionRef& ref, const SendReport& report);
  void record_probe(const ActionRef& ref, Probed found);

  CoordinatorParts parts_;
  CoordinatorOptions options_;
  Scribe scribe_;
  Loop loop_;
  Ledger ledger_;
  std::int64_t started_unix_ms_ = 0;
  std::int64_t started_monotonic_ms_ = 0;
  bool sweeping_ = false;
  std::int64_t next_wake_ms_ = 0;  // Unix time of the earliest timer set; 0: none

  std::map<ActionRef, std::shared_ptr<Execution>> executions_;
  std::size_t kept_ = 0;  // reports that wait to be told again
  // A doubt that is asked about.
  struct Probing {
    int tries = 0;
    std::function<Probed(const SendReport&)> read;  // of the question under way
  };
  std::map<ActionRef, Probing> probing_;
  std::deque<ActionRef> to_probe_;  // whose question is due
  std::size_t asking_ = 0;          // questions under way
  std::deque<ActionRef> waiting_;   // beyond limits::kExecutionsMax
  std::atomic<std::size_t> sending_{0};
  std::atomic<bool> begun_;
  std::atomic<bool> draining_{false};
};

}  // namespace sentrail::execute
