// UTF-8 as the list of its code points: slow, and plain to see.
//
// Neighbours: glob.cpp, regex.cpp and atom.cpp read texts with it. Must not know: core/text.hpp,
// which it checks. source: RFC 3629.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace sentrail::compiler::oracle {

// A text, one number for each of its code points.
using CodePoints = std::vector<std::uint32_t>;

// The code points of UTF-8; nothing if it is not that (shortest form, no surrogates).
[[nodiscard]] std::optional<CodePoints> code_points_of(std::string_view text);

}  // namespace sentrail::compiler::oracle
