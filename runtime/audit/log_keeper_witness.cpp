// What a keeper asks of a witness: cosignatures while it follows, and before a start whether more
// was seen. See log_keeper.hpp.
#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "runtime/audit/log_keeper.hpp"

namespace sentrail::audit {
namespace {

constexpr int kYearsAsked = 10;  // of those that nobody signed yet

std::int64_t steady_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace

// Not before the server runs, nor once it ends: who carries the request is not there.
bool LogKeeper::may_ask_witness() const {
  return options_.witness != nullptr && is_open_ && steady_ms() >= witness_after_ms_ && !stopping();
}

bool LogKeeper::wants_cosignature() const {
  if (!may_ask_witness()) return false;
  const std::lock_guard lock(mutex_);
  return state_.cosigned < state_.size;
}

// The shard before the newest, if the witness has not signed how it ended.
std::optional<LogKeeper::Published> LogKeeper::final_without_cosignature() const {
  if (!may_ask_witness()) return std::nullopt;
  const std::lock_guard lock(mutex_);
  if (shards_.size() < 2) return std::nullopt;
  const Published& ended = shards_[shards_.size() - 2];
  if (ended.root.shard.year == final_given_up_) return std::nullopt;
  if (options_.witness->has_cosigned(ended.note)) return std::nullopt;
  return ended;
}

void LogKeeper::complain(const std::string& complaint) {
  bool news = false;
  {
    const std::lock_guard lock(mutex_);
    news = std::exchange(state_.witness_complaint, complaint) != complaint;
  }
  if (news) tell(complaint.empty(), "audit_witness", complaint);
}

// To a witness each year is a log of its own. It would sign the first checkpoint of a new one, and
// nothing would tell any more that it knows another history of the year before.
Status LogKeeper::check_undisputed(int year) const {
  if (!dispute_ || dispute_->year >= year) return {};
  return fail(Errc::conflict, "the log of " + shard_folder(year) + " waits: of " +
                                  shard_folder(dispute_->year) + ", " + dispute_->why);
}

Result<std::string> LogKeeper::ask(const ShardRoot& root, const std::string& note) {
  const int year = root.shard.year;
  TileFolder tiles(files_.path(year));
  const Checkpoint checkpoint{shard_origin(key().name(), year), root.size, root.root};
  Result<std::string> answer = options_.witness->cosign(tiles, checkpoint, note);
  if (!answer) witness_after_ms_ = steady_ms() + options_.witness_again_ms;
  if (!answer && answer.error().code == Errc::conflict) {
    if (!dispute_ || year <= dispute_->year) dispute_ = {year, answer.error().message};
    complain(answer.error().message);
  } else if (answer && dispute_ && year == dispute_->year) {
    dispute_.reset();
    complain("");
  }
  return answer;
}

// The note with the witness's line, if it answers; it holds nothing up but its own line.
std::string LogKeeper::cosigned(const ShardRoot& root, std::string note) {
  if (!may_ask_witness()) return note;
  Result<std::string> signed_by_both = ask(root, note);
  complain(signed_by_both ? "" : signed_by_both.error().message);
  if (!signed_by_both) return note;
  const std::lock_guard lock(mutex_);
  state_.cosigned = std::max(state_.cosigned, root.end());
  return *std::move(signed_by_both);
}

// How a shard ended is worth a cosignature also when the witness was away just then.
Status LogKeeper::cosign_final() {
  const std::optional<Published> ended = final_without_cosignature();
  if (!ended) return {};
  Result<std::string> note = ask(ended->root, ended->note);
  if (note) return write(ended->root, *std::move(note));
  // One that was never told of that shard is asked once; one that has seen another, until it
  // agrees.
  const Errc code = note.error().code;
  const bool asks_again =
      code == Errc::unavailable || code == Errc::timed_out || code == Errc::conflict;
  if (!asks_again) final_given_up_ = ended->root.shard.year;
  return {};
}

// What was signed last; and of each shard that is still to be signed, or that may have been before
// store, tiles and signer were set back together, the log of no leaves, which begins each.
Result<std::vector<ShardRoot>> LogKeeper::roots_to_ask() const {
  const ShardRoot last = signer_->last();
  std::vector<ShardRoot> roots;
  if (last.size > 0) roots.push_back(last);
  SENTRAIL_ASSIGN_OR_RETURN(std::vector<int> years,
                            files_.years_behind(last, reader_.audit_head().size));
  if (options_.clock != nullptr) {
    const int now = year_of(options_.clock->now().unix_ms);
    const int newest = years.empty() ? last.shard.year : years.back();
    for (int year = std::max(newest + 1, now - kYearsAsked); year <= now; ++year) {
      years.push_back(year);
    }
  }
  for (const int year : years) roots.push_back({{year, last.end()}, 0, empty_root()});
  return roots;
}

Status LogKeeper::ask_witness() {
  if (options_.witness == nullptr) return {};
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<ShardRoot> roots, roots_to_ask());
  for (const ShardRoot& at : roots) {
    SENTRAIL_ASSIGN_OR_RETURN(const std::string note, signer_->sign(at, {}));
    TileFolder tiles(files_.path(at.shard.year));
    const Checkpoint checkpoint{shard_origin(key().name(), at.shard.year), at.size, at.root};
    const Result<std::string> answer = options_.witness->cosign(tiles, checkpoint, note);
    if (answer) continue;
    if (answer.error().code == Errc::conflict) return refuse(answer.error().message);
    if (at.size > 0) complain(answer.error().message);
    if (answer.error().code == Errc::unavailable) return {};
  }
  return {};
}

}  // namespace sentrail::audit
