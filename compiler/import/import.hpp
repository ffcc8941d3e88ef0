// Foreign policies to policies of ours: what `sentrailc import` calls.
//
// Neighbours: the readers and write.hpp inside, driver/import_command.cpp outside. Must not know:
// files, exit codes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/import/model.hpp"
#include "core/decision.hpp"
#include "core/result.hpp"

namespace sentrail::compiler::import_ {

// The source formats.
enum class ImportFormat : std::uint8_t { sentrail, sentinelgate, cedar };

// The format of that name.
[[nodiscard]] std::optional<ImportFormat> import_format_named(std::string_view name) noexcept;

// What is imported. Views outlive the call.
struct ImportRequest {
  ImportFormat format = ImportFormat::sentrail;
  std::string_view text;
  std::string_view name;                // the policy is called like it
  std::optional<std::string_view> map;  // the text of a map file
  std::optional<Effect> default_effect;
};

// A policy, and what people must know about it.
struct ImportResult {
  std::string policy;  // laid out, without errors
  std::vector<Finding> findings;
  std::vector<SourceOutcome> outcomes;

  // Whether everything was carried as it was.
  [[nodiscard]] bool exact() const noexcept;
};

// Imports one file. The policy never decides more loosely than its source does.
// fails: invalid_argument for a text, map or option that cannot be; limit_exceeded.
// cost: linear in the text but for one condition, which is bounded.
[[nodiscard]] Result<ImportResult> import_policy(const ImportRequest& request);

}  // namespace sentrail::compiler::import_
