// The second reader of a head: Boost.Beast's tokeniser behind two functions.
//
// Neighbours: codec.cpp calls them after framing.cpp accepted the same bytes. Must not know:
// limits, what frames a message, bodies. Beast stays in tokenise.cpp, fed by hand; its composed
// operations and its containers are not used.
#pragma once

#include <cstdint>
#include <string_view>

#include "runtime/http/framing.hpp"
#include "runtime/http/message.hpp"

namespace sentrail::http {

// How Beast's reading of a head came out beside ours.
enum class SecondReading : std::uint8_t {
  refused,  // Beast refuses the head, or sees it end elsewhere
  differs,  // it reads other fields
  same,
};

// Reads a whole head, its empty line included: method, target and version go into `request`, the
// fields are compared with those that our check has found.
[[nodiscard]] SecondReading tokenise_request(std::string_view head, const HeadScanner& ours,
                                             HttpRequest& request);

// The same with status, reason and version of a response.
[[nodiscard]] SecondReading tokenise_response(std::string_view head, const HeadScanner& ours,
                                              HttpResponse& response);

}  // namespace sentrail::http
