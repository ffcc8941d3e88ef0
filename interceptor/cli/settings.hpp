// Where the gate is and who asks: flags over environment over `~/.sentrail/cli.json`.
//
// Neighbours: context.hpp uses them. Must not know: secrets. A passphrase or a session is never a
// setting: an agent under the same account could read it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace sentrail::cli {

// A parsed server address.
struct Endpoint {
  bool tls = false;
  std::string host;
  std::uint16_t port = 0;
};

// What a command line starts from.
struct Settings {
  std::string server = "http://127.0.0.1:8080";
  std::string account;    // who signs in
  std::string ca_file;    // trusted beside the system's roots
  std::string key;        // SENTRAIL_KEY: a key with scope admin-read, for scripts that only read
  std::string workspace;  // id of the workspace to act in; empty: the account's first
};

// Reads `http://host[:port]` or `https://host[:port]`. Plain http to another machine than this one
// is refused: it would carry the passphrase in the clear.
[[nodiscard]] Result<Endpoint> parse_server(std::string_view url);

// The file's path: $SENTRAIL_HOME/cli.json, else $HOME/.sentrail/cli.json.
[[nodiscard]] std::string settings_path();

// Reads file and environment; a missing file is the defaults. fails: invalid_argument with the
// member that is wrong.
[[nodiscard]] Result<Settings> load_settings();

// Writes server, account and ca_file, mode 0600.
[[nodiscard]] Status save_settings(const Settings& settings);

}  // namespace sentrail::cli
