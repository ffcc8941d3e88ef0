// From an approval to the call: how long until the tool behind a real gate has its first byte.
//
// Neighbours: approvals_bench.cpp has the other steps; gate_under_load.hpp, upstream_clock.hpp.
// Must not know: how the gate executes.
#pragma once

#include <cstddef>
#include <string>

#include "core/result.hpp"

namespace sentrail::bench {

// What to run.
struct FirstByteOptions {
  std::string gate;            // path of sentraild; empty: beside this program
  std::size_t approved = 500;  // calls
  bool json = false;
};

// Holds calls, approves each over HTTP, and prints a row. The time begins before the approving
// POST is sent, connecting included, so that it is no shorter than from its arrival.
// out: whether it is as it was asked for. fails: unavailable if a call is not executed.
[[nodiscard]] Result<bool> bench_first_byte(const FirstByteOptions& options);

}  // namespace sentrail::bench
