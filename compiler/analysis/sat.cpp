// Propagation, learning, restarts. See sat.hpp.
#include "compiler/analysis/sat.hpp"

#include <algorithm>

#include "core/check.hpp"

namespace sentrail::compiler::analysis {

Lit Sat::new_variable(bool phase, bool follows) {
  const auto variable = static_cast<std::uint32_t>(level_.size());
  values_.push_back(Value::unset);
  first_phase_.push_back(phase);
  phase_.push_back(phase);
  follows_.push_back(follows);
  level_.push_back(0);
  reason_.push_back(kNoClause);
  activity_.push_back(0);
  seen_.push_back(0);
  heap_at_.push_back(kNotInHeap);
  watches_.emplace_back();
  watches_.emplace_back();
  if (!follows) heap_insert(variable);
  return variable * 2;
}

Sat::ClauseRef Sat::store(std::span<const Lit> clause) {
  const auto at = static_cast<ClauseRef>(arena_.size());
  arena_.push_back(static_cast<Lit>(clause.size()));
  arena_.insert(arena_.end(), clause.begin(), clause.end());
  return at;
}

void Sat::watch(ClauseRef clause) {
  const Lit first = arena_[clause + 1];
  const Lit second = arena_[clause + 2];
  watches_[negation(first)].push_back({clause, second});
  watches_[negation(second)].push_back({clause, first});
}

void Sat::add(std::span<const Lit> clause) {
  if (contradiction_) return;
  std::vector<Lit> kept(clause.begin(), clause.end());
  std::sort(kept.begin(), kept.end());
  kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
  for (std::size_t i = 0; i + 1 < kept.size(); ++i) {
    if (kept[i + 1] == negation(kept[i])) return;
  }
  if (std::any_of(kept.begin(), kept.end(), [&](Lit l) { return value(l) == Value::yes; })) return;
  std::erase_if(kept, [&](Lit l) { return value(l) == Value::no; });
  if (kept.empty()) {
    contradiction_ = true;
  } else if (kept.size() == 1) {
    enqueue(kept[0], kNoClause);
    contradiction_ = propagate() != kNoClause;
  } else {
    watch(store(kept));
  }
}

void Sat::enqueue(Lit lit, ClauseRef reason) {
  const std::uint32_t variable = lit >> 1;
  values_[variable] = (lit & 1u) == 0 ? Value::yes : Value::no;
  level_[variable] = current_level();
  reason_[variable] = reason;
  trail_.push_back(lit);
}

// Looks for new watches for the clauses that watch the negation of `made` true.
bool Sat::visit_watches(Lit made, ClauseRef& conflict) {
  std::vector<Watch>& list = watches_[made];
  std::size_t kept = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Watch watch = list[i];
    if (value(watch.blocker) == Value::yes) {
      list[kept++] = watch;
      continue;
    }
    Lit* lits = &arena_[watch.clause + 1];
    const std::size_t size = arena_[watch.clause];
    const Lit falsified = negation(made);
    if (lits[0] == falsified) std::swap(lits[0], lits[1]);
    const Lit first = lits[0];
    std::size_t other = size;
    if (value(first) != Value::yes) {
      for (std::size_t k = 2; k < size && other == size; ++k) {
        if (value(lits[k]) != Value::no) other = k;
      }
    }
    if (value(first) != Value::yes && other < size) {
      std::swap(lits[1], lits[other]);
      watches_[negation(lits[1])].push_back({watch.clause, first});
      continue;
    }
    list[kept++] = {watch.clause, first};
    if (value(first) == Value::yes) continue;
    if (value(first) == Value::no) {
      for (++i; i < list.size(); ++i) list[kept++] = list[i];
      conflict = watch.clause;
      break;
    }
    enqueue(first, watch.clause);
  }
  list.resize(kept);
  return conflict == kNoClause;
}

Sat::ClauseRef Sat::propagate() {
  ClauseRef conflict = kNoClause;
  while (head_ < trail_.size()) {
    const Lit made = trail_[head_++];
    if (!visit_watches(made, conflict)) {
      head_ = trail_.size();
      break;
    }
  }
  return conflict;
}

