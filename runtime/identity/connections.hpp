// Connecting tools and letting them go, as transactions that say in the audit log who did it.
//
// Neighbours: the gateway checks hosts and seals credentials, then asks here; administration.hpp is
// the same for everything else. Must not know: HTTP, clear credentials.
#pragma once

#include <optional>

#include "core/result.hpp"
#include "core/time.hpp"
#include "runtime/audit/event.hpp"
#include "runtime/identity/administration.hpp"
#include "runtime/store/records.hpp"
#include "runtime/store/transaction.hpp"

namespace sentrail::identity {

// Connects a tool, or changes its connection. in: `before` as it is stored; an empty
// sealed_credential keeps the stored one, which is legal only where it would be presented to the
// same host in the same way: otherwise whoever may change a host could have the secret sent there.
// fails: permission_denied; invalid_argument if the credential must be given anew.
[[nodiscard]] Result<Changed<store::Connection>> put_connection(
    const audit::Recorder& recorder, const Clock& clock, const Actor& actor,
    store::Connection connection, const std::optional<store::Connection>& before);

// Forgets a connection and its credential. fails: permission_denied.
[[nodiscard]] Result<store::Transaction> remove_connection(const audit::Recorder& recorder,
                                                           const Clock& clock, const Actor& actor,
                                                           const store::Connection& connection);

}  // namespace sentrail::identity
