// Putting local control together. See local_control.hpp.
#include "runtime/server/local_control.hpp"

#include "core/limits.hpp"
#include "runtime/server/entries_command.hpp"
#include "runtime/server/erase_command.hpp"

namespace sentrail::server {

Status LocalControl::open(const std::string& folder, const LocalControlParts& parts) {
  recorder_.emplace(stops_, *parts.opened.store, parts.changes, parts.administration, parts.pool);
  commands_.add("stop", stop_command(stops_));
  commands_.add_slow(
      "resume", resume_command({stops_, *parts.opened.store, parts.changes, parts.administration}));
  commands_.add("status", status_command(stops_, *parts.opened.store));
  subjects_ = &parts.subjects;
  pool_ = &parts.pool;
  commands_.add_slow("erase",
                     erase_command({*parts.opened.store, known_, parts.changes, parts.recorder,
                                    parts.subjects, clock_, parts.requests}));
  commands_.add_slow("entries", entries_command(*parts.opened.store, parts.recorder));
  commands_.add_slow("backup", backup_command(parts.opened, folder, clock_));
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
    settle_on(io);
  });
}

// Where the disk fails nobody is given another key than before; the next time is soon enough.
void LocalControl::settle_on(http::IoThread& io) {
  io.after(limits::kLocalStopsRetryMs, [this, &io] {
    static_cast<void>(pool_->run([this] { static_cast<void>(subjects_->settle()); }));
    settle_on(io);
  });
}

}  // namespace sentrail::server
