// Following the store. See log_keeper.hpp.
#include "runtime/audit/log_keeper.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "core/encoding.hpp"
#include "core/text.hpp"
#include "runtime/audit/leaf.hpp"
#include "runtime/audit/log_verify.hpp"

namespace sentrail::audit {
namespace {

using crypto::Digest;

constexpr int kScrubNice = 10;  // it may take long, and nobody waits for it

std::int64_t steady_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

tl::unexpected<Error> refuse(const std::string& what) {
  return fail(Errc::corrupt, what + "; refusing to serve, run `sentrail audit doctor`");
}

// Walks over the store's leaves in order, a page at a time.
class StoreLeaves {
 public:
  StoreLeaves(const store::Reader& reader, std::uint64_t from) : reader_(reader), next_(from) {}

  // The next leaf; it lives until the next call. fails: as the reader.
  Result<std::string_view> next() {
    if (at_ == page_.size()) {
      SENTRAIL_ASSIGN_OR_RETURN(page_, reader_.audit_range(next_, limits::kPageItemsMax));
      if (page_.empty()) {
        return fail(Errc::corrupt, "entry " + std::to_string(next_) + " is missing in the store");
      }
      at_ = 0;
    }
    ++next_;
    return std::string_view(page_[at_++].leaf);
  }

