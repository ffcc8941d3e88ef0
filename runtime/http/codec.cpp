// The two parsers: head by two readers, then the body.
//
// Neighbours: codec.hpp. Must not know: Beast (tokenise.cpp), sockets.
#include "runtime/http/codec.hpp"

#include <algorithm>
#include <utility>

#include "core/check.hpp"
#include "runtime/http/tokenise.hpp"

namespace sentrail::http {
namespace {

// Interim responses skipped before the final one; more is a peer that never answers.
constexpr int kInterimMax = 16;

// Beast checks framing a little, too, and keeps its reason to itself: ours is asked for the name.
template <class Message, class Check>
[[nodiscard]] Refusal why_refused(const HeadScanner& scanner, std::string_view head,
                                  Message message, Check check) {
  message.version = scanner.start_line(head).find("HTTP/1.0") == std::string_view::npos
                        ? HttpVersion::http11
                        : HttpVersion::http10;
  message.headers = Headers(head, scanner.places());
  const Refusal reason = check(message);
  return reason == Refusal::none ? Refusal::readers_disagree : reason;
}

[[nodiscard]] Refusal read_request_head(const HeadScanner& scanner, std::string_view head,
                                        HttpRequest& request) {
  const SecondReading second = tokenise_request(head, scanner, request);
  if (second == SecondReading::refused) {
    return why_refused(scanner, head, HttpRequest{}, check_request_framing);
  }
  const std::string_view line = scanner.start_line(head);
  const std::string_view version =
      request.version == HttpVersion::http11 ? " HTTP/1.1" : " HTTP/1.0";
  const bool same_line =
      line.size() == request.method.size() + 1 + request.target.size() + version.size() &&
      line.starts_with(request.method) && line.ends_with(version) &&
      line.substr(request.method.size() + 1, request.target.size()) == request.target;
  if (!same_line || second != SecondReading::same) return Refusal::readers_disagree;
  request.headers = Headers(head, scanner.places());
  return check_request_framing(request);
}

[[nodiscard]] Refusal read_response_head(const HeadScanner& scanner, std::string_view head,
                                         HttpResponse& response, bool to_head) {
  const SecondReading second = tokenise_response(head, scanner, response);
  if (second == SecondReading::refused) {
    const auto check = [to_head](HttpResponse& message) {
      return check_response_framing(message, to_head);
    };
    return why_refused(scanner, head, HttpResponse{}, check);
  }
  const std::string status = std::to_string(response.status);
  const bool same_status = scanner.start_line(head).substr(9, 3) == status;
  if (!same_status || second != SecondReading::same) return Refusal::readers_disagree;
  response.headers = Headers(head, scanner.places());
  return check_response_framing(response, to_head);
}

// A head as far as it is there: in the bytes of now, or behind those of before.
class HeadBytes {
 public:
  // `kept` holds what came before, and takes what comes now only if there was something.
  HeadBytes(std::string& kept, std::string_view bytes, std::size_t head_bytes_max)
      : kept_(kept), before_(kept.size()), now_(bytes.substr(0, head_bytes_max - kept.size())) {
    if (before_ != 0) kept_.append(now_);
  }

  [[nodiscard]] std::string_view all() const noexcept {
    return before_ != 0 ? std::string_view(kept_) : now_;
  }
  // How many of the bytes of now are used where the head goes on, or is so many bytes long.
  [[nodiscard]] std::size_t used() const noexcept { return now_.size(); }
  [[nodiscard]] std::size_t used(std::size_t head_bytes) const noexcept {
    return head_bytes - before_;
  }
  // The head goes on: all of it is kept.
  void keep() {
    if (before_ == 0) kept_.assign(now_);
  }

