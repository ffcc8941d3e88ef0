// One batch in the making: applies transactions to a view of the store and collects the rows.
//
// Neighbours: transaction.hpp (what is asked), keys.hpp (rows), kv_store.cpp writes what is
// collected. Must not know: threads, files, how a batch becomes durable.
// A transaction sees those before it in the batch; one that fails leaves no trace.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/result.hpp"
#include "runtime/store/index_rows.hpp"
#include "runtime/store/keys.hpp"
#include "runtime/store/kv.hpp"
#include "runtime/store/store.hpp"
#include "runtime/store/transaction.hpp"

namespace sentrail::store {

// Collects the rows of one batch. threads: one.
class Staging {
 public:
  // Begins behind `head`. `kv` and `codec` outlive the staging.
  Staging(const OrderedKv& kv, const LeafCodec& codec, AuditHead head);

  // Checks and applies one transaction.
  [[nodiscard]] Outcome stage(const Transaction& transaction);

  // Whether anything was staged that must be written.
  [[nodiscard]] bool empty() const noexcept { return writes_.empty() && once_.empty(); }
  // The head after the staged entries.
  [[nodiscard]] const AuditHead& head() const noexcept { return head_; }
  // The rows, in order; those of the search index last.
  [[nodiscard]] std::vector<KvWrite> take_writes() &&;

 private:
  using StateRows = std::unordered_map<std::string, std::optional<std::string>>;

  // One overload for every kind of operation.
  Status run(const AppendAudit& operation);
  Status run(const PutAction& operation);
  template <class Record>
  Status run(const Put<Record>& operation);
  Status run(const TouchKey& operation);
  Status run(const ChargeLimits& operation);
  Status run(const GiveBackCharges& operation);
  Status run(const EndCharges& operation);
  Status run(const NoteLimitClock& operation);
  Status run(const RemoveWindowParts& operation);
  Status run(const PutBlob& operation);
  Status run(const RequireKillVersion& operation);
  Status run(const RequirePersonVersion& operation);
  Status run(const RequireDelegationVersion& operation);
  Status run(const RequireOpenAction& operation);
  Status run(const RemoveConnection& operation);
  Status run(const RemoveSession& operation);
  Status run(const RemoveOutbox& operation);
  Status run(const RemoveBlob& operation);
  Status run(const RemoveSetting& operation);
  Status run(const ForgetEntries& operation);
  Status run(const RemoveIndexRows& operation);

  // What else changes with a record: unique names and indexes.
  template <class Record>
  Status put_indexes(const std::optional<Record>& before, const Record& after);
  Status check_new_action(const PutAction& operation);
  Status count_held(const std::optional<ActionRecord>& before, const ActionRecord& after);
  Status add_to_windows(const Charges& charges);
  Status take_from_windows(const Charges& charges);
  Status take_unique(const Key& index, const std::string& owner, const char* taken);

  // Rows of the state space as this transaction sees them.
  [[nodiscard]] Result<std::optional<std::string>> get(const std::string& key) const;
  template <class Record>
  [[nodiscard]] Result<std::optional<Record>> load(const Key& key) const;
  void set(const Key& key, std::string value);
  // As set() and remove(), of rows that many transactions of a batch change: written once, as the
  // last one leaves them.
  void set_once(const Key& key, std::string value);
  void remove_once(const Key& key);
  void remove(const Key& key);

  const OrderedKv& kv_;
  const LeafCodec& codec_;
  const std::uint64_t written_;  // entries of earlier batches

  // What the batch holds.
  AuditHead head_;
  std::vector<KvWrite> writes_;
  IndexBatch index_;
  StateRows rows_;
  std::unordered_set<std::string> blobs_;
  std::unordered_set<std::string> once_;  // keys of `rows_` that are not in `writes_` yet
  // What the store held of the keys that were asked for: nothing else writes while a batch is
  // staged, and most of its transactions ask for the same kill states.
  mutable StateRows read_;

  // What the transaction at hand adds; merged when it succeeds.
  AuditHead draft_head_;
  std::vector<KvWrite> draft_writes_;
  StateRows draft_rows_;
  std::unordered_set<std::string> draft_blobs_;
  std::vector<std::string> draft_once_;
  std::optional<Uuid> existing_action_;
};

}  // namespace sentrail::store
