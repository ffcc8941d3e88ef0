// What every part of the verification of programs asks of rows, and says of those that are wrong.
//
// Neighbours: program_verify.cpp and program_verify_*.cpp alone. Must not know: what rows mean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/program.hpp"
#include "core/result.hpp"

namespace sentrail {

// The error of a row: `limits[3] names no rule`.
[[nodiscard]] inline Error row_error(const char* table, std::size_t row, const char* problem,
                                     Errc code = Errc::corrupt) {
  return Error{code, std::string(table) + "[" + std::to_string(row) + "] " + problem};
}

// That a row is wrong.
[[nodiscard]] inline Status broken(const char* table, std::size_t row, const char* problem) {
  return tl::make_unexpected(row_error(table, row, problem));
}

// That a row is wrong, unless something holds.
[[nodiscard]] inline Status require(bool holds, const char* table, std::size_t row,
                                    const char* problem) {
  return holds ? Status{} : broken(table, row, problem);
}

// Whether a reference names whole characters of the text. REQUIRES: the text is UTF-8.
[[nodiscard]] inline bool is_text(const Program& program, TextRef ref) noexcept {
  const std::uint64_t end = std::uint64_t{ref.offset} + ref.bytes;
  const auto starts_character = [&program](std::uint64_t at) {
    return at == program.text.size() ||
           (static_cast<unsigned char>(program.text[at]) & 0xc0) != 0x80;
  };
  return end <= program.text.size() && starts_character(ref.offset) && starts_character(end);
}

}  // namespace sentrail
