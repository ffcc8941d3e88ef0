// A guess of a request at which the rule alone asks; then a search over those that were in the way.
// See vacuous_approvals.hpp.
#include "compiler/analysis/vacuous_approvals.hpp"

#include <algorithm>
#include <string>

#include "compiler/analysis/budgets.hpp"

namespace sentrail::compiler::analysis {
namespace {

constexpr std::size_t kRoundsMax = 24;

// Seats one by one.
std::vector<ir::Seats> seat_by_seat(const std::vector<ir::Seats>& quorum) {
  std::vector<ir::Seats> out;
  for (ir::Seats seats : quorum) {
    const std::uint32_t people = std::exchange(seats.people, 1);
    out.insert(out.end(), people, seats);
  }
  return out;
}

int rank_of(const std::string& role) {
  return role == "owner" ? 3 : role == "admin" ? 2 : 1;
}

// Whether whoever fills a seat may fill another: of a group nothing else is known.
bool may_sit(const ir::Seats& seat, const ir::Seats& other) {
  if (seat.role != other.role) return false;
  return seat.role ? rank_of(seat.name) >= rank_of(other.name) : seat.name == other.name;
}

// Finds a person for a seat, if need be by giving others another seat.
// source: H. W. Kuhn, The Hungarian method for the assignment problem, 1955.
bool find_person(std::size_t seat, const std::vector<ir::Seats>& asked,
                 const std::vector<ir::Seats>& people, std::vector<std::size_t>& seat_of,
                 std::vector<bool>& tried) {
  for (std::size_t person = 0; person < people.size(); ++person) {
    if (tried[person] || !may_sit(people[person], asked[seat])) continue;
    tried[person] = true;
    if (seat_of[person] == asked.size() ||
        find_person(seat_of[person], asked, people, seat_of, tried)) {
      seat_of[person] = seat;
      return true;
    }
  }
  return false;
}

bool asks(const ir::Rule& rule) {
  return rule.outcome == Outcome::require_approval;
}

// Whether an approval makes another's part vacuous; `first`: if both say the same.
bool answers_for(const ir::Approval& approval, const ir::Approval& other, Vacuity what,
                 bool first) {
  if (what == Vacuity::seats) {
    return fills(approval.seats, other.seats) && (first || !fills(other.seats, approval.seats));
  }
  return approval.within_ms && (*approval.within_ms < *other.within_ms ||
                                (first && *approval.within_ms == *other.within_ms));
}

}  // namespace

bool fills(const std::vector<ir::Seats>& quorum, const std::vector<ir::Seats>& other) {
  const std::vector<ir::Seats> people = seat_by_seat(quorum);
  const std::vector<ir::Seats> asked = seat_by_seat(other);
  std::vector<std::size_t> seat_of(people.size(), asked.size());
  for (std::size_t seat = 0; seat < asked.size(); ++seat) {
    std::vector<bool> tried(people.size(), false);
    if (!find_person(seat, asked, people, seat_of, tried)) return false;
  }
  return true;
}

Asking::Rivals Asking::rivals_of(std::size_t i, Vacuity what) const {
  const ir::Policy& policy = meaning_.policy();
  const auto answers = [&](const ir::Approval& approval, bool first) {
    return what != Vacuity::asked && answers_for(approval, rule(i).approval, what, first);
  };
  Rivals rivals;
  for (std::size_t k = 0; k < meaning_.rules().size(); ++k) {
    const ir::Rule& one = rule(k);
    rivals.rules.push_back(one.outcome == Outcome::block ||
                           (k != i && asks(one) && answers(one.approval, k < i)));
  }
  rivals.by_default = policy.default_effect == Effect::block ||
                      (policy.default_effect == Effect::require_approval &&
                       answers(policy.default_approval, false));
  return rivals;
}

bool Asking::is_guessed(std::size_t i, const Rivals& rivals) {
  return guesses_.look(boxes_.possible(i), [&](const Box*& in_the_way) {
    const std::optional<PointDecision> decision = guesses_.decide();
    if (!decision) return false;
    const auto& candidates = decision->candidates;
    for (const std::size_t one : candidates) {
      if (!rivals.rules[one]) continue;
      in_the_way = &boxes_.possible(one);
      return false;
    }
    if (std::find(candidates.begin(), candidates.end(), i) != candidates.end()) {
      return !(decision->joined && rivals.by_default);
    }
    const std::vector<std::size_t> before = guesses_.in_the_way(i, 1);
    if (!before.empty()) in_the_way = &boxes_.certain(before[0]);
    return false;
  });
}

// The rivals that see to it that one is always there; none in the list stands for the default.
// Nothing if the rule asks somewhere without any, or that is not known.
std::optional<std::vector<std::size_t>> Asking::always(std::size_t i, const Rivals& rivals) {
  const std::size_t the_default = rivals.rules.size();
  const Node asked = meaning_.rules()[i].candidate;
  std::vector<std::size_t> met;
  for (std::size_t round = 0; round < kRoundsMax; ++round) {
    if (++searches_ > limits::kAnalysisAskedMax) return std::nullopt;
    std::vector<Node> roots = {asked};
    std::vector<Node> none;
    for (const std::size_t one : met) {
      roots.push_back(one == the_default ? meaning_.default_joins()
                                         : meaning_.rules()[one].candidate);
      none.push_back(negation_of(roots.back()));
    }
    Query query(bench_.circuit(), roots);
    query.demand(asked);
    const Answer answer = query.solve(none);
    if (answer.found == Found::none) {
      std::vector<std::size_t> by;
      for (const std::size_t k : smallest_core(query, none, answer.core)) by.push_back(met[k]);
      std::sort(by.begin(), by.end());
      return by;
    }
    if (answer.found == Found::unknown || answer.opaque) return std::nullopt;
    if (!guesses_.point().take(answer.request)) return std::nullopt;
    const std::optional<PointDecision> decision = guesses_.decide();
    if (!decision) return std::nullopt;
    const std::size_t before = met.size();
    for (const std::size_t one : decision->candidates) {
      const bool known = std::find(met.begin(), met.end(), one) != met.end();
      if (rivals.rules[one] && !known) met.push_back(one);
    }
    if (decision->joined && rivals.by_default) {
      if (std::find(met.begin(), met.end(), the_default) == met.end()) met.push_back(the_default);
    }
    if (met.size() == before) return std::nullopt;
  }
  return std::nullopt;
}

std::vector<VacuousApproval> Asking::find(std::size_t i) {
  std::vector<VacuousApproval> found;
  if (!asks(rule(i))) return found;
  for (const Vacuity what : {Vacuity::asked, Vacuity::seats, Vacuity::time}) {
    const ir::Approval& approval = rule(i).approval;
    if (what == Vacuity::seats && approval.seats == ir::Approval{}.seats) continue;
    if (what == Vacuity::time && !approval.within_ms) continue;
    const Rivals rivals = rivals_of(i, what);
    const bool some =
        rivals.by_default || std::ranges::find(rivals.rules, true) != rivals.rules.end();
    if (!some || is_guessed(i, rivals)) continue;
    auto by = always(i, rivals);
    if (!by || by->empty()) continue;
    found.push_back({i, what, *std::move(by)});
    if (what == Vacuity::asked) break;
  }
  return found;
}

}  // namespace sentrail::compiler::analysis
