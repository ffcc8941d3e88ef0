// Names that people give and that several readers must take for the same.
//
// Neighbours: memberships, quorums. Must not know: who is in a group.
#pragma once

#include <array>
#include <string_view>

namespace sentrail {

// Whether a word can name a group of people: lower-case letters, digits, `_` and `-`, beginning
// with a letter, at most limits::kNameBytesMax; not `and`, which joins the terms of a quorum.
[[nodiscard]] bool is_group_name(std::string_view name) noexcept;

// The roles of people, the one with the most rights first; each may do what those after it may.
inline constexpr std::array<std::string_view, 5> kRoleNames = {"owner", "admin", "reviewer",
                                                               "auditor", "member"};

// Whether a word is the name of a role whose people can approve: owner, admin or reviewer.
[[nodiscard]] bool is_approver_role(std::string_view name) noexcept;

}  // namespace sentrail
