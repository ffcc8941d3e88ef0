// Offering calls to be recorded. See recording.hpp.
#include "runtime/gateway/recording.hpp"

#include <utility>

#include "core/json_pointer.hpp"
#include "core/limits.hpp"
#include "runtime/audit/hiding.hpp"
#include "runtime/recording/request_log.hpp"
#include "runtime/request/write_requests.hpp"

namespace sentrail::gateway {
namespace {

// Texts below a value; of a hidden object or list all of them. Recursion: the depth of JSON.
void add_texts(JsonValue value, std::vector<std::string>& out) {
  if (value.kind() == JsonKind::string || value.kind() == JsonKind::number) {
    out.emplace_back(value.text());
    return;
  }
  const bool object = value.kind() == JsonKind::object;
  if ((!object && value.kind() != JsonKind::array) || value.size() == 0) return;
  JsonValue child = value.first_child();
  for (std::size_t left = value.size(); left > 0; --left) {
    const JsonValue inner = object ? child.next() : child;
    add_texts(inner, out);
    if (left > 1) child = inner.next();
  }
}

}  // namespace

std::vector<std::string> hidden_texts(JsonValue body, const std::vector<std::string>& hidden) {
  std::vector<std::string> out;
  for (const std::string& one : hidden) {
    std::string_view pointer = std::string_view(one).substr(one.find(' ') + 1);
    JsonValue value = body;
    while (!pointer.empty() && value.exists() && value.kind() == JsonKind::object) {
      value = value.find(take_pointer_step(pointer));
    }
    if (value.exists()) add_texts(value, out);
  }
  return out;
}

bool is_recorded(const DeskContext& desk, const AgentCall& call) noexcept {
  const recording::RequestLog* log = desk.parts.requests;
  return log != nullptr && log->samples(call.correlation_id);
}

void record_request(DeskContext& desk, const AgentCall& call,
                    const Result<std::vector<request::Request>>& requests,
                    const std::vector<std::string>& hidden) {
  recording::RequestLog& log = *desk.parts.requests;
  if (!requests || requests->empty() || requests->size() > limits::kRequestItemsMax) {
    return log.drop(recording::Dropped::size);
  }
  request::Withheld withheld;
  if (!hidden.empty()) {
    const Fact& body = requests->front().facts()[AttributeId::body];
    if (body.kind == FactKind::object) withheld.texts = hidden_texts(body.json, hidden);
    withheld.body = [&hidden](std::string_view json) { return audit::hide(json, hidden); };
  }
  recording::RecordedRequest out;
  out.workspace_id = call.caller->workspace.id;
  out.id = call.correlation_id;
  out.time_ms = desk.parts.clock.now().unix_ms;
  out.agent_id = call.caller->agent_id;
  out.json = request::write_requests(*requests, withheld);
  if (out.json.size() > limits::kRecordedRequestBytesMax) return log.drop(recording::Dropped::size);
  log.offer(std::move(out));
}

}  // namespace sentrail::gateway
