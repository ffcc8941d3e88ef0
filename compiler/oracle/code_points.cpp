// Reads UTF-8 byte by byte. See code_points.hpp.
#include "compiler/oracle/code_points.hpp"

namespace sentrail::compiler::oracle {
namespace {

// How many bytes a code point takes that begins with this one; 0 if none may begin so.
std::size_t length_from(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first >= 0xe0 && first <= 0xef) return 3;
  if (first >= 0xf0 && first <= 0xf4) return 4;
  return 0;
}

}  // namespace

std::optional<CodePoints> code_points_of(std::string_view text) {
  constexpr std::uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  constexpr std::uint32_t kLeadBits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
  CodePoints points;
  points.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    const std::size_t length = length_from(first);
    if (length == 0 || i + length > text.size()) return std::nullopt;
    std::uint32_t point = first & kLeadBits[length];
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xc0) != 0x80) return std::nullopt;
      point = point << 6 | (next & 0x3f);
    }
    const bool surrogate = point >= 0xd800 && point <= 0xdfff;
    if (point < kSmallest[length] || point > 0x10ffff || surrogate) return std::nullopt;
    points.push_back(point);
    i += length;
  }
  return points;
}

}  // namespace sentrail::compiler::oracle
