// One look at each part, then at them together. See doctor.hpp.
#include "runtime/server/doctor.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <utility>
#include <vector>

#include "core/json_writer.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "core/time.hpp"
#include "runtime/audit/leaf.hpp"
#include "runtime/audit/log_verify.hpp"
#include "runtime/audit/signer.hpp"
#include "runtime/audit/subject_keys.hpp"
#include "runtime/audit/tile_files.hpp"
#include "runtime/audit/verify.hpp"
#include "runtime/identity/local_stop.hpp"
#include "runtime/server/tail_repair.hpp"
#include "runtime/store/floor.hpp"
#include "runtime/store/slot_file.hpp"
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
    look_at_master_key(data);
    look_at_subjects();
    look_at_stops();
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
    const std::string lost = promised_beyond(*tail.left);
    const bool may_cut = options_.repair_tail && (lost.empty() || !options_.accept_loss.empty());
    if (may_cut) return cut_end(data, *tail.left, lost);
    add("tail", false, tail.left->head.size,
        "so many entries are left without an end that cannot be read; " + advice_on_cut(lost));
    return {};
  }

  static std::string advice_on_cut(const std::string& lost) {
    if (lost.empty()) return "none of it was promised: cut it off with --repair-tail";
    return lost +
           " and would be lost: look for a newer copy of the store, or cut it off with "
           "--repair-tail --accept-loss REASON";
  }

  // in: what is lost with the end, which was accepted; empty: nothing is.
  Status cut_end(const DataDirectory& data, const store::HeadRow& head, const std::string& lost) {
    const std::uint64_t left = head.head.size;
    const std::uint64_t promised = std::max(promised_, signed_);
    std::optional<AcceptedLoss> loss;
    if (!lost.empty()) {
      loss = {"store.repair", "sentrail audit doctor", promised - std::min(left, promised),
              options_.accept_loss};
    }
    SENTRAIL_ASSIGN_OR_RETURN(const std::string kept, cut_tail(data, head, loss, SystemClock()));
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
    note_subjects_of(*opened->store);
    const Result<audit::VerifyReport> report = audit::verify_store(*opened->store);
    if (!report) return add("store", false, in_store_, report.error().message);
    if (!report->fault) return add("store", true, in_store_, "every entry is there, and its chain");
    add("store", false, in_store_,
        "entry " + std::to_string(report->fault->sequence) + ": " + report->fault->why);
  }

  // Which file of keys the store remembers; a build before did not.
  void note_subjects_of(const store::Reader& reader) {
    const auto known = reader.get_setting(Uuid{}, audit::kSubjectsSetting);
    if (!known || !*known) return;
    if (const Result<Uuid> id = parse_uuid((*known)->value)) subjects_ = *id;
  }

  void look_at_master_key(const DataDirectory& data) {
    Result<crypto::SealKey> key = data.master_key();
    if (!key) return add("master.key", false, std::nullopt, key.error().message);
    master_.emplace(*std::move(key));
    add("master.key", true, std::nullopt, "it is there, whole, and nobody else may read it");
  }

  // First by a look that writes nothing: what is opened to be used begins an empty file anew.
  void look_at_subjects() {
    const std::string path = options_.data + "/subjects";
    if (!store::exists(path)) {
      if (in_store_ == 0 && subjects_ == Uuid{}) return;  // the first start makes it
      return add("subjects", false, std::nullopt,
                 path + " is missing: bring it back from the newest backup of keys");
    }
    const Result<Uuid> id = audit::SubjectKeys::id_in(path);
    if (!id) return add("subjects", false, std::nullopt, id.error().message);
    if (!master_) {
      return add("subjects", false, std::nullopt, "not opened: the master key is missing");
    }
    const auto keys =
        audit::SubjectKeys::open(path, *master_, subjects_ == Uuid{} ? *id : subjects_);
    if (!keys) return add("subjects", false, std::nullopt, keys.error().message);
    add("subjects", true, std::nullopt,
        subjects_ == Uuid{}
            ? "it opens with the master key; whose it is could not be told: no store says"
            : "it is the store's, and opens with the master key");
  }

  void look_at_stops() {
    const std::string path = options_.data + "/stops";
    if (!store::exists(path)) {
      return add("stops", true, std::nullopt, "there is none: the next start makes it");
    }
    const Result<store::SlotFile> file = store::SlotFile::open(path, limits::kLocalStopsSlotBytes);
    if (!file) return add("stops", false, std::nullopt, file.error().message);
    const auto stops = identity::decode_stops(file->value());
    if (!stops) return add("stops", false, std::nullopt, stops.error().message);
    add("stops", true, std::nullopt,
        std::to_string(stops->size()) + " local stops wait for the store");
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
        std::printf("%-10s %-4s %10s  %s\n", one.part.c_str(), one.good ? "good" : "BAD",
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
  std::optional<crypto::SealKey> master_;
  Uuid subjects_;  // the file of keys that the store remembers; nil: none, or nobody can tell
};

}  // namespace

Result<bool> run_doctor(const DoctorOptions& options) {
  return Doctor(options).run();
}

}  // namespace sentrail::server
