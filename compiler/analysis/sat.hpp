// A satisfiability solver: conflict-driven clause learning with two watched literals, activity
// order, phase saving, restarts and assumptions with a core.
//
// Neighbours: query.cpp asks it. Must not know: policies, classes, attributes.
// source: N. Een and N. Sorensson, "An Extensible SAT-solver", SAT 2003.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace sentrail::compiler::analysis {

// A variable or its negation: twice the variable's number, plus one if negated.
using Lit = std::uint32_t;
[[nodiscard]] constexpr Lit negation(Lit lit) noexcept {
  return lit ^ 1u;
}

// What came of a search. `exhausted`: the budget of conflicts was used up.
enum class SatAnswer : std::uint8_t { satisfiable, unsatisfiable, exhausted };

// Clauses and one search at a time over them. threads: one at a time.
class Sat {
 public:
  // A new variable; it is tried as `phase` first. `follows`: once all others have values, clauses
  // give it one or do not need one; it is not guessed before it was in a conflict. out: its
  // positive literal.
  Lit new_variable(bool phase = false, bool follows = false);
  // Adds a clause. REQUIRES: no search is under way (none is, between calls of solve).
  void add(std::span<const Lit> clause);
  void add(std::initializer_list<Lit> clause) { add(std::span<const Lit>(clause)); }

  // Searches for values under which all clauses and all assumptions hold. Deterministic.
  // cost: at most `conflicts_max` conflicts.
  [[nodiscard]] SatAnswer solve(std::span<const Lit> assumptions, std::uint64_t conflicts_max);

  // The value of a literal in the last satisfying answer.
  [[nodiscard]] bool is_true(Lit lit) const { return model_[lit >> 1] == ((lit & 1u) == 0); }
  // Of the last unsatisfiable answer: assumptions that together cannot hold, not always fewest.
  [[nodiscard]] const std::vector<Lit>& core() const noexcept { return core_; }
  [[nodiscard]] std::size_t variables() const noexcept { return level_.size(); }

 private:
  using ClauseRef = std::uint32_t;
  static constexpr ClauseRef kNoClause = 0xffffffff;
  enum class Value : std::uint8_t { unset, yes, no };
  struct Watch {
    ClauseRef clause;
    Lit blocker;
  };

  [[nodiscard]] Value value(Lit lit) const {
    const Value v = values_[lit >> 1];
    if (v == Value::unset || (lit & 1u) == 0) return v;
    return v == Value::yes ? Value::no : Value::yes;
  }
  [[nodiscard]] std::uint32_t current_level() const {
    return static_cast<std::uint32_t>(trail_limits_.size());
  }
  void enqueue(Lit lit, ClauseRef reason);
  [[nodiscard]] ClauseRef propagate();
  [[nodiscard]] bool visit_watches(Lit falsified, ClauseRef& conflict);
  void analyse(ClauseRef conflict, std::vector<Lit>& learnt, std::uint32_t& back);
  void analyse_final(Lit failed);
  void backtrack(std::uint32_t level);
  void bump(std::uint32_t variable);
  [[nodiscard]] Lit pick();
  ClauseRef store(std::span<const Lit> clause);
  void watch(ClauseRef clause);
  [[nodiscard]] SatAnswer search(std::span<const Lit> assumptions, std::uint64_t conflicts_max);
  // The next decision: an assumption, or the most active variable. out: false if an assumption
  // failed (core_ is set) or nothing is left to decide (`next` is kNoLit).
  [[nodiscard]] bool decide(std::span<const Lit> assumptions, Lit& next);
  void learn(std::span<const Lit> learnt, std::uint32_t back);

  // Makes a variable one to guess, unless it is.
  void heap_insert(std::uint32_t variable);
  void heap_up(std::size_t at);
  void heap_down(std::size_t at);

  static constexpr Lit kNoLit = 0xffffffff;
  std::vector<Lit> arena_;  // clauses: their size, then their literals
  std::vector<std::vector<Watch>> watches_;
  std::vector<Value> values_;
  std::vector<bool> first_phase_;  // a search begins with it, whatever was searched before
  std::vector<bool> phase_;
  std::vector<bool> follows_;
  std::vector<std::uint32_t> level_;
  std::vector<ClauseRef> reason_;
  std::vector<double> activity_;
  std::vector<std::uint8_t> seen_;
  std::vector<Lit> trail_;
  std::vector<std::size_t> trail_limits_;
  std::size_t head_ = 0;
  std::vector<std::uint32_t> heap_;
  std::vector<std::uint32_t> heap_at_;  // a variable's place in heap_, or kNotInHeap
  static constexpr std::uint32_t kNotInHeap = 0xffffffff;
  double step_ = 1.0;
  bool contradiction_ = false;
  std::vector<bool> model_;
  std::vector<Lit> core_;
};

}  // namespace sentrail::compiler::analysis
