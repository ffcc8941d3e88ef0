// The resource of a matched call, each field in its one canonical form or unreadable.
//
// Neighbours: classify.cpp asks, refine.hpp fetches values. Must not know: actions, policy.
// source: docs/catalog_format.md, Resource fields; docs/language.md, Meaning 12.
#pragma once

#include "runtime/classify/refine.hpp"

namespace sentrail::classify {

// Fills the resource fields of `out` from the operation's bindings; texts that had to be made are
// kept in its store.
void fill_resource(const MatchedCall& call, Classified& out);

}  // namespace sentrail::classify
