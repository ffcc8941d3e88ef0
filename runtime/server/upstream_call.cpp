// Sending, and at the same time waiting for the first bytes back.
//
// Neighbours: upstream_call.hpp. Must not know: policy. While the request is written a second
// coroutine already reads, so that an early answer or a reset ends the writing at once; it touches
// nothing but FirstRead, which outlives both.
#include "runtime/server/upstream_call.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <utility>

#include "core/limits.hpp"
#include "runtime/http/serialise.hpp"

namespace sentrail::server {

using http::Reach;
using http::UpstreamFault;
using http::UpstreamPhase;

namespace {

// After a failed write the answer, if there is one, is already on its way.
constexpr std::int64_t kAfterFailedWriteMs = 1'000;
// One write under one idle deadline.
constexpr std::size_t kWritePieceBytes = 64u << 10;

[[nodiscard]] bool is_safe(std::string_view method) noexcept {
  return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

}  // namespace

struct UpstreamCall::FirstRead {
  explicit FirstRead(Executor executor) : event(executor), buffer(limits::kStreamBufferBytes) {}

  Timer event;  // cancelled when done
  std::vector<char> buffer;
  IoResult io;
  bool done = false;
  std::function<void()> interrupt;  // what the sender is doing right now, to be ended
};

UpstreamCall::UpstreamCall(UpstreamPools& pools, http::UpstreamRequest call,
                           http::UpstreamObserver& observer, ClientSide* client, Executor executor,
                           Logger& logger)
    : pools_(pools),
      call_(std::move(call)),
      observer_(observer),
      client_(client),
      executor_(executor),
      logger_(logger),
      started_(SteadyClock::now()) {
  pools_.add(this);
}

UpstreamCall::~UpstreamCall() {
  pools_.remove(this);
}

void UpstreamCall::ask_permit() {
  if (!call_.permit || cut_off_ || !tried_to_send_ || complete_ || !lease_) return;
  cut_off_ = call_.permit->refuse_to_go_on();
  if (!cut_off_) return;
  // Whatever waits on the connection ends; what waits on the client finds it closed.
  lease_.connection()->channel.close();
  if (first_ && first_->interrupt) first_->interrupt();
}

// Asked with nothing between it and the write: from here to the operating system no other task
// runs on this thread.
bool UpstreamCall::refused_to_send() {
  if (tried_to_send_ || !call_.permit) return false;
  std::optional<std::string> why = call_.permit->refuse_to_send();
  if (!why) return false;
  fail(UpstreamFault::stopped, *std::move(why));
  return true;
}

Task<http::UpstreamReport> UpstreamCall::run() {
  total_until_ = started_ + std::chrono::milliseconds(call_.target->deadlines.total_ms);
  co_await attempt(false);
  if (may_retry()) {
    const int attempts = report_.attempts;
    report_ = http::UpstreamReport{};
    report_.attempts = attempts;
    co_await attempt(true);
  }
  const auto elapsed = SteadyClock::now() - started_;
  report_.elapsed_ms = std::chrono::duration_cast<std::chrono::milliseconds>(elapsed).count();
  co_return report_;
}

Task<void> UpstreamCall::attempt(bool fresh) {
  tried_to_send_ = all_sent_ = complete_ = false;
  http::ParserLimits limits;
  limits.body_bytes_max = call_.response_bytes_max;
  parser_ = std::make_unique<http::ResponseParser>(call_.request.method == "HEAD", limits);
  auto head = http::serialise_request_head(call_.request);
  if (!head || !body_fits()) {
    fail(UpstreamFault::invalid_request,
         head ? "the body does not fit its framing" : head.error().message);
  } else {
    head_ = std::move(*head);
    co_await talk(fresh);
  }
  finish_attempt();
}

Task<void> UpstreamCall::talk(bool fresh) {
  const bool connected = co_await acquire(fresh);
  if (!connected) co_return;
  first_ = std::make_shared<FirstRead>(executor_);
  spawn_logged(executor_, read_first(lease_.connection(), first_), logger_, "read_first");
  const bool answer_expected = co_await send_request();
  if (answer_expected) co_await receive();
}

bool UpstreamCall::body_fits() const noexcept {
  const http::HttpRequest& request = call_.request;
  if (request.framing == http::BodyFraming::none) return request.body.empty();
  if (request.framing == http::BodyFraming::chunked) return true;
  const bool streams = client_ != nullptr && client_->streams_body();
  return streams ? request.body.size() <= request.content_length
                 : request.body.size() == request.content_length;
}

Task<bool> UpstreamCall::acquire(bool fresh) {
  ++report_.attempts;
  Acquired acquired = co_await pools_.acquire(call_.target, fresh, total_until_);
  if (acquired.fault != UpstreamFault::none) {
    report_.phase = acquired.phase;
    fail(acquired.fault, std::move(acquired.detail));
    co_return false;
  }
  lease_ = std::move(acquired.lease);
  report_.address = lease_.connection()->address;
  report_.reused_connection = lease_.connection()->reused;
  co_return true;
}

Task<void> UpstreamCall::read_first(std::shared_ptr<UpstreamConnection> connection,
                                    std::shared_ptr<FirstRead> first) {
  first->io = co_await connection->channel.read_some(first->buffer);
  first->done = true;
  if (first->interrupt) first->interrupt();
  first->event.cancel();
}

SteadyClock::time_point UpstreamCall::within(std::int64_t ms) const {
  return std::min(total_until_, after_ms(ms));
}

// out: whether an answer may be expected, though perhaps not all was sent
Task<bool> UpstreamCall::send_request() {
  report_.phase = UpstreamPhase::send;
  const bool streams = client_ != nullptr && client_->streams_body();
  bool sent = co_await send_buffered();
  if (sent && streams) sent = co_await send_streamed();
  first_->interrupt = nullptr;
  all_sent_ = sent;
  // After a failed write the answer may be there nevertheless: 413 and closed, say.
  co_return report_.fault == UpstreamFault::none || report_.fault == UpstreamFault::closed;
}

Task<bool> UpstreamCall::send_buffered() {
  const http::HttpRequest& request = call_.request;
  const bool streams = client_ != nullptr && client_->streams_body();
  const bool chunked = request.framing == http::BodyFraming::chunked;
  std::string opening = std::move(head_);
  if (chunked && !request.body.empty()) opening += http::chunk_opening(request.body.size());
  std::string closing;
  if (chunked && !request.body.empty()) closing += http::kChunkClosing;
  if (chunked && !streams) closing += http::kLastChunk;
  const bool known = !(streams && chunked);
  const std::uint64_t body_bytes =
      streams ? request.content_length : std::uint64_t{request.body.size()};
  report_.request_bytes_total = known ? opening.size() + body_bytes + closing.size() : 0;
  std::string_view rest = request.body;
  std::string_view first = opening;
  do {
    const std::string_view piece = rest.substr(0, kWritePieceBytes);
    rest.remove_prefix(piece.size());
    const bool written = co_await write(first, piece);
    if (!written) co_return false;
    first = {};
  } while (!rest.empty());
  if (closing.empty()) co_return true;
  co_return co_await write(closing, {});
}

Task<bool> UpstreamCall::send_streamed() {
  const bool chunked = call_.request.framing == http::BodyFraming::chunked;
  while (true) {
    first_->interrupt = [this] { client_->interrupt(); };
    RequestPart part = co_await client_->next_part();
    first_->interrupt = nullptr;
    if (first_->done) co_return false;
    if (part.failed) {
      fail(UpstreamFault::body_unavailable, "the client's body ended early");
      co_return false;
    }
    std::string opening;
    if (!part.bytes.empty()) {
      observer_.on_request_body(part.bytes);
      if (chunked) {
        opening = http::chunk_opening(part.bytes.size());
        part.bytes += http::kChunkClosing;
      }
    }
    if (part.last && chunked) part.bytes += http::kLastChunk;
    if (!part.bytes.empty()) {
      const bool written = co_await write(opening, part.bytes);
      if (!written) co_return false;
    }
    if (part.last) co_return true;
  }
}

// out: whether all of it left; an answer that came meanwhile ends it, without a fault
Task<bool> UpstreamCall::write(std::string_view first, std::string_view second) {
  Channel& channel = lease_.connection()->channel;
  if (first_->done || refused_to_send()) co_return false;
  first_->interrupt = [&channel] { channel.cancel(); };
  channel.arm_at(within(call_.target->deadlines.idle_ms));
  tried_to_send_ = true;
  const IoResult io = co_await channel.write(first, second);
  first_->interrupt = nullptr;
  report_.request_bytes_sent += io.bytes;
  if (io.ok()) co_return true;
  // The deadline ends the first read, too, so that `done` alone does not mean an answer.
  if (io.timed_out || !first_->done) fail_io(io, "sending the request");
  co_return false;
}

Task<bool> UpstreamCall::await_first_bytes() {
  if (all_sent_) report_.phase = UpstreamPhase::first_byte;
  Channel& channel = lease_.connection()->channel;
  channel.disarm();
  const bool write_failed = report_.fault != UpstreamFault::none;
  const auto until =
      within(write_failed ? kAfterFailedWriteMs : call_.target->deadlines.first_byte_ms);
  if (!first_->done) {
    first_->event.expires_at(until);
    co_await first_->event.async_wait(kTuple);
  }
  if (first_->done && first_->io.bytes > 0) {
    report_.fault = UpstreamFault::none;
    report_.detail.clear();
    co_return true;
  }
  if (write_failed) co_return false;
  if (first_->done) {
    fail_io(first_->io, "waiting for the response");
  } else {
    fail(UpstreamFault::timed_out, "no response came in time");
  }
  co_return false;
}

Task<void> UpstreamCall::receive() {
  const bool came = co_await await_first_bytes();
  if (!came) co_return;
  report_.phase = UpstreamPhase::receive;
  co_await take_in({first_->buffer.data(), first_->io.bytes});
  Channel& channel = lease_.connection()->channel;
  while (!complete_ && report_.fault == UpstreamFault::none) {
    channel.arm_at(within(call_.target->deadlines.idle_ms));
    const IoResult io = co_await channel.read_some(first_->buffer);
    if (io.ok()) {
      co_await take_in({first_->buffer.data(), io.bytes});
    } else if (io.ec == asio::error::eof && parser_->finish() == http::Progress::message) {
      co_await hand_over(http::Progress::message);
    } else {
      fail_io(io, "reading the response");
    }
  }
}

// Feeds the parser and passes on what it made of the bytes.
Task<void> UpstreamCall::take_in(std::string_view bytes) {
  http::Progress progress = http::Progress::need_more;
  do {
    const http::Fed fed = parser_->feed(bytes);
    bytes.remove_prefix(fed.consumed);
    progress = fed.progress;
    if (progress == http::Progress::head) {
      report_.status = parser_->response().status;
      observer_.on_head(parser_->response());
    }
  } while (progress == http::Progress::head);
  if (progress == http::Progress::refused) {
    fail(UpstreamFault::response_invalid, std::string(http::message_of(parser_->refusal())));
    co_return;
  }
  rest_after_message_ = !bytes.empty();
  co_await hand_over(progress);
}

Task<void> UpstreamCall::hand_over(http::Progress progress) {
  if (report_.status == 0) co_return;  // still in the head
  std::string body = parser_->take_body();
  report_.response_body_bytes += body.size();
  if (!body.empty()) observer_.on_body(body);
  complete_ = progress == http::Progress::message;
  if (client_ == nullptr) co_return;
  lease_.connection()->channel.disarm();
  if (!std::exchange(began_, true)) {
    client_reads_ = co_await client_->begin(parser_->response(), std::move(body));
  } else if (client_reads_) {
    if (!body.empty()) client_reads_ = co_await client_->part(std::move(body));
  } else {
    unread_bytes_ += body.size();
    if (!complete_ && unread_bytes_ > limits::kBodyVisibleBytesMax) {
      fail(UpstreamFault::client_gone, "the client went away in the middle of a long response");
    }
  }
}

void UpstreamCall::fail(UpstreamFault fault, std::string detail) {
  report_.fault = fault;
  report_.detail = std::move(detail);
}

void UpstreamCall::fail_io(const IoResult& io, std::string_view doing) {
  if (lease_.connection()->cancelled) {
    fail(UpstreamFault::cancelled, "the server shut down while " + std::string(doing));
  } else if (io.timed_out) {
    fail(UpstreamFault::timed_out, "time ran out while " + std::string(doing));
  } else {
    fail(UpstreamFault::closed,
         "the connection ended while " + std::string(doing) + ": " + io.ec.message());
  }
}

void UpstreamCall::finish_attempt() {
  report_.reach = reach();
  // Whatever the end of its connection was taken for.
  if (cut_off_ && !complete_) fail(UpstreamFault::stopped, *cut_off_);
  if (!lease_) return;
  if (first_ && lease_.connection()->cancelled && report_.fault == UpstreamFault::closed) {
    report_.fault = UpstreamFault::cancelled;
  }
  const bool reusable = complete_ && all_sent_ && report_.fault == UpstreamFault::none &&
                        parser_->response().keep_alive && !rest_after_message_;
  if (reusable) {
    lease_.give_back();
  } else {
    lease_.close();
  }
}

Reach UpstreamCall::reach() const noexcept {
  if (complete_) return Reach::complete;
  if (parser_->began()) return Reach::response_partial;
  if (all_sent_) return Reach::all_sent;
  if (report_.request_bytes_sent > 0) return Reach::partially_sent;
  // A TLS write that failed may have let out a part of its record: say so rather than be wrong.
  const bool tls = lease_ && lease_.connection()->channel.tls() != nullptr;
  return tried_to_send_ && tls ? Reach::partially_sent : Reach::nothing_sent;
}

bool UpstreamCall::may_retry() const noexcept {
  const bool streams = client_ != nullptr && client_->streams_body();
  return report_.reused_connection && report_.fault == UpstreamFault::closed && !parser_->began() &&
         !streams && is_safe(call_.request.method);
}

}  // namespace sentrail::server
