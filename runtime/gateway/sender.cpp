// Sending approved calls. See sender.hpp.
#include "runtime/gateway/sender.hpp"

#include <memory>
#include <utility>

#include "core/check.hpp"
#include "core/limits.hpp"
#include "runtime/gateway/forward.hpp"
#include "runtime/gateway/stop_permit.hpp"
#include "runtime/http/headers.hpp"

namespace sentrail::gateway {
namespace {

using execute::SendReport;

// Collects one answer and reports it once. threads: the I/O thread's.
class Collector final : public http::UpstreamObserver {
 public:
  Collector(execute::SendObserver& observer, const execute::ActionRef& ref, std::uint64_t fence)
      : observer_(observer), ref_(ref), fence_(fence) {}

  void on_head(const http::HttpResponse& head) override {
    // Who answers has been asked: a later word that nothing was sent would not be believed.
    observer_.first_byte_sent(ref_, fence_);
    response_.status = static_cast<std::uint32_t>(head.status);
    const http::Headers passed = http::passed_response_headers(head.headers);
    for (const http::HeaderField field : passed) {
      response_.headers.push_back({std::string(field.name), std::string(field.value)});
    }
  }

  void on_body(std::string_view bytes) override {
    const std::size_t room = limits::kResponseKeptBytesMax - response_.body.size();
    response_.body.append(bytes.substr(0, room));
    if (bytes.size() > room) response_.truncated = true;
  }

  void on_done(const http::UpstreamReport& report) override {
    SendReport out;
    out.why = report.detail;
    if (report.reach == http::Reach::nothing_sent) {
      out.end = SendReport::End::nothing_sent;
    } else if (report.reach == http::Reach::complete) {
      out.end = SendReport::End::answered;
      out.response = std::move(response_);
    } else {
      out.end = SendReport::End::no_answer;
      out.why = std::string(name_of(report.reach)) + ": " + report.detail;
    }
    observer_.finished(ref_, fence_, std::move(out));
  }

 private:
  execute::SendObserver& observer_;
  const execute::ActionRef ref_;
  const std::uint64_t fence_;
  execute::StoredResponse response_;
};

}  // namespace

void UpstreamSender::send(execute::SendJob job, execute::SendObserver& observer) noexcept {
  SENTRAIL_CHECK(!threads_.empty());
  const execute::ActionRef ref{job.record.workspace_id, job.record.action_id};
  const std::shared_ptr<const Known> known = known_.get();
  const Upstream* upstream = known->upstream(job.record.workspace_id, job.record.tool);
  // The recheck has seen it, but a connection may go at any time.
  if (upstream == nullptr || !is_bound_to(job.call, *upstream)) {
    observer.finished(ref, job.fence,
                      {SendReport::End::nothing_sent, "the tool's connection changed", {}});
    return;
  }
  http::IoThread* io = threads_[next_.fetch_add(1) % threads_.size()];
  auto request = std::make_shared<http::UpstreamRequest>(approved_request(*upstream, job));
  const store::ActionRecord& record = job.record;
  request->permit = std::make_shared<StopPermit>(
      known_, StoppableCall{record.workspace_id, record.tool, record.agent_id,
                            is_read_(record.action_id), false});
  io->post([io, request, &observer, ref, fence = job.fence] {
    io->send(std::move(*request), std::make_unique<Collector>(observer, ref, fence));
  });
}

}  // namespace sentrail::gateway
