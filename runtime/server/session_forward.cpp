// Streaming between a client and an upstream.
//
// Neighbours: session.cpp hands over here, upstream_call.cpp drives. Must not know: policy. The
// upstream sets the pace of neither side: each part is written before the next is read.
#include <algorithm>
#include <utility>

#include "runtime/server/session.hpp"
#include "runtime/server/upstream_call.hpp"

namespace sentrail::server {

using http::BodyFraming;
using http::Progress;

// The client of a session, as an upstream call sees it.
class SessionClient final : public ClientSide {
 public:
  SessionClient(Session& session, http::ForwardObserver& observer, bool streams_body)
      : session_(session), observer_(observer), streams_body_(streams_body) {}

  [[nodiscard]] Task<bool> begin(http::HttpResponse head, std::string first) override;
  [[nodiscard]] Task<bool> part(std::string bytes) override;
  [[nodiscard]] bool streams_body() const noexcept override { return streams_body_; }
  [[nodiscard]] Task<RequestPart> next_part() override;
  void interrupt() noexcept override { session_.channel_.cancel(); }

  // Ends the response: whole, or cut off so that the client sees that it is not.
  [[nodiscard]] Task<bool> end(bool complete);

  [[nodiscard]] bool began() const noexcept { return began_; }
  // Whether all of the client's body was read.
  [[nodiscard]] bool body_read() const noexcept { return !streams_body_ || body_ended_; }

 private:
  void choose_framing(const http::HttpResponse& upstream, int status);

  Session& session_;
  http::ForwardObserver& observer_;
  const bool streams_body_;
  bool body_ended_ = false;
  bool began_ = false;
  bool reads_ = true;
  bool has_body_ = true;
  http::ResponseFraming framing_;
};

void SessionClient::choose_framing(const http::HttpResponse& upstream, int status) {
  const bool has_length = upstream.headers.count("content-length") == 1;
  const bool no_content = status == 204 || status == 304;
  has_body_ = !session_.facts_.to_head && !no_content;
  framing_.keep_alive = body_read() && session_.may_keep_alive();
  if (has_length && !no_content) {
    framing_.framing = BodyFraming::length;
    framing_.length = upstream.content_length;
  } else if (!has_body_) {
    framing_.framing = BodyFraming::none;
  } else if (session_.facts_.http10) {
    framing_.framing = BodyFraming::none;  // until the connection ends
    framing_.keep_alive = false;
  } else {
    framing_.framing = BodyFraming::chunked;
  }
}

Task<bool> SessionClient::begin(http::HttpResponse head, std::string first) {
  const http::HttpResponse answer = observer_.answer(head);
  choose_framing(head, answer.status);
  began_ = true;
  std::string bytes = session_.head_bytes(answer, framing_);
  session_.facts_.status = answer.status;
  if (bytes.empty()) {
    reads_ = false;  // an answer that cannot be written; the log says so
    framing_.keep_alive = false;
    co_return false;
  }
  if (has_body_ && !first.empty() && framing_.framing == BodyFraming::chunked) {
    bytes += http::chunk_opening(first.size());
    first += http::kChunkClosing;
  }
  if (!has_body_) first.clear();
  session_.facts_.bytes += first.size();
  reads_ = co_await session_.write_all(std::move(bytes), first);
  co_return reads_;
}

Task<bool> SessionClient::part(std::string bytes) {
  if (!reads_ || !has_body_) co_return reads_;
  std::string opening;
  if (framing_.framing == BodyFraming::chunked) {
    opening = http::chunk_opening(bytes.size());
    bytes += http::kChunkClosing;
  }
  session_.facts_.bytes += bytes.size();
  reads_ = co_await session_.write_all(std::move(opening), bytes);
  co_return reads_;
}

Task<bool> SessionClient::end(bool complete) {
  if (!complete || !reads_) co_return false;
  if (has_body_ && framing_.framing == BodyFraming::chunked) {
    const bool written = co_await session_.write(http::kLastChunk);
    if (!written) co_return false;
  }
  co_return framing_.keep_alive;
}

Task<RequestPart> SessionClient::next_part() {
  RequestPart out;
  while (true) {
    const http::Fed fed = session_.parser_.feed(session_.pending_);
    session_.pending_.remove_prefix(fed.consumed);
    out.bytes = session_.parser_.take_body();
    out.last = fed.progress == Progress::message;
    out.failed = fed.progress == Progress::refused;
    if (out.last) {
      body_ended_ = true;
      static_cast<void>(session_.parser_.take());
    }
    if (out.last || out.failed || !out.bytes.empty()) co_return out;
    session_.channel_.arm(session_.limits_.body_ms);
    const bool more = co_await session_.read_more();
    if (!more) {
      out.failed = true;
      co_return out;
    }
  }
}

namespace {

// Tells the observer of the end, even if the session is destroyed in the middle of the call.
struct ForwardDone {
  explicit ForwardDone(std::unique_ptr<http::ForwardObserver> forward_observer)
      : observer(std::move(forward_observer)) {
    report.reach = http::Reach::all_sent;  // unknown, so the claim that is certainly not too weak
    report.fault = http::UpstreamFault::cancelled;
    report.detail = "the server shut down";
  }
  ~ForwardDone() { tell(); }
  ForwardDone(const ForwardDone&) = delete;
  ForwardDone& operator=(const ForwardDone&) = delete;

  void tell() {
    if (observer) observer->on_done(report);
    observer.reset();
  }

  std::unique_ptr<http::ForwardObserver> observer;
  http::UpstreamReport report;
};

}  // namespace

Task<bool> Session::forward(ForwardAnswer answer, bool body_complete) {
  ForwardDone done(std::move(answer.observer));
  SessionClient client(*this, *done.observer, !body_complete);
  UpstreamCall call(worker_.pools(), std::move(answer.call), *done.observer, &client,
                    worker_.executor(), worker_.shared().logger);
  done.report = co_await call.run();
  const bool complete = done.report.reach == http::Reach::complete;
  if (client.began()) {
    done.tell();
    const bool again = co_await client.end(complete);
    log_request();
    unread_ = !client.body_read();
    co_return again;
  }
  http::HttpResponse failure = done.observer->failure(done.report);
  done.tell();
  if (aborted_) co_return false;
  co_return co_await respond(std::move(failure), client.body_read());
}

}  // namespace sentrail::server
