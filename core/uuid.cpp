// UUIDs as text. See uuid.hpp.
#include "core/uuid.hpp"

#include <algorithm>

#include "core/encoding.hpp"
#include "core/text.hpp"

namespace sentrail {
namespace {

constexpr std::size_t kTextSize = 36;
constexpr std::array<std::size_t, 4> kHyphens = {8, 13, 18, 23};

bool is_hyphen_at(std::size_t index) {
  return std::find(kHyphens.begin(), kHyphens.end(), index) != kHyphens.end();
}

}  // namespace

std::string format_uuid(const Uuid& uuid) {
  std::string text = hex_encode(uuid.bytes);
  for (const std::size_t at : kHyphens) text.insert(at, "-");
  return text;
}

Result<Uuid> parse_uuid(std::string_view text) {
  std::string digits;
  bool well_formed = text.size() == kTextSize;
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
