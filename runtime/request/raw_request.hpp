// A call as it arrived, and who is behind it: what requests are made of.
//
// Neighbours: the gateway and read_requests.hpp fill them, request.hpp makes Requests of them. Must
// not know: catalogs, policy, sockets.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "core/zones.hpp"

namespace sentrail::request {

// One header as sent.
struct Header {
  std::string name;
  std::string value;
};

// A call. `target` is the raw path and query of the tool, without the gate's own prefix.
struct RawRequest {
  std::string tool;
  std::string method;
  std::string target;
  std::string host;  // of the upstream; empty: the first that the tool's catalog names
  std::vector<Header> headers;
  std::optional<std::string> body;  // nothing or empty: there is no body
  bool body_unreadable = false;     // there is one that policy cannot see, whatever `body` says
  // The body where it has been read as JSON already, in place of `body`. Its document has no keys
  // that repeat and outlives the Requests.
  JsonValue body_value{};
};

// Who calls, on whose behalf and where, as authenticated; what is not known is absent.
struct Identity {
  std::optional<std::string> agent_id;
  std::optional<std::string> agent_name;
  std::optional<std::vector<std::string>> agent_roles;
  std::optional<bool> agent_registered;
  std::optional<std::string> agent_owner;
  std::optional<std::string> agent_client;
  std::optional<std::string> agent_ip;  // unreadable unless it is an address
  std::optional<std::string> user_id;
  std::optional<std::vector<std::string>> user_groups;
  std::optional<std::string> env;
  std::optional<std::string> workspace;
  std::optional<std::string> source;
  // When it is asked, in milliseconds since 1970 UTC; not known: after the end of every rule.
  std::int64_t now_ms = std::numeric_limits<std::int64_t>::max();
  // What the clocks of the program's zones show then; outlives the request.
  std::span<const ZoneClock> zones{};
};

}  // namespace sentrail::request
