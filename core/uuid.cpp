// UUIDs as text. See uuid.hpp.
#include "core/uuid.hpp"

#include <algorithm>

#include "core/encoding.hpp"
#include "core/text.hpp"

namespace sentrail {
namespace {

constexpr bool is_hyphen_at(std::size_t index) {
  return index == 8 || index == 13 || index == 18 || index == 23;
}

}  // namespace

UuidText::UuidText(const Uuid& uuid) noexcept {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto group = [&](std::size_t byte, std::size_t count, std::size_t at) {
    for (; count > 0; --count, ++byte, at += 2) {
      text_[at] = kDigits[uuid.bytes[byte] >> 4u];
      text_[at + 1] = kDigits[uuid.bytes[byte] & 15u];
    }
  };
  group(0, 4, 0);
  group(4, 2, 9);
  group(6, 2, 14);
  group(8, 2, 19);
  group(10, 6, 24);
  text_[8] = text_[13] = text_[18] = text_[23] = '-';
}

std::string format_uuid(const Uuid& uuid) {
  return std::string(UuidText(uuid).view());
}

Result<Uuid> parse_uuid(std::string_view text) {
  std::string digits;
  bool well_formed = text.size() == UuidText::kSize;
  for (std::size_t i = 0; well_formed && i < text.size(); ++i) {
    if (is_hyphen_at(i)) {
      well_formed = text[i] == '-';
    } else {
      digits += text[i];
    }
  }
  const auto bytes = hex_decode(to_lower_ascii(digits));
  if (!well_formed || !bytes) {
    return fail(Errc::invalid_argument,
                "not a UUID; write it as `123e4567-e89b-42d3-a456-426614174000`");
  }
  Uuid uuid;
  std::copy(bytes->begin(), bytes->end(), uuid.bytes.begin());
  return uuid;
}

}  // namespace sentrail
