// Lock files: the tools of MCP servers as they were when somebody looked at them.
//
// Neighbours: input_schema.hpp for what policy may test, compiler/driver writes lock files with
// `sentrailc lock`. Must not know: how servers are asked, policies.
// source: docs/mcp_lock.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "compiler/catalog/catalog_info.hpp"
#include "compiler/diag/diagnostic.hpp"
#include "compiler/source.hpp"
#include "core/json.hpp"
#include "core/result.hpp"

namespace sentrail::compiler {

// Reads a lock file as a catalog of the tool `mcp`, its tools by server and name. Everything wrong
// with it is reported at the file, by the place in its JSON. fails: S0420.
[[nodiscard]] std::optional<CatalogInfo> read_lock(const Sources& sources, SourceId source,
                                                   DiagnosticSink& sink);

// SHA-256 of a tool's definition in its canonical form (members sorted), in hexadecimal.
[[nodiscard]] std::string digest_of_tool(JsonValue definition);

// What changed between two lock files for one server, a line each, in the order of names.
struct LockChanges {
  std::vector<std::string> added;
  std::vector<std::string> changed;
  std::vector<std::string> removed;

  [[nodiscard]] bool none() const { return added.empty() && changed.empty() && removed.empty(); }
};

// Puts the tools that a server lists into a lock file, in the place of those that it had.
// in: `before` is the text of the file, empty for a new one; `name` what policies import;
// `listed` the answer to `tools/list`, the whole message, its result, or the list alone.
// out: the new text, ending in a newline, and what is different.
// fails: invalid_argument, naming the place; limit_exceeded.
struct NewLock {
  std::string text;
  LockChanges changes;
};
[[nodiscard]] Result<NewLock> update_lock(std::string_view before, std::string_view name,
                                          std::string_view server, std::string_view listed);

}  // namespace sentrail::compiler
