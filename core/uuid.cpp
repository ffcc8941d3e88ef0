// UUIDs as text. See uuid.hpp.
#include "core/uuid.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "core/encoding.hpp"
#include "core/text.hpp"

namespace sentrail {
namespace {

constexpr bool is_hyphen_at(std::size_t index) {
  return index == 8 || index == 13 || index == 18 || index == 23;
}

// The eight digits of four bytes, as memory holds them. Answers hold several UUIDs, so all are made
// at once: nibbles are spread over the bytes of a word, those above nine moved on to the letters.
std::uint64_t hex_digits(const std::uint8_t* bytes) noexcept {
  static_assert(std::endian::native == std::endian::little);
  constexpr std::uint64_t kOnes = 0x0101010101010101u;
  std::uint32_t four = 0;
  std::memcpy(&four, bytes, sizeof(four));
  std::uint64_t word = four;
  word = (word | word << 16u) & 0x0000ffff0000ffffu;
  word = (word | word << 8u) & 0x00ff00ff00ff00ffu;
  word = (word >> 4u & 0x000f000f000f000fu) | (word & 0x000f000f000f000fu) << 8u;
  const std::uint64_t letters = (word + kOnes * 6) >> 4u & kOnes;
  return word + kOnes * '0' + letters * ('a' - '0' - 10);
}

}  // namespace

UuidText::UuidText(const Uuid& uuid) noexcept {
  const std::uint8_t* const bytes = uuid.bytes.data();
  const std::array<std::uint64_t, 4> words = {hex_digits(bytes), hex_digits(bytes + 4),
                                              hex_digits(bytes + 8), hex_digits(bytes + 12)};
  std::array<char, sizeof(words)> digits;
  std::memcpy(digits.data(), words.data(), sizeof(words));
  char* const text = text_.data();
  std::memcpy(text, digits.data(), 8);
  std::memcpy(text + 9, digits.data() + 8, 4);
  std::memcpy(text + 14, digits.data() + 12, 4);
  std::memcpy(text + 19, digits.data() + 16, 4);
  std::memcpy(text + 24, digits.data() + 20, 12);
  text[8] = text[13] = text[18] = text[23] = '-';
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
