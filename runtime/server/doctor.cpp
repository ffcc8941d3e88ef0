// One look at each part, then at them together. See doctor.hpp.
#include "runtime/server/doctor.hpp"

#include <cstdio>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "core/json_writer.hpp"
#include "core/text.hpp"
#include "runtime/audit/leaf.hpp"
#include "runtime/audit/log_verify.hpp"
#include "runtime/audit/signer.hpp"
#include "runtime/audit/tile_files.hpp"
#include "runtime/audit/verify.hpp"
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
    SENTRAIL_ASSIGN_OR_RETURN(const store::FileHandle lock,
                              store::lock_file(options_.data + "/sentraild.pid"));
    look_at_floor();
    look_at_signer();
    look_at_tiles();
    if (options_.repair_tail) SENTRAIL_TRY(cut_tail());
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
    if (!floor) return add("floor", false, std::nullopt, floor.error().message);
    promised_ = (*floor)->mark().head.size;
    add("floor", true, promised_, "so many entries were acknowledged");
  }

  void look_at_signer() {
    const Result<audit::SignedRoot> last = audit::CheckpointSigner::last_in(signer_);
    const Result<crypto::NoteVerifier> key = audit::CheckpointSigner::key_in(signer_);
    if (!last || !key) {
      return add("signer", false, std::nullopt, last ? key.error().message : last.error().message);
    }
    signed_ = last->size;
    key_ = *key;
    add("signer", true, signed_, "so many entries of " + key_->name() + " were signed");
  }

  void look_at_tiles() {
    if (!key_)
      return add("tiles", false, std::nullopt, "not verified: the signer's key is missing");
    audit::TileFolder tiles(log_);
    const Result<audit::LogReport> report = audit::verify_log(tiles, *key_);
    if (!report) return add("tiles", false, std::nullopt, report.error().message);
    in_tiles_ = report->entries;
    if (!report->fault) return add("tiles", true, in_tiles_, "whole under their checkpoint");
    // They can be made again of the store's entries, so that alone is no loss.
    std::string text = report->fault->path;
    if (report->fault->sequence) text += ", entry " + std::to_string(*report->fault->sequence);
    add("tiles", false, in_tiles_,
        text + ": " + report->fault->why +
            "; with `log` moved aside the next start makes it again");
  }

  // Opens what can be read and forgets the rest. What was there is kept beside it.
  Status cut_tail() {
    const std::string kept = store_ + "/db.before-repair";
    if (store::exists(kept)) {
      return fail(Errc::already_exists, kept + " is there from an earlier repair: move it away");
    }
    std::error_code failed;
    std::filesystem::copy(store_ + "/db", kept, std::filesystem::copy_options::recursive, failed);
    if (failed) return fail(Errc::io, "cannot copy the database: " + failed.message());
    store::RocksDbOptions engine;
    engine.cut_unreadable_end = true;
    SENTRAIL_ASSIGN_OR_RETURN(const std::unique_ptr<store::OrderedKv> kv,
                              store::open_rocksdb_kv(store_ + "/db", false, engine));
    add("repair", true, std::nullopt, "the unreadable end was cut off; " + kept + " has it");
    return kv->health();
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
      if (in_tiles_ >= signed_) text += "; their leaves are in " + log_ + "/tile/entries";
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
  std::uint64_t signed_ = 0;
  std::uint64_t in_tiles_ = 0;
  std::optional<std::uint64_t> in_store_;
  std::optional<crypto::NoteVerifier> key_;
};

}  // namespace

Result<bool> run_doctor(const DoctorOptions& options) {
  return Doctor(options).run();
}

}  // namespace sentrail::server