 private:
  const store::Reader& reader_;
  std::uint64_t next_;
  std::vector<store::AuditRow> page_;
  std::size_t at_ = 0;
};

}  // namespace

LogKeeper::LogKeeper(LogKeeperOptions options, const store::Reader& reader,
                     std::unique_ptr<CheckpointSigner> signer)
    : options_(std::move(options)), reader_(reader), signer_(std::move(signer)) {}

Result<std::unique_ptr<LogKeeper>> LogKeeper::open(LogKeeperOptions options,
                                                   const store::Reader& reader) {
  SENTRAIL_TRY(store::make_directory(options.folder));
  TileFolder tiles(options.folder);
  const Result<std::string> before = tiles.read("checkpoint");
  const bool has_signer = store::exists(options.signer_folder + "/key");
  if (before && !has_signer) {
    return refuse("the log in " + options.folder + " was signed, and the signer's folder " +
                  options.signer_folder + " has no key");
  }
  SENTRAIL_ASSIGN_OR_RETURN(
      std::unique_ptr<CheckpointSigner> signer,
      CheckpointSigner::open(options.signer_folder, options.origin, options.hook));
  if (before) {
    const Result<Checkpoint> checkpoint = unverified_checkpoint(*before);
    if (checkpoint && checkpoint->origin != signer->key().name()) {
      return refuse("the log in " + options.folder + " is `" + escape_display(checkpoint->origin) +
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

// --- the floor -------------------------------------------------------------------------------

Status LogKeeper::check_floor() {
  const SignedRoot& last = signer_->last();
  const std::uint64_t size = reader_.audit_head().size;
  if (size < last.size) {
    return refuse("entries " + std::to_string(size) + " to " + std::to_string(last.size - 1) +
                  " of the log were signed and are missing in the store");
  }
  SENTRAIL_TRY(resume());
  if (last.size > 0) SENTRAIL_TRY(publish());
  is_open_ = true;
  return {};
}

Status LogKeeper::resume() {
  const SignedRoot& last = signer_->last();
  Result<Integrator> resumed = Integrator::resume(options_.folder, last.size, options_.hook);
  if (!resumed && resumed.error().code == Errc::io) return tl::make_unexpected(resumed.error());
  if (!resumed) return rebuild(resumed.error().message);
  if (last.size > 0 && resumed->root() != last.root) return rebuild("a tile has other hashes");
  if (const Status same = newest_are_the_stores(*resumed); !same) {
    return rebuild(same.error().message);
  }
  integrator_.emplace(*std::move(resumed));
  return {};
}

// The entries that fill no tile yet are in both the tiles and the store.
Status LogKeeper::newest_are_the_stores(const Integrator& integrator) const {
  const std::uint64_t newest = integrator.size() % kTileWidth;
  StoreLeaves leaves(reader_, integrator.size() - newest);
  std::string hashes, entries;
  for (std::uint64_t i = 0; i < newest; ++i) {
    SENTRAIL_ASSIGN_OR_RETURN(const std::string_view leaf, leaves.next());
    hashes += as_chars(leaf_hash(leaf));
    append_entry(entries, leaf);
  }
  if (hashes == integrator.newest_hashes() && entries == integrator.newest_entries()) return {};
  return fail(Errc::corrupt, "the newest tiles are not of the store's entries");
}

// Tiles are made of entries: what the store has decides, as long as it is what was signed.
Status LogKeeper::rebuild(const std::string& why) {
  const SignedRoot& last = signer_->last();
  tell(false, "audit_log_rebuilt", why);
  Integrator integrator(options_.folder, options_.hook);
  SENTRAIL_TRY(integrate(integrator, last.size));
  if (last.size > 0 && integrator.root() != last.root) {
    return refuse("the store's first " + std::to_string(last.size) +
                  " entries are not the log that was signed");
  }
  SENTRAIL_TRY(integrator.flush());
  integrator_.emplace(std::move(integrator));
  return {};
}

// --- following -------------------------------------------------------------------------------

Status LogKeeper::integrate(Integrator& integrator, std::uint64_t size) const {
  StoreLeaves leaves(reader_, integrator.size());
  while (integrator.size() < size) {
    SENTRAIL_ASSIGN_OR_RETURN(const std::string_view leaf, leaves.next());
    SENTRAIL_TRY(integrator.add(leaf));
  }
  return {};
}

Status LogKeeper::step() {
  if (!integrator_) SENTRAIL_TRY(resume());
  const std::uint64_t size = reader_.audit_head().size;
  const bool is_published = size == signer_->last().size && !checkpoint().empty();
  if (is_published && !wants_cosignature()) return {};
  const auto advance = [&]() -> Status {
    SENTRAIL_TRY(integrate(*integrator_, size));
    SENTRAIL_TRY(integrator_->flush());
    return publish();
  };
  Status done = advance();
  if (!done) integrator_.reset();  // what is on disk is looked at anew
  return done;
}

Status LogKeeper::publish() {
  TileFolder tiles(options_.folder);
  const SignedRoot next{integrator_->size(), integrator_->root()};
  TileNodes nodes(tiles, next.size);
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<Digest> proof,
                            consistency_proof(nodes, signer_->last().size, next.size));
  SENTRAIL_ASSIGN_OR_RETURN(std::string note, signer_->sign(next, proof));
  note = cosigned({key().name(), next.size, next.root}, std::move(note));
  TileWriter writer(options_.folder);
  SENTRAIL_TRY(writer.add("checkpoint", note));
  SENTRAIL_TRY(writer.commit());
  reach(options_.hook, "audit.checkpoint.published");
  {
    const std::lock_guard lock(mutex_);
    checkpoint_ = std::move(note);
    state_.size = next.size;
  }
  integrator_->tidy();
  return {};
}

// Not before the server runs, nor once it ends: who carries the request is not there.
bool LogKeeper::may_ask_witness() const {
  return options_.witness != nullptr && is_open_ && steady_ms() >= witness_after_ms_ && !stopping();
}

bool LogKeeper::wants_cosignature() const {
  if (!may_ask_witness()) return false;
  const std::lock_guard lock(mutex_);
  return state_.cosigned < state_.size;
}

// The note with the witness's line, if it answers; it holds nothing up but its own line.
std::string LogKeeper::cosigned(const Checkpoint& checkpoint, std::string note) {
  if (!may_ask_witness()) return note;
  TileFolder tiles(options_.folder);
  Result<std::string> signed_by_both = options_.witness->cosign(tiles, checkpoint, note);
  const std::string complaint = signed_by_both ? "" : signed_by_both.error().message;
  bool news = false;
  {
    const std::lock_guard lock(mutex_);
    news = std::exchange(state_.witness_complaint, complaint) != complaint;
    if (signed_by_both) state_.cosigned = checkpoint.size;
  }
  if (news) tell(signed_by_both.has_value(), "audit_witness", complaint);
  if (signed_by_both) return *std::move(signed_by_both);
  witness_after_ms_ = steady_ms() + limits::kWitnessAgainMs;
  return note;
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
  std::string fault;
  if (report.fault) {
    fault = report.fault->path +
            (report.fault->sequence ? ", entry " + std::to_string(*report.fault->sequence) : "") +
            ": " + report.fault->why;
  }
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
  return checkpoint_;
}

LogState LogKeeper::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

Result<std::string> LogKeeper::tile(const TileId& tile) const {
  TileFolder tiles(options_.folder);
  return tiles.read(tile_path(tile));
}

Result<TlogProof> LogKeeper::prove(std::uint64_t sequence) const {
  TlogProof proof;
  proof.checkpoint = checkpoint();
  const Result<Checkpoint> covered = unverified_checkpoint(proof.checkpoint);
  if (!covered || sequence >= covered->size) {
    return fail(Errc::not_found,
                "entry " + std::to_string(sequence) + " is not in the published log yet");
  }
  TileFolder tiles(options_.folder);
  TileNodes nodes(tiles, covered->size);
  SENTRAIL_ASSIGN_OR_RETURN(proof.hashes, inclusion_proof(nodes, sequence, covered->size));
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<store::AuditRow> rows,
                            reader_.audit_range(sequence, 1));
  if (rows.empty()) return fail(Errc::not_found, "there is no entry " + std::to_string(sequence));
  proof.extra = rows.front().leaf;
  proof.index = sequence;
  return proof;
}

}  // namespace sentrail::audit
