// Asking the stops in force. See stop_permit.hpp.
#include "runtime/gateway/stop_permit.hpp"

namespace sentrail::gateway {

std::optional<std::string> StopPermit::refuse_to_send() const {
  const std::optional<identity::Stop> stop = known_.get()->directory().find_stop(
      call_.workspace_id, {call_.tool, call_.agent_id, call_.declared_read});
  if (!stop) return std::nullopt;
  return stop->reason;
}

std::optional<std::string> StopPermit::refuse_to_go_on() const {
  if (!call_.cut_when_hard) return std::nullopt;
  if (!known_.get()->directory().is_stopped_hard(call_.workspace_id)) return std::nullopt;
  return "Kill switch is active";
}

}  // namespace sentrail::gateway
