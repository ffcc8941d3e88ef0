// Reads bodies. See body.hpp.
#include "runtime/request/body.hpp"

#include "core/limits.hpp"
#include "core/text.hpp"
#include "wire/json.hpp"

namespace sentrail::request {
namespace {

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view kBlank = " \t";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

bool ends_with_ignoring_case(std::string_view text, std::string_view end) noexcept {
  return text.size() >= end.size() &&
         equal_ignoring_ascii_case(text.substr(text.size() - end.size()), end);
}

bool is_utf8_charset(std::string_view parameter) noexcept {
  constexpr std::string_view kCharset = "charset";
  const std::size_t equals = std::min(parameter.find('='), parameter.size());
  if (!equal_ignoring_ascii_case(trimmed(parameter.substr(0, equals)), kCharset)) return true;
  std::string_view value = equals < parameter.size() ? trimmed(parameter.substr(equals + 1)) : "";
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
    value = value.substr(1, value.size() - 2);
  }
  return equal_ignoring_ascii_case(value, "utf-8");
}

}  // namespace

bool is_json_media_type(std::string_view content_type) noexcept {
  if (content_type == "application/json") return true;
  std::size_t semicolon = std::min(content_type.find(';'), content_type.size());
  const std::string_view type = trimmed(content_type.substr(0, semicolon));
  if (type.find_first_of(" \t,") != std::string_view::npos) return false;
  if (!equal_ignoring_ascii_case(type, "application/json") &&
      !ends_with_ignoring_case(type, "+json")) {
    return false;
  }
  while (semicolon < content_type.size()) {
    content_type = content_type.substr(semicolon + 1);
    semicolon = std::min(content_type.find(';'), content_type.size());
    if (!is_utf8_charset(content_type.substr(0, semicolon))) return false;
  }
  return true;
}

Fact JsonBody::body() {
  if (!fact_.has_value()) fact_ = parse();
  return *fact_;
}

bool JsonBody::is_plain_json() const noexcept {
  bool json = false;
  bool typed = false;
  for (const NamedText& header : headers_) {
    if (header.name == "content-encoding" &&
        !equal_ignoring_ascii_case(trimmed(header.value), "identity")) {
      return false;
    }
    if (header.name != "content-type") continue;
    if (typed) return false;  // which of two the upstream believes is not ours to guess
    typed = true;
    json = is_json_media_type(header.value);
  }
  return json;
}

Fact JsonBody::parse() {
  if (value_.exists()) {
    const bool readable = is_plain_json() && !wire::has_case_repeats(value_);
    return readable ? Fact::of(value_) : Fact::unreadable();
  }
  if (bytes_.empty()) return Fact{};
  if (bytes_.size() > limits::kBodyVisibleBytesMax || !is_plain_json()) return Fact::unreadable();
  auto document = wire::parse_json_fields(bytes_, *fields_);
  if (!document.has_value()) return Fact::unreadable();
  document_ = *std::move(document);
  return Fact::of(document_.root());
}

}  // namespace sentrail::request
