// One request, one answer. See http_sink.hpp.
#include "runtime/server/http_sink.hpp"

#include <cstdint>
#include <optional>
#include <utility>

namespace sentrail::server {

// What became of a delivery, shared with whoever carries it: it may report after the sink is gone.
struct HttpSink::Outcome {
  std::mutex mutex;
  std::condition_variable changed;
  std::uint64_t number = 0;      // of the delivery that is waited for; guarded by mutex
  std::optional<Status> status;  // guarded by mutex
  bool stopped = false;          // guarded by mutex

  void conclude(std::uint64_t of, Status ended) {
    {
      const std::lock_guard lock(mutex);
      if (of != number || status) return;
      status = std::move(ended);
    }
    changed.notify_all();
  }
};

class HttpSink::Observer final : public http::UpstreamObserver {
 public:
  Observer(std::shared_ptr<Outcome> outcome, std::uint64_t number)
      : outcome_(std::move(outcome)), number_(number) {}
  // A thread that has ended drops what it is given.
  ~Observer() override {
    outcome_->conclude(number_, fail(Errc::unavailable, "the server is stopping"));
  }

  void on_done(const http::UpstreamReport& report) override {
    if (report.reach != http::Reach::complete) {
      return outcome_->conclude(number_, fail(Errc::unavailable, report.detail));
    }
    if (report.status < 200 || report.status > 299) {
      return outcome_->conclude(
          number_,
          fail(Errc::unavailable, "the receiver answered " + std::to_string(report.status)));
    }
    outcome_->conclude(number_, {});
  }

 private:
  const std::shared_ptr<Outcome> outcome_;
  const std::uint64_t number_;
};

HttpSink::HttpSink(http::IoThread& io, HttpSinkOptions options)
    : io_(io), options_(std::move(options)), outcome_(std::make_shared<Outcome>()) {}

HttpSink::~HttpSink() = default;

void HttpSink::stop() noexcept {
  {
    const std::lock_guard lock(outcome_->mutex);
    outcome_->stopped = true;
  }
  outcome_->changed.notify_all();
}

Status HttpSink::deliver(std::span<const store::AuditRow> rows) {
  SENTRAIL_ASSIGN_OR_RETURN(exporting::Body body,
                            exporting::format_body(options_.format, options_.origin, rows));
  auto call = std::make_shared<http::UpstreamRequest>();
  call->target = options_.target;
  call->request.method = "POST";
  call->request.target = options_.path;
  call->request.headers.set("Host", options_.target->host);
  call->request.headers.set("Content-Type", body.content_type);
  if (!options_.authorization.empty()) {
    call->request.headers.set("Authorization", options_.authorization);
  }
  call->request.body = std::move(body.bytes);
  call->request.content_length = call->request.body.size();
  call->request.framing = http::BodyFraming::length;
  std::unique_lock lock(outcome_->mutex);
  const std::uint64_t number = ++outcome_->number;
  outcome_->status.reset();
  lock.unlock();
  // In a shared place, because a posted task is copied.
  auto observer = std::make_shared<std::unique_ptr<http::UpstreamObserver>>(
      std::make_unique<Observer>(outcome_, number));
  io_.post([io = &io_, call, observer] { io->send(std::move(*call), std::move(*observer)); });
  observer.reset();
  lock.lock();
  outcome_->changed.wait(lock, [this] { return outcome_->status || outcome_->stopped; });
  if (!outcome_->status) return fail(Errc::unavailable, "the server is stopping");
  return *outcome_->status;
}

}  // namespace sentrail::server
