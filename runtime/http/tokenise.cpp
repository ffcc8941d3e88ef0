// Boost.Beast as a tokeniser: its parser's callbacks fill our messages.
//
// Neighbours: tokenise.hpp. Must not know: what is acceptable; framing.cpp decided that already.
// The only file that includes Beast.
#include "runtime/http/tokenise.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <cstdint>
#include <limits>

namespace sentrail::http {
namespace {

namespace beast = boost::beast;
using beast::error_code;
using beast::string_view;

[[nodiscard]] std::string_view view(string_view text) noexcept {
  return {text.data(), text.size()};
}

// Collects the start line and compares the fields; body callbacks are never reached, since only
// heads are fed.
template <bool kIsRequest, class Message>
class Tokeniser final : public beast::http::basic_parser<kIsRequest> {
 public:
  Tokeniser(std::string_view head, const HeadScanner& ours, Message& message)
      : head_(head), ours_(ours), message_(message) {
    this->header_limit(std::numeric_limits<std::uint32_t>::max());
    this->body_limit(boost::none);
  }

  // Whether every field was the one that we read, and none is missing.
  [[nodiscard]] bool agrees() const { return agrees_ && fields_ == ours_.field_count(); }

 private:
  void on_request_impl(beast::http::verb, string_view method, string_view target, int version,
                       error_code& ec) override {
    ec = {};
    if constexpr (kIsRequest) {
      message_.method.assign(method.data(), method.size());
      message_.target.assign(target.data(), target.size());
      message_.version = version == 10 ? HttpVersion::http10 : HttpVersion::http11;
    }
  }
  void on_response_impl(int status, string_view reason, int version, error_code& ec) override {
    ec = {};
    if constexpr (!kIsRequest) {
      message_.status = status;
      message_.reason.assign(reason.data(), reason.size());
      message_.version = version == 10 ? HttpVersion::http10 : HttpVersion::http11;
    }
  }
  void on_field_impl(beast::http::field, string_view name, string_view value,
                     error_code& ec) override {
    ec = {};
    agrees_ = agrees_ && fields_ < ours_.field_count() &&
              ours_.field(head_, fields_) == HeaderField{view(name), view(value)};
    ++fields_;
  }
  void on_header_impl(error_code& ec) override { ec = {}; }
  void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code& ec) override {
    ec = {};
  }
  std::size_t on_body_impl(string_view body, error_code& ec) override {
    ec = {};
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code& ec) override { ec = {}; }
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code& ec) override {
    ec = {};
    return body.size();
  }
  void on_finish_impl(error_code& ec) override { ec = {}; }

  std::string_view head_;  // as we read it
  const HeadScanner& ours_;
  Message& message_;
  std::size_t fields_ = 0;
  bool agrees_ = true;
};

// in: `bytes` for Beast, the head as we read it
template <bool kIsRequest, class Message>
[[nodiscard]] SecondReading tokenise(std::string_view bytes, std::string_view head,
                                     const HeadScanner& ours, Message& message) {
  Tokeniser<kIsRequest, Message> tokeniser(head, ours, message);
  error_code ec;
  const std::size_t used = tokeniser.put(beast::net::const_buffer(bytes.data(), bytes.size()), ec);
  if (ec || !tokeniser.is_header_done() || used != bytes.size()) return SecondReading::refused;
  return tokeniser.agrees() ? SecondReading::same : SecondReading::differs;
}

}  // namespace

SecondReading tokenise_request(std::string_view head, const HeadScanner& ours,
                               HttpRequest& request) {
  return tokenise<true>(head, head, ours, request);
}

SecondReading tokenise_response(std::string_view head, const HeadScanner& ours,
                                HttpResponse& response) {
  // RFC 9112 §4 wants a space before an empty reason and Beast insists on it; some servers leave it
  // out, and there is one reading of that.
  constexpr std::size_t kStatusEnd = sizeof("HTTP/1.1 200") - 1;
  if (head.size() > kStatusEnd && head[kStatusEnd] == '\r') {
    std::string spaced(head);
    spaced.insert(kStatusEnd, " ");
    return tokenise<false>(spaced, head, ours, response);
  }
  return tokenise<false>(head, head, ours, response);
}

}  // namespace sentrail::http
