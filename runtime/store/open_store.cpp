// Opens and checks. Every refusal says what is missing and what to do.
//
// Neighbours: open_store.hpp, floor.hpp, kv_store.hpp. Must not know: RocksDB.
#include "runtime/store/open_store.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "core/check.hpp"
#include "core/limits.hpp"
#include "runtime/store/audit_rows.hpp"
#include "runtime/store/codec.hpp"
#include "runtime/store/files.hpp"
#include "runtime/store/keys.hpp"
#include "runtime/store/kv_store.hpp"

namespace sentrail::store {

namespace {

constexpr std::size_t kProbesAtOnce = 8;  // what most disks answer in the time of one

tl::unexpected<Error> refuse(const std::string& what) {
  return fail(Errc::corrupt, what + "; refusing to serve, run `sentrail audit doctor`");
}

// The database and the floor: both there, or neither.
struct Places {
  std::string lock, floor, database;
  bool may_make = false;  // nothing was ever written: the engine makes what it has not made yet
};

bool holds_anything(const std::string& folder) {
  std::error_code error;
  return std::filesystem::directory_iterator(folder, error) !=
         std::filesystem::directory_iterator();
}

Result<std::unique_ptr<Floor>> open_floor(const OpenOptions& options, Places& places) {
  const bool has_database = exists(places.database + "/CURRENT");
  if (!exists(places.floor)) {
    // It is made first: whatever is in the database's folder came after it. A floor that was made
    // now would promise nothing.
    if (holds_anything(places.database)) {
      return refuse("the floor file " + places.floor + " is missing beside its database");
    }
    if (!options.create) {
      return fail(Errc::not_found, "there is no store in " + options.directory +
                                       ": start sentraild once to make one");
    }
    places.may_make = true;
    return Floor::create(places.floor);
  }
  SENTRAIL_ASSIGN_OR_RETURN(std::unique_ptr<Floor> floor, Floor::open(places.floor));
  // An earlier start may have ended between the floor and the database, or within the making of it.
  // Of a floor that was not synced behind the first batches the rows are there: making what is
  // missing takes nothing from them.
  places.may_make = options.create && floor->mark().batches == 0;
  if (!has_database && !places.may_make) {
    return refuse("the database " + places.database + " is missing, and with it " +
                  std::to_string(floor->mark().head.size) + " entries of the log");
  }
  return floor;
}

std::string format_row(std::uint32_t version) {
  std::string row;
  append_big_endian(row, version);
  return row;
}

// Format 3 has rows of what limits have counted, which are written from then on; an older release
// would not count and must not open the store again.
Result<std::vector<KvWrite>> count_from_now_on(const OrderedKv&) {
  return std::vector<KvWrite>{};
}

const std::vector<FormatStep>& steps_of(const OpenOptions& options) {
  static const std::vector<FormatStep> kReleased = {{2, &count_from_now_on}};
  return options.steps.empty() ? kReleased : options.steps;
}

// The format that this release writes.
std::uint32_t format_of(const OpenOptions& options) {
  return steps_of(options).back().from + 1;
}

// Takes an older store up, a step at a time. out: the format it has then
Result<std::uint32_t> migrate(OrderedKv& kv, std::uint32_t version, const OpenOptions& options) {
  for (const FormatStep& step : steps_of(options)) {
    if (step.from != version) continue;
    SENTRAIL_ASSIGN_OR_RETURN(std::vector<KvWrite> writes, step.writes(kv));
    writes.push_back({Space::state, format_key(), format_row(++version)});
    SENTRAIL_TRY(kv.write(writes));
  }
  return version;
}

// The format that the engine states, if it states one. A newer one is refused before anything else
// is read.
Result<std::optional<std::uint32_t>> stated_format(const OrderedKv& kv, std::uint32_t wanted) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> row,
                            kv.get(Space::state, format_key()));
  if (!row) return std::optional<std::uint32_t>();
  if (row->size() != 4) return refuse("the row of the database's format is garbled");
  const auto version = read_big_endian<std::uint32_t>(*row);
  if (version > wanted) {
    return fail(Errc::unsupported, "the store has format " + std::to_string(version) +
                                       ", this release knows " + std::to_string(wanted) +
                                       ": use the newer release that wrote it");
  }
  return std::optional<std::uint32_t>(version);
}

// Brings an older store up to the format of this release.
Status bring_up(OrderedKv& kv, std::uint32_t stated, const OpenOptions& options) {
  const std::uint32_t wanted = format_of(options);
  SENTRAIL_ASSIGN_OR_RETURN(const std::uint32_t version, migrate(kv, stated, options));
  if (version == wanted) return {};
  return fail(Errc::unsupported,
              "the store has format " + std::to_string(version) + ", this release reads " +
                  std::to_string(wanted) +
                  " only: export its log with the release that wrote it (`sentrail audit "
                  "export`), then start with an empty data directory");
}

// States the format in an engine that holds nothing yet.
Status state_format(OrderedKv& kv, bool holds_rows, std::uint32_t version) {
  if (holds_rows) return refuse("the database does not say which format it has");
  return kv.write(std::vector<KvWrite>{{Space::state, format_key(), format_row(version)}});
}

Result<LeafRow> leaf_row(const OrderedKv& kv, std::uint64_t sequence) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> row,
                            kv.get(Space::audit, leaf_key(sequence)));
  if (!row) return refuse("entry " + std::to_string(sequence) + " of the log is missing");
  return decode_leaf_row(*row);
}

