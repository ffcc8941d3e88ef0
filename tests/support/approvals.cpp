// See approvals.hpp.
#include "tests/support/approvals.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace sentrail::support {
namespace {

using compiler::ir::Approval;
using compiler::ir::Seats;

std::size_t below(Random& random, std::size_t count) {
  return static_cast<std::size_t>(random() % count);
}

constexpr std::array<const char*, 5> kGroups = {"leads", "sre", "on_call", "finance-eu", "group"};
constexpr std::array<const char*, 3> kRoles = {"owner", "admin", "reviewer"};
constexpr std::array<std::int64_t, 6> kTimesMs = {60'000,    90'000,     1'800'000,
                                                  7'200'000, 86'400'000, 30ll * 86'400'000};

}  // namespace

std::string quorum_text(const std::vector<Seats>& seats) {
  std::string text;
  for (const Seats& one : seats) {
    text += (text.empty() ? "" : " and ") + std::to_string(one.people) + " of " +
            (one.role ? "role:" : "") + one.name;
  }
  return text;
}

std::string describe(const std::optional<compiler::oracle::Approval>& approval) {
  if (!approval) return "nobody";
  std::vector<std::string> texts;
  for (const auto& seats : approval->quorums) texts.push_back(quorum_text(seats));
  std::sort(texts.begin(), texts.end());
  std::string out;
  for (const std::string& text : texts) out += text + "; ";
  if (approval->within_ms) out += "within " + std::to_string(*approval->within_ms);
  return out + (approval->usual_time ? " or as usual" : "");
}

Approval random_approval(Random& random) {
  Approval approval;
  if (below(random, 3) > 0) {
    std::map<std::pair<bool, std::string>, std::uint32_t> people;
    for (std::size_t i = 1 + below(random, 3); i > 0; --i) {
      const bool role = below(random, 3) == 0;
      const char* name =
          role ? kRoles[below(random, kRoles.size())] : kGroups[below(random, kGroups.size())];
      people[{role, name}] += static_cast<std::uint32_t>(1 + below(random, 3));
    }
    approval.seats.clear();
    for (const auto& [name, count] : people) {
      approval.seats.push_back({name.first, name.second, count});
    }
  }
  if (below(random, 2) == 0) approval.within_ms = kTimesMs[below(random, kTimesMs.size())];
  return approval;
}

void add_random_approvals(const Random& random, compiler::ir::Policy& policy) {
  Random aside = random;
  for (compiler::ir::Tier& tier : policy.tiers) {
    for (compiler::ir::Rule& rule : tier.rules) {
      if (rule.outcome == Outcome::require_approval) rule.approval = random_approval(aside);
    }
  }
  if (policy.default_effect == Effect::require_approval) {
    policy.default_approval = random_approval(aside);
  }
}

void add_random_ends(const Random& random, compiler::ir::Policy& policy) {
  Random aside = random;
  for (compiler::ir::Tier& tier : policy.tiers) {
    for (compiler::ir::Rule& rule : tier.rules) {
      const std::size_t drawn = below(aside, 4);
      if (drawn < 2) rule.until_ms = static_cast<std::int64_t>(10 * (1 + drawn)) * 86'400'000;
    }
  }
}

std::string written_approval(Random& random, const Approval& approval) {
  std::vector<std::string> terms;
  for (const Seats& seats : approval.seats) {
    // `2 of group a` may stand as two times `group a`.
    const bool apart = below(random, 4) == 0;
    const std::size_t terms_of = apart ? seats.people : 1;
    const std::size_t people = apart ? 1 : seats.people;
    for (std::size_t i = 0; i < terms_of; ++i) {
      std::string term;
      if (people > 1 || below(random, 2) == 0) term = std::to_string(people) + " of ";
      term += seats.role ? "role " : "group ";
      term += below(random, 3) == 0 ? '"' + seats.name + '"' : seats.name;
      terms.push_back(std::move(term));
    }
  }
  for (std::size_t i = terms.size(); i > 1; --i) std::swap(terms[i - 1], terms[below(random, i)]);
  std::string out;
  if (approval.seats != Approval{}.seats || below(random, 4) == 0) {
    for (const std::string& term : terms) out += (out.empty() ? " from (" : " and ") + term;
    out += ")";
  }
  if (approval.within_ms) {
    const std::int64_t seconds = *approval.within_ms / 1000;
    const bool minutes = seconds % 60 == 0 && below(random, 2) == 0;
    out +=
        " within " + (minutes ? std::to_string(seconds / 60) + "m" : std::to_string(seconds) + "s");
  }
  return out;
}

}  // namespace sentrail::support
