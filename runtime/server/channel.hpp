// A connection's byte stream, plain or TLS, with one deadline over whatever is pending.
//
// Neighbours: session.cpp (clients) and upstream_call.cpp (upstreams) read and write through it.
// Must not know: HTTP. The only file besides listener.cpp and upstream_pool.cpp that starts socket
// operations, so that Asio's templates are compiled once.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "runtime/server/deadline.hpp"
#include "runtime/server/io.hpp"
#include "runtime/server/tls.hpp"

namespace sentrail::server {

// How an operation ended. `bytes` counts also when `ec` is set.
struct IoResult {
  error_code ec;
  std::size_t bytes = 0;
  bool timed_out = false;

  [[nodiscard]] bool ok() const noexcept { return !ec; }
};

// One connection. At most one read and one write may be pending at a time. threads: one
class Channel {
 public:
  explicit Channel(Socket socket);

  // Connects under the deadline, and sends small writes at once from then on.
  [[nodiscard]] Task<IoResult> connect(Endpoint endpoint);
  // Handshakes under the deadline; afterwards all bytes are TLS records.
  [[nodiscard]] Task<IoResult> accept_tls(TlsContext context);
  [[nodiscard]] Task<IoResult> connect_tls(TlsContext context);
  // Makes the TLS connection without its handshake, so that expect_host can set it up.
  void prepare_tls(const TlsContext& context);

  // Reads what is there, at least one byte.
  [[nodiscard]] Task<IoResult> read_some(std::span<char> buffer);
  // Reads below TLS, for throwing away.
  [[nodiscard]] Task<IoResult> read_raw(std::span<char> buffer);
  // Writes what the operating system takes at once, without waiting; nothing over TLS. out: how
  // much; an error shows when the rest is written.
  [[nodiscard]] std::size_t try_write(std::string_view first, std::string_view second) noexcept;
  // Writes all of both parts, or as much as could be written.
  [[nodiscard]] Task<IoResult> write(std::string_view first, std::string_view second = {});
  // Tells the peer that no more comes (TLS close_notify, TCP FIN); ends the waiting for either.
  [[nodiscard]] Task<void> finish_writing();

  // What pends must be over by then; else it ends as timed out.
  void arm(std::int64_t ms) { deadline_.arm(after_ms(ms)); }
  void arm_at(SteadyClock::time_point moment) { deadline_.arm(moment); }
  void disarm() noexcept { deadline_.disarm(); }

  // Ends what pends with operation_aborted.
  void cancel() noexcept;
  // Closes the socket; everything after fails.
  void close() noexcept;
  // Whether an idle connection still looks usable: open, and nothing arrived.
  [[nodiscard]] bool is_quiet() noexcept;
  // Whether bytes arrived that nobody has read.
  [[nodiscard]] bool has_unread() noexcept;

  [[nodiscard]] Socket& socket() noexcept { return socket_; }
  // The TLS connection, or nullptr.
  [[nodiscard]] ssl_st* tls() noexcept;

 private:
  using TlsStream = asio::ssl::stream<Socket&>;

  [[nodiscard]] Task<IoResult> handshake(asio::ssl::stream_base::handshake_type side);
  [[nodiscard]] IoResult result(error_code ec, std::size_t bytes) const noexcept;

  Socket socket_;
  TlsContext context_;
  std::unique_ptr<TlsStream> tls_;
  Deadline deadline_;
  bool closed_ = false;
};

}  // namespace sentrail::server
