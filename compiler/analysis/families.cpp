// Exclusions read from the part's side. See families.hpp.
#include "compiler/analysis/families.hpp"

#include <utility>

namespace sentrail::compiler::analysis {

Families::Families(Space& space) : space_(space), odd_(space.size()) {
  for (std::uint32_t i = 0; i < space.size(); ++i) {
    const DimensionId id{i};
    if (const std::optional<Bound>& bound = space.bound_of(id)) {
      odd_.set(i);
      for (const auto& [part, set] : bound->parts) odd_.set(part.value);
    }
    for (const Exclusion& exclusion : space.exclusions_of(id)) {
      bool plain = exclusion.parts.size() == 2;
      for (const auto& [part, set] : exclusion.parts) {
        plain = plain && (part == id || part == space[id].parent);
      }
      if (plain) continue;
      // Values say what their equality is, whatever they are.
      if (space[id].kind == DimensionKind::equality) {
        odd_.set(i);
        continue;
      }
      for (const auto& [part, set] : exclusion.parts) odd_.set(part.value);
    }
  }
}

const std::vector<Families::Group>& Families::groups_of(DimensionId part) {
  const auto [found, is_new] = groups_.try_emplace(part.value);
  std::vector<Group>& groups = found->second;
  if (!is_new) return groups;
  const DimensionId parent = *space_[part].parent;
  groups.push_back({Bits(space_[part].classes, true), Bits(space_[parent].classes, true)});
  for (const Exclusion& exclusion : space_.exclusions_of(part)) {
    const Bits* own = nullptr;
    const Bits* whole = nullptr;
    for (const auto& [id, set] : exclusion.parts) {
      if (id == part) own = &space_.set(set);
      if (id == parent) whole = &space_.set(set);
    }
    if (exclusion.parts.size() != 2 || own == nullptr || whole == nullptr) continue;
    std::vector<Group> split;
    for (Group& group : groups) {
      Group inside = group;
      inside.own &= *own;
      Bits allowed = *whole;
      allowed.flip();
      inside.whole &= allowed;
      Bits rest = *own;
      rest.flip();
      group.own &= rest;
      if (!inside.own.empty()) split.push_back(std::move(inside));
      if (!group.own.empty()) split.push_back(std::move(group));
    }
    groups = std::move(split);
  }
  return groups;
}

Families::Whole Families::whole_of(DimensionId part, SetId set) {
  const auto [found, is_new] = wholes_.try_emplace(std::uint64_t{part.value} << 32 | set);
  if (!is_new) return found->second;
  Bits classes(space_[*space_[part].parent].classes);
  std::size_t met = 0;
  for (const Group& group : groups_of(part)) {
    if (!group.own.intersects(space_.set(set))) continue;
    ++met;
    classes |= group.whole;
  }
  found->second = {space_.intern(std::move(classes)), met <= 1};
  return found->second;
}

}  // namespace sentrail::compiler::analysis
