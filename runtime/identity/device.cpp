// Sealed names as device tokens. See device.hpp.
#include "runtime/identity/device.hpp"

#include "core/encoding.hpp"

namespace sentrail::identity {
namespace {

constexpr std::string_view kPrefix = "sdt_";
constexpr std::string_view kPlace = "sentrail-device-v1";

}  // namespace

std::string new_device_token(const crypto::SealKey& master, std::string_view name) {
  return std::string(kPrefix) + base64url_encode(crypto::seal(master, name, kPlace));
}

std::string device_of(const crypto::SealKey& master, std::string_view token,
                      std::string_view name) {
  if (!token.starts_with(kPrefix)) return {};
  Result<std::string> sealed = base64url_decode(token.substr(kPrefix.size()));
  if (!sealed) return {};
  const Result<std::string> opened = crypto::open(master, *sealed, kPlace);
  if (!opened || *opened != name) return {};
  // The sealed bytes and not their text: a text may have several spellings.
  return *std::move(sealed);
}

}  // namespace sentrail::identity
