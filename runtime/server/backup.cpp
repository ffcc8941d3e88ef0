// Making backups. See backup.hpp.
#include "runtime/server/backup.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>
#include <string_view>
#include <utility>

#include "core/encoding.hpp"
#include "core/json_writer.hpp"
#include "runtime/audit/leaf.hpp"
#include "runtime/server/data_directory.hpp"
#include "runtime/server/folder_copy.hpp"
#include "runtime/store/copy_store.hpp"
#include "runtime/store/files.hpp"
#include "runtime/store/kv_rocksdb.hpp"
#include "wire/json.hpp"

namespace sentrail::server {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kFormat = 1;

Status copy_beside_store(const std::string& data, const std::string& to) {
  std::error_code error;
  for (fs::directory_iterator at(data, error); !error && at != fs::directory_iterator();
       at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (is_in_no_backup(data, name)) continue;
    SENTRAIL_TRY(copy_durably(at->path().string(), to + "/" + name, &is_signer));
  }
  if (error) return fail(Errc::io, "cannot read the folder " + data + ": " + error.message());
  return {};
}

Status copy_keys(const std::string& data, const std::string& keys) {
  SENTRAIL_TRY(store::make_directory(keys));
  for (const char* name : {"/master.key", "/subjects"}) {
    if (store::exists(data + name)) SENTRAIL_TRY(copy_durably(data + name, keys + name));
  }
  return store::sync_directory(keys);
}

std::string facts_text(const BackupFacts& facts) {
  std::string out;
  JsonWriter json(&out);
  json.begin_object().key("format").integer(kFormat);
  json.key("madeMs").integer(facts.made_ms);
  json.key("entries").unsigned_integer(facts.head.size);
  json.key("chain").string(hex_encode(
      {reinterpret_cast<const char*>(facts.head.chain.data()), facts.head.chain.size()}));
  json.end_object();
  return out + "\n";
}

// A whole number, or nothing.
std::optional<std::int64_t> number_in(const JsonValue& object, std::string_view name) {
  const JsonValue value = object.find(name);
  if (!value.exists() || value.kind() != JsonKind::number) return std::nullopt;
  const std::string_view text = value.text();
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size() || out < 0) return std::nullopt;
  return out;
}

}  // namespace

bool is_signer(const std::string& folder) {
  return store::exists(folder + "/last_signed") ||
         (store::exists(folder + "/key") && store::exists(folder + "/key.pub"));
}

// The store is copied by itself; some is this process's own; the keys go elsewhere; what stops
// until the store has it is on record once it matters; the published log is made again of the
// store; an older copy of its signer would sign a second history; recorded requests are to be gone
// after their time. What was set aside, as `signer.before-restore-1`, holds no less than what it
// was; a draft is half of something.
bool is_in_no_backup(const std::string& folder, std::string_view name) {
  static const std::set<std::string_view> kNames = {
      "store", "log", "signer", "requests", "stops", "control.sock", "sentraild.pid"};
  static const std::set<std::string_view> kOfSigner = {"key", "key.pub", "last_signed", "lock"};
  if (name.ends_with(".new") || kNames.contains(name)) return true;
  if (name.starts_with("master.key") || name.starts_with("subjects")) return true;
  if (kOfSigner.contains(name) && is_signer(folder)) return true;
  const std::size_t dot = std::min(name.find('.'), name.size());
  const std::string_view rest = name.substr(dot);
  return kNames.contains(name.substr(0, dot)) &&
         (rest.starts_with(".before-") || rest == ".restoring" || rest == ".repairing");
}

Result<BackupFacts> make_backup(const store::OpenedStore& running, const std::string& data,
                                const std::string& to, const std::string& keys,
                                const Clock& clock) {
  if (store::exists(to)) {
    return fail(Errc::already_exists, to + " exists already; name a folder that does not");
  }
  std::error_code ignored;
  const std::string whole = fs::weakly_canonical(data, ignored).string() + "/";
  if (fs::weakly_canonical(to, ignored).string().starts_with(whole)) {
    return fail(Errc::invalid_argument, to + " lies in the data folder: it would copy itself");
  }
  const audit::LeafCodec codec;
  SENTRAIL_TRY(store::make_directory(to));
  SENTRAIL_TRY(copy_beside_store(data, to));
  BackupFacts facts;
  SENTRAIL_ASSIGN_OR_RETURN(
      facts.head, store::copy_store(running, to + "/store", codec,
                                    [](const std::string& directory, bool create) {
                                      return store::open_rocksdb_kv(directory, create, {});
                                    }));
  // After the entries: a key that is missing could not be had anew, one too many opens nothing.
  if (!keys.empty()) SENTRAIL_TRY(copy_keys(data, keys));
  facts.made_ms = clock.now().unix_ms;
  SENTRAIL_TRY(replace_file(to + "/backup.json", facts_text(facts)));
  return facts;
}

Result<BackupFacts> read_backup(const std::string& from) {
  Result<std::string> text = read_small_file(from + "/backup.json");
  if (!text) {
    return fail(Errc::not_found, from + " is no whole backup: " + text.error().message);
  }
  const Result<JsonDocument> document = wire::parse_json(*text);
  const JsonValue root = document && !document->empty() ? document->root() : JsonValue{};
  const auto format = number_in(root, "format");
  if (format && *format > kFormat) {
    return fail(Errc::unsupported, from + " was made by a newer release of sentrail");
  }
  const auto made = number_in(root, "madeMs");
  const auto entries = number_in(root, "entries");
  const JsonValue chain = root.find("chain");
  Result<std::string> bytes = fail(Errc::corrupt, "");
  if (chain.exists() && chain.kind() == JsonKind::string) bytes = hex_decode(chain.text());
  BackupFacts facts;
  if (format != kFormat || !made || !entries || !bytes ||
      bytes->size() != facts.head.chain.size()) {
    return fail(Errc::corrupt, from + "/backup.json is garbled");
  }
  facts.made_ms = *made;
  facts.head.size = static_cast<std::uint64_t>(*entries);
  std::copy(bytes->begin(), bytes->end(), facts.head.chain.begin());
  return facts;
}

}  // namespace sentrail::server
