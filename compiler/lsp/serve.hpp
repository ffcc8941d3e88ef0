// The language server over two descriptors.
//
// Neighbours: framing.hpp and server.hpp are put together here; driver/lsp_command.cpp calls it.
// Must not know: methods.
#pragma once

#include "compiler/lsp/server.hpp"

namespace sentrail::compiler::lsp {

// Serves one client until it asks for the end or its stream ends. Reads all that is there before it
// answers, so that what is cancelled or overtaken is not worked out. Blocks. out: the exit code: 0
// after `shutdown` and `exit`, 1 after anything else; the process is ended with it at once if an
// analysis is still at work.
[[nodiscard]] int serve(int in, int out, const Log& log, const LoadOptions& options);

}  // namespace sentrail::compiler::lsp
