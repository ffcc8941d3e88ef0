// Throwing the switch for nobody. See stop_self_test.hpp.
#include "runtime/gateway/stop_self_test.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <memory>
#include <utility>

#include "core/limits.hpp"
#include "crypto/random.hpp"
#include "runtime/gateway/stop_permit.hpp"
#include "runtime/store/files.hpp"

namespace sentrail::gateway {
namespace {

// An upstream of one's own on the loopback address, which accepts and says nothing.
class SilentUpstream {
 public:
  // out: whether it listens
  [[nodiscard]] bool open() {
    listener_ = store::FileHandle(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* any = reinterpret_cast<sockaddr*>(&address);
    if (listener_.get() < 0 || ::bind(listener_.get(), any, size) != 0 ||
        ::listen(listener_.get(), 1) != 0 || ::getsockname(listener_.get(), any, &size) != 0) {
      return false;
    }
    port_ = ntohs(address.sin_port);
    return true;
  }

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  // Whether any byte came on the connection that was made.
  [[nodiscard]] bool got_bytes() const {
    const store::FileHandle peer(
        ::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    char byte = 0;
    return peer.get() >= 0 && ::recv(peer.get(), &byte, 1, MSG_DONTWAIT) > 0;
  }

 private:
  store::FileHandle listener_;
  std::uint16_t port_ = 0;
};

bool is_stopped(const KnownHolder& known, const identity::LocalStop& stop) {
  return known.get()
      ->directory()
      .find_stop(stop.workspace_id, {identity::kSelfTestTool, {}, false})
      .has_value();
}

// Judges the call that must not have left.
class Judgement final : public http::UpstreamObserver {
 public:
  Judgement(StopSelfTest& test, KnownHolder& known, http::IoThread& io, identity::LocalStop stop,
            std::unique_ptr<SilentUpstream> upstream)
      : test_(test),
        known_(known),
        io_(io),
        stop_(std::move(stop)),
        upstream_(std::move(upstream)) {}

  void on_done(const http::UpstreamReport& report) override {
    const bool admission = is_stopped(known_, stop_);
    known_.drop_stop(stop_.id);
    if (report.fault == http::UpstreamFault::cancelled) return;  // the server shuts down
    std::string detail;
    if (!admission) {
      detail = "a stopped tool was admitted";
    } else if (report.reach != http::Reach::nothing_sent || upstream_->got_bytes()) {
      detail = "a stopped call left: " + std::string(name_of(report.reach));
    } else if (report.fault != http::UpstreamFault::stopped) {
      detail = "the call failed before it could be stopped: " + report.detail;
    } else if (is_stopped(known_, stop_)) {
      detail = "a stop that was lifted still stops";
    }
    test_.conclude(io_, detail);
  }

 private:
  StopSelfTest& test_;
  KnownHolder& known_;
  http::IoThread& io_;
  const identity::LocalStop stop_;
  const std::unique_ptr<SilentUpstream> upstream_;
};

}  // namespace

void StopSelfTest::run_on(http::IoThread& io) {
  const std::optional<StopTestOutcome> before = last();
  const bool passed = before && before->passed;
  if (!passed || ++passes_left_out_ >= limits::kStopSelfTestMs / limits::kStopSelfTestRetryMs) {
    passes_left_out_ = 0;
    try_now(io);
  }
  io.after(limits::kStopSelfTestRetryMs, [this, &io] { run_on(io); });
}

void StopSelfTest::try_now(http::IoThread& io) {
  auto upstream = std::make_unique<SilentUpstream>();
  if (!upstream->open()) return conclude(io, "no socket for the test could be opened");
  // A workspace of its own, so that nobody sees it among real stops.
  identity::LocalStop stop;
  stop.id = crypto::uuid_v4();
  stop.workspace_id = crypto::uuid_v4();
  stop.command.action = identity::KillAction::pause_tool;
  stop.command.target = identity::kSelfTestTool;
  stop.thrown_ms = clock_.now().unix_ms;
  auto target = std::make_shared<http::UpstreamTarget>();
  target->host = "127.0.0.1";
  target->port = upstream->port();
  target->tls = false;
  target->private_ranges = {"127.0.0.1/32"};
  target->deadlines.total_ms = limits::kStopSelfTestWaitMs;
  http::UpstreamRequest call;
  call.target = std::move(target);
  call.request.method = "GET";
  call.request.target = "/";
  call.request.headers.set("Host", "127.0.0.1");
  call.permit = std::make_shared<StopPermit>(
      known_,
      StoppableCall{stop.workspace_id, std::string(identity::kSelfTestTool), {}, false, false});
  known_.add_stop(stop);
  io.send(std::move(call),
          std::make_unique<Judgement>(*this, known_, io, std::move(stop), std::move(upstream)));
}

std::optional<StopTestOutcome> StopSelfTest::last() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

std::uint64_t StopSelfTest::failures() const {
  const std::lock_guard lock(mutex_);
  return failures_;
}

void StopSelfTest::conclude(http::IoThread& io, const std::string& detail) {
  const bool passed = detail.empty();
  {
    const std::lock_guard lock(mutex_);
    last_ = StopTestOutcome{passed, detail, clock_.now().unix_ms};
    if (!passed) ++failures_;
  }
  io.log(passed ? http::LogLevel::info : http::LogLevel::error, "kill_switch_test",
         {{"passed", passed ? "true" : "false"}, {"detail", detail}});
}

}  // namespace sentrail::gateway