void Sat::bump(std::uint32_t variable) {
  activity_[variable] += step_;
  follows_[variable] = false;
  if (activity_[variable] > 1e100) {
    for (double& activity : activity_) activity *= 1e-100;
    step_ *= 1e-100;
  }
  if (heap_at_[variable] != kNotInHeap) heap_up(heap_at_[variable]);
}

// First unique implication point.
void Sat::analyse(ClauseRef conflict, std::vector<Lit>& learnt, std::uint32_t& back) {
  learnt.assign(1, 0);
  std::vector<std::uint32_t> marked;
  std::size_t open = 0;
  std::size_t at = trail_.size();
  Lit resolved = kNoLit;
  ClauseRef clause = conflict;
  do {
    const std::size_t size = arena_[clause];
    for (std::size_t i = 0; i < size; ++i) {
      const Lit lit = arena_[clause + 1 + i];
      const std::uint32_t variable = lit >> 1;
      if (lit == resolved || seen_[variable] != 0 || level_[variable] == 0) continue;
      seen_[variable] = 1;
      marked.push_back(variable);
      bump(variable);
      if (level_[variable] == current_level()) {
        ++open;
      } else {
        learnt.push_back(lit);
      }
    }
    do {
      --at;
    } while (seen_[trail_[at] >> 1] == 0);
    resolved = trail_[at];
    clause = reason_[resolved >> 1];
    seen_[resolved >> 1] = 0;
    --open;
  } while (open > 0);
  learnt[0] = negation(resolved);
  back = 0;
  for (std::size_t i = 1; i < learnt.size(); ++i) {
    const std::uint32_t level = level_[learnt[i] >> 1];
    if (level > back) {
      back = level;
      std::swap(learnt[1], learnt[i]);
    }
  }
  for (const std::uint32_t variable : marked) seen_[variable] = 0;
}

// Which assumptions made `failed`, an assumption, false.
void Sat::analyse_final(Lit failed) {
  core_.assign(1, failed);
  if (level_[failed >> 1] == 0) return;
  seen_[failed >> 1] = 1;
  for (std::size_t i = trail_.size(); i-- > trail_limits_[0];) {
    const std::uint32_t variable = trail_[i] >> 1;
    if (seen_[variable] == 0) continue;
    seen_[variable] = 0;
    const ClauseRef clause = reason_[variable];
    if (clause == kNoClause) {
      if (trail_[i] != failed) core_.push_back(trail_[i]);
      continue;
    }
    for (std::size_t k = 0; k < arena_[clause]; ++k) {
      const std::uint32_t other = arena_[clause + 1 + k] >> 1;
      if (other != variable && level_[other] > 0) seen_[other] = 1;
    }
  }
  std::sort(core_.begin(), core_.end());
  core_.erase(std::unique(core_.begin(), core_.end()), core_.end());
  seen_[failed >> 1] = 0;
}

void Sat::backtrack(std::uint32_t level) {
  if (current_level() <= level) return;
  const std::size_t begin = trail_limits_[level];
  for (std::size_t i = trail_.size(); i-- > begin;) {
    const std::uint32_t variable = trail_[i] >> 1;
    phase_[variable] = (trail_[i] & 1u) == 0;
    values_[variable] = Value::unset;
    if (heap_at_[variable] == kNotInHeap && !follows_[variable]) heap_insert(variable);
  }
  trail_.resize(begin);
  trail_limits_.resize(level);
  head_ = begin;
}

Lit Sat::pick() {
  while (!heap_.empty()) {
    const std::uint32_t variable = heap_[0];
    heap_at_[variable] = kNotInHeap;
    heap_[0] = heap_.back();
    heap_.pop_back();
    if (!heap_.empty()) {
      heap_at_[heap_[0]] = 0;
      heap_down(0);
    }
    if (values_[variable] == Value::unset) return variable * 2 + (phase_[variable] ? 0u : 1u);
  }
  return kNoLit;
}

