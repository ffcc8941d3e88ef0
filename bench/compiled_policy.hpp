// A checked policy as the verified program that engines read, by way of its bundle.
//
// Neighbours: decide_bench.cpp; compiler/lower and core/bundle. Must not know: engines.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/ir/ir.hpp"
#include "core/program.hpp"

namespace sentrail::bench {

// Keeps the bundle's bytes, of which the program is a view.
class CompiledPolicy {
 public:
  // REQUIRES: policy.verify(); one that cannot be lowered is a bug of a workload and aborts.
  explicit CompiledPolicy(const compiler::ir::Policy& policy);
  CompiledPolicy(const CompiledPolicy&) = delete;
  CompiledPolicy& operator=(const CompiledPolicy&) = delete;

  [[nodiscard]] const Program& program() const noexcept { return *program_; }
  // Milliseconds that it took to make.
  [[nodiscard]] double build_ms() const noexcept { return build_ms_; }

 private:
  std::vector<std::uint64_t> bundle_;  // words, for the alignment
  std::optional<Program> program_;
  double build_ms_ = 0;
};

}  // namespace sentrail::bench
