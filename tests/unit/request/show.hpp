// Facts as lines of text, for the tests of this folder.
//
// Neighbours: request_test.cpp and its siblings. Must not know: what they expect.
#pragma once

#include <string>

#include "core/json_writer.hpp"
#include "runtime/request/request.hpp"

namespace sentrail::request {

// One fact: its JSON, or `absent`, `unreadable`.
inline std::string shown(const Fact& fact) {
  std::string out;
  JsonWriter writer(&out);
  switch (fact.kind) {
    case FactKind::absent:
      return "absent";
    case FactKind::unreadable:
      return "unreadable";
    case FactKind::null:
      return "null";
    case FactKind::boolean:
      return fact.boolean ? "true" : "false";
    case FactKind::number:
      return std::string(fact.text);
    case FactKind::string:
      writer.string(fact.text);
      return out;
    case FactKind::string_set:
      writer.begin_array();
      for (const std::string_view value : fact.set) writer.string(value);
      writer.end_array();
      return out;
    case FactKind::array:
    case FactKind::object:
      writer.raw(fact.json);
      return out;
  }
  return out;
}

// `action=… risk=…` and every other fact that is there, in the order of the schema.
inline std::string shown(const Request& request) {
  std::string out;
  const Facts& facts = request.facts();
  for (std::size_t i = 0; i < kAttributeCount; ++i) {
    const Fact& fact = facts.values[i];
    const bool unknown = is_of_session(static_cast<AttributeId>(i)) &&
                         fact.kind == FactKind::unreadable;  // as it is if nobody says it
    if (fact.kind == FactKind::absent || unknown) continue;
    out += std::string(kAttributes[i].name) + "=" + shown(fact) + "\n";
  }
  for (const auto& [name, texts] :
       {std::pair("http.query", facts.query), std::pair("http.headers", facts.headers)}) {
    if (texts.unreadable) out += std::string(name) + "=unreadable\n";
    for (const NamedText& entry : texts.entries) {
      out += std::string(name) + "." + std::string(entry.name) + "=\"" + std::string(entry.value) +
             "\"\n";
    }
  }
  return out;
}

}  // namespace sentrail::request
