// What changes between two policies: requests whose decision is another one.
//
// Neighbours: workbench.hpp (both in one space). Must not know: files, revisions, output.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "compiler/analysis/confirm.hpp"
#include "compiler/ir/ir.hpp"

namespace sentrail::compiler::analysis {

// One request that is decided differently, and by which rules; nothing: by the default.
struct Change {
  Witness before;
  Witness after;
};

// Changes from one effect to another, each by another pair of rules.
struct ChangeGroup {
  Effect from = Effect::allow;
  Effect to = Effect::allow;
  std::vector<Change> changes;
  bool more = false;  // others are not listed
  std::string why;    // what is not known; empty if these are all

  [[nodiscard]] bool widens() const noexcept { return to < from; }
};

// All of it: groups with a change or an unknown, widenings first, the widest first.
struct Difference {
  std::vector<ChangeGroup> groups;
  std::size_t unconfirmed = 0;

  // Whether it is proved that every request has the same effect.
  [[nodiscard]] bool equivalent() const noexcept { return groups.empty(); }
};

// Compares effects. REQUIRES: both verify.
[[nodiscard]] Difference diff(const ir::Policy& before, const ir::Policy& after);

}  // namespace sentrail::compiler::analysis
