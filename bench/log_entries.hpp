// Entries of an audit log as a busy gate writes them, drawn from a seed.
//
// Neighbours: audit_hashes.cpp and audit_store.cpp put them into trees and stores. Must not know:
// where they go. `recorded()` is what `evaluate-durable` makes: commitments, terms, a sealed part.
// `plain()` is for logs of millions: the same fields, but what is keyed is drawn and nothing is
// sealed, so that a log of ten million fits onto a disk, and the same seed gives the same log.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "core/uuid.hpp"
#include "runtime/audit/event.hpp"
#include "runtime/store/store.hpp"

namespace sentrail::bench {

// How much there is to tell entries apart by.
inline constexpr std::size_t kLogAgents = 64;
inline constexpr std::size_t kLogActions = 40;
inline constexpr std::size_t kLogRules = 200;
inline constexpr std::size_t kLogResources = 16'384;

// One stream of entries; times ascend. threads: one.
class LogEntries {
 public:
  explicit LogEntries(std::uint64_t seed);

  // The next entry as the gate records one decision. `step_ms` is how long after the one before.
  [[nodiscard]] store::AuditEntry recorded(std::int64_t step_ms);
  // The next entry of a long log, without what is sealed and costs most to make.
  [[nodiscard]] store::AuditEntry plain(std::int64_t step_ms);

  // What finds entries by one of these values; by agent those of plain() alone.
  // REQUIRES: numbers below those above.
  [[nodiscard]] store::AuditTerm agent(std::size_t number) const { return agents_.at(number); }
  [[nodiscard]] static store::AuditTerm action(std::size_t number);
  [[nodiscard]] static store::AuditTerm rule(std::size_t number);
  [[nodiscard]] static store::AuditTerm tool(std::size_t number);

  [[nodiscard]] const Uuid& workspace() const noexcept { return workspace_; }
  [[nodiscard]] std::int64_t begin_ms() const noexcept;
  [[nodiscard]] std::int64_t now_ms() const noexcept { return now_ms_; }

 private:
  [[nodiscard]] store::AuditEntry draw(std::int64_t step_ms);

  std::mt19937_64 random_;
  const audit::Recorder recorder_;
  const Uuid workspace_;
  const Uuid key_;
  const Uuid boot_;
  std::int64_t now_ms_;
  std::vector<store::AuditTerm> agents_;
};

// A transaction as the gate makes one of an entry: it rests on two kill states.
[[nodiscard]] store::Transaction transaction_of(store::AuditEntry entry);

}  // namespace sentrail::bench
