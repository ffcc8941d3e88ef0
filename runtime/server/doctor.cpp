// One look at each part, then at them together. See doctor.hpp.
#include "runtime/server/doctor.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <utility>
#include <vector>

#include "core/json_writer.hpp"
#include "core/text.hpp"
#include "core/time.hpp"
#include "runtime/audit/leaf.hpp"
#include "runtime/audit/log_verify.hpp"
#include "runtime/audit/signer.hpp"
#include "runtime/audit/tile_files.hpp"
#include "runtime/audit/verify.hpp"
#include "runtime/server/tail_repair.hpp"
#include "runtime/store/floor.hpp"
#include "runtime/store/store_rocksdb.hpp"

namespace sentrail::server {
namespace {

// One part of the folder, and what it says of the log.
struct Finding {
  std::string part;
  bool good = true;
  std::optional<std::uint64_t> entries;
  std::string text;
};

// An examination under way.
class Doctor {
 public:
  explicit Doctor(const DoctorOptions& options)
      : options_(options),
        store_(options.data + "/store"),
        log_(options.data + "/log"),
        signer_(options.signer.empty() ? options.data + "/signer" : options.signer) {}

  Result<bool> run() {
    if (!store::exists(store_)) {
      return fail(Errc::not_found, "there is no store in " + options_.data);
    }
    SENTRAIL_ASSIGN_OR_RETURN(const DataDirectory data, DataDirectory::open(options_.data));
    look_at_floor();
    look_at_signer();
    look_at_tiles();
    SENTRAIL_TRY(look_at_end(data));
    look_at_store();
    compare();
    print();
    return healthy();
  }

 private:
  void add(std::string part, bool good, std::optional<std::uint64_t> entries, std::string text) {
    findings_.push_back({std::move(part), good, entries, std::move(text)});
  }

  void look_at_floor() {
    const auto floor = store::Floor::open(store_ + "/floor");
    if (!floor) {
      is_promise_known_ = false;
      return add("floor", false, std::nullopt, floor.error().message);
    }
    promised_ = (*floor)->mark().head.size;
    promised_batches_ = (*floor)->mark().batches;
    add("floor", true, promised_, "so many entries were acknowledged");
  }

  void look_at_signer() {
    const Result<audit::ShardRoot> last = audit::CheckpointSigner::last_in(signer_);
    const Result<crypto::NoteVerifier> key = audit::CheckpointSigner::key_in(signer_);
    if (!last || !key) {
      is_promise_known_ = false;
      return add("signer", false, std::nullopt, last ? key.error().message : last.error().message);
    }
    signed_ = last->end();
    key_ = *key;
    std::string text = "so many entries of " + key_->name() + " were signed";
    if (signed_ > 0) text += ", the newest in the shard of " + std::to_string(last->shard.year);
    add("signer", true, signed_, std::move(text));
  }

  void look_at_tiles() {
    if (!key_)
      return add("tiles", false, std::nullopt, "not verified: the signer's key is missing");
    audit::TileFolder tiles(log_);
    const Result<audit::LogReport> report = audit::verify_log(tiles, *key_);
    if (!report) return add("tiles", false, std::nullopt, report.error().message);
    in_tiles_ = report->entries;
    std::string shards;
    for (const audit::ShardReport& one : report->shards) {
      shards += (shards.empty() ? "" : ", ") + audit::shard_folder(one.shard.year);
    }
    if (!report->fault) {
      return add("tiles", true, in_tiles_, "whole under the checkpoints of " + shards);
    }
    // They can be made again of the store's entries, so that alone is no loss.
    add("tiles", false, in_tiles_,
        audit::describe(*report->fault) + "; with `log` moved aside the next start makes it again");
  }

  // An end of the newest log file that cannot be read: what a cut costs, and, if asked, the cut.
  Status look_at_end(const DataDirectory& data) {
    SENTRAIL_ASSIGN_OR_RETURN(const Tail tail, look_at_tail(store_));
    if (tail.unreadable.empty()) {
      if (options_.repair_tail) add("tail", true, std::nullopt, "it is readable: nothing is cut");
      return {};
    }
    if (!tail.left) {
      add("tail", false, std::nullopt, "more than an end is damaged, no cut helps");
      return {};
    }
    const std::uint64_t left = tail.left->head.size;
    const std::uint64_t promised = std::max(promised_, signed_);
    const std::string lost = promised_beyond(*tail.left);
    const bool may_cut = options_.repair_tail && (lost.empty() || !options_.accept_loss.empty());
    if (!may_cut) {
      add("tail", false, left,
          "so many entries are left without an end that cannot be read; " +
              (lost.empty() ? "none of it was promised: cut it off with "
                              "--repair-tail"
                            : lost + " and would be lost: look for a newer "
                                     "copy of the store, or cut it off with "
                                     "--repair-tail --accept-loss REASON"));
      return {};
    }
    std::optional<AcceptedLoss> loss;
    if (!lost.empty()) {
      loss = {"store.repair", "sentrail audit doctor", promised - std::min(left, promised),
              options_.accept_loss};
    }
    SENTRAIL_ASSIGN_OR_RETURN(const std::string kept,
                              cut_tail(data, *tail.left, loss, SystemClock()));
    std::string text = "the end was cut off; " + kept + " has it";
    if (loss) {
      text += "; " + lost + " and are lost, which entry " + std::to_string(left) + " records";
      SENTRAIL_TRY(begin_anew(left, text));
    }
    add("tail", true, left, std::move(text));
    return {};
  }