bool Sat::decide(std::span<const Lit> assumptions, Lit& next) {
  next = kNoLit;
  while (current_level() < assumptions.size()) {
    const Lit wanted = assumptions[current_level()];
    if (value(wanted) == Value::no) {
      analyse_final(wanted);
      return false;
    }
    if (value(wanted) == Value::unset) {
      next = wanted;
      break;
    }
    trail_limits_.push_back(trail_.size());
  }
  if (next == kNoLit) next = pick();
  return next != kNoLit;
}

void Sat::learn(std::span<const Lit> learnt, std::uint32_t back) {
  backtrack(back);
  if (learnt.size() == 1) {
    enqueue(learnt[0], kNoClause);
    return;
  }
  const ClauseRef clause = store(learnt);
  watch(clause);
  enqueue(learnt[0], clause);
}

SatAnswer Sat::search(std::span<const Lit> assumptions, std::uint64_t conflicts_max) {
  std::uint64_t conflicts = 0;
  std::uint64_t until_restart = 100;
  std::vector<Lit> learnt;
  for (;;) {
    const ClauseRef conflict = propagate();
    if (conflict != kNoClause) {
      if (current_level() == 0) {
        contradiction_ = true;
        return SatAnswer::unsatisfiable;
      }
      if (++conflicts > conflicts_max) return SatAnswer::exhausted;
      std::uint32_t back = 0;
      analyse(conflict, learnt, back);
      learn(learnt, back);
      step_ /= 0.95;
      if (conflicts == until_restart) {
        until_restart += 100 + conflicts / 2;
        backtrack(0);
      }
      continue;
    }
    Lit next = kNoLit;
    if (!decide(assumptions, next)) {
      return core_.empty() ? SatAnswer::satisfiable : SatAnswer::unsatisfiable;
    }
    trail_limits_.push_back(trail_.size());
    enqueue(next, kNoClause);
  }
}

SatAnswer Sat::solve(std::span<const Lit> assumptions, std::uint64_t conflicts_max) {
  core_.clear();
  if (contradiction_) return SatAnswer::unsatisfiable;
  phase_ = first_phase_;
  const SatAnswer answer = search(assumptions, conflicts_max);
  if (answer == SatAnswer::satisfiable) {
    model_.resize(values_.size());
    for (std::size_t i = 0; i < values_.size(); ++i) model_[i] = values_[i] == Value::yes;
  }
  backtrack(0);
  return answer;
}

void Sat::heap_insert(std::uint32_t variable) {
  heap_at_[variable] = static_cast<std::uint32_t>(heap_.size());
  heap_.push_back(variable);
  heap_up(heap_.size() - 1);
}

// Equal activities go by number, so that a search is the same each time.
void Sat::heap_up(std::size_t at) {
  const std::uint32_t variable = heap_[at];
  while (at > 0) {
    const std::size_t parent = (at - 1) / 2;
    const std::uint32_t above = heap_[parent];
    if (activity_[above] > activity_[variable] ||
        (activity_[above] == activity_[variable] && above < variable)) {
      break;
    }
    heap_[at] = above;
    heap_at_[above] = static_cast<std::uint32_t>(at);
    at = parent;
  }
  heap_[at] = variable;
  heap_at_[variable] = static_cast<std::uint32_t>(at);
}

void Sat::heap_down(std::size_t at) {
  const std::uint32_t variable = heap_[at];
  const auto before = [&](std::uint32_t a, std::uint32_t b) {
    return activity_[a] > activity_[b] || (activity_[a] == activity_[b] && a < b);
  };
  for (;;) {
    std::size_t child = 2 * at + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && before(heap_[child + 1], heap_[child])) ++child;
    if (!before(heap_[child], variable)) break;
    heap_[at] = heap_[child];
    heap_at_[heap_[at]] = static_cast<std::uint32_t>(at);
    at = child;
  }
  heap_[at] = variable;
  heap_at_[variable] = static_cast<std::uint32_t>(at);
}

}  // namespace sentrail::compiler::analysis
