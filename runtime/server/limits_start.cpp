// The mark, the key, and the machine's run. See limits_start.hpp.
#include "runtime/server/limits_start.hpp"

#include "core/encoding.hpp"
#include "runtime/server/data_directory.hpp"
#include "runtime/server/folder_copy.hpp"

namespace sentrail::server {
namespace {

constexpr const char* kBootId = "/proc/sys/kernel/random/boot_id";
constexpr std::string_view kKeyPurpose("sentrail-limits-v1\0", 19);

std::string mark_of(const std::string& store) {
  return store + kLimitsMark;
}

// Its first line; empty if it is not there.
Result<std::string> line_of(const std::string& path) {
  Result<std::string> text = read_small_file(path);
  if (!text && text.error().code == Errc::not_found) return std::string();
  while (text && text->ends_with('\n')) text->pop_back();
  return text;
}

}  // namespace

std::string limits_key(const crypto::SealKey& master) {
  crypto::Digest digest = crypto::hmac_sha256(as_chars(master.bytes()), kKeyPurpose);
  std::string key(as_chars(digest));
  crypto::wipe(digest);
  return key;
}

Result<counters::Origin> limits_origin(const std::string& store, bool store_is_new) {
  counters::Origin origin;
  origin.store_is_new = store_is_new;
  origin.boot_id = parse_uuid(line_of(kBootId).value_or("")).value_or(Uuid{});
  SENTRAIL_ASSIGN_OR_RETURN(origin.mark, line_of(mark_of(store)));
  return origin;
}

Status leave_limits_mark(const std::string& store, const std::string& mark) {
  return replace_file(mark_of(store), mark + "\n");
}

}  // namespace sentrail::server
