// A coordinator over a store in memory, with a sender and a recheck that do what a test says.
//
// Neighbours: coordinator_test.cpp. The writer has its thread; the coordinator's loop is turned by
// the test itself, until what it waits for has happened.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "crypto/seal.hpp"
#include "runtime/audit/leaf.hpp"
#include "runtime/execute/coordinator.hpp"
#include "tests/support/memory_kv.hpp"
#include "tests/unit/execute/machine_fixture.hpp"

namespace sentrail::execute {

// Keeps the jobs until the test says how they end.
class ScriptedSender final : public Sender {
 public:
  void send(SendJob job, SendObserver& observer) noexcept override {
    observer_ = &observer;
    jobs.push_back(std::move(job));
  }

  void end(std::size_t index, SendReport report) {
    const SendJob& job = jobs.at(index);
    const ActionRef ref{job.record.workspace_id, job.record.action_id};
    if (report.end != SendReport::End::nothing_sent) observer_->first_byte_sent(ref, job.fence);
    observer_->finished(ref, job.fence, std::move(report));
  }

  std::vector<SendJob> jobs;

 private:
  SendObserver* observer_ = nullptr;
};

// Answers as told; by default nothing stands against a call.
class ScriptedRechecker final : public Rechecker {
 public:
  RecheckAnswer recheck(const store::ActionRecord& record, const Call& call,
                        RecheckAt at) override {
    ++asked;
    return answer ? answer(record, call, at) : RecheckAnswer{};
  }

  std::function<RecheckAnswer(const store::ActionRecord&, const Call&, RecheckAt)> answer;
  int asked = 0;
};

// Asks about every call, `/probe`, once a test says so.
class ScriptedProber final : public Prober {
 public:
  std::optional<std::int64_t> settle_ms(const store::ActionRecord&) override { return settle; }
  Result<Question> question(const store::ActionRecord&, const Call& call) override {
    if (!refusal.empty()) return fail(Errc::permission_denied, refusal);
    Call made = call;
    made.method = "GET";
    made.target = "/probe";
    made.body.clear();
    return Question{std::move(made), [settles = settles](const SendReport& report) {
                      return read(report, settles);
                    }};
  }
  static Probed read(const SendReport& report, bool settles) {
    if (report.end != SendReport::End::answered) return {ProbeAnswer::unknown, false, report.why};
    const std::uint32_t status = report.response.status;
    const ProbeAnswer answer = status == 204   ? ProbeAnswer::applied
                               : status == 404 ? ProbeAnswer::not_applied
                                               : ProbeAnswer::unknown;
    return {answer, settles, "heard " + std::to_string(status)};
  }

  std::optional<std::int64_t> settle;  // nothing: there is no probe
  std::string refusal;
  bool settles = false;
};

inline SendReport answered(std::uint32_t status, std::string body = "{}") {
  return {SendReport::End::answered, "", {status, {{"Content-Type", "x"}}, std::move(body), false}};
}

class CoordinatorTest : public testing::Test {
 protected:
  static constexpr std::int64_t kStart = 1'790'000'000'000;

  CoordinatorTest() { open(); }
  ~CoordinatorTest() override { close(); }

  void open() {
    store_ = test::open_memory_store(disk_, codec_, hook_of_store_);
    writer_ = std::make_unique<store::Writer>(*store_, clock_, writer_options_, hook_of_store_);
    CoordinatorOptions options;
    options.executor_id.bytes[0] = ++boots_;
    options.channels = {"slack", "email"};
    options.escalations = escalations_;
    options.store_went_back = store_went_back_;
    options.begins_later = begins_later_;
    options.on_change = [this](const store::ActionRecord& record) { changes_.push_back(record); };
    coordinator_ = std::make_unique<Coordinator>(
        CoordinatorParts{*store_, *writer_, recorder_, vault_, rechecker_, sender_, clock_, nullptr,
                         &prober_},
        options);
  }

  // Forgets everything but the disk, as a killed process does.
  void close() {
    coordinator_.reset();
    writer_.reset();
    store_.reset();
  }

  void restart() {
    close();
    open();
    recover();
  }

  RecoveryReport recover() {
    return wait<RecoveryReport>([&](auto done) { coordinator_->recover(done); }).value();
  }

  // Turns the loop until the condition holds; the writer's thread works meanwhile.
  void pump_until(const std::function<bool()>& condition) {
    for (int turns = 0; !condition(); ++turns) {
      ASSERT_LT(turns, 20'000'000) << "nothing happens any more";
      if (!coordinator_->run_pending()) std::this_thread::yield();
    }
  }

