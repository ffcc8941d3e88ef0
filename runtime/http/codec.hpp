// HTTP/1.1 from bytes: parsers that are fed and hold no socket.
//
// Neighbours: server/session.cpp and server/upstream.cpp move the bytes, serialise.hpp writes them.
// Must not know: where bytes come from, what a message is for. Two readers must agree on every
// head: our framing check (framing.hpp), which may refuse, and Beast's tokeniser (tokenise.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/http/body.hpp"
#include "runtime/http/framing.hpp"
#include "runtime/http/message.hpp"
#include "runtime/http/refusal.hpp"

namespace sentrail::http {

// What some bytes led to.
enum class Progress : std::uint8_t {
  need_more,  // all bytes were used; the message goes on
  head,       // the head is complete; told once, before any byte of the body is read
  message,    // the message is complete; take() it, then feed the rest: it is the next message
  refused,    // see refusal(); the connection must end
};

// What feed() did.
struct Fed {
  std::size_t consumed = 0;
  Progress progress = Progress::need_more;
};

// Parses requests, one after the other, from bytes cut anywhere.
//
// cost     every byte is looked at a bounded number of times, however the bytes are cut
// threads  one
class RequestParser {
 public:
  explicit RequestParser(ParserLimits limits = {});

  // Reads some bytes. After `head`, call again with the rest, even if it is empty.
  [[nodiscard]] Fed feed(std::string_view bytes);
  // The message so far. REQUIRES: `head` was told.
  [[nodiscard]] HttpRequest& request() noexcept { return request_; }
  // Bounds this body only; counted against the bytes decoded since the head.
  void limit_body(std::uint64_t bytes_max) noexcept { body_.limit(bytes_max); }
  // Moves out the decoded body bytes of now, for streaming.
  [[nodiscard]] std::string take_body();
  // The finished message. REQUIRES: `message` was told. Afterwards the parser awaits the next one.
  [[nodiscard]] HttpRequest take();

  // Why bytes were refused.
  [[nodiscard]] Refusal refusal() const noexcept { return refusal_; }
  // Whether no byte of a message is pending: the connection may end here.
  [[nodiscard]] bool at_start() const noexcept { return state_ == State::head && head_.empty(); }

 private:
  enum class State : std::uint8_t { head, body, message, refused };

  [[nodiscard]] Fed feed_head(std::string_view bytes);
  [[nodiscard]] Fed feed_body(std::string_view bytes);
  [[nodiscard]] Fed refuse(Refusal reason, std::size_t consumed);

  ParserLimits limits_;
  HeadScanner scanner_;
  BodyReader body_;
  State state_ = State::head;
  Refusal refusal_ = Refusal::none;
  std::string head_;
  HttpRequest request_;
};

// Parses the response to one request; 1xx responses before it are skipped.
//
// threads  one
class ResponseParser {
 public:
  // `to_head`: the request was HEAD, so that no body follows whatever the head says.
  explicit ResponseParser(bool to_head, ParserLimits limits = {});

  // Reads some bytes; bytes after `message` belong to nobody, and the connection must not be used
  // again.
  [[nodiscard]] Fed feed(std::string_view bytes);
  // Tells that the connection ended. out: message if that completes it, else refused
  [[nodiscard]] Progress finish();
  // The final response. REQUIRES: `head` was told.
  [[nodiscard]] HttpResponse& response() noexcept { return response_; }
  // Moves out the decoded body bytes of now, for streaming.
  [[nodiscard]] std::string take_body();

  // Why bytes were refused.
  [[nodiscard]] Refusal refusal() const noexcept { return refusal_; }
  // Whether any byte came, of whatever response.
  [[nodiscard]] bool began() const noexcept { return began_; }

 private:
  enum class State : std::uint8_t { head, body, message, refused };

  [[nodiscard]] Fed feed_head(std::string_view bytes);
  [[nodiscard]] Fed feed_body(std::string_view bytes);
  [[nodiscard]] Fed refuse(Refusal reason, std::size_t consumed);

  bool to_head_;
  ParserLimits limits_;
  HeadScanner scanner_;
  BodyReader body_;
  State state_ = State::head;
  Refusal refusal_ = Refusal::none;
  bool began_ = false;
  int interim_count_ = 0;
  std::string head_;
  HttpResponse response_;
};

}  // namespace sentrail::http
