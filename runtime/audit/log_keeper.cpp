// Following the store. See log_keeper.hpp.
#include "runtime/audit/log_keeper.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "core/text.hpp"
#include "runtime/audit/log_verify.hpp"
#include "runtime/audit/store_leaves.hpp"

namespace sentrail::audit {
namespace {

using crypto::Digest;

constexpr int kScrubNice = 10;  // it may take long, and nobody waits for it

}  // namespace

LogKeeper::LogKeeper(LogKeeperOptions options, const store::Reader& reader,
                     std::unique_ptr<CheckpointSigner> signer)
    : options_(std::move(options)),
      reader_(reader),
      signer_(std::move(signer)),
      files_(options_.folder, signer_->key().name(), reader, options_.hook) {}

Result<std::unique_ptr<LogKeeper>> LogKeeper::open(LogKeeperOptions options,
                                                   const store::Reader& reader) {
  SENTRAIL_TRY(store::make_directory(options.folder));
  TileFolder folder(options.folder);
  const Result<std::string> list = folder.read(std::string(kShardList));
  if (list && !store::exists(options.signer_folder + "/key")) {
    return refuse("the log in " + options.folder + " was signed, and the signer's folder " +
                  options.signer_folder + " has no key");
  }
  SENTRAIL_ASSIGN_OR_RETURN(
      std::unique_ptr<CheckpointSigner> signer,
      CheckpointSigner::open(options.signer_folder, options.origin, options.hook));
  const auto years = parse_shard_list(list.value_or(""));
  if (years && !years->empty()) {
    TileFolder newest(options.folder + "/" + shard_folder(years->back()));
    const Result<std::string> note = newest.read("checkpoint");
    const Result<Checkpoint> before = unverified_checkpoint(note.value_or(""));
    if (before && !shard_year(before->origin, signer->key().name())) {
      return refuse("the log in " + options.folder + " is `" + escape_display(before->origin) +
                    "`, the signer's is `" + escape_display(signer->key().name()) + "`");
    }
  }
  std::unique_ptr<LogKeeper> keeper(new LogKeeper(std::move(options), reader, std::move(signer)));
  SENTRAIL_TRY(keeper->check_floor());
  return keeper;
}

LogKeeper::~LogKeeper() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  if (follower_.joinable()) follower_.join();
  if (scrubber_.joinable()) scrubber_.join();
}

tl::unexpected<Error> LogKeeper::refuse(const std::string& what) {
  return fail(Errc::corrupt, what + "; refusing to serve, run `sentrail audit doctor`");
}

// --- the floor -------------------------------------------------------------------------------

Status LogKeeper::check_floor() {
  const std::uint64_t end = signer_->last().end();
  const std::uint64_t size = reader_.audit_head().size;
  if (size < end) {
    return refuse("entries " + std::to_string(size) + " to " + std::to_string(end - 1) +
                  " of the log were signed and are missing in the store");
  }
  SENTRAIL_TRY(resume());
  listed_ = TileFolder(options_.folder).read(std::string(kShardList)).value_or("");
  if (growing_) {
    SENTRAIL_TRY(publish_finals());
    SENTRAIL_TRY(publish());
  }
  is_open_ = true;
  return {};
}

// Goes on where it was signed: each shard's files must be what was signed of it.
Status LogKeeper::resume() {
  growing_.reset();
  if (signer_->last().size == 0) return {};
  Status done = resume_newest();
  if (done) done = recall_finals();
  if (done || done.error().code == Errc::io) return done;
  return rebuild(done.error().message);
}

Status LogKeeper::resume_newest() {
  const ShardRoot& last = signer_->last();
  Result<GrowingShard> found = files_.resume(last);
  if (!found && found.error().code != Errc::io) {
    const std::string why = found.error().message;
    const std::string link = link_of_newest();
    if (last.shard.links() > 0 && link.empty()) return tl::make_unexpected(found.error());
    found = files_.remake(last, link);
    if (found) tell(false, "audit_log_rebuilt", shard_folder(last.shard.year) + ": " + why);
  }
  if (!found) return tl::make_unexpected(found.error());
  growing_.emplace(*std::move(found));
  return {};
}

