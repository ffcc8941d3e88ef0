// One I/O thread: its io_context, its sessions, its connections to upstreams, its timers.
//
// Neighbours: server.cpp owns the workers, session.cpp lives on one, the gateway sees it as
// http::IoThread. Must not know: other workers; nothing crosses from one to another but post().
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "runtime/http/handler.hpp"
#include "runtime/server/io.hpp"
#include "runtime/server/shared.hpp"
#include "runtime/server/upstream_pool.hpp"

namespace sentrail::server {

class Session;

// An open listener of one worker.
struct WorkerListener {
  Acceptor acceptor;
  std::string name;
  TlsContext tls;  // null: plain
};

// See the top of the file. threads: its own, but for what says otherwise
class IoWorker final : public http::IoThread {
 public:
  IoWorker(std::size_t index, Shared& shared);
  ~IoWorker() override;
  IoWorker(const IoWorker&) = delete;
  IoWorker& operator=(const IoWorker&) = delete;

  [[nodiscard]] std::size_t index() const noexcept override { return index_; }
  void post(std::function<void()> task) override;
  TimerId after(std::int64_t delay_ms, std::function<void()> task) override;
  void cancel(TimerId timer) override;
  void send(http::UpstreamRequest call, std::unique_ptr<http::UpstreamObserver> observer) override;
  void log(http::LogLevel level, std::string_view event,
           std::initializer_list<http::LogField> fields) override;

  // Takes a listener before run().
  void add_listener(Acceptor acceptor, std::string name, TlsContext tls);
  // Gives a listener another certificate; connections that are open keep theirs.
  void replace_tls(std::size_t listener, TlsContext tls);
  // Runs the thread's work until it is drained or stopped.
  void run();
  // Shutdown, phase one: accepts no more, closes what is idle, lets the handler answer what waits;
  // phase two comes by itself after shutdown_ms.
  void begin_drain();
  // Phase two: ends everything, then the thread.
  void abort_all();
  // Ends a thread that has no listener; calls that are under way go with it. threads: any
  void end();

  [[nodiscard]] Executor executor() noexcept { return context_->get_executor(); }
  [[nodiscard]] Shared& shared() noexcept { return shared_; }
  [[nodiscard]] UpstreamPools& pools() noexcept { return *pools_; }
  [[nodiscard]] bool draining() const noexcept { return draining_; }
  [[nodiscard]] WorkerListener& listener(std::size_t index) { return *listeners_.at(index); }
  // The value of a Date header, of this second.
  [[nodiscard]] const std::string& date();

  // A session's or call's life; draining ends when there are none.
  void add(Session* session);
  void remove(Session* session);
  void call_began() noexcept { ++calls_; }
  void call_ended();

 private:
  void finish_if_drained();
  void sweep_pools();

  const std::size_t index_;
  Shared& shared_;
  std::set<Session*> sessions_;
  std::size_t calls_ = 0;
  bool draining_ = false;
  bool aborted_ = false;
  std::atomic<bool> ended_{false};
  std::string date_;
  std::int64_t date_second_ = -1;

  std::unique_ptr<asio::io_context> context_;
  std::unique_ptr<asio::executor_work_guard<Executor>> guard_;
  std::unique_ptr<UpstreamPools> pools_;
  std::vector<std::unique_ptr<WorkerListener>> listeners_;
  std::map<TimerId, std::unique_ptr<Timer>> timers_;
  TimerId next_timer_ = 1;
};

}  // namespace sentrail::server
