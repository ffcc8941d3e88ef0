// See obligation_changes.hpp.
#include "compiler/driver/obligation_changes.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace sentrail::compiler {
namespace {

using Obligations = std::vector<ir::Obligation>;

std::map<std::string, Obligations> by_rule(const ir::Policy& policy) {
  std::map<std::string, Obligations> found;
  const auto add = [&found](const ir::Rule& rule) {
    if (!rule.obligations.empty()) found.emplace(rule.qualified_name, rule.obligations);
  };
  for (const ir::Tier& tier : policy.tiers) {
    std::ranges::for_each(tier.rules, add);
    std::ranges::for_each(tier.alsos, add);
  }
  return found;
}

std::string text_of(const Obligations& obligations) {
  std::string text;
  for (const ir::Obligation& one : obligations) {
    text += (text.empty() ? "then " : ", ") + to_string(one);
  }
  return text.empty() ? "nothing" : text;
}

}  // namespace

std::vector<ObligationChange> obligation_changes(const ir::Policy& before,
                                                 const ir::Policy& after) {
  std::map<std::string, std::pair<Obligations, Obligations>> both;
  for (auto& [rule, obligations] : by_rule(before)) both[rule].first = obligations;
  for (auto& [rule, obligations] : by_rule(after)) both[rule].second = obligations;
  std::vector<ObligationChange> found;
  for (const auto& [rule, sides] : both) {
    const auto& [old, now] = sides;
    if (old == now) continue;
    const bool kept = std::ranges::all_of(old, [&now](const ir::Obligation& one) {
      return std::ranges::find(now, one) != now.end();
    });
    found.push_back({rule, text_of(old), text_of(now), !kept});
  }
  return found;
}

}  // namespace sentrail::compiler
