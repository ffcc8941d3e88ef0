// The queue of held calls in process: how long one page takes behind many that wait.
//
// Neighbours: main.cpp; gateway/held_list.hpp and store/ are what is measured. Must not know: HTTP.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sentrail::bench {

// What to run.
struct ApprovalsOptions {
  std::size_t pending = 100'000;
  std::size_t pages = 2'000;  // of each kind
  std::size_t limit = 50;     // calls a page
  std::uint64_t seed = 1;
  bool json = false;
};

// Prints a row for each kind of page. out: 0, or 1 if anything failed or a page was not full.
int run_approvals(const ApprovalsOptions& options);

}  // namespace sentrail::bench
