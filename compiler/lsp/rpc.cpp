// Looks at `id`, `method` and `params`, and at nothing else. See rpc.hpp.
#include "compiler/lsp/rpc.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/json_writer.hpp"
#include "wire/json.hpp"

namespace sentrail::compiler::lsp {
namespace {

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

// The value of four hexadecimal digits at a place; nothing if there are none.
std::optional<unsigned> four_digits(std::string_view text, std::size_t at) {
  if (at + 4 > text.size()) return std::nullopt;
  unsigned value = 0;
  const char* end = text.data() + at + 4;
  const auto [rest, error] = std::from_chars(text.data() + at, end, value, 16);
  if (error != std::errc{} || rest != end) return std::nullopt;
  return value;
}

// Writes U+FFFD for every escape of a surrogate without its other half.
std::string with_whole_characters(std::string_view json) {
  std::string out;
  for (std::size_t at = 0; at < json.size(); ++at) {
    if (json[at] != '\\' || at + 1 == json.size()) {
      out += json[at];
      continue;
    }
    const std::optional<unsigned> code =
        json[at + 1] == 'u' ? four_digits(json, at + 2) : std::nullopt;
    if (!code || *code < 0xd800 || *code > 0xdfff) {
      out += json.substr(at, 2);
      ++at;
      continue;
    }
    const bool escaped = json.substr(std::min(at + 6, json.size())).starts_with("\\u");
    const std::optional<unsigned> next = escaped ? four_digits(json, at + 8) : std::nullopt;
    const bool pair = *code < 0xdc00 && next && *next >= 0xdc00 && *next <= 0xdfff;
    out += pair ? json.substr(at, 12) : std::string_view("\\ufffd");
    at += pair ? 11 : 5;
  }
  return out;
}

std::optional<std::string> id_of(JsonValue id) {
  if (!id.exists()) return std::nullopt;
  if (id.kind() == JsonKind::string) return json_string(id.text());
  if (id.kind() == JsonKind::number) return std::string(id.text());
  return std::nullopt;
}

UnreadMessage invalid(std::string message, std::string id = "null") {
  return {{RpcCode::invalid_request, std::move(message)}, std::move(id)};
}

}  // namespace

std::optional<UnreadMessage> read_message(std::string_view content, Message& message) {
  Result<JsonDocument> parsed = wire::parse_json(content);
  if (!parsed) {
    Result<JsonDocument> again = wire::parse_json(with_whole_characters(content));
    if (!again) return UnreadMessage{{RpcCode::parse_error, parsed.error().message}};
    parsed = std::move(again);
  }
  message.document = *std::move(parsed);
  const JsonValue root = message.document.root();
  if (root.kind() != JsonKind::object) {
    return invalid("a message is one object; batches are not part of LSP");
  }
  const JsonValue id = root.find("id");
  const std::optional<std::string> text = id_of(id);
  const bool response = root.find("result").exists() || root.find("error").exists();
  if (text_of(root.find("jsonrpc")) != "2.0") {
    return invalid("`jsonrpc` is \"2.0\"", text.value_or("null"));
  }
  message.params = root.find("params");
  if (!root.find("method").exists() && response) {
    message.kind = MessageKind::response;
    message.id = text.value_or("null");
    return std::nullopt;
  }
  const std::optional<std::string_view> method = text_of(root.find("method"));
  if (!method) return invalid("`method` is a string", text.value_or("null"));
  if (id.exists() && !text) return invalid("`id` is a number or a string");
  if (message.params.exists() && message.params.kind() != JsonKind::object &&
      message.params.kind() != JsonKind::array && message.params.kind() != JsonKind::null) {
    return invalid("`params` are an object or an array", text.value_or("null"));
  }
  message.kind = text ? MessageKind::request : MessageKind::notification;
  message.id = text.value_or("");
  message.method = std::string(*method);
  return std::nullopt;
}

std::string response(std::string_view id, const Answer& answer) {
  std::string out = "{\"jsonrpc\":\"2.0\",\"id\":" + std::string(id);
  if (answer) return out + ",\"result\":" + *answer + "}";
  out += ",\"error\":{\"code\":" + std::to_string(static_cast<std::int32_t>(answer.error().code));
  return out + ",\"message\":" + json_string(answer.error().message) + "}}";
}

std::string notification(std::string_view method, std::string_view params) {
  return "{\"jsonrpc\":\"2.0\",\"method\":" + json_string(method) +
         ",\"params\":" + std::string(params) + "}";
}

std::string request(std::string_view id, std::string_view method, std::string_view params) {
  return "{\"jsonrpc\":\"2.0\",\"id\":" + json_string(id) + ",\"method\":" + json_string(method) +
         ",\"params\":" + std::string(params) + "}";
}

std::optional<std::string_view> text_of(JsonValue value) {
  if (!value.exists() || value.kind() != JsonKind::string) return std::nullopt;
  return value.text();
}

std::optional<std::uint32_t> number_of(JsonValue value) {
  if (!value.exists() || value.kind() != JsonKind::number) return std::nullopt;
  const std::string_view text = value.text();
  std::uint32_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (rest != text.data() + text.size()) return std::nullopt;
  // LSP's uinteger ends at 2^31 - 1, and clients name "the end" by it.
  if (error == std::errc::result_out_of_range) return 0x7fffffff;
  return error == std::errc{} ? std::optional(number) : std::nullopt;
}

bool is_true(JsonValue value) {
  return value.exists() && value.kind() == JsonKind::boolean && value.boolean();
}

JsonValue at_path(JsonValue value, std::string_view path) {
  while (!path.empty() && value.exists()) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    value = value.find(path.substr(0, dot));
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return value;
}

}  // namespace sentrail::compiler::lsp
