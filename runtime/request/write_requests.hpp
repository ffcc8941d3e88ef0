// Requests as the JSON that read_requests.hpp reads: what policy was asked, to be asked again.
//
// Neighbours: read_requests.hpp reads it back, the gateway records calls so. Must not know: policy,
// what is hidden and why, where the text goes.
// source: docs/request_format.md (attributes).
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/request/request.hpp"

namespace sentrail::request {

// What is kept out of the text.
struct Withheld {
  // Writes a body anew, without what nobody may see; null: as it is.
  std::function<std::string(std::string_view json)> body{};
  // Attributes, parameters and headers with one of these values are written as unreadable.
  std::vector<std::string> texts{};
};

// Writes requests that were made of one call on one line: read_requests() makes requests of it that
// every policy decides alike, but for what is withheld. What of a header or parameter nobody can
// tell is unreadable by itself. cost: linear in the requests. REQUIRES: at least one.
[[nodiscard]] std::string write_requests(std::span<const Request> requests,
                                         const Withheld& withheld = {});

}  // namespace sentrail::request