  // What of the promises a store that goes no further breaks; empty: none.
  [[nodiscard]] std::string promised_beyond(const store::HeadRow& left) const {
    if (!is_promise_known_) {
      return "entries from " + std::to_string(left.head.size) +
             " on may have been promised (nobody can tell: the floor or what the signer signed "
             "cannot be read; --signer names a signer that is elsewhere)";
    }
    const std::uint64_t promised = std::max(promised_, signed_);
    if (left.head.size < promised) {
      return "entries " + std::to_string(left.head.size) + " to " + std::to_string(promised - 1) +
             " were acknowledged or signed";
    }
    if (left.batches >= promised_batches_) return "";
    return std::to_string(promised_batches_ - left.batches) + " batches were acknowledged";
  }

  // What was signed beyond the cut is another log than the one that goes on.
  Status begin_anew(std::uint64_t left, std::string& text) {
    promised_ = left;
    if (signed_ <= left) return {};
    if (options_.signer.empty()) {
      SENTRAIL_TRY(set_log_aside(options_.data, "repair"));
      text += "; `log` and `signer` are set aside, the next start begins a log with a new key";
      signed_ = 0;
      return {};
    }
    text += "; move `log` and " + signer_ + " aside: the next start begins a log with a new key";
    return {};
  }

  void look_at_store() {
    const audit::LeafCodec codec;
    store::OpenOptions open;
    open.directory = store_;
    open.codec = &codec;
    const Result<store::OpenedStore> opened = store::open_rocksdb_store(open);
    if (!opened) return add("store", false, std::nullopt, opened.error().message);
    in_store_ = opened->report.head.size;
    const Result<audit::VerifyReport> report = audit::verify_store(*opened->store);
    if (!report) return add("store", false, in_store_, report.error().message);
    if (!report->fault) return add("store", true, in_store_, "every entry is there, and its chain");
    add("store", false, in_store_,
        "entry " + std::to_string(report->fault->sequence) + ": " + report->fault->why);
  }

  void compare() {
    if (!in_store_) return;
    if (in_store_ < signed_) {
      std::string text = "entries " + std::to_string(*in_store_) + " to " +
                         std::to_string(signed_ - 1) + " were signed and are not in the store";
      if (in_tiles_ >= signed_) text += "; their leaves are in " + log_ + "/<year>/tile/entries";
      add("loss", false, signed_ - *in_store_, text);
    }
  }

  [[nodiscard]] bool healthy() const {
    for (const Finding& one : findings_) {
      if (!one.good) return false;
    }
    return true;
  }

  void print() const {
    if (!options_.json) {
      for (const Finding& one : findings_) {
        const std::string entries = one.entries ? std::to_string(*one.entries) : "-";
        std::printf("%-8s %-4s %10s  %s\n", one.part.c_str(), one.good ? "good" : "BAD",
                    entries.c_str(), escape_display(one.text).c_str());
      }
      return;
    }
    std::string out;
    JsonWriter json(&out);
    json.begin_object().key("ok").boolean(healthy()).key("findings").begin_array();
    for (const Finding& one : findings_) {
      json.begin_object().key("part").string(one.part).key("ok").boolean(one.good);
      if (one.entries) json.key("entries").unsigned_integer(*one.entries);
      json.key("text").string(one.text).end_object();
    }
    json.end_array().end_object();
    std::printf("%s\n", out.c_str());
  }

  const DoctorOptions& options_;
  const std::string store_;
  const std::string log_;
  const std::string signer_;
  std::vector<Finding> findings_;
  std::uint64_t promised_ = 0;
  std::uint64_t promised_batches_ = 0;
  std::uint64_t signed_ = 0;
  bool is_promise_known_ = true;
  std::uint64_t in_tiles_ = 0;
  std::optional<std::uint64_t> in_store_;
  std::optional<crypto::NoteVerifier> key_;
};

}  // namespace

Result<bool> run_doctor(const DoctorOptions& options) {
  return Doctor(options).run();
}

}  // namespace sentrail::server
