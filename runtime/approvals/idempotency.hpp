// Idempotency keys: what makes a second application of a call impossible at upstreams that keep
// the answer of a key's first call.
//
// Neighbours: preconditions.hpp says which call has one, gateway/ adds the key when the call is
// sent, execute/ may send again what has one. Must not know: sockets, who honours what; a
// connection declares it. The key is a function of what the approval is bound to: the same on
// every try, another for every approval, and anybody can compute it again.
// source: docs/execution.md, Keys; draft-ietf-httpapi-idempotency-key-header-07.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/uuid.hpp"
#include "runtime/approvals/headers.hpp"
#include "runtime/store/records.hpp"

namespace sentrail::approvals {

struct PreconditionSource;

// How an upstream takes the key, as a connection declares it.
enum class Idempotency : std::uint8_t {
  none,
  ietf,    // `Idempotency-Key`, a quoted string, of POST and PATCH
  stripe,  // `Idempotency-Key` of POST; answers kept are marked `Idempotent-Replayed: true`
  paypal,  // `PayPal-Request-Id` of POST
  square,  // `idempotency_key` in the body, which the caller writes
  aws,     // a client token in the body or query, which the caller writes
};

// The adapter's name, and the adapter of a name. fails: nothing if there is no such adapter.
[[nodiscard]] std::string_view name_of(Idempotency adapter) noexcept;
[[nodiscard]] std::optional<Idempotency> idempotency_named(std::string_view name) noexcept;

// The precondition `idempotency` of a call: value NAME if the gate adds the key, NAME`:own` if the
// call has one of its own. Nothing if the adapter does not reach this call, or cannot be sure.
[[nodiscard]] std::optional<HeaderField> find_idempotency(const PreconditionSource& source);

// The header field to add to a call when it is sent; nothing if its preconditions ask for none.
// in: the call's preconditions, and what its approval is bound to.
[[nodiscard]] std::optional<HeaderField> added_key(std::span<const HeaderField> preconditions,
                                                   const Uuid& action_id, const store::Hash& nonce);

// Whether the preconditions hold an idempotency key.
[[nodiscard]] bool has_key(std::span<const HeaderField> preconditions) noexcept;

// Whether the upstream says that an answer is the one it kept of the key's first call.
[[nodiscard]] bool is_replay(std::span<const HeaderField> preconditions,
                             std::span<const HeaderField> answer) noexcept;

}  // namespace sentrail::approvals
