// Common ends, then a longest ascending run of what stands once. See alignment.hpp.
#include "compiler/analysis/alignment.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>

namespace sentrail::compiler::analysis {
namespace {

// What two rules have in common that do the same.
using Key = std::tuple<Node, Node, Outcome>;
// Places of equal rules in two tiers.
using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;

std::vector<Key> keys_of(Meaning& meaning, const ir::Tier& tier) {
  std::vector<Key> keys;
  for (const ir::Rule& rule : tier.rules) {
    const Banks banks = meaning.condition(rule);
    keys.emplace_back(banks.may, banks.must, rule.outcome);
  }
  return keys;
}

// Of pairs that ascend by the first place, most that ascend by the second too.
Pairs longest_ascending(const Pairs& pairs) {
  std::vector<std::size_t> ends;  // by length: the pair that ends the run with the lowest place
  std::vector<std::size_t> previous(pairs.size(), pairs.size());
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const auto at = std::lower_bound(
        ends.begin(), ends.end(), pairs[i].second,
        [&](std::size_t one, std::size_t place) { return pairs[one].second < place; });
    if (at != ends.begin()) previous[i] = *std::prev(at);
    if (at == ends.end()) {
      ends.push_back(i);
    } else {
      *at = i;
    }
  }
  Pairs run;
  if (ends.empty()) return run;
  for (std::size_t i = ends.back(); i < pairs.size(); i = previous[i]) run.push_back(pairs[i]);
  std::reverse(run.begin(), run.end());
  return run;
}

Pairs common_of(const std::vector<Key>& before, const std::vector<Key>& after) {
  Pairs pairs;
  const std::size_t shorter = std::min(before.size(), after.size());
  std::size_t begin = 0;
  while (begin < shorter && before[begin] == after[begin]) {
    pairs.emplace_back(begin, begin);
    ++begin;
  }
  std::size_t end = 0;
  while (end < shorter - begin &&
         before[before.size() - 1 - end] == after[after.size() - 1 - end]) {
    ++end;
  }
  struct Places {
    std::size_t count_before = 0;
    std::size_t count_after = 0;
    std::size_t after = 0;
  };
  std::map<Key, Places> places;
  for (std::size_t i = begin; i + end < before.size(); ++i) ++places[before[i]].count_before;
  for (std::size_t i = begin; i + end < after.size(); ++i) {
    Places& found = places[after[i]];
    ++found.count_after;
    found.after = i;
  }
  Pairs once;
  for (std::size_t i = begin; i + end < before.size(); ++i) {
    const Places& found = places.at(before[i]);
    if (found.count_before == 1 && found.count_after == 1) once.emplace_back(i, found.after);
  }
  const Pairs run = longest_ascending(once);
  pairs.insert(pairs.end(), run.begin(), run.end());
  for (; end > 0; --end) pairs.emplace_back(before.size() - end, after.size() - end);
  return pairs;
}

std::vector<std::size_t> first_rules(const ir::Policy& policy) {
  std::vector<std::size_t> firsts = {0};
  for (const ir::Tier& tier : policy.tiers) firsts.push_back(firsts.back() + tier.rules.size());
  return firsts;
}

}  // namespace

Blocks one_block(const ir::Policy& policy) {
  return {std::vector<std::uint32_t>(first_rules(policy).back(), kOwnBlock + 1), {}};
}

Blocks common_blocks(Meaning& before, Meaning& after) {
  const std::vector<std::size_t> first_before = first_rules(before.policy());
  const std::vector<std::size_t> first_after = first_rules(after.policy());
  Blocks blocks{std::vector<std::uint32_t>(first_before.back(), kOwnBlock),
                std::vector<std::uint32_t>(first_after.back(), kOwnBlock)};
  const std::vector<ir::Tier>& tiers = after.policy().tiers;
  std::uint32_t block = kOwnBlock;
  for (std::size_t t = 0; t < before.policy().tiers.size(); ++t) {
    const ir::Tier& tier = before.policy().tiers[t];
    const auto same = std::find_if(tiers.begin(), tiers.end(),
                                   [&](const ir::Tier& one) { return one.name == tier.name; });
    if (same == tiers.end()) continue;
    const Pairs pairs = common_of(keys_of(before, tier), keys_of(after, *same));
    const std::size_t in_after = first_after[static_cast<std::size_t>(same - tiers.begin())];
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      const auto& [one, other] = pairs[i];
      const bool goes_on =
          i > 0 && pairs[i - 1].first + 1 == one && pairs[i - 1].second + 1 == other;
      if (!goes_on) ++block;
      blocks.before[first_before[t] + one] = block;
      blocks.after[in_after + other] = block;
    }
  }
  return blocks;
}

}  // namespace sentrail::compiler::analysis
