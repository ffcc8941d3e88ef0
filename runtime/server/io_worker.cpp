// The life of one I/O thread.
//
// Neighbours: io_worker.hpp; accept.cpp accepts for it. Must not know: HTTP beyond the Date header.
#include "runtime/server/io_worker.hpp"

#include <boost/asio/post.hpp>
#include <ctime>

#include "core/check.hpp"
#include "runtime/server/accept.hpp"
#include "runtime/server/session.hpp"
#include "runtime/server/upstream_call.hpp"

namespace sentrail::server {
namespace {

constexpr std::int64_t kSweepMs = 5'000;
// After phase two sessions end by themselves; what does not is cut off.
constexpr std::int64_t kAbortGraceMs = 500;

// Tells the observer of a call's end, even if the coroutine is destroyed unfinished.
class DoneGuard {
 public:
  DoneGuard(IoWorker& worker, http::UpstreamObserver& observer)
      : worker_(worker), observer_(observer) {
    worker_.call_began();
  }
  ~DoneGuard() {
    observer_.on_done(report);
    worker_.call_ended();
  }
  DoneGuard(const DoneGuard&) = delete;
  DoneGuard& operator=(const DoneGuard&) = delete;

  http::UpstreamReport report = cancelled_report();

 private:
  static http::UpstreamReport cancelled_report() {
    http::UpstreamReport report;
    // Not known how far it got: the strongest claim that is certainly not too weak.
    report.reach = http::Reach::all_sent;
    report.fault = http::UpstreamFault::cancelled;
    report.detail = "the server shut down";
    return report;
  }

  IoWorker& worker_;
  http::UpstreamObserver& observer_;
};

Task<void> run_send(IoWorker* worker, http::UpstreamRequest request,
                    std::unique_ptr<http::UpstreamObserver> observer) {
  DoneGuard done(*worker, *observer);
  UpstreamCall call(worker->pools(), std::move(request), *observer, nullptr, worker->executor(),
                    worker->shared().logger);
  done.report = co_await call.run();
}

}  // namespace

IoWorker::IoWorker(std::size_t index, Shared& shared)
    : index_(index),
      shared_(shared),
      context_(std::make_unique<asio::io_context>(1)),
      guard_(std::make_unique<asio::executor_work_guard<Executor>>(context_->get_executor())),
      pools_(
          std::make_unique<UpstreamPools>(context_->get_executor(), shared.trust, shared.logger)) {}

// What uses the context goes before it; coroutines that were cut off go with it, and may still
// touch the members above it.
IoWorker::~IoWorker() {
  ended_ = true;
  timers_.clear();
  listeners_.clear();
  pools_->cancel_all();
  guard_.reset();
  context_.reset();
}

void IoWorker::post(std::function<void()> task) {
  if (ended_.load()) return;
  asio::post(*context_, std::move(task));
}

http::IoThread::TimerId IoWorker::after(std::int64_t delay_ms, std::function<void()> task) {
  const TimerId id = next_timer_++;
  if (ended_.load()) return id;
  auto timer = std::make_unique<Timer>(executor(), after_ms(delay_ms));
  timer->async_wait([this, id, task = std::move(task)](error_code) {
    // Looked up rather than trusting the code: a timer may have expired before it was cancelled.
    if (timers_.erase(id) == 1) task();
  });
  timers_.emplace(id, std::move(timer));
  return id;
}

void IoWorker::cancel(TimerId timer) {
  timers_.erase(timer);
}

void IoWorker::send(http::UpstreamRequest call, std::unique_ptr<http::UpstreamObserver> observer) {
  spawn_logged(executor(), run_send(this, std::move(call), std::move(observer)), shared_.logger,
               "send");
}

void IoWorker::log(http::LogLevel level, std::string_view event,
                   std::initializer_list<http::LogField> fields) {
  shared_.logger.write(level, event, fields);
}

void IoWorker::add_listener(Acceptor acceptor, std::string name, TlsContext tls) {
  listeners_.push_back(std::make_unique<WorkerListener>(
      WorkerListener{std::move(acceptor), std::move(name), std::move(tls)}));
}

void IoWorker::replace_tls(std::size_t listener, TlsContext tls) {
  listeners_.at(listener)->tls = std::move(tls);
}

void IoWorker::run() {
  for (std::size_t i = 0; i < listeners_.size(); ++i) {
    spawn_logged(executor(), accept_loop(this, i), shared_.logger, "accept_loop");
  }
  sweep_pools();
  context_->run();
  ended_ = true;
}

void IoWorker::sweep_pools() {
  pools_->sweep();
  after(kSweepMs, [this] { sweep_pools(); });
}

void IoWorker::begin_drain() {
  if (draining_) return;
  draining_ = true;
  error_code ignored;
  for (const auto& listener : listeners_) listener->acceptor.close(ignored);
  const std::set<Session*> now(sessions_);
  for (Session* session : now) session->drain();
  shared_.handler->drain(*this);
  after(shared_.config.limits.shutdown_ms, [this] { abort_all(); });
  finish_if_drained();
}

void IoWorker::abort_all() {
  if (aborted_) return;
  aborted_ = true;
  begin_drain();
  log(http::LogLevel::warning, "shutdown_forced",
      {{"thread", std::to_string(index_)},
       {"sessions", std::to_string(sessions_.size())},
       {"calls", std::to_string(calls_)}});
  pools_->cancel_all();
  const std::set<Session*> now(sessions_);
  for (Session* session : now) session->abort();
  after(kAbortGraceMs, [this] { context_->stop(); });
}

void IoWorker::end() {
  post([this] { context_->stop(); });
}

void IoWorker::add(Session* session) {
  sessions_.insert(session);
}

void IoWorker::remove(Session* session) {
  sessions_.erase(session);
  finish_if_drained();
}

void IoWorker::call_ended() {
  SENTRAIL_CHECK(calls_ > 0);
  --calls_;
  finish_if_drained();
}

void IoWorker::finish_if_drained() {
  if (draining_ && sessions_.empty() && calls_ == 0 && !ended_.load()) context_->stop();
}

const std::string& IoWorker::date() {
  const std::time_t now = std::time(nullptr);
  if (now != date_second_) {
    date_second_ = now;
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    char text[40];
    const std::size_t bytes =
        std::strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    date_.assign(text, bytes);
  }
  return date_;
}

}  // namespace sentrail::server
