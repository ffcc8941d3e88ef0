// Names that people give and that several readers must take for the same.
//
// Neighbours: memberships, quorums. Must not know: who is in a group.
#pragma once

#include <string_view>

namespace sentrail {

// Whether a word can name a group of people: lower-case letters, digits, `_` and `-`, beginning
// with a letter, at most limits::kNameBytesMax; not `and`, which joins the terms of a quorum.
[[nodiscard]] bool is_group_name(std::string_view name) noexcept;

}  // namespace sentrail
