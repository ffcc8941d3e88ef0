// A tool behind the gate that notes when the first byte of each request reaches it.
//
// Neighbours: first_byte.cpp. Must not know: the gate. It answers 200 to everything.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "core/result.hpp"
#include "runtime/store/files.hpp"

namespace sentrail::bench {

// See the top of the file. Ends with its object. threads: any
class UpstreamClock {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // Listens on a port of 127.0.0.1. fails: io.
  UpstreamClock();
  ~UpstreamClock();
  UpstreamClock(const UpstreamClock&) = delete;
  UpstreamClock& operator=(const UpstreamClock&) = delete;

  // 0: it could not listen.
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  // When requests began to arrive, since it was asked last.
  [[nodiscard]] std::vector<Time> take_arrivals();

 private:
  void serve();

  store::FileHandle listener_;
  store::FileHandle ended_;  // readable once it is to end
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::vector<Time> arrivals_;  // guarded by mutex_
  std::thread thread_;
};

// How many bytes at the front of `text` are one whole request; 0: it is not all there yet. Bodies
// have a Content-Length.
[[nodiscard]] std::size_t whole_request(std::string_view text);

}  // namespace sentrail::bench
