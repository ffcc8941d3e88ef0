// See limit_changes.hpp.
#include "compiler/driver/limit_changes.hpp"

#include <map>
#include <utility>

namespace sentrail::compiler {
namespace {

// A rule and what one of its limits counts; limits that count the same are told apart by `else`.
using Key = std::pair<std::string, std::string>;

std::multimap<Key, const ir::Limit*> limits_of(const ir::Policy& policy) {
  std::multimap<Key, const ir::Limit*> limits;
  for (const ir::Tier& tier : policy.tiers) {
    for (const ir::Rule& rule : tier.rules) {
      for (const ir::Limit& limit : rule.limits) {
        ir::Limit counted = limit;
        counted.most = 0;
        limits.emplace(Key{rule.qualified_name, to_string(counted)}, &limit);
      }
    }
  }
  return limits;
}

}  // namespace

std::vector<LimitChange> limit_changes(const ir::Policy& before, const ir::Policy& after) {
  std::vector<LimitChange> found;
  std::multimap<Key, const ir::Limit*> left = limits_of(after);
  for (const auto& [key, limit] : limits_of(before)) {
    LimitChange change{key.first, with_else(*limit), {}, true};
    if (const auto now = left.find(key); now != left.end()) {
      change.after = with_else(*now->second);
      change.widens = now->second->most > limit->most || now->second->otherwise < limit->otherwise;
      left.erase(now);
    }
    if (change.before != change.after) found.push_back(std::move(change));
  }
  for (const auto& [key, limit] : left) found.push_back({key.first, {}, with_else(*limit), false});
  return found;
}

}  // namespace sentrail::compiler