  // Calls something that answers through a callback, and waits for the answer.
  template <class T>
  Result<T> wait(const std::function<void(Coordinator::Callback<T>)>& call) {
    std::optional<Result<T>> answer;
    call([&](Result<T> result) { answer.emplace(std::move(result)); });
    pump_until([&] { return answer.has_value(); });
    return *std::move(answer);
  }

  static HoldRequest request(const std::string& body = "{\"title\":\"x\"}") {
    HoldRequest made;
    made.draft.workspace_id = workspace();
    made.draft.key_id.bytes[1] = 7;
    made.draft.agent_id = "release-bot";
    made.draft.requested_by = "release-bot";
    made.draft.tool = "github";
    made.draft.action = "issues.create";
    made.draft.risk = Risk::medium;
    made.draft.method = "POST";
    made.draft.target = "/repos/a/b/issues";
    made.draft.rule = "main.guard.issues";
    made.draft.reason = "Policy 'issues' matched";
    made.draft.quorum = "1 of role:reviewer";
    made.call.upstream = "github";
    made.call.scheme = "https";
    made.call.host = "api.github.com";
    made.call.port = 443;
    made.call.method = "POST";
    made.call.target = "/repos/a/b/issues";
    made.call.headers = {{"Accept", "application/json"}};
    made.call.body = body;
    return made;
  }

  static Uuid workspace() {
    Uuid id;
    id.bytes[0] = 0x33;
    return id;
  }

  static ActionRef ref_of(const store::ActionRecord& record) {
    return {record.workspace_id, record.action_id};
  }

  Result<Held> hold(HoldRequest made = request()) {
    return wait<Held>([&](auto done) { coordinator_->hold(made, done); });
  }

  Result<store::ActionRecord> vote(const store::ActionRecord& record, std::uint8_t person = 1,
                                   store::Verdict verdict = store::Verdict::approve) {
    VoteCast cast{reviewer(person), verdict, record.approval_hash, "seen"};
    return wait<store::ActionRecord>(
        [&](auto done) { coordinator_->vote(ref_of(record), cast, {}, done); });
  }

  store::ActionRecord stored(const store::ActionRecord& record) {
    return store_->get_action(record.workspace_id, record.action_id).value().value();
  }

  void pump_until_state(const store::ActionRecord& record, store::ActionState state) {
    pump_until([&] { return stored(record).state == state; });
  }

  // Held and approved, with its first job at the sender.
  store::ActionRecord sent_to_sender(HoldRequest made = request()) {
    const std::size_t jobs = sender_.jobs.size();
    const store::ActionRecord record = hold(std::move(made)).value().record;
    EXPECT_TRUE(vote(record));
    pump_until([&] { return sender_.jobs.size() > jobs; });
    return record;
  }

  // The kinds of all entries about a call, in order.
  std::vector<std::string> log_of(const store::ActionRecord& record) {
    std::vector<std::string> kinds;
    const store::AuditHead head = store_->audit_head();
    const auto rows = store_->audit_range(0, head.size);
    for (const store::AuditRow& row : rows.value()) {
      const audit::Leaf leaf = audit::decode_leaf(row.leaf).value();
      if (leaf.entry.action_id == record.action_id) {
        kinds.emplace_back(name_of(leaf.entry.kind));
      }
    }
    return kinds;
  }

  ManualClock clock_{Instant{kStart}};
  std::shared_ptr<test::MemoryDisk> disk_ = std::make_shared<test::MemoryDisk>();
  const audit::LeafCodec codec_;
  const crypto::SealKey master_ = crypto::SealKey::generate();
  const audit::Recorder recorder_{master_, Uuid{}};
  const CallVault vault_{master_};
  ScriptedRechecker rechecker_;
  ScriptedSender sender_;
  ScriptedProber prober_;
  std::vector<store::ActionRecord> changes_;
  std::uint8_t boots_ = 0;
  std::vector<store::Escalation> escalations_;  // of the coordinator that is opened next
  bool store_went_back_ = false;                // likewise
  bool begins_later_ = false;
  SyncPointHook* hook_of_store_ = nullptr;  // and of its writer, when they are opened next
  store::WriterOptions writer_options_;     // of the same
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<store::Writer> writer_;
  std::unique_ptr<Coordinator> coordinator_;
};

}  // namespace sentrail::execute
