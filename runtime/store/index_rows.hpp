// The search index of the audit log: one row for what the entries of one batch have in common.
//
// Neighbours: staging.cpp collects a batch in an IndexBatch, kv_store_search.cpp walks a TermList;
// keys.hpp has the positions. Must not know: leaves, batches of other rows.
// A row stands where its newest entry stands, and its value lists the others. So under load an
// entry costs a fraction of a row for every term that others share with it.
// source: docs/store_format.md.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/result.hpp"
#include "runtime/store/keys.hpp"
#include "runtime/store/kv.hpp"
#include "runtime/store/store.hpp"

namespace sentrail::store {

// What is left of an id when the part that its row's key says is taken away.
using IdRest = std::array<char, 11>;

// One entry in a row.
struct Posting {
  IndexPosition position;
  IdRest rest{};  // of columns that hold ids

  friend bool operator==(const Posting&, const Posting&) = default;
};

// The index rows of one batch. threads: one.
class IndexBatch {
 public:
  // `codec` outlives it.
  explicit IndexBatch(const LeafCodec& codec) : codec_(codec) {}

  // Adds an entry under all of its terms. REQUIRES: sequence numbers ascend.
  void add(const AuditEntry& entry, std::uint64_t sequence);
  // Appends the rows to `writes`. REQUIRES: called once, last.
  void finish(std::vector<KvWrite>& writes) &&;

 private:
  struct Term {
    std::string prefix;
    bool has_ids = false;
    std::vector<Posting> postings;
  };

  void add_term(AuditColumn column, std::string_view value);
  void add_id(AuditColumn column, const Uuid& id);
  void add_posting(bool has_ids, const IdRest& rest);

  const LeafCodec& codec_;
  std::vector<Term> terms_;  // in the order of first use
  std::unordered_map<std::string, std::size_t> places_;

  // The entry at hand.
  Uuid workspace_id_;
  IndexPosition position_;
  std::string prefix_;
};

// The value of a row, and back. REQUIRES: `postings` not empty, newest first, no two alike, within
// kIndexRowSpanMs. fails: corrupt.
[[nodiscard]] std::string encode_postings(std::span<const Posting> postings, bool has_ids);
[[nodiscard]] Result<std::vector<Posting>> decode_postings(const IndexPosition& first,
                                                           std::string_view value, bool has_ids);

// What finding a place in a list costs, in rows read one after the other.
inline constexpr std::size_t kIndexJumpSteps = 8;

// The entries of one term, newest first, as positions.
class TermList {
 public:
  // `codec` is not kept.
  TermList(std::unique_ptr<KvCursor> cursor, const LeafCodec& codec, const Uuid& workspace_id,
           const AuditTerm& term);

  // Goes to the first entry not before `position`; false at the end of the list, or after a
  // failure. Positions ascend from call to call. Takes the rows it read from there on off `steps`,
  // those it passed over, and kIndexJumpSteps for a jump.
  bool seek(const IndexPosition& position, std::size_t& steps);
  // REQUIRES: the last seek() said true.
  [[nodiscard]] const IndexPosition& position() const { return found_.front(); }
  // fails: corrupt or io, if that is what ended the list.
  [[nodiscard]] Status status() const;

 private:
  [[nodiscard]] bool on_row() const;
  [[nodiscard]] IndexPosition row_position() const;
  [[nodiscard]] bool read_row(const IndexPosition& from);
  void go_to(const IndexPosition& earliest, std::size_t& steps);
  void jump_to(const IndexPosition& earliest);

  std::unique_ptr<KvCursor> cursor_;
  std::string prefix_;
  bool has_ids_ = false;
  IdRest rest_{};
  bool started_ = false;
  std::size_t jumps_left_ = 0;  // before it is tried again whether the next rows do
  bool impossible_ = false;     // no entry has such a value
  Status failure_;
  std::vector<IndexPosition> found_;  // a heap: the newest, which is the next, first
};

}  // namespace sentrail::store
