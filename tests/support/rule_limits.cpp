// See rule_limits.hpp.
#include "tests/support/rule_limits.hpp"

#include <array>

#include "tests/support/approvals.hpp"

namespace sentrail::support {
namespace {

using compiler::ir::AttributeRef;
using compiler::ir::Limit;

std::size_t below(Random& random, std::size_t count) {
  return static_cast<std::size_t>(random() % count);
}

constexpr std::int64_t kMillion = 1'000'000;
constexpr std::array<std::int64_t, 5> kMost = {0, kMillion, 3 * kMillion, 20 * kMillion,
                                               1'000'000 * kMillion};
constexpr std::array<std::int64_t, 4> kPerMs = {1'000, 90'000, 3'600'000, 30ll * 86'400'000};
constexpr std::array kKeys = {AttributeId::agent_id, AttributeId::agent_ip, AttributeId::workspace,
                              AttributeId::user_id};

Limit random_limit(Random& random, Outcome outcome) {
  Limit limit;
  limit.most = kMost[below(random, kMost.size())];
  limit.per_ms = kPerMs[below(random, kPerMs.size())];
  if (below(random, 2) == 0) {
    limit.amount = AttributeRef{below(random, 2) == 0 ? AttributeId::body : AttributeId::args, {}};
    if (below(random, 4) > 0) limit.amount->steps.emplace_back("n");
    if (below(random, 2) == 0) limit.most += 250'000;
  }
  for (const AttributeId key : kKeys) {
    if (below(random, 3) == 0) limit.keys.push_back({key, {}});
  }
  const bool asks = outcome <= Outcome::require_approval && below(random, 2) == 0;
  limit.otherwise = asks ? Effect::require_approval : Effect::block;
  if (asks) limit.approval = random_approval(random);
  return limit;
}

std::string written_limit(Random& random, const Limit& limit) {
  std::string out = "limit ";
  if (limit.amount) out += "sum " + to_string(*limit.amount) + " ";
  out += std::to_string(limit.most / kMillion);
  if (limit.most % kMillion != 0) out += below(random, 2) == 0 ? ".25" : ".250000";
  const std::int64_t seconds = limit.per_ms / 1000;
  const bool hours = seconds % 3600 == 0 && below(random, 2) == 0;
  out += " per " + (hours ? std::to_string(seconds / 3600) + "h" : std::to_string(seconds) + "s");
  for (const AttributeRef& key : limit.keys) {
    out += (&key == &limit.keys.front() ? " by " : ", ") + to_string(key);
  }
  if (limit.otherwise == Effect::block && below(random, 2) == 0) return out;
  out += " else " + std::string(name_of(limit.otherwise));
  if (limit.otherwise == Effect::block) return out;
  return out + written_approval(random, limit.approval);
}

}  // namespace

void add_random_limits(const Random& random, compiler::ir::Policy& policy) {
  Random aside = random;
  for (compiler::ir::Tier& tier : policy.tiers) {
    for (compiler::ir::Rule& rule : tier.rules) {
      if (rule.outcome > Outcome::require_approval || below(aside, 2) == 0) continue;
      if (rule.on_response) continue;
      for (std::size_t i = 1 + below(aside, 3); i > 0; --i) {
        rule.limits.push_back(random_limit(aside, rule.outcome));
      }
    }
  }
}

std::map<std::pair<std::size_t, std::size_t>, std::int64_t> random_used(
    Random& random, const compiler::ir::Policy& policy) {
  std::map<std::pair<std::size_t, std::size_t>, std::int64_t> used;
  std::size_t index = 0;
  const auto add = [&](const compiler::ir::Rule& rule) {
    for (std::size_t i = 0; i < rule.limits.size(); ++i) {
      const std::int64_t most = rule.limits[i].most;
      // Around the place where one more, or one millionth more, has room or none.
      const std::array<std::int64_t, 5> held = {0, most, most - kMillion, most - kMillion + 1,
                                                most / 2};
      const std::int64_t one = held[below(random, held.size())];
      if (one > 0) used[{index, i}] = one;
    }
    ++index;
  };
  for (const compiler::ir::Tier& tier : policy.tiers) {
    for (const compiler::ir::Rule& rule : tier.rules) add(rule);
  }
  for (const compiler::ir::Tier& tier : policy.tiers) {
    index += tier.alsos.size();
    for (const compiler::ir::Shadow& one : tier.shadows) add(one.rule);
  }
  return used;
}

std::string written_limits(Random& random, const std::vector<Limit>& limits) {
  std::string out;
  for (const Limit& one : limits) {
    out += (out.empty() ? "" : "\n  ") + written_limit(random, one);
  }
  return out;
}

}  // namespace sentrail::support
