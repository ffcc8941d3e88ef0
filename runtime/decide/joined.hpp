// Several actions in one request: the strictest decision is the request's.
//
// Neighbours: the gateway, `sentrailc eval` and the tester decide each action and join here.
// Must not know: how one decision is made. source: docs/language.md, Meaning 6.
#pragma once

#include <cstddef>
#include <span>

#include "core/check.hpp"
#include "core/decision.hpp"

namespace sentrail::decide {

// Index of the first of the strictest decisions. REQUIRES: at least one.
[[nodiscard]] inline std::size_t strictest(std::span<const Decision> decisions) noexcept {
  SENTRAIL_CHECK(!decisions.empty());
  std::size_t at = 0;
  for (std::size_t i = 1; i < decisions.size(); ++i) {
    if (decisions[i].effect > decisions[at].effect) at = i;
  }
  return at;
}

}  // namespace sentrail::decide
