// Lets approved calls out until the server shuts down, and news of them in until the coordinator
// has ended.
//
// Neighbours: stands between execute/coordinator.hpp and gateway/sender.hpp; daemon.cpp turns it.
// Must not know: HTTP. Why: an I/O thread that has ended drops what it is given, and a call whose
// intent is durable would be in doubt although nothing was sent; and an I/O thread may report on a
// call that was cut off after the coordinator is gone.
#pragma once

#include <mutex>

#include "runtime/execute/sender.hpp"

namespace sentrail::server {

// threads: any.
class SendValve final : public execute::Sender, public execute::SendObserver {
 public:
  // `sender` outlives the valve's last use.
  explicit SendValve(execute::Sender& sender) : sender_(sender) {}

  // Sends; once closed, answers that nothing was sent.
  void send(execute::SendJob job, execute::SendObserver& observer) noexcept override;

  // From its return on nothing more is given to the sender.
  void close() noexcept;
  // From its return on nothing more is told to the observer.
  void detach() noexcept;

  void first_byte_sent(const execute::ActionRef& ref, std::uint64_t fence) noexcept override;
  void finished(const execute::ActionRef& ref, std::uint64_t fence,
                execute::SendReport report) noexcept override;

 private:
  execute::Sender& sender_;
  std::mutex sending_;   // held while the sender is called, which may report at once
  bool closed_ = false;  // guarded by sending_
  std::mutex observing_;
  execute::SendObserver* observer_ = nullptr;  // guarded by observing_
};

}  // namespace sentrail::server
