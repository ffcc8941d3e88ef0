// The body of a call as JSON, or the reason why policy cannot see it.
//
// Neighbours: request.cpp holds one a call, classify asks it. Must not know: catalogs, policy.
// source: docs/language.md, Meaning 13; RFC 9110 §8.3; RFC 6839 §3.1.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "core/json.hpp"
#include "core/json_fields.hpp"
#include "runtime/classify/classify.hpp"

namespace sentrail::request {

// Whether a Content-Type names JSON in UTF-8: application/json or …+json, and no other charset.
[[nodiscard]] bool is_json_media_type(std::string_view content_type) noexcept;

// Parses the body once, when first asked. Absent without bytes; unreadable unless it is strict JSON
// of a JSON media type, not encoded, without repeated keys (also but for case), within
// kBodyVisibleBytesMax.
class JsonBody final : public classify::BodySource {
 public:
  JsonBody() = default;
  // `bytes` and `headers` (names in lower case) must outlive the body, and the body must not move.
  // So must `fields`, what is kept of it.
  JsonBody(std::string_view bytes, std::span<const NamedText> headers,
           const JsonFields& fields = JsonFields::everything())
      : bytes_(bytes), headers_(headers), fields_(&fields) {}
  // Of one that was read already.
  JsonBody(JsonValue value, std::span<const NamedText> headers)
      : value_(value), headers_(headers) {}

  [[nodiscard]] Fact body() override;
  // Whether it was asked for.
  [[nodiscard]] bool asked() const noexcept { return fact_.has_value(); }

 private:
  [[nodiscard]] Fact parse();
  [[nodiscard]] bool is_plain_json() const noexcept;

  std::string_view bytes_;
  JsonValue value_;  // in place of bytes_, if it exists
  std::span<const NamedText> headers_;
  const JsonFields* fields_ = nullptr;
  JsonDocument document_;
  std::optional<Fact> fact_;
};

}  // namespace sentrail::request
