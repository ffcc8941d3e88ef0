// Collects, writes and reads index rows.
//
// Neighbours: index_rows.hpp, codec.hpp. Must not know: who searches, when a batch is written.
#include "runtime/store/index_rows.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "core/check.hpp"
#include "runtime/store/audit_rows.hpp"

namespace sentrail::store {

namespace {

// An id of version 7 begins with its milliseconds. Of these the part that stands in the key makes
// those of about one batch alike; the rest of the id stands with each entry.
constexpr std::size_t kIdGroupBytes = 6;
constexpr std::uint8_t kIdGroupMask = 0xc0;  // of the last of these bytes
static_assert(kIdGroupBytes - 1 + sizeof(IdRest) == sizeof(Uuid::bytes));

std::array<char, kIdGroupBytes> group_of(const Uuid& id) {
  std::array<char, kIdGroupBytes> group{};
  std::copy_n(id.bytes.begin(), kIdGroupBytes, group.begin());
  group.back() = static_cast<char>(id.bytes[kIdGroupBytes - 1] & kIdGroupMask);
  return group;
}

IdRest rest_of(const Uuid& id) {
  IdRest rest{};
  std::copy(id.bytes.begin() + kIdGroupBytes - 1, id.bytes.end(), rest.begin());
  return rest;
}

std::string_view text_of(const std::array<char, kIdGroupBytes>& group) {
  return {group.data(), group.size()};
}

// Once a walk was too short, so many jumps are made before another is tried.
constexpr std::size_t kJumpsInARow = 16;

constexpr bool holds_ids(AuditColumn column) {
  return column == AuditColumn::id || column == AuditColumn::correlation;
}

// Seven bits a byte, the lowest first; all but the last byte have their highest bit set.
void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

// Takes one off the front; false if there is none.
bool take_varint(std::string_view& in, std::uint64_t& value) {
  value = 0;
  for (unsigned shift = 0; shift < 64 && !in.empty(); shift += 7) {
    const auto byte = static_cast<std::uint8_t>(in.front());
    in.remove_prefix(1);
    const std::uint64_t bits = byte & 0x7fu;
    if (shift == 63 && bits > 1) return false;
    value |= bits << shift;
    if ((byte & 0x80u) == 0) return true;
  }
  return false;
}

// Differences of either sign, small ones as small numbers.
constexpr std::uint64_t zigzag(std::uint64_t difference) {
  return (difference << 1) ^ (difference >> 63 != 0 ? ~std::uint64_t{0} : 0);
}
constexpr std::uint64_t unzigzag(std::uint64_t value) {
  return (value >> 1) ^ ((value & 1) != 0 ? ~std::uint64_t{0} : 0);
}

bool take_rest(std::string_view& in, IdRest& rest) {
  if (in.size() < rest.size()) return false;
  std::copy_n(in.begin(), rest.size(), rest.begin());
  in.remove_prefix(rest.size());
  return true;
}

// So that the newest, which is the least position, is at the front of a heap.
constexpr std::greater<IndexPosition> kNewestFirst;

}  // namespace

void IndexBatch::add(const AuditEntry& entry, std::uint64_t sequence) {
  workspace_id_ = entry.workspace_id;
  position_ = index_position(entry.time_ms, sequence);
  add_term(AuditColumn::all, {});
  add_id(AuditColumn::id, entry.id);
  add_id(AuditColumn::correlation, entry.correlation_id);
  if (entry.action_id != Uuid{}) {
    add_term(AuditColumn::held_action, Key().add(entry.action_id).text());
  }
  add_term(AuditColumn::tool, entry.tool);
  add_term(AuditColumn::action, entry.action);
  add_term(AuditColumn::decision, name_of(entry.decision));
  if (entry.risk) add_term(AuditColumn::risk, name_of(*entry.risk));
  add_term(AuditColumn::rule, entry.rule);
  add_term(AuditColumn::kind, name_of(entry.kind));
  for (std::string_view left = entry.tags; !left.empty();) {
    const std::string_view tag = left.substr(0, left.find('\n'));
    add_term(AuditColumn::tag, tag);
    left.remove_prefix(std::min(tag.size() + 1, left.size()));
  }
  for (const AuditTerm& term : entry.terms) {
    // The others are the store's own; a caller's word for them would not match the leaf.
    if (term.column >= AuditColumn::agent && term.column != AuditColumn::tag) {
      add_term(term.column, term.value);
    }
  }
}

void IndexBatch::add_term(AuditColumn column, std::string_view value) {
  if (value.empty() && column != AuditColumn::all) return;
  write_term_prefix(prefix_, codec_, workspace_id_, column, value);
  add_posting(false, {});
}

void IndexBatch::add_id(AuditColumn column, const Uuid& id) {
  if (id == Uuid{}) return;
  write_term_prefix(prefix_, codec_, workspace_id_, column, text_of(group_of(id)));
  add_posting(true, rest_of(id));
}

void IndexBatch::add_posting(bool has_ids, const IdRest& rest) {
  const auto [place, is_new] = places_.try_emplace(prefix_, terms_.size());
  if (is_new) terms_.push_back({prefix_, has_ids, {}});
  std::vector<Posting>& postings = terms_[place->second].postings;
  // A tag may stand twice in one entry.
  if (!postings.empty() && postings.back().position == position_) return;
  postings.push_back({position_, rest});
}

void IndexBatch::finish(std::vector<KvWrite>& writes) && {
  for (Term& term : terms_) {
    std::vector<Posting>& all = term.postings;
    std::sort(all.begin(), all.end(),
              [](const Posting& a, const Posting& b) { return a.position < b.position; });
    for (auto from = all.begin(); from != all.end();) {
      const std::uint64_t newest = from->position.time;
      const auto until = std::find_if(from, all.end(), [newest](const Posting& one) {
        return one.position.time - newest > kIndexRowSpanMs;
      });
      std::string key = term.prefix;
      append_position(key, from->position);
      writes.push_back(
          {Space::index, std::move(key), encode_postings({from, until}, term.has_ids)});
      from = until;
    }
  }
}

std::string encode_postings(std::span<const Posting> postings, bool has_ids) {
  SENTRAIL_CHECK(!postings.empty());
  const auto append_rest = [](std::string& out, const IdRest& rest) {
    out.append(rest.data(), rest.size());
  };
  std::string out;
  if (has_ids) append_rest(out, postings.front().rest);
  for (std::size_t i = 1; i < postings.size(); ++i) {
    const IndexPosition& before = postings[i - 1].position;
    const IndexPosition& at = postings[i].position;
    append_varint(out, at.time - before.time);
    append_varint(out, zigzag(at.sequence - before.sequence));
    if (has_ids) append_rest(out, postings[i].rest);
  }
  return out;
}

Result<std::vector<Posting>> decode_postings(const IndexPosition& first, std::string_view value,
                                             bool has_ids) {
  const auto bad = [] { return fail(Errc::corrupt, "a row of the search index is garbled"); };
  std::vector<Posting> out = {{first, {}}};
  if (has_ids && !take_rest(value, out.front().rest)) return bad();
  while (!value.empty()) {
    Posting next = out.back();
    std::uint64_t older_ms = 0;
    std::uint64_t step = 0;
    if (!take_varint(value, older_ms) || !take_varint(value, step)) return bad();
    if (has_ids && !take_rest(value, next.rest)) return bad();
    const std::uint64_t span_ms = next.position.time - first.time;
    if (older_ms > kIndexRowSpanMs - span_ms) return bad();
    if (older_ms > UINT64_MAX - next.position.time) return bad();
    next.position.time += older_ms;
    next.position.sequence += unzigzag(step);
    if (next.position <= out.back().position) return bad();
    out.push_back(next);
  }
  return out;
}

TermList::TermList(std::unique_ptr<KvCursor> cursor, const LeafCodec& codec,
                   const Uuid& workspace_id, const AuditTerm& term)
    : cursor_(std::move(cursor)), has_ids_(holds_ids(term.column)) {
  if (!has_ids_) {
    write_term_prefix(prefix_, codec, workspace_id, term.column, term.value);
    return;
  }
  impossible_ = term.value.size() != sizeof(Uuid::bytes);
  if (impossible_) return;
  const Uuid id = uuid_in(term.value, 0);
  write_term_prefix(prefix_, codec, workspace_id, term.column, text_of(group_of(id)));
  rest_ = rest_of(id);
}

Status TermList::status() const {
  SENTRAIL_TRY(failure_);
  return cursor_->status();
}

bool TermList::on_row() const {
  return cursor_->valid() && cursor_->key().starts_with(prefix_) &&
         cursor_->key().size() == prefix_.size() + kIndexPositionBytes;
}

IndexPosition TermList::row_position() const {
  return position_in(cursor_->key(), prefix_.size());
}

// Puts what the row has from a position on to the heap; false if it is garbled.
bool TermList::read_row(const IndexPosition& from) {
  Result<std::vector<Posting>> postings =
      decode_postings(row_position(), cursor_->value(), has_ids_);
  if (!postings) {
    failure_ = tl::make_unexpected(std::move(postings).error());
    return false;
  }
  for (const Posting& posting : *postings) {
    if (posting.position < from || posting.rest != rest_) continue;
    found_.push_back(posting.position);
    std::push_heap(found_.begin(), found_.end(), kNewestFirst);
  }
  return true;
}

void TermList::jump_to(const IndexPosition& earliest) {
  std::string key = prefix_;
  append_position(key, earliest);
  cursor_->seek(key);
}

// Leaves rows behind that have nothing from that position on. Lists of which each has an entry
// between two of the other's are walked, others jumped through.
void TermList::go_to(const IndexPosition& earliest, std::size_t& steps) {
  const auto spend = [&steps](std::size_t cost) { steps -= std::min(steps, cost); };
  const auto is_behind = [&] { return on_row() && row_position() < earliest; };
  for (std::size_t i = 0; i < kIndexJumpSteps && jumps_left_ == 0 && is_behind(); ++i) {
    cursor_->next();
    spend(1);
  }
  if (!is_behind()) return;
  jumps_left_ = jumps_left_ == 0 ? kJumpsInARow : jumps_left_ - 1;
  jump_to(earliest);
  spend(kIndexJumpSteps);
}

bool TermList::seek(const IndexPosition& position, std::size_t& steps) {
  if (impossible_ || !failure_) return false;
  while (!found_.empty() && found_.front() < position) {
    std::pop_heap(found_.begin(), found_.end(), kNewestFirst);
    found_.pop_back();
  }
  // Rows before this one have nothing that far back.
  const IndexPosition earliest{
      position.time > kIndexRowSpanMs ? position.time - kIndexRowSpanMs : 0, 0};
  if (!started_) jump_to(earliest);
  started_ = true;
  go_to(earliest, steps);
  // What a row lists is not before the row's own place: until then nothing can come between.
  while (on_row() && (found_.empty() || row_position() <= found_.front())) {
    // Rows that begin before the position are read anew for every page: counted, they might use a
    // page up, and the next, and no page would ever come further.
    const bool counts = row_position() >= position;
    if (!read_row(position)) return false;
    cursor_->next();
    if (counts) steps -= std::min<std::size_t>(steps, 1);
  }
  return !found_.empty();
}

}  // namespace sentrail::store
