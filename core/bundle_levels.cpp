// Looks levels up. See bundle_levels.hpp.
#include "core/bundle_levels.hpp"

#include <algorithm>

namespace sentrail {

std::uint32_t level_of(TableId id) noexcept {
  const auto found = std::ranges::find_if(kBundleLevels, [&](const BundleLevel& level) {
    return level.first <= id && id <= level.last;
  });
  return static_cast<std::uint32_t>(found - kBundleLevels.begin()) + 1;
}

std::uint32_t level_needed(const Program& program, const CatalogView& catalogs) noexcept {
  std::uint32_t needed = catalogs.defaults.empty() ? 1 : level_of(kCatalogDefaultsSection);
  for_each_table(program, [&](TableId id, const auto& table) {
    if (!table.empty()) needed = std::max(needed, level_of(id));
  });
  return needed;
}

}  // namespace sentrail