// The last checkpoint of the shard before the newest, as its file has it; the root of what is made
// with it tells whether it is the true one.
std::string LogKeeper::link_of_newest() const {
  TileFolder folder(options_.folder);
  const auto years = parse_shard_list(folder.read(std::string(kShardList)).value_or(""));
  int before = 0;
  for (const int year : years.value_or(std::vector<int>())) {
    if (year < signer_->last().shard.year) before = year;
  }
  TileFolder shard(files_.path(before));
  const auto checkpoint = unverified_checkpoint(shard.read("checkpoint").value_or(""));
  return checkpoint ? checkpoint_text(*checkpoint) : std::string();
}

// Follows the links back to the first shard, and looks at the files of each.
Status LogKeeper::recall_finals() {
  ShardRoot at = signer_->last();
  std::size_t known = 0;
  while (at.shard.links() > 0) {
    SENTRAIL_ASSIGN_OR_RETURN(const EndedShard ended, files_.before(at));
    if (known < signer_->finals().size()) {
      if (signer_->finals()[known] != ended.root) {
        return fail(Errc::corrupt, "a link is another than was signed");
      }
    } else if (const Status told = signer_->recall(ended.root, ended.proof); !told) {
      return fail(Errc::corrupt, told.error().message);
    }
    SENTRAIL_TRY(files_.resume(ended.root));
    at = ended.root;
    ++known;
  }
  return {};
}

// Tiles are made of entries: what the store has decides, as long as it is what was signed.
Status LogKeeper::rebuild(const std::string& why) {
  const ShardRoot& last = signer_->last();
  tell(false, "audit_log_rebuilt", why);
  // Before a file is touched: under another store the tiles are the last that is left of the log.
  SENTRAIL_ASSIGN_OR_RETURN(const ShardRoot root, files_.root_of(last.end()));
  if (root != last) {
    return refuse("the store's first " + std::to_string(last.end()) +
                  " entries are not the log that was signed");
  }
  SENTRAIL_ASSIGN_OR_RETURN(RemadeShards made, files_.remake_all(last.end()));
  if (!made.newest || made.newest->root() != last) {
    return fail(Errc::corrupt, "the store answered otherwise when it was asked again");
  }
  growing_.emplace(*std::move(made.newest));
  Status known = recall_finals();
  if (known) return {};
  growing_.reset();
  return known.error().code == Errc::io ? known : refuse(known.error().message);
}

// The last checkpoints of the shards that ended: their files stay, and are made again if lost.
Status LogKeeper::publish_finals() {
  const std::vector<ShardRoot> finals(signer_->finals().rbegin(), signer_->finals().rend());
  for (const ShardRoot& root : finals) {
    TileFolder folder(files_.path(root.shard.year));
    SENTRAIL_ASSIGN_OR_RETURN(const crypto::NoteVerifier verifier,
                              shard_key(key(), root.shard.year));
    std::string note = folder.read("checkpoint").value_or("");
    const Result<Checkpoint> found = open_checkpoint(note, verifier);
    if (!found || checkpoint_text(*found) != shard_text(key().name(), root)) {
      SENTRAIL_ASSIGN_OR_RETURN(note, signer_->sign(root, {}));
    }
    SENTRAIL_TRY(write(root, std::move(note)));
  }
  return {};
}

// --- following -------------------------------------------------------------------------------

Status LogKeeper::step() {
  if (!growing_) SENTRAIL_TRY(resume());
  const std::uint64_t end = reader_.audit_head().size;
  const bool is_published = end == signer_->last().end() && is_newest_published();
  if (is_published && !wants_cosignature() && !final_without_cosignature()) {
    return check_undisputed(signer_->last().shard.year);
  }
  Status done = cosign_final();
  if (done) done = advance(end);
  if (!done) growing_.reset();  // what is on disk is looked at anew
  return done;
}

// What was signed may not have been written.
bool LogKeeper::is_newest_published() const {
  const std::lock_guard lock(mutex_);
  if (shards_.empty()) return signer_->last().size == 0;
  return shards_.back().root == signer_->last();
}

