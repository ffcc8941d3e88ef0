// A gate of its own for a benchmark: a fresh data folder, an owner, a key, a policy, a connection.
//
// Neighbours: http_bench.cpp, audit_http.cpp and first_byte.cpp load it; the program `sentraild`
// beside this one is what runs. Must not know: what is measured. Everything goes over its HTTP API,
// as a person would do it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/child.hpp"
#include "core/result.hpp"

namespace sentrail::bench {

// How the gate is to be.
struct GateOptions {
  std::vector<std::string> command;  // sentraild, or what serves as it does
  std::string folder;                // empty and its own
  std::string policy;                // text; may import sentrail.github
  std::uint16_t upstream_port = 0;   // of a plain HTTP server on 127.0.0.1
  std::size_t threads = 1;
};

// A running gate that allows, ready to be loaded.
struct GateUnderLoad {
  Child process;
  std::uint16_t port = 0;
  std::string key;       // with scopes gateway and evaluate
  std::string reviewer;  // session of one who may approve what the key asks for
};

// The sentraild at that path; without one that beside this program.
[[nodiscard]] std::string gate_program(const std::string& path);

// Starts and sets one up. fails: unavailable if it does not come up, with what it printed.
[[nodiscard]] Result<GateUnderLoad> start_gate(const GateOptions& options);

// Checks what the gate counted: that no request was blocked because it could not be recorded.
// fails: unavailable, saying how many were.
[[nodiscard]] Status check_recorded(const GateUnderLoad& gate);

}  // namespace sentrail::bench
