// Writes steps of the machine down as transactions: the record, its audit entry, its messages, and
// where the call has ended what becomes of what it has charged.
//
// Neighbours: machine.hpp (steps), audit/event.hpp (entries), coordinator.cpp submits what comes
// out. Must not know: threads, the store's rows, who is waiting.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/time.hpp"
#include "runtime/audit/event.hpp"
#include "runtime/execute/machine.hpp"
#include "runtime/store/transaction.hpp"

namespace sentrail::execute {

// What policy obliged to where a call was held or joined a hold, as entries keep it.
struct Obliged {
  std::string obligations;
  std::string tags;
  std::string shadows;
};

// Turns steps into transactions. threads: const use from any.
class Scribe {
 public:
  // `channels`: where messages to people go, one message each; none if empty.
  Scribe(const audit::Recorder& recorder, const Clock& clock, std::vector<std::string> channels)
      : recorder_(recorder), clock_(clock), channels_(std::move(channels)) {}

  // The transaction of a step from the record of `version`; 0: a new one, which may attach to an
  // open call and counts against the pending calls of its agent.
  // in: payload and obligations, for the entry that begins a call.
  [[nodiscard]] store::Transaction write(const Step& step, std::uint64_t version,
                                         const std::optional<audit::Payload>& payload = {},
                                         const Obliged& obliged = {}) const;

  // The entry that tells of a repeated call which joined a pending one. `repeat` is the repeat's
  // own draft: its correlation id, key and agent; so are the obligations. out: the entry's id.
  [[nodiscard]] store::AuditEntry attach_entry(const store::ActionRecord& pending,
                                               const store::ActionRecord& repeat,
                                               const Obliged& obliged) const;

 private:
  const audit::Recorder& recorder_;
  const Clock& clock_;
  std::vector<std::string> channels_;
};

}  // namespace sentrail::execute
