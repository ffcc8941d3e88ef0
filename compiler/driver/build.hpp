// From a policy file to a bundle file: what `build` and `watch` share.
//
// Neighbours: build_command.cpp, watch_command.cpp. Must not know: command lines.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/driver/load.hpp"
#include "compiler/driver/output.hpp"
#include "core/bundle_levels.hpp"
#include "core/result.hpp"

namespace sentrail::compiler {

// What to build and how.
struct BuildOptions {
  std::string policy = ".";
  std::string out;
  std::vector<std::string> key_files;        // signing keys; none: unsigned
  std::uint32_t level = kBundleLevel;        // the highest that its readers know
  std::optional<std::uint64_t> steps_max{};  // that a decision may take at worst
  std::optional<std::uint64_t> bytes_max{};  // that it may touch
  bool untested = false;                     // build although a test of the policy fails
};

// Checks, tests, lowers, signs and writes. Prints findings and, on success, what was built.
// in: `files`, if there is one, gets the files of policy text that were read.
// out: an exit code.
int build_policy(const BuildOptions& options, const LoadOptions& load, const OutputOptions& output,
                 std::vector<std::string>* files = nullptr);

}  // namespace sentrail::compiler
