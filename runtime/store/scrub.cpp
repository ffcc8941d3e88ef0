// One walk over each space. See scrub.hpp.
#include "runtime/store/scrub.hpp"

#include <memory>
#include <optional>
#include <string_view>

#include "core/limits.hpp"
#include "runtime/store/audit_rows.hpp"
#include "runtime/store/codec.hpp"
#include "runtime/store/index_rows.hpp"
#include "runtime/store/keys.hpp"
#include "runtime/store/kv_store.hpp"
#include "runtime/store/limit_rows.hpp"
#include "runtime/store/records_codec.hpp"

namespace sentrail::store {
namespace {

constexpr std::size_t kExamplesMax = 20;
constexpr std::size_t kLeafKeyBytes = 9;

template <class Record>
Status decodes(std::string_view value) {
  SENTRAIL_TRY(decode_record<Record>(value));
  return {};
}

Status has_bytes(std::string_view value, std::size_t bytes) {
  if (value.size() == bytes) return {};
  return fail(Errc::corrupt, "it has " + std::to_string(value.size()) + " bytes instead of " +
                                 std::to_string(bytes));
}

// A kind of row of the state space: its name, and whether a value is one. source:
// docs/store_format.md, keys.
struct KindOfRow {
  std::string_view name;
  Status (*check)(std::string_view value);
};

template <std::size_t Bytes>
Status fixed(std::string_view value) {
  return has_bytes(value, Bytes);
}

Status anything(std::string_view) {
  return {};
}

std::optional<KindOfRow> kind_of(char byte) {
  switch (static_cast<RowKind>(byte)) {
    case RowKind::meta:
      return KindOfRow{"meta", &anything};
    case RowKind::workspace:
      return KindOfRow{"workspaces", &decodes<Workspace>};
    case RowKind::key:
      return KindOfRow{"keys", &decodes<ApiKey>};
    case RowKind::key_hash:
      return KindOfRow{"keys", &fixed<32>};
    case RowKind::key_used:
    case RowKind::last_entry:
      return KindOfRow{"marks", &fixed<8>};
    case RowKind::agent:
      return KindOfRow{"agents", &decodes<Agent>};
    case RowKind::person:
      return KindOfRow{"people", &decodes<Person>};
    case RowKind::person_name:
      return KindOfRow{"people", &fixed<16>};
    case RowKind::session:
      return KindOfRow{"sessions", &decodes<Session>};
    case RowKind::connection:
      return KindOfRow{"connections", &decodes<Connection>};
    case RowKind::kill:
      return KindOfRow{"stops", &decodes<KillState>};
    case RowKind::action:
      return KindOfRow{"calls", &decodes<ActionRecord>};
    case RowKind::correlation:
    case RowKind::attach:
      return KindOfRow{"calls", &fixed<16>};
    case RowKind::by_state:
    case RowKind::unfinished:
    case RowKind::by_time:
    case RowKind::deadline:
      return KindOfRow{"calls", &fixed<0>};
    case RowKind::pending:
      return KindOfRow{"calls", &fixed<4>};
    case RowKind::outbox:
      return KindOfRow{"outbox", &decodes<OutboxItem>};
    case RowKind::outbox_due:
      return KindOfRow{"outbox", &fixed<0>};
    case RowKind::setting:
      return KindOfRow{"settings", &decodes<Setting>};
    case RowKind::window_part:
      return KindOfRow{"limits", &fixed<kPartBytes>};
    case RowKind::held_charges:
      return KindOfRow{"limits", &decodes<Charges>};
    case RowKind::delegation:
      return KindOfRow{"delegations", &decodes<Delegation>};
    case RowKind::break_glass_code:
      return KindOfRow{"emergencies", &decodes<BreakGlassCode>};
    case RowKind::break_glass_grant:
      return KindOfRow{"emergencies", &decodes<BreakGlassGrant>};
  }
  return std::nullopt;
}

class Scrubber {
 public:
  Scrubber(const OrderedKv& kv, const LeafCodec& codec) : kv_(kv), codec_(codec) {}

  [[nodiscard]] Result<ScrubReport> run() {
    SENTRAIL_TRY(walk_state());
    SENTRAIL_TRY(walk_audit());
    SENTRAIL_TRY(walk_rest(Space::index, "search index"));
    SENTRAIL_TRY(walk_rest(Space::blobs, "stored calls and answers"));
    SENTRAIL_ASSIGN_OR_RETURN(const std::optional<HeadRow> head, read_head(kv_));
    const AuditHead said = head.value_or(HeadRow{}).head;
    if (said != report_.head) blame("the head of the log", "the leaves do not hash to it");
    return std::move(report_);
  }

 private:
  void blame(const std::string& what, const std::string& why) {
    ++report_.faults;
    if (report_.examples.size() < kExamplesMax) report_.examples.push_back(what + ": " + why);
  }

  void count(std::string_view kind, const Uuid& workspace, const KvCursor& cursor) {
    Usage& usage = report_.usage[{std::string(kind), workspace}];
    ++usage.rows;
    usage.bytes += cursor.key().size() + cursor.value().size();
  }

  // Calls `row` for each row of a space.
  template <class Row>
  [[nodiscard]] Status each(Space space, Row row) {
    const std::unique_ptr<KvCursor> cursor = kv_.walk(space);
    for (cursor->seek({}); cursor->valid(); cursor->next()) row(*cursor);
    return cursor->status();
  }

