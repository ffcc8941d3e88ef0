// The second reader of a head: Boost.Beast's tokeniser behind two functions.
//
// Neighbours: codec.cpp calls them after framing.cpp accepted the same bytes and compares. Must not
// know: limits, framing, bodies. Beast stays in tokenise.cpp, fed by hand; its composed operations
// and its containers are not used.
#pragma once

#include <string_view>

#include "runtime/http/message.hpp"

namespace sentrail::http {

// Reads a whole head, its empty line included, into method, target, version and headers.
// out: false if Beast refuses the head or sees it end elsewhere
[[nodiscard]] bool tokenise_request(std::string_view head, HttpRequest& request);

// Reads a whole head into status, reason, version and headers.
[[nodiscard]] bool tokenise_response(std::string_view head, HttpResponse& response);

}  // namespace sentrail::http
