// Sending and passing back. See forward.hpp.
#include "runtime/gateway/forward.hpp"

#include <algorithm>
#include <utility>

#include "runtime/approvals/headers.hpp"
#include "runtime/approvals/idempotency.hpp"
#include "runtime/approvals/preconditions.hpp"
#include "runtime/http/headers.hpp"
#include "wire/json.hpp"

namespace sentrail::gateway {
namespace {

using http::UpstreamFault;

int failure_status(const http::UpstreamReport& report) {
  if (report.fault == UpstreamFault::timed_out) return 504;
  return report.fault == UpstreamFault::overloaded ? 503 : 502;
}

class Forwarder final : public http::ForwardObserver {
 public:
  Forwarder(DeskContext& desk, ForwardedCall call) : desk_(desk), call_(std::move(call)) {}

  http::HttpResponse answer(const http::HttpResponse& head) override {
    http::HttpResponse out;
    out.status = head.status;
    out.reason = head.reason;
    out.headers = http::passed_response_headers(head.headers);
    const http::UpstreamTarget& target = *call_.upstream->target;
    http::rewrite_places(out.headers, {target.host, target.port, target.tls, call_.public_base});
    mark(out, call_.decided);
    return out;
  }

  http::HttpResponse failure(const http::UpstreamReport& report) override {
    if (report.fault == UpstreamFault::stopped && report.reach == http::Reach::nothing_sent) {
      Decided stopped = call_.decided;
      stopped.effect = Effect::block;
      stopped.reason = report.detail;
      stopped.rule = "stop.before_first_byte";
      stopped.policy_id.reset();
      return blocked(stopped, desk_.parts.settings.public_url);
    }
    http::HttpResponse out =
        refusal(failure_status(report), "upstream_" + std::string(name_of(report.fault)),
                "the tool could not be asked: " + report.detail);
    mark(out, call_.decided);
    return out;
  }

  void on_request_body(std::string_view bytes) override {
    if (call_.payload) call_.payload->add(bytes);
  }

  void on_done(const http::UpstreamReport& report) override {
    desk_.metrics.forwarded(report.reach == http::Reach::complete);
    const bool stopped = report.fault == UpstreamFault::stopped;
    if (stopped) desk_.metrics.stopped();
    if (!stopped && !call_.tells_of_success) return;
    store::AuditEntry entry = std::move(call_.result);
    entry.time_ms = desk_.parts.clock.now().unix_ms;
    if (report.status != 0) entry.status = report.status;
    audit::Personal personal = std::move(call_.who);
    if (report.reach != http::Reach::complete) {
      const bool unsent = stopped && report.reach == http::Reach::nothing_sent;
      if (unsent) entry.kind = store::AuditKind::revoke;
      entry.decision = unsent ? store::AuditDecision::block : store::AuditDecision::error;
      personal.reason = std::string(name_of(report.reach)) + ": " + report.detail;
    }
    if (call_.payload) personal.payload = std::move(*call_.payload).finish();
    store::Transaction transaction;
    transaction.operations.emplace_back(
        store::AppendAudit{desk_.parts.recorder.record(std::move(entry), personal)});
    if (Status submitted = desk_.commits.submit(std::move(transaction)); !submitted) {
      desk_.io.log(http::LogLevel::error, "result_not_recorded",
                   {{"reason", submitted.error().message}});
    }
  }

