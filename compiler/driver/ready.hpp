// From a path to a policy that decides: what most commands begin with.
//
// Neighbours: load.hpp (the phases before), compiler/tester/compiled.hpp (the tables). Must not
// know: what a command asks of it.
#pragma once

#include <memory>
#include <string>

#include "compiler/driver/load.hpp"
#include "compiler/driver/reporter.hpp"
#include "compiler/tester/compiled.hpp"

namespace sentrail::compiler {

// A policy file, checked and compiled.
struct Ready {
  std::string file;
  Loaded loaded;  // its policy is there
  std::unique_ptr<Compiled> compiled;
};

// Loads the one policy that a path names, and compiles it. What is wrong is the reporter's: without
// a valid policy nothing else could be done, so the run ends with kCouldNot.
// out: whether `ready` is whole.
[[nodiscard]] bool make_ready(const std::string& path, const LoadOptions& load, Reporter& reporter,
                              Ready& ready);

// The same for a command with one policy. out: kFine, or the exit code to end with.
[[nodiscard]] int make_ready(const std::string& path, const LoadOptions& load,
                             const OutputOptions& output, Ready& ready);

}  // namespace sentrail::compiler
