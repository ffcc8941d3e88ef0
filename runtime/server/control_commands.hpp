// What the control socket understands: stop, resume, backup, status; entries and erase have files
// of their own.
//
// Neighbours: control_socket.hpp brings the lines, gateway/local_stops.hpp throws and lifts stops.
// Must not know: sockets. Each line is one JSON object with a member `do`; so is each answer, with
// `ok`. source: docs/control_socket.md.
#pragma once

#include <functional>
#include <map>
#include <semaphore>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "runtime/gateway/fields.hpp"
#include "runtime/gateway/local_stops.hpp"
#include "runtime/server/control_socket.hpp"
#include "runtime/store/open_store.hpp"

namespace sentrail::server {

// One command: reads its members and gives those of the answer, as JSON without braces.
using ControlCommand =
    std::function<Result<std::string>(gateway::Fields& fields, const ControlPeer& peer)>;

// The commands by name. threads: as ControlAnswer, once all are added.
class ControlCommands {
 public:
  // Adds a command.
  void add(std::string name, ControlCommand command);
  // Adds one that waits for the disk, perhaps for long. All of these leave two threads to the
  // others, so that a stop comes in while a disk hangs: who comes too many is refused with
  // `unavailable`.
  void add_slow(std::string name, ControlCommand command);
  // Answers a line, whatever is in it.
  [[nodiscard]] std::string answer(std::string_view line, const ControlPeer& peer) const;

 private:
  [[nodiscard]] Result<std::string> run(std::string_view line, const ControlPeer& peer) const;

  std::map<std::string, ControlCommand, std::less<>> commands_;
  std::counting_semaphore<> slow_{kControlThreads - 2};
};

// `stop`: throws a stop. `stops` outlives the command.
[[nodiscard]] ControlCommand stop_command(gateway::LocalStops& stops);

// Where stops are lifted. All outlive the command.
struct LiftParts {
  gateway::LocalStops& stops;
  const store::Reader& reader;
  gateway::AdminCommits& changes;
  const identity::Administration& administration;
};

// `resume`: lifts a stop.
[[nodiscard]] ControlCommand resume_command(const LiftParts& parts);

// `backup`: copies the data folder. Both outlive the command.
[[nodiscard]] ControlCommand backup_command(const store::OpenedStore& running, std::string data,
                                            const Clock& clock);
// `status`: what waits for the store, and whether that takes writes. Both outlive the command.
[[nodiscard]] ControlCommand status_command(const gateway::LocalStops& stops,
                                            const store::Store& store);

}  // namespace sentrail::server
