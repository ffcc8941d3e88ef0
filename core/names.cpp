// Names. See names.hpp.
#include "core/names.hpp"

#include <algorithm>

#include "core/limits.hpp"

namespace sentrail {

bool is_group_name(std::string_view name) noexcept {
  if (name.empty() || name.size() > limits::kNameBytesMax || name == "and") return false;
  return name.front() >= 'a' && name.front() <= 'z' &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string_view::npos;
}

bool is_approver_role(std::string_view name) noexcept {
  const auto approvers = kRoleNames.begin() + 3;
  return std::find(kRoleNames.begin(), approvers, name) != approvers;
}

}  // namespace sentrail