Status LogKeeper::advance(std::uint64_t end) {
  if (!growing_) {
    SENTRAIL_ASSIGN_OR_RETURN(GrowingShard shard, files_.first());
    growing_.emplace(std::move(shard));
  }
  while (true) {
    SENTRAIL_TRY(check_undisputed(growing_->shard.year));
    SENTRAIL_ASSIGN_OR_RETURN(const std::optional<int> year, files_.grow(*growing_, end));
    SENTRAIL_TRY(growing_->tiles.flush());
    SENTRAIL_TRY(publish());
    if (!year) return {};
    reach(options_.hook, "audit.shard.ended");
    SENTRAIL_ASSIGN_OR_RETURN(GrowingShard next, files_.next(growing_->root(), *year));
    growing_.emplace(std::move(next));
    reach(options_.hook, "audit.shard.begun");
  }
}

Status LogKeeper::publish() {
  const ShardRoot next = growing_->root();
  if (next == signer_->last() && is_newest_published() && !wants_cosignature()) return {};
  const ShardRoot& last = signer_->last();
  TileFolder tiles(files_.path(next.shard.year));
  TileNodes nodes(tiles, next.size);
  const bool begins = next.shard.year != last.shard.year;
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<Digest> proof,
                            begins ? inclusion_proof(nodes, 0, next.size)
                                   : consistency_proof(nodes, last.size, next.size));
  SENTRAIL_ASSIGN_OR_RETURN(std::string note, signer_->sign(next, proof));
  SENTRAIL_TRY(write(next, cosigned(next, std::move(note))));
  reach(options_.hook, "audit.checkpoint.published");
  growing_->tiles.tidy();
  return {};
}

// A shard stands in the list once its checkpoint is there.
Status LogKeeper::write(const ShardRoot& root, std::string note) {
  std::vector<Published> shards;
  {
    const std::lock_guard lock(mutex_);
    shards = shards_;
  }
  const auto at = std::find_if(shards.begin(), shards.end(), [&](const Published& one) {
    return one.root.shard.year == root.shard.year;
  });
  if (at == shards.end()) {
    shards.push_back({root, note});
  } else {
    *at = {root, note};
  }
  std::vector<int> years;
  for (const Published& one : shards) years.push_back(one.root.shard.year);
  const std::string list = shard_list(years);
  TileWriter writer(options_.folder);
  SENTRAIL_TRY(writer.add(shard_folder(root.shard.year) + "/checkpoint", note));
  // A start goes through the shards from the first on: what it has not come to stays in the list.
  const bool lists = list != listed_ && (is_open_ || !listed_.starts_with(list));
  if (lists) SENTRAIL_TRY(writer.add(std::string(kShardList), list));
  SENTRAIL_TRY(writer.commit());
  if (lists) listed_ = list;
  const std::lock_guard lock(mutex_);
  state_.size = shards.back().root.end();
  state_.shards = shards.size();
  shards_ = std::move(shards);
  return {};
}

void LogKeeper::start() {
  follower_ = std::thread([this] { follow(); });
  scrubber_ = std::thread([this] { scrub_from_time_to_time(); });
}

void LogKeeper::follow() {
  std::int64_t wait_ms = 0;
  while (pause(wait_ms)) {
    const Status done = step();
    note_failure(done);
    wait_ms = done ? options_.every_ms : limits::kIntegrateAgainMs;
  }
  note_failure(step());  // what was acknowledged by now is in the last checkpoint
}

void LogKeeper::note_failure(const Status& done) {
  const std::string failure = done ? std::string() : done.error().message;
  bool news = false;
  {
    const std::lock_guard lock(mutex_);
    news = std::exchange(state_.failure, failure) != failure;
  }
  if (news) tell(done.has_value(), "audit_log", failure);
}

void LogKeeper::tell(bool good, const std::string& event, const std::string& text) const {
  if (options_.tell) options_.tell(good, event, text);
}

