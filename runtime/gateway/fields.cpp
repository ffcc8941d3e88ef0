// Strict members. See fields.hpp.
#include "runtime/gateway/fields.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <span>

#include "core/check.hpp"
#include "core/text.hpp"

namespace sentrail::gateway {
Fields::Fields(JsonValue object) : object_(object) {
  if (!object.exists() || object.kind() != JsonKind::object) {
    fault_ = "the body must be one JSON object";
    object_ = JsonValue{};
  }
}

JsonValue Fields::take(std::string_view name) {
  SENTRAIL_CHECK(asked_count_ < asked_.size());
  asked_[asked_count_++] = name;
  const std::size_t members = object_.exists() ? object_.size() : 0;
  JsonValue key = members > 0 ? object_.first_child() : JsonValue{};
  for (std::size_t i = 0; i < members; ++i) {
    const JsonValue value = key.next();
    if (key.text() == name) {
      if (i < 64) met_ |= std::uint64_t{1} << i;
      return value;
    }
    if (i + 1 < members) key = value.next();
  }
  return JsonValue{};
}

JsonValue Fields::take(std::string_view name, JsonKind kind, std::string_view type) {
  const JsonValue value = take(name);
  if (!value.exists() || value.kind() == JsonKind::null) return JsonValue{};
  if (value.kind() != kind) {
    refuse(name, "must be " + std::string(type));
    return JsonValue{};
  }
  return value;
}

void Fields::require(std::string_view name, bool there) {
  if (!there) refuse(name, "is required");
}

void Fields::refuse(std::string_view name, std::string_view why) {
  if (fault_.empty()) fault_ = "`" + std::string(name) + "` " + std::string(why);
}

std::optional<std::string> Fields::text(std::string_view name) {
  const JsonValue value = take(name, JsonKind::string, "a string");
  if (!value.exists()) return std::nullopt;
  return std::string(value.text());
}

std::optional<bool> Fields::flag(std::string_view name) {
  const JsonValue value = take(name, JsonKind::boolean, "true or false");
  if (!value.exists()) return std::nullopt;
  return value.boolean();
}

std::optional<std::int64_t> Fields::integer(std::string_view name, std::int64_t least,
                                            std::int64_t most) {
  const JsonValue value = take(name, JsonKind::number, "a whole number");
  if (!value.exists()) return std::nullopt;
  std::int64_t number = 0;
  const std::string_view text = value.text();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < least || number > most) {
    refuse(name,
           "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return std::nullopt;
  }
  return number;
}

std::vector<std::string> Fields::texts(std::string_view name) {
  std::vector<std::string> out;
  const JsonValue list = take(name, JsonKind::array, "a list of strings");
  if (!list.exists()) return out;
  JsonValue entry = list.first_child();
  for (std::size_t left = list.size(); left > 0; --left) {
    if (entry.kind() != JsonKind::string) {
      refuse(name, "must be a list of strings");
      return {};
    }
    out.emplace_back(entry.text());
    if (left > 1) entry = entry.next();
  }
  return out;
}

JsonValue Fields::any(std::string_view name) {
  return take(name);
}

std::string Fields::required_text(std::string_view name) {
  std::optional<std::string> value = text(name);
  require(name, value.has_value());
  return std::move(value).value_or("");
}

std::int64_t Fields::required_integer(std::string_view name, std::int64_t least,
                                      std::int64_t most) {
  const std::optional<std::int64_t> value = integer(name, least, most);
  require(name, value.has_value());
  return value.value_or(least);
}

Status Fields::finish() {
  const std::span<const std::string_view> asked = std::span(asked_).first(asked_count_);
  const auto met = static_cast<std::size_t>(std::popcount(met_));
  if (object_.exists() && met != object_.size() && fault_.empty()) {
    JsonValue name = object_.first_child();
    for (std::size_t left = object_.size(); left > 0; --left) {
      if (std::ranges::find(asked, name.text()) == asked.end()) {
        const auto suggestion = closest(name.text(), asked);
        refuse(escape_display(name.text()),
               suggestion ? "is unknown; did you mean `" + std::string(*suggestion) + "`?"
                          : std::string("is unknown"));
        break;
      }
      if (left > 1) name = name.next().next();
    }
  }
  if (fault_.empty()) return {};
  return fail(Errc::invalid_argument, fault_);
}

}  // namespace sentrail::gateway
