// From an imported policy to its text, laid out as `fmt` would.
//
// Neighbours: model.hpp before it; syntax/, check/ and format/ judge what it wrote. Must not know:
// any source format.
#pragma once

#include <string>

#include "compiler/import/model.hpp"
#include "core/result.hpp"

namespace sentrail::compiler::import_ {

// Writes the policy. What it gives has been parsed, checked without an error, and formatted.
// fails: limit_exceeded if the text is longer than a policy may be; unsupported, with the first
// diagnostic, if the language does not take the text.
[[nodiscard]] Result<std::string> write_policy(const Imported& imported);

}  // namespace sentrail::compiler::import_
