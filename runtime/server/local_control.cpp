// Putting local control together. See local_control.hpp.
#include "runtime/server/local_control.hpp"

namespace sentrail::server {

Status LocalControl::open(const std::string& folder, const LocalControlParts& parts) {
  recorder_.emplace(stops_, *parts.opened.store, parts.changes, parts.administration, parts.pool);
  commands_.add("stop", stop_command(stops_));
  commands_.add("status", status_command(stops_, *parts.opened.store));
  commands_.add("backup", backup_command(parts.opened, folder, clock_));
  SENTRAIL_ASSIGN_OR_RETURN(
      socket_, ControlSocket::open(folder, [this](std::string_view line, const ControlPeer& peer) {
        return commands_.answer(line, peer);
      }));
  return {};
}

void LocalControl::run_on(http::IoThread& io) {
  io.post([this, &io] {
    recorder_->run_on(io);
    self_test_.run_on(io);
  });
}

}  // namespace sentrail::server
