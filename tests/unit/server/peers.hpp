// Raw blocking sockets for tests: a client, and a scripted upstream that records every byte.
//
// Neighbours: all tests of this folder. Must not know: the product. Scripts are plain functions
// that run one connection each; every wait ends after some seconds, so that a broken test fails.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

struct ssl_ctx_st;
struct ssl_st;

namespace sentrail::test {

// One connected socket, plain or TLS.
class Conn {
 public:
  Conn() = default;
  explicit Conn(int fd);
  ~Conn();
  Conn(Conn&& other) noexcept;
  Conn& operator=(Conn&& other) noexcept;

  // Connects to 127.0.0.1; a small receive buffer makes a slow reader slow soon.
  [[nodiscard]] static Conn to(std::uint16_t port, bool small_buffer = false);

  // Handshakes. out: whether it worked
  bool connect_tls(ssl_ctx_st* context, const char* host);
  bool accept_tls(ssl_ctx_st* context);

  // Sends all; false if the peer is gone.
  bool send(std::string_view bytes);
  // Sends byte by byte, each in its own packet.
  bool drip(std::string_view bytes);
  // Reads once; "" at the end or after some seconds.
  std::string some();
  // Reads until the text ends with, or contains, `mark`. out: all that was read by then
  std::string until(std::string_view mark);
  // Reads so many bytes, or to the end.
  std::string exactly(std::size_t bytes);
  // Reads to the end of the stream.
  std::string rest();
  // Waits until the peer closes or resets; true if it did in time.
  bool wait_end();

  void close();
  // Closes with RST.
  void reset();
  void finish_writing();
  [[nodiscard]] int fd() const noexcept { return fd_; }
  [[nodiscard]] ssl_st* tls() const noexcept { return tls_; }
  // All bytes that were read, whatever read them.
  [[nodiscard]] const std::string& seen() const noexcept { return seen_; }

 private:
  int fd_ = -1;
  ssl_st* tls_ = nullptr;
  std::string unread_;  // read beyond a mark
  std::string seen_;
};

// Serves connections one after the other, each by the next script.
class ScriptedPeer {
 public:
  using Script = std::function<void(Conn&)>;

  explicit ScriptedPeer(std::vector<Script> scripts, ssl_ctx_st* tls = nullptr);
  ~ScriptedPeer();

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  // Bytes received by each connection so far; complete after finish().
  [[nodiscard]] std::vector<std::string> received();
  // Waits until all scripts ran.
  void finish();

 private:
  void run(std::vector<Script> scripts, ssl_ctx_st* tls);

  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::vector<std::string> received_;
  std::thread thread_;
};

// A script that reads one request's head and sends the bytes.
[[nodiscard]] ScriptedPeer::Script answering(std::string bytes);
// A port on which nobody listens.
[[nodiscard]] std::uint16_t closed_port();

}  // namespace sentrail::test
