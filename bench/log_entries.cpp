// Drawing entries. See log_entries.hpp.
#include "bench/log_entries.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/encoding.hpp"
#include "crypto/random.hpp"

namespace sentrail::bench {
namespace {

using store::AuditColumn;
using store::AuditTerm;

constexpr std::int64_t kStartMs = 1'800'000'000'000;
constexpr std::array<const char*, 8> kTools = {"github", "linear", "slack",  "stripe",
                                               "jira",   "notion", "sentry", "aws"};

std::string agent_name(std::size_t number) {
  return "agent-" + std::to_string(number);
}
std::string action_name(std::size_t number) {
  return "issues.action_" + std::to_string(number);
}
std::string rule_name(std::size_t number) {
  return "starter.main.rule_" + std::to_string(number);
}

// One of `count` numbers, of which the first half is drawn three times as often as the rest.
std::size_t skewed(std::mt19937_64& random, std::size_t count) {
  const std::size_t drawn = random() % count;
  return random() % 2 == 0 ? drawn / 2 : drawn;
}

store::Hash drawn_hash(std::mt19937_64& random) {
  store::Hash out{};
  for (std::size_t at = 0; at < out.size(); at += 8) {
    const std::uint64_t word = random();
    for (std::size_t i = 0; i < 8; ++i) out[at + i] = static_cast<std::uint8_t>(word >> (8 * i));
  }
  return out;
}

Uuid drawn_id(std::mt19937_64& random, std::int64_t now_ms) {
  Uuid id;
  const store::Hash drawn = drawn_hash(random);
  std::copy_n(drawn.begin(), id.bytes.size(), id.bytes.begin());
  for (std::size_t i = 0; i < 6; ++i) {
    id.bytes[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(now_ms) >> (40 - 8 * i));
  }
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0f) | 0x70);
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3f) | 0x80);
  return id;
}

// One in a thousand is blocked, one in fifty waits for a person.
store::AuditDecision decision_of(std::uint64_t drawn) {
  if (drawn % 1'000 == 0) return store::AuditDecision::block;
  return drawn % 50 == 1 ? store::AuditDecision::require_approval : store::AuditDecision::allow;
}

Risk risk_of(std::uint64_t drawn) {
  if (drawn % 1'000 < 2) return Risk::critical;
  if (drawn % 100 < 10) return Risk::high;
  return drawn % 2 == 0 ? Risk::medium : Risk::low;
}

}  // namespace

LogEntries::LogEntries(std::uint64_t seed)
    : random_(seed),
      recorder_(crypto::SealKey::generate(), crypto::uuid_v4()),
      workspace_(drawn_id(random_, kStartMs)),
      key_(drawn_id(random_, kStartMs)),
      boot_(drawn_id(random_, kStartMs)),
      now_ms_(kStartMs) {
  for (std::size_t i = 0; i < kLogAgents; ++i) {
    agents_.push_back({AuditColumn::agent, std::string(as_chars(drawn_hash(random_)))});
  }
}

std::int64_t LogEntries::begin_ms() const noexcept {
  return kStartMs;
}

AuditTerm LogEntries::action(std::size_t number) {
  return {AuditColumn::action, action_name(number)};
}
AuditTerm LogEntries::rule(std::size_t number) {
  return {AuditColumn::rule, rule_name(number)};
}
AuditTerm LogEntries::tool(std::size_t number) {
  return {AuditColumn::tool, kTools.at(number)};
}

// All but what is personal.
store::AuditEntry LogEntries::draw(std::int64_t step_ms) {
  now_ms_ += step_ms;
  store::AuditEntry entry;
  entry.id = drawn_id(random_, now_ms_);
  entry.time_ms = now_ms_;
  entry.boot_id = boot_;
  entry.workspace_id = workspace_;
  entry.correlation_id = drawn_id(random_, now_ms_);
  entry.key_id = key_;
  entry.source = "gateway";
  entry.tool = random_() % 2 == 0 ? kTools.front() : kTools.at(random_() % kTools.size());
  entry.action = action_name(skewed(random_, kLogActions));
  entry.resource_type = "issue";
  entry.rule = rule_name(skewed(random_, kLogRules));
  entry.policy_id = key_;
  entry.decision = decision_of(random_());
  entry.risk = risk_of(random_());
  entry.bundle_hash = store::Hash{};
  entry.kill_epoch = 0;
  return entry;
}

store::AuditEntry LogEntries::recorded(std::int64_t step_ms) {
  store::AuditEntry entry = draw(step_ms);
  audit::Personal personal;
  personal.agent_id = agent_name(random_() % kLogAgents);
  personal.requested_by = personal.agent_id;
  personal.resource_id = "acme/web-" + std::to_string(random_() % kLogResources);
  personal.reason = "issues are allowed";
  personal.payload =
      audit::Payload::of(R"({"labels":["bug"],"title":"report )" + personal.resource_id + R"("})");
  return recorder_.record(std::move(entry), personal);
}

store::AuditEntry LogEntries::plain(std::int64_t step_ms) {
  store::AuditEntry entry = draw(step_ms);
  entry.terms.push_back(agents_.at(random_() % kLogAgents));
  entry.agent_commitment = drawn_hash(random_);
  return entry;
}

store::Transaction transaction_of(store::AuditEntry entry) {
  store::Transaction out;
  out.operations = {store::RequireKillVersion{entry.workspace_id, 0},
                    store::RequireKillVersion{Uuid{}, 0}};
  out.operations.emplace_back(store::AppendAudit{std::move(entry)});
  return out;
}

}  // namespace sentrail::bench
