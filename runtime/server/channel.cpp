// Socket and TLS operations with their deadline.
//
// Neighbours: channel.hpp. Must not know: HTTP.
#include "runtime/server/channel.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <boost/asio/error.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>

#include "core/check.hpp"

namespace sentrail::server {

Channel::Channel(Socket socket)
    : socket_(std::move(socket)), deadline_(socket_.get_executor(), [this] { cancel(); }) {}

IoResult Channel::result(error_code ec, std::size_t bytes) const noexcept {
  return {ec, bytes, ec && deadline_.expired()};
}

void Channel::prepare_tls(const TlsContext& context) {
  SENTRAIL_CHECK(tls_ == nullptr);
  context_ = context;
  tls_ = std::make_unique<TlsStream>(socket_, *context);
}

Task<IoResult> Channel::connect(Endpoint endpoint) {
  auto [ec] = co_await socket_.async_connect(endpoint, kTuple);
  if (!ec) {
    error_code ignored;
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  }
  co_return result(ec, 0);
}

Task<IoResult> Channel::handshake(asio::ssl::stream_base::handshake_type side) {
  auto [ec] = co_await tls_->async_handshake(side, kTuple);
  co_return result(ec, 0);
}

Task<IoResult> Channel::accept_tls(TlsContext context) {
  prepare_tls(context);
  co_return co_await handshake(asio::ssl::stream_base::server);
}

Task<IoResult> Channel::connect_tls(TlsContext context) {
  if (tls_ == nullptr) prepare_tls(context);
  co_return co_await handshake(asio::ssl::stream_base::client);
}

Task<IoResult> Channel::read_some(std::span<char> buffer) {
  if (closed_ || deadline_.expired()) co_return result(asio::error::operation_aborted, 0);
  const asio::mutable_buffer target(buffer.data(), buffer.size());
  if (tls_) {
    auto [ec, bytes] = co_await tls_->async_read_some(target, kTuple);
    co_return result(ec, bytes);
  }
  auto [ec, bytes] = co_await socket_.async_read_some(target, kTuple);
  co_return result(ec, bytes);
}

Task<IoResult> Channel::read_raw(std::span<char> buffer) {
  if (closed_ || deadline_.expired()) co_return result(asio::error::operation_aborted, 0);
  auto [ec, bytes] =
      co_await socket_.async_read_some(asio::mutable_buffer(buffer.data(), buffer.size()), kTuple);
  co_return result(ec, bytes);
}

std::size_t Channel::try_write(std::string_view first, std::string_view second) noexcept {
  if (closed_ || tls_) return 0;
  std::array<iovec, 2> parts = {iovec{const_cast<char*>(first.data()), first.size()},
                                iovec{const_cast<char*>(second.data()), second.size()}};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = second.empty() ? 1 : 2;
  const ssize_t count = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  return count < 0 ? 0 : static_cast<std::size_t>(count);
}

Task<IoResult> Channel::write(std::string_view first, std::string_view second) {
  if (closed_ || deadline_.expired()) co_return result(asio::error::operation_aborted, 0);
  const std::array<asio::const_buffer, 2> parts = {
      asio::const_buffer(first.data(), first.size()),
      asio::const_buffer(second.data(), second.size())};
  if (tls_) {
    auto [ec, bytes] = co_await asio::async_write(*tls_, parts, kTuple);
    co_return result(ec, bytes);
  }
  auto [ec, bytes] = co_await asio::async_write(socket_, parts, kTuple);
  co_return result(ec, bytes);
}

Task<void> Channel::finish_writing() {
  if (tls_ && !closed_ && !deadline_.expired()) {
    // Also waits for the peer's own close_notify; the deadline bounds that.
    auto [ec] = co_await tls_->async_shutdown(kTuple);
    static_cast<void>(ec);
  }
  error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
}

void Channel::cancel() noexcept {
  error_code ignored;
  socket_.cancel(ignored);
}

void Channel::close() noexcept {
  closed_ = true;
  error_code ignored;
  socket_.close(ignored);
}

bool Channel::is_quiet() noexcept {
  if (closed_ || !socket_.is_open()) return false;
  char byte = 0;
  const ssize_t count = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

bool Channel::has_unread() noexcept {
  if (closed_ || !socket_.is_open()) return false;
  char byte = 0;
  return ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

ssl_st* Channel::tls() noexcept {
  return tls_ ? tls_->native_handle() : nullptr;
}

}  // namespace sentrail::server
