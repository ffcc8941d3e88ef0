// What the machine's owner can do without the network, put together: the control socket, the stops
// thrown through it, and the daily try of the kill switch.
//
// Neighbours: daemon.cpp makes one; control_socket.hpp, gateway/local_stops.hpp,
// gateway/stop_self_test.hpp are its parts. Must not know: routes.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/result.hpp"
#include "core/time.hpp"
#include "runtime/audit/subject_keys.hpp"
#include "runtime/gateway/local_stops.hpp"
#include "runtime/gateway/stop_self_test.hpp"
#include "runtime/recording/request_log.hpp"
#include "runtime/server/control_commands.hpp"
#include "runtime/server/control_socket.hpp"

namespace sentrail::server {

// What commands act on. All outlive close().
struct LocalControlParts {
  const store::OpenedStore& opened;
  gateway::AdminCommits& changes;
  const identity::Administration& administration;
  gateway::WorkPool& pool;
  const audit::Recorder& recorder;
  audit::SubjectKeys& subjects;
  const recording::RequestLog* requests = nullptr;  // null: none are recorded
};

// threads: the daemon's.
class LocalControl {
 public:
  // Both outlive this.
  LocalControl(gateway::KnownHolder& known, const Clock& clock)
      : clock_(clock), stops_(known, clock), self_test_(known, clock), known_(known) {}

  // Puts stops of former processes in force. fails: as gateway::LocalStops::restore.
  [[nodiscard]] Status restore(const std::string& folder) {
    return stops_.restore(folder + "/stops");
  }
  // Opens the socket; commands are answered from then on. fails: as ControlSocket::open.
  [[nodiscard]] Status open(const std::string& folder, const LocalControlParts& parts);
  // Begins what is done now and then, on a thread that runs.
  void run_on(http::IoThread& io);
  // Answers no more.
  void close() { socket_.reset(); }

  [[nodiscard]] const gateway::LocalStops& stops() const noexcept { return stops_; }
  [[nodiscard]] const gateway::StopSelfTest& self_test() const noexcept { return self_test_; }

 private:
  void settle_on(http::IoThread& io);

  const Clock& clock_;
  gateway::LocalStops stops_;
  gateway::StopSelfTest self_test_;
  gateway::KnownHolder& known_;
  audit::SubjectKeys* subjects_ = nullptr;
  gateway::WorkPool* pool_ = nullptr;
  std::optional<gateway::LocalStopsRecorder> recorder_;
  ControlCommands commands_;
  std::unique_ptr<ControlSocket> socket_;
};

}  // namespace sentrail::server
