// A request as the oracle sees it: a tree of plain values for every attribute.
//
// Neighbours: oracle.hpp decides it; tests build it and turn it into the engines' facts. Must not
// know: core/facts.hpp, core/json.hpp, which hold the same things for the engines.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace sentrail::compiler::oracle {

// What a value is. source: docs/language.md, L4.3.
enum class ValueKind : std::uint8_t {
  absent,
  unreadable,
  null,
  boolean,
  number,
  string,
  list,
  object
};

// One value. `text` holds a string, or a number as written. An object's members are `names[i]`
// with `elements[i]`; a list has `elements` alone. A set of strings is a list, a risk a string.
struct Value {
  ValueKind kind = ValueKind::absent;
  bool boolean = false;
  std::string text;
  std::vector<std::string> names;
  std::vector<Value> elements;

  friend bool operator==(const Value&, const Value&) = default;
};

// Query parameters or headers in the order of the request, names decoded, headers' in lower case.
struct NameList {
  bool unreadable = false;
  std::vector<std::pair<std::string, std::string>> entries;

  friend bool operator==(const NameList&, const NameList&) = default;
};

// What is known of one action. `values` is keyed by the attribute's name in core/schema.hpp,
// without members; an attribute that is missing is absent, or unreadable if it is of the session.
// `http.query` and `http.headers` are in the two lists and never in `values`.
struct Request {
  std::map<std::string, Value> values;
  NameList query;
  NameList headers;
  // When it is decided, unless `values` has a `time`, as `2026-11-20T17:59:00.000Z`. 0: nobody
  // says, and no rule has ended; the greatest: nobody knows, and every rule has.
  std::int64_t now_ms = 0;

  friend bool operator==(const Request&, const Request&) = default;
};

}  // namespace sentrail::compiler::oracle
