// A guess; then a search over the rules that were in the way of guesses, and more of them as long
// as what it finds is in the way of others; at last a search over all. See reach.hpp.
#include "compiler/analysis/reach.hpp"

#include <algorithm>
#include <utility>

#include "compiler/analysis/tries.hpp"

namespace sentrail::compiler::analysis {
namespace {

// Searches over some rules, and rules that one of them adds.
constexpr std::size_t kRoundsMax = 24;
constexpr std::size_t kAddedMax = 8;

bool is_candidate(const Witness& witness, std::size_t i) {
  const auto& candidates = witness.decision.candidates;
  return std::find(candidates.begin(), candidates.end(), i) != candidates.end();
}

}  // namespace

RuleReach Reaching::find(std::size_t i) {
  RuleReach reach;
  const std::optional<bool> reached =
      exists(i, rule(i).condition.must, boxes_.certain(i), &reach.by);
  if (!reached) return search_all(i);
  if (*reached) return reach;
  reach.reach = reach.by.empty() ? Reach::never_matches : Reach::shadowed;
  find_possible(i, reach);
  return reach;
}

std::optional<bool> Reaching::exists(std::size_t i, Node wanted, const Box& box,
                                     std::vector<std::size_t>* by) {
  if (wanted == kFalse || boxes_.is_empty(box)) return false;
  if (guesses_.reaches(i, wanted, box)) return true;
  std::vector<std::size_t> rivals;
  if (guesses_.point().truth(wanted) == Truth::t) rivals = guesses_.in_the_way(i, kAddedMax);
  for (std::size_t round = 0; round < kRoundsMax; ++round) {
    std::vector<Node> roots = {wanted};
    std::vector<Node> none;
    for (const std::size_t rival : rivals) {
      roots.push_back(rule(rival).condition.must);
      none.push_back(negation_of(roots.back()));
    }
    Query query(bench_.circuit(), roots);
    query.demand(wanted);
    const Answer answer = query.solve(none);
    if (answer.found == Found::none) {
      if (by == nullptr) return false;
      for (const std::size_t k : smallest_core(query, none, answer.core)) by->push_back(rivals[k]);
      std::sort(by->begin(), by->end());
      return false;
    }
    if (answer.found == Found::unknown || answer.opaque) return std::nullopt;
    if (!guesses_.point().take(answer.request)) return std::nullopt;
    const std::vector<std::size_t> more = guesses_.in_the_way(i, kAddedMax);
    if (more.empty()) return true;
    rivals.insert(rivals.end(), more.begin(), more.end());
  }
  return std::nullopt;
}

// Rules before one in its tier that may be true where it is.
std::vector<std::size_t> Reaching::rivals_of(std::size_t i) {
  std::vector<std::size_t> rivals;
  boxes_.meeting(i).for_each([&](std::uint32_t other) {
    if (other < i && rule(other).tier == rule(i).tier) rivals.push_back(other);
  });
  return rivals;
}

RuleReach Reaching::search_all(std::size_t i) {
  RuleReach reach;
  const std::vector<std::size_t> rivals = rivals_of(i);
  std::vector<Node> roots = {rule(i).condition.must};
  std::vector<Node> none;
  for (const std::size_t rival : rivals) {
    roots.push_back(rule(rival).condition.must);
    none.push_back(negation_of(roots.back()));
  }
  Query query(bench_.circuit(), roots);
  query.demand(roots[0]);
  const Answer answer = query.solve(none);
  reach.why = answer.why;
  reach.reach = Reach::unknown;
  if (answer.found == Found::some) {
    reach.reach = Reach::reached;
    // Without a witness an answer that rests on an unknown test is no answer; others need none.
    if (!answer.opaque) return reach;
    reach.where = bench_.confirm(0, answer, reach.why, [&](const Witness& witness) {
      return bench_.judge(0).truth(*rule(i).rule, witness.request) == Truth::t &&
             is_candidate(witness, i);
    });
    if (!reach.where) find_by_trying(i, reach);
    if (!reach.where) reach.reach = Reach::unknown;
  } else if (answer.found == Found::none) {
    for (const std::size_t k : smallest_core(query, none, answer.core)) {
      reach.by.push_back(rivals[k]);
    }
    // The solver may blame rules before it sees that the condition alone cannot hold.
    reach.reach = reach.by.empty() ? Reach::never_matches : Reach::shadowed;
    find_possible(i, reach);
  }
  return reach;
}

void Reaching::find_by_trying(std::size_t i, RuleReach& reach) {
  const auto request = try_to_reach(meaning_.policy(), i);
  if (!request) return;
  const Result<oracle::Decision> decision = bench_.judge(0).decide(*request);
  if (!decision || bench_.judge(0).truth(*rule(i).rule, *request) != Truth::t) return;
  Witness witness{*request, *decision};
  if (!is_candidate(witness, i)) return;
  reach.where = std::move(witness);
  reach.why.clear();
}

// Whether a rule that is never reached is still a candidate somewhere.
void Reaching::find_possible(std::size_t i, RuleReach& reach) {
  if (const auto found = exists(i, rule(i).condition.may, boxes_.possible(i), nullptr)) {
    reach.possible = *found;
    return;
  }
  const Node candidate = rule(i).candidate;
  Query query(bench_.circuit(), {&candidate, 1});
  query.demand(candidate);
  const Answer answer = query.solve();
  reach.why = answer.why;
  reach.possible = answer.found != Found::none;
  if (answer.found != Found::some || !answer.opaque) return;
  reach.where = bench_.confirm(0, answer, reach.why,
                               [&](const Witness& witness) { return is_candidate(witness, i); });
}

}  // namespace sentrail::compiler::analysis