 private:
  std::string& kept_;
  std::size_t before_;
  std::string_view now_;
};

}  // namespace

RequestParser::RequestParser(ParserLimits limits)
    : limits_(limits), scanner_(HeadKind::request, limits) {}

Fed RequestParser::refuse(Refusal reason, std::size_t consumed) {
  refusal_ = reason;
  state_ = State::refused;
  return {consumed, Progress::refused};
}

Fed RequestParser::feed(std::string_view bytes) {
  switch (state_) {
    case State::head:
      return feed_head(bytes);
    case State::body:
      return feed_body(bytes);
    case State::message:
      return {0, Progress::message};
    case State::refused:
      return {0, Progress::refused};
  }
  SENTRAIL_UNREACHABLE("RequestParser::State");
}

Fed RequestParser::feed_head(std::string_view bytes) {
  if (bytes.empty()) return {0, Progress::need_more};
  HeadBytes head(head_, bytes, limits_.head_bytes_max);
  if (const Refusal reason = scanner_.scan(head.all()); reason != Refusal::none) {
    return refuse(reason, head.used());
  }
  const std::size_t head_bytes = scanner_.head_bytes();
  if (head_bytes == 0) {
    head.keep();
    return {head.used(), Progress::need_more};
  }
  const std::size_t consumed = head.used(head_bytes);
  const Refusal reason = read_request_head(scanner_, head.all().substr(0, head_bytes), request_);
  if (reason != Refusal::none) return refuse(reason, consumed);
  body_.start(request_.framing, request_.content_length, limits_.body_bytes_max);
  state_ = State::body;
  return {consumed, Progress::head};
}

Fed RequestParser::feed_body(std::string_view bytes) {
  const std::size_t consumed = body_.feed(bytes, request_.body);
  if (body_.refusal() != Refusal::none) return refuse(body_.refusal(), consumed);
  if (!body_.done()) return {consumed, Progress::need_more};
  state_ = State::message;
  return {consumed, Progress::message};
}

std::string RequestParser::take_body() {
  return std::exchange(request_.body, {});
}

HttpRequest RequestParser::take() {
  SENTRAIL_CHECK(state_ == State::message);
  state_ = State::head;
  scanner_.reset();
  head_.clear();
  return std::exchange(request_, {});
}

ResponseParser::ResponseParser(bool to_head, ParserLimits limits)
    : to_head_(to_head), limits_(limits), scanner_(HeadKind::response, limits) {}

Fed ResponseParser::refuse(Refusal reason, std::size_t consumed) {
  refusal_ = reason;
  state_ = State::refused;
  return {consumed, Progress::refused};
}

Fed ResponseParser::feed(std::string_view bytes) {
  began_ = began_ || !bytes.empty();
  switch (state_) {
    case State::head:
      return feed_head(bytes);
    case State::body:
      return feed_body(bytes);
    case State::message:
      return {0, Progress::message};
    case State::refused:
      return {0, Progress::refused};
  }
  SENTRAIL_UNREACHABLE("ResponseParser::State");
}

Fed ResponseParser::feed_head(std::string_view bytes) {
  std::size_t consumed = 0;
  while (consumed < bytes.size()) {
    HeadBytes head(head_, bytes.substr(consumed), limits_.head_bytes_max);
    if (const Refusal reason = scanner_.scan(head.all()); reason != Refusal::none) {
      return refuse(reason, consumed + head.used());
    }
    const std::size_t head_bytes = scanner_.head_bytes();
    if (head_bytes == 0) {
      head.keep();
      return {consumed + head.used(), Progress::need_more};
    }
    consumed += head.used(head_bytes);
    response_ = HttpResponse{};
    const Refusal reason =
        read_response_head(scanner_, head.all().substr(0, head_bytes), response_, to_head_);
    if (reason != Refusal::none) return refuse(reason, consumed);
    scanner_.reset();
    head_.clear();
    if (response_.status >= 200) {
      body_.start(response_.framing, response_.content_length, limits_.body_bytes_max);
      state_ = State::body;
      return {consumed, Progress::head};
    }
    if (++interim_count_ > kInterimMax) return refuse(Refusal::status_invalid, consumed);
  }
  return {consumed, Progress::need_more};
}

Fed ResponseParser::feed_body(std::string_view bytes) {
  const std::size_t consumed = body_.feed(bytes, response_.body);
  if (body_.refusal() != Refusal::none) return refuse(body_.refusal(), consumed);
  if (!body_.done()) return {consumed, Progress::need_more};
  state_ = State::message;
  return {consumed, Progress::message};
}

Progress ResponseParser::finish() {
  if (state_ == State::message) return Progress::message;
  if (state_ == State::body && body_.ends_with_connection()) {
    state_ = State::message;
    return Progress::message;
  }
  return refuse(Refusal::ended_early, 0).progress;
}

std::string ResponseParser::take_body() {
  return std::exchange(response_.body, {});
}

}  // namespace sentrail::http