  [[nodiscard]] Status walk_state() {
    return each(Space::state, [this](const KvCursor& cursor) {
      const std::string_view key = cursor.key();
      if (key.size() < kKeyHeadBytes) return blame("a row", "its key is too short");
      const char byte = key[kKeyHeadBytes - 1];
      const std::optional<KindOfRow> kind = kind_of(byte);
      if (!kind) return blame("a row", std::string("there is no kind `") + byte + "`");
      count(kind->name, workspace_of(key), cursor);
      Status good = kind->check(cursor.value());
      if (good) good = check_limits(cursor);
      if (!good) blame("a row of " + std::string(kind->name), good.error().message);
    });
  }

  // Whose row it is: those of limits are the whole server's in order, a workspace's in sense.
  [[nodiscard]] static Uuid workspace_of(std::string_view key) {
    const auto kind = static_cast<RowKind>(key[kKeyHeadBytes - 1]);
    if (kind == RowKind::window_part && key.size() == kPartKeyBytes) {
      return uuid_in(key, kKeyHeadBytes + 16);
    }
    if (kind == RowKind::held_charges && key.size() == kKeyHeadBytes + 32) {
      return uuid_in(key, kKeyHeadBytes);
    }
    return uuid_in(key, 0);
  }

  // What rows of limits must say beside being whole.
  [[nodiscard]] Status check_limits(const KvCursor& cursor) const {
    const auto kind = static_cast<RowKind>(cursor.key()[kKeyHeadBytes - 1]);
    if (kind == RowKind::window_part) {
      SENTRAIL_TRY(read_part(cursor.key(), cursor.value()));
      return {};
    }
    if (kind == RowKind::held_charges) return check_held(cursor);
    if (cursor.key() == limit_clock_key().text()) SENTRAIL_TRY(read_limit_clock(cursor.value()));
    return {};
  }

  // A held call's charges are those of a call that has not ended, and what still counts of them is
  // counted. What no longer did when the clock was noted may have been removed, and come again.
  [[nodiscard]] Status check_held(const KvCursor& cursor) const {
    SENTRAIL_ASSIGN_OR_RETURN(const Charges charges, read_held(cursor.key(), cursor.value()));
    SENTRAIL_TRY(check_waits(charges));
    SENTRAIL_ASSIGN_OR_RETURN(const std::int64_t now_ms, limit_time_ms());
    for (const ChargedCounter& one : charges.counters) {
      if (one.gone_ms <= now_ms) continue;
      const std::string key = part_key(charges.workspace_id, one).text();
      SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> row, kv_.get(Space::state, key));
      if (!row) continue;  // gone since
      SENTRAIL_ASSIGN_OR_RETURN(const WindowPart::Sum sum, part_sum(*row));
      if (sum < static_cast<WindowPart::Sum>(one.amount)) {
        return fail(Errc::corrupt, "a held call has charged more than is counted");
      }
    }
    return {};
  }

  [[nodiscard]] Status check_waits(const Charges& charges) const {
    const std::string by_id =
        Key(charges.workspace_id, RowKind::correlation).add(charges.correlation_id).text();
    SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> id, kv_.get(Space::state, by_id));
    if (!id || id->size() != 16) {
      return fail(Errc::corrupt, "the held call that has charged this is not there");
    }
    const std::string call = Key(charges.workspace_id, RowKind::action).add(uuid_in(*id, 0)).text();
    SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> row, kv_.get(Space::state, call));
    if (!row) return fail(Errc::corrupt, "the held call that has charged this is not there");
    SENTRAIL_ASSIGN_OR_RETURN(const ActionRecord record, decode_record<ActionRecord>(*row));
    if (is_final(record.state)) {
      return fail(Errc::corrupt, "the held call that has charged this has ended");
    }
    return {};
  }

  // The last time of the clock of limits that was noted.
  [[nodiscard]] Result<std::int64_t> limit_time_ms() const {
    SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> row,
                              kv_.get(Space::state, limit_clock_key().text()));
    if (!row) return -kLimitTimeMsMax;
    SENTRAIL_ASSIGN_OR_RETURN(const LimitClock clock, read_limit_clock(*row));
    return clock.at_ms;
  }

  [[nodiscard]] Status walk_audit() {
    return each(Space::audit, [this](const KvCursor& cursor) {
      count("log", Uuid{}, cursor);
      const std::string what = "entry " + std::to_string(report_.head.size);
      if (cursor.key() != leaf_key(report_.head.size)) {
        blame(what, "it is missing");
        if (cursor.key().size() != kLeafKeyBytes) return;
        report_.head.size = read_big_endian<std::uint64_t>(cursor.key().substr(1));
      }
      const Result<LeafRow> row = decode_leaf_row(cursor.value());
      if (!row) return blame(what, row.error().message);
      report_.head.chain = codec_.extend(report_.head.chain, row->leaf);
      ++report_.head.size;
      if (report_.head.chain != row->chain) blame(what, "it does not match its hash");
      if (row->sealed.empty()) return;
      const Result<SealedParts> sealed = decode_record<SealedParts>(row->sealed);
      if (!sealed) blame("the sealed parts of " + what, sealed.error().message);
    });
  }

  [[nodiscard]] Status walk_rest(Space space, std::string_view kind) {
    return each(space, [this, kind](const KvCursor& cursor) {
      if (cursor.key().size() < 16)
        return blame("a row of the " + std::string(kind), "its key is too short");
      count(kind, uuid_in(cursor.key(), 0), cursor);
    });
  }

  const OrderedKv& kv_;
  const LeafCodec& codec_;
  ScrubReport report_;
};

}  // namespace

Result<ScrubReport> scrub(const OrderedKv& kv, const LeafCodec& codec, bool read_files) {
  if (read_files) SENTRAIL_TRY(kv.verify_files());
  return Scrubber(kv, codec).run();
}

}  // namespace sentrail::store
