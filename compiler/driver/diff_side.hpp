// The two sides of a comparison: where their policies are, which belong together, and each loaded.
//
// Neighbours: diff_command.cpp compares; roots.hpp and revision.hpp say what there is. Must not
// know: what is compared, how it is shown.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "compiler/driver/load.hpp"
#include "compiler/driver/output.hpp"
#include "compiler/driver/traffic.hpp"
#include "compiler/tester/compiled.hpp"
#include "core/result.hpp"
#include "runtime/bundles/loaded_bundle.hpp"

namespace sentrail::compiler {

// What one side names: a file, or the policies of a folder, on the disk or in a git revision.
struct Place {
  LoadFrom from;
  std::string path;
  bool folder = false;
  std::map<std::string, std::string> policies;  // files, by their paths in the folder
};

// Both sides.
struct Sides {
  Place before;
  Place after;
};

// Finds two sides: a path, a bundle, REVISION:PATH where a policy is, or a REVISION alone, which is
// the other side's path as it was then, and this folder if the other is no path of the disk.
// fails: not_found; as roots_of() and Revision::open().
[[nodiscard]] Result<Sides> locate(const std::string& before, const std::string& after,
                                   const LoadOptions& options);

// Finds a path in two revisions. fails: as locate().
[[nodiscard]] Result<Sides> locate_revisions(const std::string& before, const std::string& after,
                                             const std::string& path, const LoadOptions& options);

// A policy before and after; empty where it is not there.
struct Files {
  std::string before;
  std::string after;
  const LoadFrom* from_before = nullptr;
  const LoadFrom* from_after = nullptr;
};

// What belongs together, by name: two files are one pair, and so are a file and the only policy of
// a folder; policies of folders go by their paths. The sides must outlive it. fails: not_found if
// there is no policy on either side.
using Pairs = std::map<std::string, Files>;
[[nodiscard]] Result<Pairs> pairs_of(const Sides& sides);

// One side of a pair: policy text or a bundle, and who decides on it if there is a log.
struct Side {
  Loaded loaded;  // of a bundle only its policy
  std::shared_ptr<const bundles::LoadedBundle> bundle;
  std::unique_ptr<Compiled> compiled;

  [[nodiscard]] const ir::Policy& policy() const { return *loaded.policy; }
  // REQUIRES: it was loaded to decide.
  [[nodiscard]] TrafficSide traffic() const;
};

// Loads one side, and tells what is wrong. out: an exit code if it cannot be compared.
[[nodiscard]] std::optional<int> load_side(const std::string& file, const LoadFrom& from,
                                           bool decides, Side& side, const OutputOptions& output);

}  // namespace sentrail::compiler
