// `sentrail-bench export`: a workload in a form that programs of other makers can be fed with.
//
// Neighbours: workload.hpp gives it, peers/ translates and reads it; the oracle says what is
// expected. Must not know: peers. Attributes are called `agent_id` for `agent.id`, since most
// languages have no dots in names; a risk is a number from 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace sentrail::bench {

// What to write, and where.
struct ExportOptions {
  std::string workload = "equality-rbac";
  std::size_t rules = 1000;
  std::size_t requests = 16384;
  std::size_t expected = 1024;  // requests whose answer the oracle is asked for
  std::uint64_t seed = 1;
  std::string folder;  // made if it is not there
};

// Writes `policy.sentrail`, `policy.json` (rules in order: effect, and tests of which all must
// hold) and `requests.jsonl` (a line for each: the request, and for the first `expected` the effect
// that is expected). out: 0; 1 for rules that are no conjunctions of tests on the request's
// attributes, or a folder that cannot be written; 2 for a name that there is none of.
int run_export(const ExportOptions& options);

}  // namespace sentrail::bench
