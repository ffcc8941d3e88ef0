// Stops thrown on the machine itself: in force at once, kept in a small file, and handed to the
// store as soon as that takes writes; and lifting any stop there, which waits for the store.
//
// Neighbours: server/control_commands.cpp throws them, known.hpp counts them in, identity/
// administration.hpp records them. Must not know: sockets. Throwing one waits for nobody: not for
// the store, not for a reload that hangs on a dead disk.
// source: docs/control_socket.md.
#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/time.hpp"
#include "runtime/gateway/admin_commits.hpp"
#include "runtime/gateway/known.hpp"
#include "runtime/gateway/work_pool.hpp"
#include "runtime/http/handler.hpp"
#include "runtime/identity/administration.hpp"
#include "runtime/store/slot_file.hpp"

namespace sentrail::gateway {

// What became of a stop that was thrown: it is in force, and either kept or not.
struct Thrown {
  identity::LocalStop stop;
  std::string not_kept;  // why a restart would forget it; empty: it would not
};

// What became of a stop that was lifted: the store has it.
struct Lifted {
  std::string
      not_in_force;  // why this process still stops until it could read it; empty: it lets go
};

// threads: any, but for what says otherwise.
class LocalStops {
 public:
  // All outlive this.
  LocalStops(KnownHolder& known, const Clock& clock) : known_(known), clock_(clock) {}

  // Opens the file and puts in force what it holds. A file that cannot be made is no reason not to
  // serve: stops then say that they are not kept. REQUIRES: once, before serving.
  // fails: corrupt or unsupported if the file cannot be understood.
  [[nodiscard]] Status restore(const std::string& path);

  // Throws `enable`, `pause_tool` or `pause_agent` in a workspace or (nil) everywhere.
  // fails: invalid_argument; not_found for a workspace that nobody knows; limit_exceeded if too
  // many wait for the store. Nothing else: a stop that cannot be kept is thrown all the same.
  [[nodiscard]] Result<Thrown> throw_stop(const Uuid& workspace_id, identity::KillCommand command);

  // Lifts what `disable`, `resume_tool` or `resume_agent` names in a workspace or (nil) what was
  // stopped everywhere, whoever stopped it. What waits is recorded first, so that the store alone
  // says what is stopped, and one commit lifts it; a stop that is thrown meanwhile stays, also one
  // that is the same. cost: the disk. fails: invalid_argument; not_found for a workspace that
  // nobody knows, or if nothing of that is stopped there; as the store, or the file: then what was
  // stopped is stopped. After timed_out it may be lifted yet, once the disk goes on, unless the
  // sentence says that it is still stopped.
  [[nodiscard]] Result<Lifted> lift(const Uuid& workspace_id, const identity::KillCommand& command,
                                    const store::Reader& reader, AdminCommits& changes,
                                    const identity::Administration& administration);

  // How many wait for the store.
  [[nodiscard]] std::size_t waiting() const;

  // Whether record() has something to do. Never waits.
  [[nodiscard]] bool has_to_record() const;

  // Hands what waits to the store; what it took is no longer local. Leaves it to a lift that is
  // under way. cost: the disk.
  // fails: as the store, or the file; what is left waits for the next time.
  [[nodiscard]] Status record(const store::Reader& reader, AdminCommits& changes,
                              const identity::Administration& administration);

 private:
  class LiftUnderWay;

  [[nodiscard]] Status keep();
  [[nodiscard]] Status leave_file();
  [[nodiscard]] Status record_all(const std::vector<identity::LocalStop>& waiting,
                                  const store::Reader& reader, AdminCommits& changes,
                                  const identity::Administration& administration);
  [[nodiscard]] Status record_one(const identity::LocalStop& stop, const store::Reader& reader,
                                  AdminCommits& changes,
                                  const identity::Administration& administration);

  KnownHolder& known_;
  const Clock& clock_;
  std::mutex throwing_;  // never held over the disk: a stop waits for nobody
  int lifts_ = 0;        // that are under way; guarded by throwing_
  std::mutex keeping_;
  std::optional<store::SlotFile> file_;        // guarded by keeping_
  std::string no_file_ = "it was not opened";  // guarded by keeping_
  std::atomic<bool> is_behind_ = false;        // the file, of the stops in force
  std::mutex recording_;
  std::set<Uuid> offered_;  // guarded by recording_; stops that may have landed, places of lifts
};

// Offers what waits to the store now and then. threads: the one that run_on() is given.
class LocalStopsRecorder {
 public:
  // All outlive this, and this outlives the pool's threads.
  LocalStopsRecorder(LocalStops& stops, const store::Reader& reader, AdminCommits& changes,
                     const identity::Administration& administration, WorkPool& pool)
      : stops_(stops),
        reader_(reader),
        changes_(changes),
        administration_(administration),
        pool_(pool) {}

  // Looks every limits::kLocalStopsRetryMs, as long as that thread runs.
  void run_on(http::IoThread& io);

 private:
  LocalStops& stops_;
  const store::Reader& reader_;
  AdminCommits& changes_;
  const identity::Administration& administration_;
  WorkPool& pool_;
};

}  // namespace sentrail::gateway
