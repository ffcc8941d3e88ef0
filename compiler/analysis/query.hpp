// One question to the space of requests: is there a request for which these formulas hold?
//
// Neighbours: circuit.hpp (the formulas), sat.hpp (the search), questions.cpp asks. Must not know:
// policies.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "compiler/analysis/circuit.hpp"
#include "compiler/analysis/sat.hpp"

namespace sentrail::compiler::analysis {

// What a search found. `none` is exact. `some` is exact too, unless the request rests on a test
// that analysis does not know: then `opaque` says which, and whoever asks must try it.
enum class Found : std::uint8_t { none, some, unknown };
struct Answer {
  Found found = Found::unknown;
  Assignment request;  // some
  std::optional<std::string> opaque;
  std::vector<std::size_t> core;  // none: which assumptions cannot hold together, by number
  std::string why;                // unknown
};

// Formulas made ready for searches. Classes that none of them tells apart are one.
class Query {
 public:
  // `roots`: all formulas that will be demanded or assumed, or others whose tests are all of
  // theirs. cost: their tests; a formula becomes clauses when it is first asked for.
  Query(const Circuit& circuit, std::span<const Node> roots);

  // Demands that a formula holds from now on. REQUIRES: its tests are those of the roots.
  void demand(Node node);
  // Demands that not all of these hold. REQUIRES: as demand().
  void refuse_all(std::span<const Node> nodes);
  // Searches. A request without texts and lists of thousands is preferred.
  // cost: at most limits::kAnalysisConflictsMax conflicts. REQUIRES: as demand().
  [[nodiscard]] Answer solve(std::span<const Node> assumptions = {});
  // Whether a formula holds in the request that was found last. REQUIRES: a test of the roots, or a
  // formula that was demanded or assumed.
  [[nodiscard]] bool holds(Node node) const {
    return sat_.is_true(literals_[node >> 1] ^ (node & 1u));
  }

 private:
  struct Axis {
    DimensionId dimension;
    std::vector<SetId> sets;
    std::vector<std::uint32_t> representatives;  // of each block of classes
    Lit first = 0;                               // the first block's literal
  };

  void collect(std::span<const Node> roots);
  void add_parents();
  void encode_axis(Axis& axis);
  void encode_sets(Axis& axis, const std::vector<std::vector<std::uint32_t>>& blocks_of,
                   const std::vector<bool>& complemented);
  void encode_exclusions();
  void encode_bound(DimensionId size, const Bound& bound);
  void encode_gate(std::uint32_t place);
  [[nodiscard]] Axis& axis_of(DimensionId id);
  // A class of texts or lists too long for people, in the request that was found last.
  [[nodiscard]] std::optional<Lit> tedious_class() const;
  // Looks for a request without such, for which the assumptions hold too.
  void make_readable(std::vector<Lit> assumed);
  // Encodes what is not yet, children first.
  [[nodiscard]] Lit literal(Node node);
  [[nodiscard]] Lit leaf(DimensionId id, SetId set) const;

  const Circuit& circuit_;
  Sat sat_;
  Lit true_ = 0;
  std::vector<std::uint32_t> leaves_;  // places of the roots' tests
  std::vector<Lit> literals_;          // by place; kNoLit if it was not asked for yet
  static constexpr Lit kNoLit = 0xffffffff;
  std::unordered_map<std::uint64_t, Lit> sets_;  // by dimension and set
  std::vector<Axis> axes_;
  std::unordered_map<std::uint32_t, std::size_t> axis_numbers_;
  std::vector<const Exclusion*> exclusions_;
};

// A subset of a core of assumptions that cannot hold together, and would if any were left out.
[[nodiscard]] std::vector<std::size_t> smallest_core(Query& query, const std::vector<Node>& all,
                                                     std::vector<std::size_t> core);

}  // namespace sentrail::compiler::analysis
