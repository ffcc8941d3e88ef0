// Strings as ids. See interner.hpp.
#include "core/interner.hpp"

#include "core/check.hpp"

namespace sentrail {

StringId Interner::intern(std::string_view text) {
  if (const StringId known = find(text); known.has_value()) return known;
  SENTRAIL_CHECK(strings_.size() < StringId::kNone);
  const StringId id{static_cast<std::uint32_t>(strings_.size())};
  ids_.emplace(strings_.emplace_back(text), id);
  return id;
}

StringId Interner::find(std::string_view text) const noexcept {
  const auto found = ids_.find(text);
  return found == ids_.end() ? StringId{} : found->second;
}

std::string_view Interner::view(StringId id) const noexcept {
  SENTRAIL_CHECK(id.value < strings_.size());
  return strings_[id.value];
}

}  // namespace sentrail