bool LogKeeper::pause(std::int64_t ms) {
  std::unique_lock lock(mutex_);
  return !stop_.wait_for(lock, std::chrono::milliseconds(ms), [this] { return stopping_; });
}

bool LogKeeper::stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

// --- scrubbing -------------------------------------------------------------------------------

Status LogKeeper::scrub() {
  TileFolder tiles(options_.folder);
  StoreLeaves leaves(reader_, 0);
  LogVerifyOptions options;
  options.progress = [this](std::uint64_t) { return !stopping(); };
  options.check = [&](std::uint64_t, std::string_view leaf) -> std::optional<std::string> {
    const Result<std::string_view> stored = leaves.next();
    if (!stored) return stored.error().message;
    if (*stored != leaf) return "the store has another entry";
    return std::nullopt;
  };
  SENTRAIL_ASSIGN_OR_RETURN(const LogReport report, verify_log(tiles, key(), options));
  if (stopping()) return {};
  const std::string fault = report.fault ? describe(*report.fault) : std::string();
  {
    const std::lock_guard lock(mutex_);
    state_.scrub_fault = fault;
    state_.scrubbed = report.entries;
    ++state_.scrubs;
  }
  tell(fault.empty(), "audit_scrub",
       fault.empty() ? std::to_string(report.entries) + " entries are whole" : fault);
  return {};
}

void LogKeeper::scrub_from_time_to_time() {
  ::setpriority(PRIO_PROCESS, 0, kScrubNice);  // of this thread alone
  std::int64_t wait_ms = limits::kIntegrateAgainMs;
  while (pause(wait_ms)) {
    wait_ms = limits::kScrubEveryMs;
    if (checkpoint().empty()) {
      wait_ms = limits::kIntegrateAgainMs;
    } else if (const Status done = scrub(); !done) {
      tell(false, "audit_scrub", done.error().message);
    }
  }
}

// --- what is published -----------------------------------------------------------------------

std::string LogKeeper::checkpoint() const {
  const std::lock_guard lock(mutex_);
  return shards_.empty() ? std::string() : shards_.back().note;
}

Result<std::string> LogKeeper::checkpoint(int year) const {
  const std::lock_guard lock(mutex_);
  for (const Published& one : shards_) {
    if (one.root.shard.year == year) return one.note;
  }
  return fail(Errc::not_found, "there is no shard of " + shard_folder(year));
}

std::optional<ShardRoot> LogKeeper::newest(int year) const {
  const std::lock_guard lock(mutex_);
  for (const Published& one : shards_) {
    if (one.root.shard.year == year) return one.root;
  }
  return std::nullopt;
}

std::string LogKeeper::shards() const {
  const std::lock_guard lock(mutex_);
  std::vector<int> years;
  for (const Published& one : shards_) years.push_back(one.root.shard.year);
  return shard_list(years);
}

LogState LogKeeper::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

Result<std::string> LogKeeper::tile(int year, const TileId& tile) const {
  TileFolder tiles(files_.path(year));
  return tiles.read(tile_path(tile));
}

Result<TlogProof> LogKeeper::prove(std::uint64_t sequence) const {
  std::optional<Published> covers;
  {
    const std::lock_guard lock(mutex_);
    for (const Published& one : shards_) {
      if (one.root.shard.first <= sequence && sequence < one.root.end()) covers = one;
    }
  }
  if (!covers) {
    return fail(Errc::not_found,
                "entry " + std::to_string(sequence) + " is not in the published log yet");
  }
  TlogProof proof;
  proof.checkpoint = covers->note;
  proof.index = covers->root.shard.size(sequence);
  TileFolder tiles(files_.path(covers->root.shard.year));
  TileNodes nodes(tiles, covers->root.size);
  SENTRAIL_ASSIGN_OR_RETURN(proof.hashes, inclusion_proof(nodes, proof.index, covers->root.size));
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<store::AuditRow> rows,
                            reader_.audit_range(sequence, 1));
  if (rows.empty()) return fail(Errc::not_found, "there is no entry " + std::to_string(sequence));
  proof.extra = rows.front().leaf;
  return proof;
}

}  // namespace sentrail::audit
