// What the command line remembers between runs: `state.json` beside the settings.
//
// Neighbours: context.hpp (device tokens), audit_commands.cpp (heads of logs). Must not know:
// secrets: nothing in it signs anybody in. Settings are what a person wrote; this is what the
// program noticed.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "runtime/audit/verify.hpp"

namespace sentrail::cli {

// threads: one.
struct State {
  // Tokens by server and account: the gate counts wrong passphrases of a known device apart.
  std::map<std::string, std::string> devices;
  // The newest head of each server's log that was verified here.
  std::map<std::string, store::AuditHead> heads;

  friend bool operator==(const State&, const State&) = default;
};

// The key of an account on a server among the devices.
[[nodiscard]] std::string device_key(std::string_view server, std::string_view account);

// Reads the file; a missing one is an empty state. fails: invalid_argument or corrupt, with the
// path, for a file that is not one.
[[nodiscard]] Result<State> load_state();

// Writes the file, mode 0600, whole or not at all. fails: io.
[[nodiscard]] Status save_state(const State& state);

}  // namespace sentrail::cli