 private:
  DeskContext& desk_;
  ForwardedCall call_;
};

// The pinned connection as an approval names it, base path included: with another one the target
// is another path of the tool's. A tool's name has no slash.
std::string upstream_id(const store::Connection& connection) {
  return "connection:" + connection.tool + connection.base_path;
}

std::vector<approvals::HeaderField> forwarded_fields(const http::HttpRequest& request) {
  std::vector<approvals::HeaderField> received;
  for (const http::HeaderField field : request.headers) {
    received.push_back({std::string(field.name), std::string(field.value)});
  }
  return approvals::forwarded_headers(received, {});
}

}  // namespace

std::string upstream_target(const store::Connection& connection, std::string_view target) {
  return connection.base_path + std::string(target);
}

http::UpstreamRequest upstream_request(const Upstream& upstream, std::string_view target,
                                       http::HttpRequest request) {
  http::UpstreamRequest call;
  call.target = upstream.target;
  call.request = std::move(request);
  call.request.target = upstream_target(upstream.connection, target);
  call.request.version = http::HttpVersion::http11;
  call.request.keep_alive = true;
  call.request.expects_continue = false;
  call.request.headers.set("Host", upstream.host_header);
  if (!upstream.authorization.empty()) {
    call.request.headers.set("Authorization", upstream.authorization);
  }
  const bool empty = call.request.body.empty();
  const bool declared = call.request.headers.count("Content-Length") != 0;
  call.request.framing = empty && !declared ? http::BodyFraming::none : http::BodyFraming::length;
  if (call.request.framing == http::BodyFraming::length &&
      call.request.content_length < call.request.body.size()) {
    call.request.content_length = call.request.body.size();
  }
  return call;
}

execute::Call held_call(const Upstream& upstream, std::string_view tool, std::string_view target,
                        const http::HttpRequest& request, std::string_view action) {
  execute::Call call;
  call.upstream = upstream_id(upstream.connection);
  call.scheme = upstream.connection.scheme;
  call.host = upstream.connection.host;
  call.port = upstream.connection.port;
  call.method = request.method;
  call.target = upstream_target(upstream.connection, target);
  call.headers = forwarded_fields(request);
  call.body = request.body;
  call.preconditions = preconditions_of(upstream, tool, action, call);
  return call;
}

std::vector<approvals::HeaderField> preconditions_of(const Upstream& upstream,
                                                     std::string_view tool, std::string_view action,
                                                     const execute::Call& call) {
  const Result<JsonDocument> body = wire::parse_json(call.body);
  const JsonValue root = body && !body->empty() ? body->root() : JsonValue{};
  return approvals::find_preconditions({tool, action, call.method, call.headers, root, call.target,
                                        upstream.promises.if_match, upstream.promises.idempotency});
}

bool is_bound_to(const execute::Call& call, const Upstream& upstream) {
  const store::Connection& now = upstream.connection;
  // A key that the tool is no longer said to honour is not to be relied on.
  const std::string_view honoured = name_of(upstream.promises.idempotency);
  const bool keeps_promises = std::all_of(
      call.preconditions.begin(), call.preconditions.end(), [&](const approvals::HeaderField& one) {
        if (one.name == "if-match") return upstream.promises.if_match;
        return one.name != "idempotency" || one.value == honoured ||
               one.value == std::string(honoured) + ":own";
      });
  return keeps_promises && call.upstream == upstream_id(now) && call.scheme == now.scheme &&
         call.host == now.host && call.port == now.port;
}

http::UpstreamRequest approved_request(const Upstream& upstream, const execute::SendJob& job) {
  const execute::Call& call = job.call;
  http::UpstreamRequest out;
  out.target = upstream.target;
  out.request.method = call.method;
  out.request.target = call.target;
  out.request.headers.add("Host", upstream.host_header);
  for (const approvals::HeaderField& field : call.headers) {
    out.request.headers.add(field.name, field.value);
  }
  const std::optional<approvals::HeaderField> key =
      approvals::added_key(call.preconditions, job.record.action_id, job.record.nonce);
  if (key) out.request.headers.set(key->name, key->value);
  if (!upstream.authorization.empty()) {
    out.request.headers.set("Authorization", upstream.authorization);
  }
  out.request.body = call.body;
  out.request.content_length = call.body.size();
  const bool bodiless = call.body.empty() &&
                        (call.method == "GET" || call.method == "HEAD" || call.method == "DELETE");
  out.request.framing = bodiless ? http::BodyFraming::none : http::BodyFraming::length;
  return out;
}

std::unique_ptr<http::ForwardObserver> make_forwarder(DeskContext& desk, ForwardedCall call) {
  return std::make_unique<Forwarder>(desk, std::move(call));
}

}  // namespace sentrail::gateway
