// Requests as plain values that can be changed, and their way to engines, JSON and policy text.
//
// Neighbours: oracle/value.hpp is the form; runtime/request makes what engines read; search.hpp
// changes them. Must not know: policies, goals. A request goes to an engine through the same JSON
// that people see, so that what is confirmed is what is printed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/ir.hpp"
#include "compiler/oracle/value.hpp"
#include "core/facts.hpp"
#include "core/result.hpp"
#include "runtime/request/request.hpp"

namespace sentrail::compiler::probe {

// Values of each kind.
[[nodiscard]] oracle::Value text_value(std::string text);
[[nodiscard]] oracle::Value number_value(std::string number);
[[nodiscard]] oracle::Value boolean_value(bool value);
[[nodiscard]] oracle::Value list_value(std::vector<oracle::Value> elements);
[[nodiscard]] oracle::Value value_of_kind(oracle::ValueKind kind);

// Puts a value at a reference, making objects on the way; an absent value takes away what is there
// and the objects that it leaves empty. Less than a whole attribute cannot be unreadable: then the
// whole becomes so.
void put(oracle::Request& request, const ir::AttributeRef& ref, const oracle::Value& value);

// The facts of an action as plain values.
[[nodiscard]] oracle::Request plain_request(const Facts& facts);

// `{"attributes": {…}}`, as `sentrailc eval` takes it, on one line; nothing for what that form
// cannot say: a parameter or header that stands twice.
[[nodiscard]] std::optional<std::string> request_json(const oracle::Request& request);

// The request as engines read it, by way of its JSON. fails: invalid_argument for what the form
// cannot say.
[[nodiscard]] Result<request::Request> engine_request(const oracle::Request& request);

// `tool = "github", resource.ref = "main"`, as `given with` takes it; nothing for what policy text
// cannot say: null, lists of anything but plain values, an empty object.
[[nodiscard]] std::optional<std::string> given_text(const oracle::Request& request);

// A value as people read it: JSON, `(absent)` or `(unreadable)`.
[[nodiscard]] std::string show(const oracle::Value& value);

}  // namespace sentrail::compiler::probe
