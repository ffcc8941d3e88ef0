// A policy as the verified program that engines read: lowered, written as a bundle and read again.
//
// Neighbours: compiler/lower and core/bundle; compiled.hpp and bench/ make engines of it. Must not
// know: engines.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/ir/ir.hpp"
#include "core/program.hpp"

namespace sentrail::support {

// Keeps the bundle's bytes, of which the program is a view: it may move, but not be copied.
class BundledProgram {
 public:
  // REQUIRES: policy.verify(); a policy that cannot be lowered is a bug of the caller and aborts.
  explicit BundledProgram(const compiler::ir::Policy& policy);
  BundledProgram(const BundledProgram&) = delete;
  BundledProgram& operator=(const BundledProgram&) = delete;
  BundledProgram(BundledProgram&&) = default;
  BundledProgram& operator=(BundledProgram&&) = default;
  ~BundledProgram() = default;

  [[nodiscard]] const Program& program() const noexcept { return program_; }

 private:
  std::vector<std::uint64_t> bundle_;  // words, for the alignment
  Program program_;
};

}  // namespace sentrail::support
