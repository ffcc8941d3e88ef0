// Opening without the end. See tail_repair.hpp.
#include "runtime/server/tail_repair.hpp"

#include <filesystem>
#include <memory>
#include <system_error>

#include "runtime/audit/leaf.hpp"
#include "runtime/server/folder_copy.hpp"
#include "runtime/store/files.hpp"
#include "runtime/store/floor.hpp"
#include "runtime/store/store_rocksdb.hpp"

namespace sentrail::server {
namespace {

// Removes a copy that took no place.
struct TrialGuard {
  ~TrialGuard() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  const std::string path;
};

Result<std::unique_ptr<store::OrderedKv>> open_cut(const std::string& database) {
  store::RocksDbOptions engine;
  engine.cut_unreadable_end = true;
  return store::open_rocksdb_kv(database, false, engine);
}

}  // namespace

Result<Tail> look_at_tail(const std::string& store) {
  const std::string database = store + "/db";
  Tail tail;
  {
    const auto whole = store::open_rocksdb_kv(database, false, {});
    if (whole) return tail;
    tail.unreadable = whole.error().message;
    if (whole.error().code != Errc::corrupt) return tl::make_unexpected(whole.error());
  }
  const TrialGuard trial{store + "/db.trial"};
  std::error_code ignored;
  std::filesystem::remove_all(trial.path, ignored);
  SENTRAIL_TRY(copy_durably(database, trial.path));
  const auto cut = open_cut(trial.path);
  if (!cut) return tail;
  const auto head = store::read_head(**cut);
  if (head) tail.left = head->value_or(store::HeadRow{});
  return tail;
}

namespace {

// Has the copy promise what is left, and say so.
Status accept_cut(const DataDirectory& data, const std::string& copy, const store::HeadRow& left,
                  const AcceptedLoss& loss, const Clock& clock) {
  SENTRAIL_ASSIGN_OR_RETURN(const crypto::SealKey master, data.master_key());
  std::error_code failed;
  std::filesystem::remove(copy + "/floor", failed);
  if (failed) return fail(Errc::io, "cannot remove " + copy + "/floor: " + failed.message());
  {
    SENTRAIL_ASSIGN_OR_RETURN(const std::unique_ptr<store::Floor> floor,
                              store::Floor::create(copy + "/floor"));
    SENTRAIL_TRY(floor->note({left.head, left.batches}));
    SENTRAIL_TRY(floor->sync());
  }
  const audit::LeafCodec codec;
  store::OpenOptions open;
  open.directory = copy;
  open.codec = &codec;
  SENTRAIL_ASSIGN_OR_RETURN(const store::OpenedStore opened, store::open_rocksdb_store(open));
  return acknowledge_loss(master, *opened.store, loss, clock);
}

}  // namespace

Result<std::string> cut_tail(const DataDirectory& data, const store::HeadRow& left,
                             const std::optional<AcceptedLoss>& loss, const Clock& clock) {
  const TrialGuard copy{data.store_path() + ".repairing"};
  std::error_code ignored;
  std::filesystem::remove_all(copy.path, ignored);
  SENTRAIL_TRY(copy_durably(data.store_path(), copy.path));
  // What limits counted may be cut off, too: after that nobody knows.
  SENTRAIL_TRY(remove_limits_mark(copy.path));
  {
    SENTRAIL_ASSIGN_OR_RETURN(const std::unique_ptr<store::OrderedKv> kv,
                              open_cut(copy.path + "/db"));
    SENTRAIL_TRY(kv->health());
  }
  if (loss) SENTRAIL_TRY(accept_cut(data, copy.path, left, *loss, clock));
  return replace_folder(data.store_path(), copy.path, "repair");
}

}  // namespace sentrail::server
