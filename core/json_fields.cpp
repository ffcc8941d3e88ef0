// Builds the trie. See json_fields.hpp.
#include "core/json_fields.hpp"

namespace sentrail {

const JsonFields& JsonFields::everything() {
  static const JsonFields kEverything = [] {
    JsonFields fields;
    fields.add({});
    return fields;
  }();
  return kEverything;
}

void JsonFields::add(std::span<const std::string_view> steps) {
  Place place = kRoot;
  for (const std::string_view step : steps) {
    const auto next = static_cast<Place>(nodes_.size());
    const auto [at, is_new] = nodes_[place].members.try_emplace(std::string(step), next);
    place = at->second;
    if (is_new) nodes_.emplace_back();
  }
  nodes_[place].all = true;
}

}  // namespace sentrail
