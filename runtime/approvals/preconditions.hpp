// Preconditions of a call: what makes applying it a second time impossible at the upstream.
//
// Neighbours: binding.hpp binds them, execute/ may resend a call that has one although an answer
// was lost. Must not know: HTTP parsing, what was answered. When in doubt a call has none.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "core/json.hpp"
#include "runtime/approvals/headers.hpp"
#include "runtime/approvals/idempotency.hpp"

namespace sentrail::approvals {

// What preconditions are read from. Everything borrows.
struct PreconditionSource {
  std::string_view tool;
  std::string_view action;
  std::string_view method;
  std::span<const HeaderField> headers;         // as forwarded
  JsonValue body;                               // points nowhere if the body is no JSON
  std::string_view target;                      // as on the wire
  bool honours_if_match = false;                // declared by the connection
  Idempotency idempotency = Idempotency::none;  // the same
};

// Finds the preconditions of a call, in canonical form: `if-match` with one entity tag on PUT,
// PATCH and DELETE where the upstream honours it, `idempotency`, and `github.merge.sha`.
// source: docs/approval_hash.md; RFC 9110 §13.1.1.
[[nodiscard]] std::vector<HeaderField> find_preconditions(const PreconditionSource& source);

}  // namespace sentrail::approvals
