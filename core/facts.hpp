// What is known of one action: a value, or its absence, or that it could not be read, for every
// attribute of the schema. The input of every engine.
//
// Neighbours: schema.hpp (rows), json.hpp (bodies); runtime/request and runtime/classify fill it,
// runtime/decide reads it. Must not know: policy. Facts own nothing: the texts, sets and documents
// belong to the request and outlive the decision.
// source: docs/language.md, Meaning 4 (absent, null, unreadable).
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "core/json.hpp"
#include "core/schema.hpp"
#include "core/zones.hpp"

namespace sentrail {

// What a fact is. `absent` is a value like the others; `unreadable` makes every test undecidable.
enum class FactKind : std::uint8_t {
  absent,
  unreadable,
  null,
  boolean,
  number,
  string,
  string_set,
  array,
  object
};

// The value of one attribute, 24 bytes: every request is written into as many of them as there are
// attributes, and read from there. A risk is the string of its name.
struct Fact {
  FactKind kind = FactKind::absent;
  bool boolean = false;
  union {
    std::string_view text;                  // string; number, as written; else empty
    std::span<const std::string_view> set;  // string_set
    JsonValue json;                         // array, object
  };

  // What is absent.
  constexpr Fact() noexcept : text() {}

  // What a value that could not be read states, and the facts that a value of each type states.
  [[nodiscard]] static Fact unreadable() noexcept {
    Fact fact;
    fact.kind = FactKind::unreadable;
    return fact;
  }
  [[nodiscard]] static Fact of(bool value) noexcept {
    Fact fact;
    fact.kind = FactKind::boolean;
    fact.boolean = value;
    return fact;
  }
  [[nodiscard]] static Fact of(std::string_view value) noexcept {
    Fact fact;
    fact.kind = FactKind::string;
    fact.text = value;
    return fact;
  }
  // A string literal is a string, not a bool (which the pointer would otherwise become).
  [[nodiscard]] static Fact of(const char* value) noexcept { return of(std::string_view(value)); }
  [[nodiscard]] static Fact of(std::span<const std::string_view> values) noexcept {
    Fact fact;
    fact.kind = FactKind::string_set;
    fact.set = values;
    return fact;
  }
  // The member that steps into objects lead to. A step into an absent value is absent; into
  // anything but an object, unreadable. source: docs/language.md, L5.2.
  [[nodiscard]] Fact at(std::span<const std::string_view> steps) const noexcept;

  // The fact that a JSON value states; nothing there is absent.
  [[nodiscard]] static Fact of(JsonValue value) noexcept;
};

// A header or query parameter: decoded name (headers in lower case) and value.
struct NamedText {
  std::string_view name;
  std::string_view value;
};

// Query parameters or headers, in order. Asking for a name that stands twice is unreadable.
struct NamedTexts {
  bool unreadable = false;
  std::span<const NamedText> entries;
};

// The values of an action of which nobody has said anything: a session is not known, all else is
// absent.
[[nodiscard]] inline std::array<Fact, kAttributeCount> values_at_first() noexcept {
  std::array<Fact, kAttributeCount> values{};
  for (std::size_t i = 0; i < kAttributeCount; ++i) {
    if (is_of_session(static_cast<AttributeId>(i))) values[i] = Fact::unreadable();
  }
  return values;
}

// All that is known of one action.
struct Facts {
  // By AttributeId. `body`, `args` and `mcp.annotations` hold their root value here, and
  // `session.count` an object of what is counted; `http.query` and `http.headers` are in the two
  // members below.
  std::array<Fact, kAttributeCount> values = values_at_first();
  NamedTexts query;
  NamedTexts headers;
  // When it is decided, in milliseconds since 1970 UTC. Whoever does not know is after every end;
  // 0 is before every end. Windows are undecidable at both.
  std::int64_t now_ms = std::numeric_limits<std::int64_t>::max();
  // What the clocks of the program's zones show about that instant, in the order of its rows. A
  // zone that is not there is one that nobody knows.
  std::span<const ZoneClock> zones;

  [[nodiscard]] Fact& operator[](AttributeId id) noexcept {
    return values[static_cast<std::size_t>(id)];
  }
  [[nodiscard]] const Fact& operator[](AttributeId id) const noexcept {
    return values[static_cast<std::size_t>(id)];
  }

  // The value at `id` followed by `steps` (members of a JSON object, or one parameter or header
  // name). A step into an absent value is absent; into anything but an object, unreadable.
  // cost: linear in the members walked; never allocates. source: docs/language.md, Meaning 4.
  [[nodiscard]] Fact at(AttributeId id, std::span<const std::string_view> steps) const noexcept;
};

inline Fact Fact::of(JsonValue value) noexcept {
  Fact fact;
  if (!value.exists()) return fact;
  switch (value.kind()) {
    case JsonKind::null:
      fact.kind = FactKind::null;
      break;
    case JsonKind::boolean:
      fact.kind = FactKind::boolean;
      fact.boolean = value.boolean();
      break;
    case JsonKind::number:
      fact.kind = FactKind::number;
      fact.text = value.text();
      break;
    case JsonKind::string:
      fact.kind = FactKind::string;
      fact.text = value.text();
      break;
    case JsonKind::array:
      fact.kind = FactKind::array;
      fact.json = value;
      break;
    case JsonKind::object:
      fact.kind = FactKind::object;
      fact.json = value;
      break;
  }
  return fact;
}

static_assert(sizeof(Fact) == 24);

}  // namespace sentrail
