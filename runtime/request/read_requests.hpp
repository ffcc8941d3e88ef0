// The JSON form of requests that `sentrailc eval` and `explain` take.
//
// Neighbours: request.hpp classifies raw ones, attributes.hpp makes the others. Must not know:
// policy, files, what is done with the requests.
// source: docs/request_format.md.
#pragma once

#include <string_view>
#include <vector>

#include "core/catalog.hpp"
#include "core/result.hpp"
#include "runtime/request/request.hpp"

namespace sentrail::request {

// Reads one JSON object: a raw request, attributes, or `items` of such. out: one Request for each
// action of each item, in order; the whole is decided by deciding each and joining. REQUIRES:
// verified catalogs, which outlive the Requests. fails: invalid_argument for anything that the
// format does not allow, with the place and, for unknown keys, a suggestion; what make_requests
// does, where the gate would refuse the call.
[[nodiscard]] Result<std::vector<Request>> read_requests(std::string_view json,
                                                         const CatalogView& catalogs);

}  // namespace sentrail::request
