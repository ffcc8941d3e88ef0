// The queue of held calls: how long one page takes behind many that wait, in process, and how long
// an approved call waits to be sent, through a gate.
//
// Neighbours: main.cpp; first_byte.hpp has the second; gateway/held_list.hpp and store/ are what
// the first measures. Must not know: HTTP.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bench/first_byte.hpp"

namespace sentrail::bench {

// What to run.
struct ApprovalsOptions {
  std::size_t pending = 100'000;
  std::size_t pages = 2'000;  // of each kind
  std::size_t limit = 50;     // calls a page
  std::uint64_t seed = 1;
  FirstByteOptions first_byte;
  bool json = false;
};

// Prints a row for each. out: 0, or 1 if anything failed, a page was not full, or an approved call
// was not executed.
int run_approvals(const ApprovalsOptions& options);

}  // namespace sentrail::bench
