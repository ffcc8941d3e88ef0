// Blocking HTTP over Asio. See api_client.hpp.
#include "interceptor/cli/api_client.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <chrono>

#include "runtime/http/codec.hpp"
#include "runtime/http/serialise.hpp"

namespace sentrail::cli {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;
using asio::ip::tcp;

// Runs what was started on `io` until it is done or the deadline passes; the operations report
// into `error`, which reads timed_out for as long as nothing did.
class Waiter {
 public:
  Waiter(asio::io_context& io, std::int64_t deadline_ms)
      : io_(io), until_(Clock::now() + std::chrono::milliseconds(deadline_ms)) {}

  template <class Start>
  [[nodiscard]] boost::system::error_code run(Start start) {
    boost::system::error_code error = asio::error::timed_out;
    start(error);
    io_.restart();
    io_.run_until(until_);
    return error;
  }

 private:
  asio::io_context& io_;
  Clock::time_point until_;
};

Error unreachable(const Endpoint& endpoint, const boost::system::error_code& error) {
  const Errc code = error == asio::error::timed_out ? Errc::timed_out : Errc::unavailable;
  return Error{code, "cannot reach the gate at " + endpoint.host + ":" +
                         std::to_string(endpoint.port) + ": " + error.message() +
                         "; is sentraild running, and is --server right?"};
}

// Writes the request and reads until the answer is complete or the connection ends.
template <class Stream>
Result<http::HttpResponse> converse(Stream& stream, Waiter& waiter, const std::string& bytes,
                                    const Endpoint& endpoint) {
  boost::system::error_code error = waiter.run([&](auto& result) {
    asio::async_write(stream, asio::buffer(bytes),
                      [&result](auto written, std::size_t) { result = written; });
  });
  if (error) return tl::make_unexpected(unreachable(endpoint, error));
  http::ResponseParser parser(false);
  std::array<char, 16384> buffer{};
  for (;;) {
    std::size_t got = 0;
    error = waiter.run([&](auto& result) {
      stream.async_read_some(asio::buffer(buffer), [&](auto read, std::size_t count) {
        result = read;
        got = count;
      });
    });
    if (error && got == 0) {
      if (parser.finish() == http::Progress::message) return std::move(parser.response());
      return tl::make_unexpected(unreachable(endpoint, error));
    }
    std::string_view rest(buffer.data(), got);
    for (bool more = true; more;) {
      const http::Fed fed = parser.feed(rest);
      rest.remove_prefix(fed.consumed);
      if (fed.progress == http::Progress::message) return std::move(parser.response());
      if (fed.progress == http::Progress::refused) {
        return fail(Errc::corrupt,
                    "the gate's answer breaks HTTP: " + std::string(message_of(parser.refusal())));
      }
      more = fed.progress == http::Progress::head;
    }
  }
}

Result<tcp::socket> connect(asio::io_context& io, Waiter& waiter, const Endpoint& endpoint) {
  tcp::resolver resolver(io);
  boost::system::error_code error;
  const auto addresses = resolver.resolve(endpoint.host, std::to_string(endpoint.port), error);
  if (error) return tl::make_unexpected(unreachable(endpoint, error));
  tcp::socket socket(io);
  error = waiter.run([&](auto& result) {
    asio::async_connect(socket, addresses,
                        [&result](auto connected, const tcp::endpoint&) { result = connected; });
  });
  if (error) return tl::make_unexpected(unreachable(endpoint, error));
  return socket;
}

}  // namespace

Result<http::HttpResponse> ApiClient::call(http::HttpRequest request,
                                           std::int64_t deadline_ms) const {
  request.headers.set("Host", endpoint_.host + ":" + std::to_string(endpoint_.port));
  request.headers.set("Connection", "close");
  request.framing = request.body.empty() && (request.method == "GET" || request.method == "DELETE")
                        ? http::BodyFraming::none
                        : http::BodyFraming::length;
  request.content_length = request.body.size();
  SENTRAIL_ASSIGN_OR_RETURN(const std::string bytes, http::serialise_request(request));
  asio::io_context io;
  Waiter waiter(io, deadline_ms);
  SENTRAIL_ASSIGN_OR_RETURN(tcp::socket socket, connect(io, waiter, endpoint_));
  if (!endpoint_.tls) return converse(socket, waiter, bytes, endpoint_);

  asio::ssl::context context(asio::ssl::context::tls_client);
  boost::system::error_code error;
  context.set_default_verify_paths(error);
  if (!ca_file_.empty() && context.load_verify_file(ca_file_, error)) {
    return fail(Errc::io, "cannot read the CA file " + ca_file_ + ": " + error.message());
  }
  asio::ssl::stream<tcp::socket> stream(std::move(socket), context);
  stream.set_verify_mode(asio::ssl::verify_peer);
  stream.set_verify_callback(asio::ssl::host_name_verification(endpoint_.host));
  SSL_set_tlsext_host_name(stream.native_handle(), endpoint_.host.c_str());
  error = waiter.run([&](auto& result) {
    stream.async_handshake(asio::ssl::stream_base::client,
                           [&result](auto shaken) { result = shaken; });
  });
  if (error) return tl::make_unexpected(unreachable(endpoint_, error));
  return converse(stream, waiter, bytes, endpoint_);
}

}  // namespace sentrail::cli
