// The loop of one client connection.
//
// Neighbours: session.hpp. Must not know: routes, policy.
#include "runtime/server/session.hpp"

#include <algorithm>
#include <utility>

#include "core/limits.hpp"

namespace sentrail::server {

using http::Progress;
using http::Refusal;

namespace {

// One write under one deadline.
constexpr std::size_t kWritePieceBytes = 256u << 10;
// Most that is read and thrown away after a refusal.
constexpr std::size_t kLingerBytesMax = 1u << 20;

[[nodiscard]] http::Peer peer_of(Socket& socket, std::string listener, bool tls) {
  http::Peer peer;
  error_code ec;
  const Endpoint remote = socket.remote_endpoint(ec);
  if (!ec) {
    peer.address = remote.address().to_string();
    peer.port = remote.port();
  }
  peer.listener = std::move(listener);
  peer.tls = tls;
  return peer;
}

[[nodiscard]] http::HttpResponse plain_500() {
  return http::make_response(500, "text/plain", "the answer could not be written\n");
}

}  // namespace

Session::Session(IoWorker& worker, Socket socket, std::string listener, TlsContext tls)
    : worker_(worker),
      limits_(worker.shared().config.limits),
      channel_(std::move(socket)),
      tls_(std::move(tls)),
      peer_(peer_of(channel_.socket(), std::move(listener), tls_ != nullptr)),
      event_(worker.executor()),
      buffer_(limits::kStreamBufferBytes) {
  error_code ignored;
  channel_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
  worker_.add(this);
}

Session::~Session() {
  worker_.shared().connections.fetch_sub(1);
  worker_.remove(this);
}

Task<void> run_session(std::shared_ptr<Session> session) {
  co_await session->run();
}

Task<void> Session::run() {
  bool goes_on = true;
  if (tls_) goes_on = co_await handshake();
  if (!goes_on) co_return;
  while (goes_on) {
    goes_on = co_await read_head();
    if (goes_on) goes_on = co_await serve();
  }
  // A client that sends ahead may be sending still.
  co_await end_gently(unread_ || !pending_.empty());
}

void Session::drain() {
  if (idle_) channel_.cancel();
}

void Session::abort() {
  aborted_ = true;
  channel_.close();
  event_.cancel();
}

Task<bool> Session::handshake() {
  channel_.arm(limits_.head_ms);
  const IoResult shaken = co_await channel_.accept_tls(tls_);
  if (!shaken.ok()) {
    worker_.log(http::LogLevel::debug, "tls_handshake_failed",
                {{"peer", peer_.address}, {"error", shaken.ec.message()}});
    co_return false;
  }
  peer_.certificate_sha256 = peer_certificate_sha256(channel_.tls());
  co_return true;
}

// out: whether a whole head is there; if not, the connection is over
Task<bool> Session::read_head() {
  bool began = false;
  while (true) {
    const http::Fed fed = parser_.feed(pending_);
    pending_.remove_prefix(fed.consumed);
    if (fed.progress == Progress::head) co_return true;
    if (fed.progress == Progress::refused) {
      co_await refuse(parser_.refusal());
      co_return false;
    }
    idle_ = parser_.at_start();
    if (idle_ && worker_.draining() && !channel_.has_unread()) co_return false;
    if (idle_) {
      const bool comes_at_once = served_ == 0 || worker_.draining();
      channel_.arm(comes_at_once ? limits_.head_ms : limits_.idle_ms);
    } else if (!std::exchange(began, true)) {
      channel_.arm(limits_.head_ms);
    }
    bool more = co_await read_more();
    if (!more && std::exchange(idle_, false) && channel_.has_unread()) {
      // Given up as idle when a request was here already: whoever sent it could not know.
      channel_.arm(limits_.head_ms);
      more = co_await read_more();
    }
    idle_ = false;
    if (more) continue;
    if (timed_out_ && !parser_.at_start()) co_await refuse(Refusal::head_timed_out);
    co_return false;
  }
}

Task<bool> Session::read_more() {
  const IoResult io = co_await channel_.read_some(buffer_);
  timed_out_ = io.timed_out;
  if (!io.ok()) co_return false;
  pending_ = {buffer_.data(), io.bytes};
  co_return true;
}

// Answers the request whose head is parsed. out: whether another may follow
Task<bool> Session::serve() {
  remember(parser_.request());
  http::BodyPlan plan = worker_.shared().handler->plan(parser_.request(), peer_);
  if (plan.answer) {
    const bool no_body = parser_.request().framing == http::BodyFraming::none;
    if (no_body) {
      // One more step takes the parser to the end of a message without a body.
      const http::Fed fed = parser_.feed({});
      if (fed.progress == Progress::message) static_cast<void>(parser_.take());
    }
    co_return co_await respond(std::move(*plan.answer), no_body);
  }
  parser_.limit_body(std::max<std::uint64_t>(plan.buffer_bytes_max, plan.stream_bytes_max));
  const http::Fed fed = parser_.feed(pending_);
  pending_.remove_prefix(fed.consumed);
  if (fed.progress == Progress::message) co_return co_await answer(true);
  const Body body = co_await read_body(std::move(plan));
  if (body == Body::unavailable) co_return false;
  co_return co_await answer(body == Body::whole);
}

// The rest of a body that was not there with its head.
Task<Session::Body> Session::read_body(http::BodyPlan plan) {
  bool expected = parser_.request().expects_continue;
  bool armed = false;
  while (true) {
    const http::Fed fed = parser_.feed(pending_);
    pending_.remove_prefix(fed.consumed);
    if (fed.progress == Progress::message) co_return Body::whole;
    if (fed.progress == Progress::refused) {
      co_await refuse(parser_.refusal());
      co_return Body::unavailable;
    }
    if (parser_.request().body.size() > plan.buffer_bytes_max) co_return Body::first_part;
    if (!std::exchange(armed, true)) channel_.arm(limits_.body_ms);
    if (std::exchange(expected, false) && parser_.request().body.empty()) {
      const bool told = co_await write(http::kContinue);
      if (!told) co_return Body::unavailable;
      channel_.arm(limits_.body_ms);
    }
    const bool more = co_await read_more();
    if (more) continue;
    if (timed_out_) co_await refuse(Refusal::body_timed_out);
    co_return Body::unavailable;
  }
}

Task<bool> Session::answer(bool body_complete) {
  channel_.disarm();
  auto slot = std::make_shared<AnswerSlot>();
  slot->event = &event_;
  // A body that goes on stays with the parser, which takes the first part out of its message.
  http::HttpRequest request =
      body_complete ? parser_.take() : std::exchange(parser_.request(), http::HttpRequest{});
  worker_.shared().handler->handle(
      std::make_shared<SessionExchange>(std::move(request), body_complete, peer_, worker_, slot));
  if (!slot->answer) slot->answer = co_await await_answer(slot);
  slot->event = nullptr;
  Answer given = std::move(*slot->answer);
  if (aborted_) co_return false;
  if (auto* call = std::get_if<ForwardAnswer>(&given)) {
    co_return co_await forward(std::move(*call), body_complete);
  }
  co_return co_await respond(std::move(std::get<http::HttpResponse>(given)), body_complete);
}

Task<Answer> Session::await_answer(std::shared_ptr<AnswerSlot> slot) {
  // The frame may be destroyed while it waits; the slot must not point at a dead timer then.
  struct Unhook {
    AnswerSlot& slot;
    ~Unhook() { slot.event = nullptr; }
  } unhook{*slot};
  if (!slot->answer && !slot->dropped && !aborted_) {
    event_.expires_at(after_ms(limits_.handler_ms));
    co_await event_.async_wait(kTuple);
  }
  if (slot->answer) co_return std::move(*slot->answer);
  const Refusal reason = slot->dropped ? Refusal::handler_failed : Refusal::handler_timed_out;
  worker_.log(http::LogLevel::error, http::name_of(reason),
              {{"method", facts_.method}, {"path", facts_.path}});
  co_return worker_.shared().handler->refuse(http::refused(reason));
}

void Session::remember(const http::HttpRequest& request) {
  facts_ = Facts{};
  facts_.method = request.method;
  facts_.path = request.path();
  facts_.to_head = request.method == "HEAD";
  facts_.http10 = request.version == http::HttpVersion::http10;
  facts_.keep_alive = request.keep_alive;
  facts_.began = SteadyClock::now();
  ++served_;
}

bool Session::may_keep_alive() const {
  return facts_.keep_alive && !worker_.draining() && !aborted_ &&
         served_ < limits_.requests_per_connection_max;
}

std::string Session::head_bytes(const http::HttpResponse& response, http::ResponseFraming framing) {
  framing.to_http10 = facts_.http10;
  framing.date = worker_.date();
  auto head = http::serialise_response_head(response, framing);
  if (!head) {
    worker_.log(http::LogLevel::error, "response_invalid",
                {{"path", facts_.path}, {"error", head.error().message}});
    return {};
  }
  return std::move(*head);
}

// out: whether another request may follow
Task<bool> Session::respond(http::HttpResponse response, bool body_read) {
  http::ResponseFraming framing;
  framing.keep_alive = body_read && may_keep_alive();
  framing.length = response.body.size();
  const bool bodiless = response.status == 204 || response.status == 304;
  if (bodiless) framing.framing = http::BodyFraming::none;
  std::string head = head_bytes(response, framing);
  if (head.empty()) {
    response = plain_500();
    framing.framing = http::BodyFraming::length;
    framing.length = response.body.size();
    head = head_bytes(response, framing);
  }
  facts_.status = response.status;
  const bool no_body = facts_.to_head || framing.framing == http::BodyFraming::none;
  if (!no_body) facts_.bytes = response.body.size();
  std::string_view body = no_body ? std::string_view{} : response.body;
  // Most responses fit into what the operating system takes at once: those need no waiting.
  const std::size_t sent = channel_.try_write(head, body);
  bool written = sent == head.size() + body.size();
  if (!written) {
    const std::size_t of_head = std::min(sent, head.size());
    head.erase(0, of_head);
    body.remove_prefix(sent - of_head);
    written = co_await write_all(std::move(head), body);
  }
  log_request();
  unread_ = !body_read;
  co_return written&& framing.keep_alive;
}

// Answers what never became a request, and ends the connection.
Task<void> Session::refuse(Refusal reason) {
  if (facts_.status != 0 || served_ == 0) facts_ = Facts{};
  if (facts_.method.empty()) facts_.began = SteadyClock::now();
  facts_.keep_alive = false;
  worker_.log(http::LogLevel::info, "request_refused",
              {{"peer", peer_.address}, {"reason", std::string(http::name_of(reason))}});
  http::HttpResponse response = worker_.shared().handler->refuse(http::refused(reason));
  static_cast<void>(co_await respond(std::move(response), false));
}

Task<bool> Session::write(std::string_view first, std::string_view second) {
  channel_.arm(limits_.write_ms);
  const IoResult io = co_await channel_.write(first, second);
  co_return io.ok();
}

Task<bool> Session::write_all(std::string head, std::string_view body) {
  std::string_view first = head;
  do {
    const std::string_view piece = body.substr(0, kWritePieceBytes);
    body.remove_prefix(piece.size());
    const bool written = co_await write(first, piece);
    if (!written) co_return false;
    first = {};
  } while (!body.empty());
  co_return true;
}

// Ends the connection so that a peer that is still sending gets to read its answer: closing with
// unread bytes would reset it away.
Task<void> Session::end_gently(bool unread) {
  channel_.arm(limits_.linger_ms);
  co_await channel_.finish_writing();
  std::size_t dropped = 0;
  while ((unread || channel_.has_unread()) && dropped < kLingerBytesMax) {
    const IoResult io = co_await channel_.read_raw(buffer_);
    if (!io.ok()) break;
    dropped += io.bytes;
  }
  channel_.close();
}

void Session::log_request() {
  if (!worker_.shared().config.access_log || facts_.method.empty()) return;
  const auto took = SteadyClock::now() - facts_.began;
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
  worker_.log(http::LogLevel::info, "request",
              {{"peer", peer_.address},
               {"method", facts_.method},
               {"path", facts_.path},
               {"status", std::to_string(facts_.status)},
               {"bytes", std::to_string(facts_.bytes)},
               {"us", std::to_string(us)}});
}

}  // namespace sentrail::server
