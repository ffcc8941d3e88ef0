// Fuzzes the files of a published log: their names, their form, and a whole log of three years in
// which something was changed.
//
// Neighbours: runtime/audit/{tiles,tile_tree,shards,log_verify}.hpp. First byte 0: the rest is a
// tile's path. 1: a bundle, of the width that the next byte says. 2: a list of shards. 3: the rest
// is edits of a good log's files; whatever is found good is the good log. Must not know: the store.
#include <stdlib.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "runtime/audit/integrator.hpp"
#include "runtime/audit/leaf.hpp"
#include "runtime/audit/log_verify.hpp"
#include "runtime/audit/shards.hpp"
#include "runtime/audit/tiles.hpp"

namespace {

using namespace sentrail;

constexpr const char* kOrigin = "log.example.com/a";

const crypto::NoteSigner& signer() {
  static const crypto::NoteSigner kSigner = crypto::NoteSigner::generate(kOrigin).value();
  return kSigner;
}

class Files final : public audit::TileSource {
 public:
  [[nodiscard]] Result<std::string> read(const std::string& path) override {
    const auto found = all.find(path);
    if (found == all.end()) return fail(Errc::not_found, "there is no " + path);
    return found->second;
  }
  std::map<std::string, std::string> all;
};

// A log of three shards, of which the second has a whole tile.
Files make_log() {
  constexpr std::int64_t kYearMs = 366LL * 86'400'000;
  std::string folder = (std::filesystem::temp_directory_path() / "fuzz-tiles-XXXXXX").string();
  SENTRAIL_CHECK(::mkdtemp(folder.data()) != nullptr);
  std::string list, link;
  std::uint64_t sequence = 0;
  for (const auto& [year, entries] :
       {std::pair(1970, 3), std::pair(1972, 300), std::pair(1975, 5)}) {
    const std::string shard = folder + "/" + audit::shard_folder(year);
    audit::Integrator tiles(shard);
    const audit::Shard begin{year, sequence};
    if (!link.empty()) SENTRAIL_CHECK(tiles.add(link).has_value());
    for (int i = 0; i < entries; ++i) {
      store::AuditEntry entry;
      entry.time_ms = (year - 1970) * kYearMs;
      entry.tool = "github";
      SENTRAIL_CHECK(tiles.add(audit::encode_leaf(entry, sequence++).value()).has_value());
    }
    SENTRAIL_CHECK(tiles.flush().has_value());
    link = audit::shard_text(kOrigin, {begin, tiles.size(), tiles.root()});
    const crypto::NoteSigner key = signer().named(audit::shard_origin(kOrigin, year)).value();
    std::ofstream(shard + "/checkpoint") << crypto::sign_note(link, {&key, 1}).value();
    list += audit::shard_folder(year) + "\n";
  }
  Files files;
  files.all["shards"] = list;
  for (const auto& one : std::filesystem::recursive_directory_iterator(folder)) {
    if (!one.is_regular_file()) continue;
    std::ifstream in(one.path(), std::ios::binary);
    files.all[std::filesystem::relative(one.path(), folder).string()] =
        std::string(std::istreambuf_iterator<char>(in), {});
  }
  std::filesystem::remove_all(folder);
  return files;
}

// Four bytes an edit: file, what is done, and where.
void check_changed(std::string_view edits) {
  static const Files kGood = make_log();
  Files files = kGood;
  for (; edits.size() >= 4; edits.remove_prefix(4)) {
    const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(edits[at]); };
    auto file = std::next(files.all.begin(), byte(0) % static_cast<int>(files.all.size()));
    std::string& bytes = file->second;
    const std::size_t at = bytes.empty() ? 0 : (byte(2) << 8 | byte(3)) % bytes.size();
    switch (byte(1) % 6) {
      case 0:
        if (!bytes.empty()) bytes[at] = static_cast<char>(bytes[at] ^ (1 << (byte(1) % 8)));
        break;
      case 1:
        bytes.resize(at);
        break;
      case 2:
        bytes.insert(at, 1, static_cast<char>(byte(3)));
        break;
      case 3:
        bytes = std::next(kGood.all.begin(), byte(3) % static_cast<int>(kGood.all.size()))->second;
        break;
      case 4:
        bytes.erase(at, byte(3));
        break;
      default:
        if (files.all.size() > 1) files.all.erase(file);
    }
  }
  const auto report = audit::verify_log(files, signer().verifier());
  SENTRAIL_CHECK(report.has_value());
  if (report->fault) return;
  // Unknown signatures may be added to a checkpoint, and a list may end early: no more than that.
  std::uint64_t entries = 0;
  const std::uint64_t ends[] = {3, 303, 308};
  for (const audit::ShardReport& shard : report->shards) {
    const std::string good = kGood.all.at(audit::shard_folder(shard.shard.year) + "/checkpoint");
    SENTRAIL_CHECK(good.starts_with(audit::checkpoint_text(*shard.checkpoint)));
    entries += shard.entries;
  }
  SENTRAIL_CHECK(!report->shards.empty() && report->shards.size() <= 3);
  SENTRAIL_CHECK(entries == report->entries && entries == ends[report->shards.size() - 1]);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0: {
      const auto tile = audit::parse_tile_path(rest);
      if (tile) SENTRAIL_CHECK(audit::tile_path(*tile) == rest);
      break;
    }
    case 1: {
      const auto entries = audit::split_bundle(rest.substr(1), data[1] + std::uint64_t{1});
      if (!entries) break;
      std::string again;
      for (const std::string_view entry : *entries) audit::append_entry(again, entry);
      SENTRAIL_CHECK(again == rest.substr(1));
      break;
    }
    case 2: {
      const auto years = audit::parse_shard_list(rest);
      if (years) SENTRAIL_CHECK(audit::shard_list(*years) == rest);
      break;
    }
    default:
      check_changed(rest);
  }
  return 0;
}
