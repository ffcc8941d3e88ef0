// Requests whose attributes are given outright, or put over what classification said: for tests of
// policies and for `sentrailc eval`.
//
// Neighbours: request.hpp, read_requests.hpp, compiler/tester. Must not know: where the values were
// written.
// source: docs/request_format.md.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "core/result.hpp"
#include "core/schema.hpp"
#include "runtime/request/request.hpp"

namespace sentrail::request {

// Of a name that somebody else wrote, messages show so many characters.
inline constexpr std::size_t kShownNameMax = 200;

// One attribute, or a member of one, and its value, or that it cannot be read.
struct GivenValue {
  AttributeId attribute = AttributeId::tool;
  std::vector<std::string> steps;  // members of a JSON value; one parameter or header name
  JsonValue value;                 // points nowhere if it is unreadable
  bool unreadable = false;
};

// The same with the value as JSON text.
struct GivenAttribute {
  AttributeId attribute = AttributeId::tool;
  std::vector<std::string> steps;
  std::string json;
  bool unreadable = false;
};

// `base` with the given attributes in place of its own. Members are put into the value that is
// there; what has keys that only case tells apart is unreadable then. fails: invalid_argument where
// a value is not of its attribute's type, JSON is not JSON or nested deeper than
// limits::kJsonDepthMax, a step leads into no object, there are more than limits::kPathStepsMax
// steps, or less than a whole attribute is to be unreadable.
[[nodiscard]] Result<Request> with_attributes(const Request& base,
                                              std::span<const GivenAttribute> given);

// The same of values that have been read; `owner` keeps their documents alive.
[[nodiscard]] Result<Request> with_values(const Request& base, std::span<const GivenValue> given,
                                          std::shared_ptr<const void> owner);

}  // namespace sentrail::request
