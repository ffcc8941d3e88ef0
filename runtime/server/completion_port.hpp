// The store's completions on the I/O thread that waits for them.
//
// Neighbours: store/writer.hpp posts, the gateway gets each completion on its own thread. Must not
// know: Asio, what a token means. One post for a batch: an fsync that finishes a hundred requests
// wakes the thread once.
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "runtime/http/handler.hpp"
#include "runtime/store/writer.hpp"

namespace sentrail::server {

// The completion port of one I/O thread. Outlives the writer. threads: post() from the writer's
class IoCompletionPort final : public store::CompletionPort {
 public:
  // Called on the I/O thread, once for each completion, in the writer's order.
  using Deliver = std::function<void(store::Completion completion)>;

  // `io` outlives the port.
  IoCompletionPort(http::IoThread& io, Deliver deliver);

  void post(std::span<store::Completion> completions) noexcept override;

 private:
  http::IoThread& io_;
  const std::shared_ptr<const Deliver> deliver_;  // shared with posts under way
};

}  // namespace sentrail::server
