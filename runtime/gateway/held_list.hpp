// One page of the queue of held calls, as JSON.
//
// Neighbours: approvals_routes.cpp reads the request, held_view.hpp writes one call. Must not know:
// who asks, HTTP. source: docs/api.md A4.
#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "runtime/identity/directory.hpp"
#include "runtime/store/store.hpp"

namespace sentrail::gateway {

// Which calls to list, newest first.
struct HeldQuery {
  Uuid workspace_id;
  std::string status;  // as agents see it; empty: any
  std::string cursor;  // of the page before
  std::size_t limit = 50;
};

// The answer `{ok, approvals, next}`. fails: invalid_argument for an unknown status; as the store.
// cost: one read of the store for each call that is looked at.
[[nodiscard]] Result<std::string> list_held(const store::Reader& reader,
                                            const identity::Directory& directory,
                                            const HeldQuery& asked);

}  // namespace sentrail::gateway
