// `audit export --requests`: what policy was asked, for `sentrailc replay` and `diff --log`.
//
// Neighbours: audit_commands.cpp declares the command. Must not know: what is in a request.
#pragma once

#include <string>

#include "core/result.hpp"
#include "interceptor/cli/context.hpp"

namespace sentrail::cli {

// From when to when, as RFC 3339 times; empty: from the first, to the last.
struct RecordedSpan {
  std::string from;
  std::string until;
};

// Writes the recorded requests to a file, or to standard output for `-`, a line each; what was
// erased is counted on standard error. fails: as Context::call(); io.
[[nodiscard]] Status export_requests(Context& context, const std::string& path,
                                     const RecordedSpan& span);

}  // namespace sentrail::cli
