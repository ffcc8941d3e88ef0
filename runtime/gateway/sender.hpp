// Sends approved calls through the I/O threads' upstream connections.
//
// Neighbours: execute/coordinator.hpp gives the jobs, http/handler.hpp's IoThread carries them out;
// known.hpp has the credential, which is injected here and nowhere stored. Must not know: Asio,
// policy.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <vector>

#include "runtime/execute/sender.hpp"
#include "runtime/gateway/known.hpp"
#include "runtime/http/handler.hpp"

namespace sentrail::gateway {

// threads: as execute::Sender; use() once before anything is sent.
class UpstreamSender final : public execute::Sender {
 public:
  // Tells whether an approved call is a declared read.
  using IsRead = std::function<bool(const Uuid& action_id)>;

  // `known` outlives the sender.
  UpstreamSender(const KnownHolder& known, IsRead is_read)
      : known_(known), is_read_(std::move(is_read)) {}

  // The threads that carry the calls; they outlive the sender's last call.
  void use(std::vector<http::IoThread*> threads) { threads_ = std::move(threads); }

  void send(execute::SendJob job, execute::SendObserver& observer) noexcept override;

 private:
  const KnownHolder& known_;
  const IsRead is_read_;
  std::vector<http::IoThread*> threads_;
  std::atomic<std::size_t> next_{0};
};

}  // namespace sentrail::gateway
