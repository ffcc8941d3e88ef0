// Whether a call that policy allowed may still leave, asked right before its first byte.
//
// Neighbours: http/upstream.hpp asks, known.hpp has the stops; proxy.cpp and sender.cpp give calls
// one. Must not know: sockets, policy. A stop that is thrown while a call resolves, connects or
// waits for a handshake holds it back all the same.
// source: docs/api.md A5.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/uuid.hpp"
#include "runtime/gateway/known.hpp"
#include "runtime/http/upstream.hpp"

namespace sentrail::gateway {

// A call as far as stops go.
struct StoppableCall {
  Uuid workspace_id;
  std::string tool;
  std::string agent_id;
  bool declared_read = false;
  // Whether a hard switch cuts it off once it is under way. Not an approved call, whose outcome
  // somebody must learn.
  bool cut_when_hard = false;
};

// threads: any.
class StopPermit final : public http::SendPermit {
 public:
  // `known` outlives the permit.
  StopPermit(const KnownHolder& known, StoppableCall call)
      : known_(known), call_(std::move(call)) {}

  [[nodiscard]] std::optional<std::string> refuse_to_send() const override;
  [[nodiscard]] std::optional<std::string> refuse_to_go_on() const override;

 private:
  const KnownHolder& known_;
  const StoppableCall call_;
};

}  // namespace sentrail::gateway
