// An I/O thread that a test turns by hand, and exchanges that keep their answer.
//
// Neighbours: gateway_fixture.hpp. Must not know: Asio, routes.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/time.hpp"
#include "runtime/http/handler.hpp"

namespace sentrail::gateway {

// Runs what was posted, and timers of a clock, when asked to. threads: post() and log() from any.
class FakeIo final : public http::IoThread {
 public:
  // A call to an upstream, kept for the test to answer.
  struct Sent {
    http::UpstreamRequest call;
    std::unique_ptr<http::UpstreamObserver> observer;
  };

  explicit FakeIo(const Clock& clock) : clock_(clock) {}

  [[nodiscard]] std::size_t index() const noexcept override { return 0; }

  void post(std::function<void()> task) override {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }

  TimerId after(std::int64_t delay_ms, std::function<void()> task) override {
    const TimerId id = ++last_timer_;
    timers_.emplace(std::pair(clock_.monotonic_ms() + delay_ms, id), std::move(task));
    return id;
  }

  void cancel(TimerId timer) override {
    std::erase_if(timers_, [timer](const auto& row) { return row.first.second == timer; });
  }

  void send(http::UpstreamRequest call, std::unique_ptr<http::UpstreamObserver> observer) override {
    sent.push_back({std::move(call), std::move(observer)});
  }

  void log(http::LogLevel, std::string_view event, std::initializer_list<http::LogField>) override {
    const std::lock_guard lock(mutex_);
    logged_.emplace_back(event);
  }

  // Runs all that waits and is due. False if there was nothing.
  bool run_pending() {
    bool any = false;
    for (std::function<void()> task = next(); task; task = next()) {
      task();
      any = true;
    }
    while (!timers_.empty() && timers_.begin()->first.first <= clock_.monotonic_ms()) {
      auto due = timers_.extract(timers_.begin());
      due.mapped()();
      any = true;
    }
    return any;
  }

  [[nodiscard]] std::vector<std::string> logged() {
    const std::lock_guard lock(mutex_);
    return logged_;
  }

  std::vector<Sent> sent;  // the test's thread only

 private:
  std::function<void()> next() {
    const std::lock_guard lock(mutex_);
    if (tasks_.empty()) return nullptr;
    std::function<void()> task = std::move(tasks_.front());
    tasks_.pop_front();
    return task;
  }

  const Clock& clock_;
  std::mutex mutex_;
  std::deque<std::function<void()>> tasks_;  // guarded by mutex_
  std::vector<std::string> logged_;          // guarded by mutex_
  std::map<std::pair<std::int64_t, TimerId>, std::function<void()>> timers_;
  TimerId last_timer_ = 0;
};

// One request, and what became of it.
struct FakeResult {
  std::optional<http::HttpResponse> response;
  std::optional<http::UpstreamRequest> forwarded;
  std::unique_ptr<http::ForwardObserver> observer;
  int answers = 0;  // all, also those that were too many
};

// threads: the test's.
class FakeExchange final : public http::Exchange {
 public:
  // `whole`: the request's body is all of it.
  FakeExchange(http::HttpRequest request, http::Peer peer, FakeIo& io,
               std::shared_ptr<FakeResult> result, bool whole = true)
      : request_(std::move(request)),
        peer_(std::move(peer)),
        io_(io),
        result_(std::move(result)),
        whole_(whole) {}

  [[nodiscard]] http::HttpRequest& request() noexcept override { return request_; }
  [[nodiscard]] bool body_complete() const noexcept override { return whole_; }
  [[nodiscard]] const http::Peer& peer() const noexcept override { return peer_; }
  [[nodiscard]] http::IoThread& io() noexcept override { return io_; }

  bool respond(http::HttpResponse response) override {
    if (++result_->answers > 1) return false;
    result_->response = std::move(response);
    return true;
  }

  bool forward(http::UpstreamRequest call,
               std::unique_ptr<http::ForwardObserver> observer) override {
    if (++result_->answers > 1) return false;
    result_->forwarded = std::move(call);
    result_->observer = std::move(observer);
    return true;
  }

 private:
  http::HttpRequest request_;
  http::Peer peer_;
  FakeIo& io_;
  std::shared_ptr<FakeResult> result_;
  bool whole_;
};

}  // namespace sentrail::gateway
