// JSON-RPC 2.0 messages: what one says, and the text of answers.
//
// Neighbours: framing.hpp before it, server.hpp behind it. Must not know: any method.
// source: JSON-RPC 2.0; Language Server Protocol 3.17, "Base Protocol".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "core/json.hpp"
#include "core/result.hpp"

namespace sentrail::compiler::lsp {

// Codes of errors that this server answers with.
enum class RpcCode : std::int32_t {
  parse_error = -32700,
  invalid_request = -32600,
  method_not_found = -32601,
  invalid_params = -32602,
  server_not_initialized = -32002,
  request_cancelled = -32800,
  content_modified = -32801,
  request_failed = -32803,
};

// Why a request has no result. `message` is for people.
struct RpcError {
  RpcCode code = RpcCode::request_failed;
  std::string message;
};

// A result as JSON, or why there is none.
using Answer = tl::expected<std::string, RpcError>;

// Builds the failing side of an Answer.
[[nodiscard]] inline tl::unexpected<RpcError> refuse(RpcCode code, std::string message) {
  return tl::make_unexpected(RpcError{code, std::move(message)});
}

// What a message is: a request has an id and a method, a notification no id, a response no method.
enum class MessageKind : std::uint8_t { request, notification, response };

// One message. Neither copied nor moved: `params` views into the document.
struct Message {
  Message() = default;
  Message(const Message&) = delete;
  Message& operator=(const Message&) = delete;

  MessageKind kind = MessageKind::notification;
  std::string id;  // as JSON: `7`, `"a"`; of notifications empty
  std::string method;
  JsonDocument document;
  JsonValue params;  // may point nowhere
};

// Reads one message. Halves of surrogate pairs that stand alone become U+FFFD, because editors send
// them while somebody types; they count the same in UTF-16. out: an error, with the id if it could
// be read. fails: parse_error, invalid_request.
struct UnreadMessage {
  RpcError error;
  std::string id = "null";
};
[[nodiscard]] std::optional<UnreadMessage> read_message(std::string_view content, Message& message);

// Texts of messages.
[[nodiscard]] std::string response(std::string_view id, const Answer& answer);
[[nodiscard]] std::string notification(std::string_view method, std::string_view params);
[[nodiscard]] std::string request(std::string_view id, std::string_view method,
                                  std::string_view params);

// What parameters hold; nothing where it is missing or of another kind.
[[nodiscard]] std::optional<std::string_view> text_of(JsonValue value);
[[nodiscard]] std::optional<std::uint32_t> number_of(JsonValue value);
[[nodiscard]] bool is_true(JsonValue value);
// The value at `a.b.c`.
[[nodiscard]] JsonValue at_path(JsonValue value, std::string_view path);

}  // namespace sentrail::compiler::lsp
