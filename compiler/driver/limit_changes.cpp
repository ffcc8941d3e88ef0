// See limit_changes.hpp.
#include "compiler/driver/limit_changes.hpp"

#include <map>
#include <utility>

#include "core/duration.hpp"

namespace sentrail::compiler {
namespace {

// A rule and what one of its limits counts; limits that count the same are told apart by `else`.
using Key = std::pair<std::string, std::string>;

std::string text_of(const ir::Limit& limit) {
  std::string out = to_string(limit) + " else " + std::string(name_of(limit.otherwise));
  if (limit.approval == ir::Approval{}) return out;
  for (const ir::Seats& seats : limit.approval.seats) {
    const bool first = &seats == &limit.approval.seats.front();
    out += (first ? " from (" : " and ") + std::to_string(seats.people) +
           (seats.role ? " of role " : " of group ") + seats.name;
  }
  out += ")";
  const auto within = limit.approval.within_ms;
  return within ? out + " within " + print_duration_ms(*within) : out;
}

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
    LimitChange change{key.first, text_of(*limit), {}, true};
    if (const auto now = left.find(key); now != left.end()) {
      change.after = text_of(*now->second);
      change.widens = now->second->most > limit->most || now->second->otherwise < limit->otherwise;
      left.erase(now);
    }
    if (change.before != change.after) found.push_back(std::move(change));
  }
  for (const auto& [key, limit] : left) found.push_back({key.first, {}, text_of(*limit), false});
  return found;
}

}  // namespace sentrail::compiler
