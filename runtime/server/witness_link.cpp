// One request at a time, waited for. See witness_link.hpp.
#include "runtime/server/witness_link.hpp"

#include <charconv>
#include <chrono>
#include <future>

#include "core/limits.hpp"
#include "runtime/http/address.hpp"

namespace sentrail::server {
namespace {

using audit::WitnessAnswer;

constexpr std::uint64_t kAnswerBytesMax = 64u << 10;

// Collects one answer. threads: the I/O thread's.
class Collector final : public http::UpstreamObserver {
 public:
  explicit Collector(std::shared_ptr<std::promise<Result<WitnessAnswer>>> promise)
      : promise_(std::move(promise)) {}

  void on_head(const http::HttpResponse& head) override { answer_.status = head.status; }
  void on_body(std::string_view bytes) override { answer_.body.append(bytes); }
  void on_done(const http::UpstreamReport& report) override {
    if (report.reach == http::Reach::complete) {
      promise_->set_value(std::move(answer_));
    } else {
      promise_->set_value(fail(Errc::unavailable, "the witness is not reached: " + report.detail));
    }
  }

 private:
  const std::shared_ptr<std::promise<Result<WitnessAnswer>>> promise_;
  WitnessAnswer answer_;
};

}  // namespace

Result<UpstreamWitnessLink> UpstreamWitnessLink::to(const std::string& url,
                                                    const std::string& ca_file) {
  auto target = std::make_shared<http::UpstreamTarget>();
  target->tls = url.starts_with("https://");
  const std::size_t begin = target->tls ? 8 : 7;
  const std::size_t slash = std::min(url.find('/', begin), url.size());
  const std::string authority = url.substr(begin, slash - begin);
  // The colon of a port stands behind the bracket of an IPv6 address.
  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon = authority.rfind(':');
  const bool has_port = colon != authority.npos && (bracket == authority.npos || colon > bracket);
  target->host = authority.substr(0, has_port ? colon : authority.size());
  target->port = target->tls ? 443 : 80;
  if (has_port) {
    const char* const end = authority.data() + authority.size();
    const auto [stop, error] = std::from_chars(authority.data() + colon + 1, end, target->port);
    if (error != std::errc() || stop != end) target->host.clear();
  }
  if (bracket != authority.npos && target->host.size() > 2) {
    target->host = target->host.substr(1, target->host.size() - 2);
  }
  if (!url.starts_with("http") || target->host.empty()) {
    return fail(Errc::invalid_argument, "`audit.witness_url` is no URL of a host");
  }
  target->ca_file = ca_file;
  target->private_ranges = http::private_blocks();
  target->deadlines.total_ms = limits::kWitnessMsMax;
  return UpstreamWitnessLink(std::move(target), authority, url.substr(slash) + "/add-checkpoint");
}

Result<WitnessAnswer> UpstreamWitnessLink::add_checkpoint(const std::string& body) {
  if (io_ == nullptr) return fail(Errc::unavailable, "the server has not begun");
  auto call = std::make_shared<http::UpstreamRequest>();
  call->target = target_;
  call->response_bytes_max = kAnswerBytesMax;
  http::HttpRequest& request = call->request;
  request.method = "POST";
  request.target = path_;
  request.headers.add("Host", host_header_);
  request.headers.add("Content-Type", "text/plain; charset=utf-8");
  request.framing = http::BodyFraming::length;
  request.content_length = body.size();
  request.body = body;
  auto promise = std::make_shared<std::promise<Result<WitnessAnswer>>>();
  auto answer = promise->get_future();
  io_->post([io = io_, call, promise] {
    io->send(std::move(*call), std::make_unique<Collector>(promise));
  });
  if (answer.wait_for(std::chrono::milliseconds(limits::kWitnessMsMax)) !=
      std::future_status::ready) {
    return fail(Errc::timed_out, "the witness did not answer in time");
  }
  return answer.get();
}

}  // namespace sentrail::server
