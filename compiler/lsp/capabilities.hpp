// What the client says it can, and what this server says it can.
//
// Neighbours: server.cpp at `initialize`. Must not know: how anything is done.
#pragma once

#include <string>

#include "compiler/lsp/features.hpp"

namespace sentrail::compiler::lsp {

// Reads the parameters of `initialize`.
[[nodiscard]] Client client_of(JsonValue params);

// The result of `initialize`.
[[nodiscard]] std::string server_capabilities(const Client& client);

// Asks the client to tell of policies, catalogs and lock files that change on disk.
[[nodiscard]] std::string watch_registration();

}  // namespace sentrail::compiler::lsp
