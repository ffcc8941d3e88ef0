// `sentrail-bench audit`: what the audit log does against what a disk and a hash take by
// themselves, and against what was asked.
//
// Neighbours: main.cpp; audit_hashes.cpp, audit_store.cpp and audit_http.cpp have the steps. Must
// not know: policies. source: docs/benchmarks.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/result.hpp"

namespace sentrail::bench {

// What to run.
struct AuditOptions {
  std::vector<std::string> steps;      // empty: all
  std::size_t leaves = 200'000;        // hashed, and of the log that is verified
  std::uint64_t proven = 100'000'000;  // leaves of the tree that proofs are made of
  std::size_t proofs = 1'000;          // of it
  std::size_t appended = 100'000;      // entries, committed by groups
  std::size_t synced_each = 1'000;     // entries, with a sync for each
  std::size_t stored = 1'000'000;      // entries of the log that is opened and searched
  std::size_t searches = 400;          // of each kind
  std::size_t connections = 256;       // of `durable-http`
  std::size_t connections_few = 8;     // of `added-latency`
  std::size_t seconds = 5;             // of load on each server
  std::string gate;                    // path of sentraild; empty: beside this program
  std::string folder;                  // for the long log; empty: one of the system's
  std::uint64_t seed = 1;
  bool strict = false;  // fail if something is not as it was asked for
  bool json = false;
};

// Prints a row for each step. out: 0, or 1 if anything failed: a search that found what it must
// not, a proof that does not hold, an unrecorded request; with `strict` also a number not reached.
int run_audit(const AuditOptions& options);

// The steps; each prints its rows, and gives whether all were as asked for. fails: as the parts.
[[nodiscard]] Result<bool> bench_merkle_append(const AuditOptions& options);
[[nodiscard]] Result<bool> bench_verify(const AuditOptions& options);
[[nodiscard]] Result<bool> bench_proof(const AuditOptions& options);
[[nodiscard]] Result<bool> bench_coalesced(const AuditOptions& options);
[[nodiscard]] Result<bool> bench_long_log(const AuditOptions& options);      // floor-check, search
[[nodiscard]] Result<bool> bench_durable_http(const AuditOptions& options);  // added-latency too

}  // namespace sentrail::bench