// What was promised is there.
Status check_floor(const OrderedKv& kv, const FloorMark& floor, const HeadRow& row) {
  if (row.head.size < floor.head.size) {
    return refuse("entries " + std::to_string(row.head.size) + " to " +
                  std::to_string(floor.head.size - 1) +
                  " of the log were acknowledged and are missing");
  }
  if (row.batches < floor.batches) {
    return refuse(std::to_string(floor.batches - row.batches) +
                  " acknowledged batches are missing, though no entry of the log is");
  }
  if (floor.head.size == 0) return {};
  SENTRAIL_ASSIGN_OR_RETURN(const LeafRow at_floor, leaf_row(kv, floor.head.size - 1));
  if (at_floor.chain != floor.head.chain) {
    return refuse("the log up to entry " + std::to_string(floor.head.size - 1) +
                  " is not the one that was acknowledged");
  }
  return {};
}

// Looks up entries from `first` to `end`, `step` apart. out: the first that is missing, and why
struct Missing {
  std::uint64_t sequence = 0;
  Error error;
};
std::optional<Missing> missing_among(const OrderedKv& kv, std::uint64_t first, std::uint64_t end,
                                     std::uint64_t step) {
  for (std::uint64_t at = first; at < end; at += step) {
    const Result<LeafRow> row = leaf_row(kv, at);
    if (!row) return Missing{at, row.error()};
  }
  return std::nullopt;
}

// Looks older entries up here and there. After a start of the machine each is a wait for the disk,
// so several are asked for at once.
Status check_older(const OrderedKv& kv, std::uint64_t end) {
  const std::uint64_t step = std::max<std::uint64_t>(1, end / limits::kDensityProbesMax);
  std::array<std::optional<Missing>, kProbesAtOnce> missing;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < missing.size(); ++i) {
    threads.emplace_back(
        [&, i] { missing[i] = missing_among(kv, i * step, end, missing.size() * step); });
  }
  for (std::thread& one : threads) one.join();
  const auto* first = std::min_element(missing.begin(), missing.end(), [](const auto& a, auto& b) {
    return a && (!b || a->sequence < b->sequence);
  });
  if (!*first) return {};
  return tl::make_unexpected((*first)->error);
}

// The newest entries are all there and hash to the head; older ones are looked up here and there.
Status check_density(const OrderedKv& kv, const LeafCodec& codec, const AuditHead& head) {
  const std::uint64_t from =
      head.size > limits::kFrontierEntriesMax ? head.size - limits::kFrontierEntriesMax : 0;
  Hash chain{};
  if (from > 0) {
    SENTRAIL_ASSIGN_OR_RETURN(const LeafRow before, leaf_row(kv, from - 1));
    chain = before.chain;
  }
  const std::unique_ptr<KvCursor> cursor = kv.walk(Space::audit);
  cursor->seek(leaf_key(from));
  for (std::uint64_t at = from; at < head.size; ++at, cursor->next()) {
    if (!cursor->valid() || cursor->key() != leaf_key(at)) {
      SENTRAIL_TRY(cursor->status());
      return refuse("entry " + std::to_string(at) + " of the log is missing");
    }
    SENTRAIL_ASSIGN_OR_RETURN(const LeafRow row, decode_leaf_row(cursor->value()));
    chain = codec.extend(chain, row.leaf);
    if (chain != row.chain) {
      return refuse("entry " + std::to_string(at) + " of the log does not match its hash");
    }
  }
  SENTRAIL_TRY(cursor->status());
  if (chain != head.chain) return refuse("the log does not hash to its own head");
  if (cursor->valid()) {
    return refuse("the log is longer than its head says");
  }
  return from == 0 ? Status() : check_older(kv, from);
}

}  // namespace

Result<OpenedStore> open_store(const OpenOptions& options, const KvOpener& opener) {
  SENTRAIL_CHECK(options.codec != nullptr);
  if (options.create) {
    const bool is_new = !exists(options.directory);
    SENTRAIL_TRY(make_directory(options.directory));
    if (is_new) SENTRAIL_TRY(sync_directory(folder_of(options.directory)));
  } else if (!exists(options.directory)) {
    return fail(Errc::not_found, "there is no data directory " + options.directory +
                                     ": name the right one, or make it if this is a first start");
  }
  Places places{options.directory + "/lock", options.directory + "/floor",
                options.directory + "/db"};
  SENTRAIL_ASSIGN_OR_RETURN(FileHandle lock, lock_file(places.lock));
  SENTRAIL_ASSIGN_OR_RETURN(std::unique_ptr<Floor> floor, open_floor(options, places));
  reach(options.hook, "store.open.floor");
  SENTRAIL_TRY(make_directory(places.database));
  SENTRAIL_TRY(sync_directory(options.directory));
  SENTRAIL_ASSIGN_OR_RETURN(std::unique_ptr<OrderedKv> kv,
                            opener(places.database, places.may_make));
  reach(options.hook, "store.open.database");
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::uint32_t> stated,
                            stated_format(*kv, format_of(options)));
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<HeadRow> found, read_head(*kv));
  const HeadRow row = found.value_or(HeadRow{});
  SENTRAIL_TRY(check_floor(*kv, floor->mark(), row));
  // A store that has lost something is not written to.
  if (stated) SENTRAIL_TRY(bring_up(*kv, *stated, options));
  if (!stated) SENTRAIL_TRY(state_format(*kv, found.has_value(), format_of(options)));
  SENTRAIL_TRY(check_density(*kv, *options.codec, row.head));
  reach(options.hook, "store.open.checked");

  OpenedStore opened;
  opened.report = {!stated, row.head, floor->mark(), row.head.size - floor->mark().head.size};
  KvStoreParts parts;
  parts.lock = std::move(lock);
  opened.engine = kv.get();
  parts.kv = std::move(kv);
  parts.floor = std::move(floor);
  parts.codec = options.codec;
  parts.hook = options.hook;
  opened.store = std::make_unique<KvStore>(std::move(parts), row.head, row.batches);
  return opened;
}

}  // namespace sentrail::store
