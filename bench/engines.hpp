// The engines that `sentrail-bench decide` can measure, by name.
//
// Neighbours: decide_bench.cpp asks; naive.hpp and runtime/decide are asked. Must not know:
// workloads, timing. Adding an engine is adding a row to engines.cpp.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/decision.hpp"
#include "core/facts.hpp"
#include "core/program.hpp"
#include "tests/support/facts_of.hpp"

namespace sentrail::bench {

// One engine, made for one policy. threads: one.
class EngineRun {
 public:
  EngineRun() = default;
  EngineRun(const EngineRun&) = delete;
  EngineRun& operator=(const EngineRun&) = delete;
  virtual ~EngineRun() = default;

  [[nodiscard]] virtual Decision decide(const Facts& facts) = 0;
  // Decides one after the other without a call in between; out: a sum that needs all answers.
  [[nodiscard]] virtual std::uint32_t pass(std::span<const support::OwnedFacts> facts) = 0;
  // The same, each with its verdicts; nothing if the engine has none.
  [[nodiscard]] virtual std::optional<std::uint32_t> pass_with_verdicts(
      std::span<const support::OwnedFacts> facts) = 0;
  // Bytes of the tables that it reads, those of the program included.
  [[nodiscard]] virtual std::size_t size_bytes() const = 0;
};

// A row of the table.
struct EngineKind {
  std::string_view name;
  std::string_view what;
  // The program outlives what is made.
  std::unique_ptr<EngineRun> (*make)(const Program& program);
};

// All engines.
[[nodiscard]] const std::vector<EngineKind>& engine_kinds();

// The row with that name; null if there is none.
[[nodiscard]] const EngineKind* engine_named(std::string_view name);

// The baseline that reads each request as it would to decide, and then decides nothing.
[[nodiscard]] std::unique_ptr<EngineRun> make_naive_reader(const Program& program);

// Bytes of a program's tables.
[[nodiscard]] std::size_t bytes_of(const Program& program);

}  // namespace sentrail::bench
