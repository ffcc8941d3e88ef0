// Throwing, keeping, recording and lifting local stops. See local_stops.hpp.
#include "runtime/gateway/local_stops.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/limits.hpp"
#include "crypto/random.hpp"

namespace sentrail::gateway {
namespace {

using identity::KillAction;
using identity::LocalStop;

bool is_same(const LocalStop& a, const LocalStop& b) {
  return a.workspace_id == b.workspace_id && a.command.action == b.command.action &&
         a.command.mode == b.command.mode && a.command.target == b.command.target;
}

// The least that is always possible is to stop everything.
Status check_room(const std::vector<LocalStop>& waiting, const LocalStop& stop) {
  constexpr std::size_t kKeptForAll = 2;  // normal and hard
  const bool all = stop.workspace_id == Uuid{} && stop.command.action == KillAction::enable;
  if (all || waiting.size() + kKeptForAll < limits::kLocalStopsMax) return {};
  return fail(Errc::limit_exceeded,
              "too many local stops wait for the store; stop the whole server instead");
}

constexpr const char* kNoWorkspace = "there is no such workspace";

bool is_unknown(const KnownHolder& known, const Uuid& workspace_id) {
  return workspace_id != Uuid{} && known.get()->directory().find_workspace(workspace_id) == nullptr;
}

// Why a stop was not lifted. Lifting what cannot be recorded would end at the next start, unseen.
tl::unexpected<Error> still_stopped(const Error& why) {
  return fail(why.code, "it is still stopped, since lifting it cannot be recorded: " + why.message);
}

// A change that is late is not given up.
tl::unexpected<Error> perhaps_lifted(const Error& why) {
  return fail(why.code,
              "nobody can tell yet whether it is lifted; see with `sentrail kill status`, or lift "
              "it again: " +
                  why.message);
}

}  // namespace

Status LocalStops::restore(const std::string& path) {
  const std::lock_guard lock(keeping_);
  const bool was_there = store::exists(path);
  Result<store::SlotFile> file = store::SlotFile::open(path, limits::kLocalStopsSlotBytes);
  if (!file && was_there) {
    return fail(file.error().code,
                file.error().message +
                    ": it may hold a stop that nobody lifted; look at the audit log and the kill "
                    "switch after a start without it, so move it away only with agents stopped");
  }
  if (!file) {
    no_file_ = file.error().message;
    return {};
  }
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<LocalStop> stops,
                            identity::decode_stops(file->value()));
  file_.emplace(*std::move(file));
  for (const LocalStop& stop : stops) known_.add_stop(stop);
  return {};
}

Result<Thrown> LocalStops::throw_stop(const Uuid& workspace_id, identity::KillCommand command) {
  const KillAction action = command.action;
  if (action != KillAction::enable && action != KillAction::pause_tool &&
      action != KillAction::pause_agent) {
    return fail(Errc::invalid_argument,
                "only a stop can be thrown; lift it with sentrail stop --lift");
  }
  Thrown thrown;
  thrown.stop = {crypto::uuid_v4(), workspace_id, std::move(command), clock_.now().unix_ms};
  const LocalStop& stop = thrown.stop;
  SENTRAIL_TRY(identity::apply(store::KillState{}, stop.command, stop.thrown_ms));
  if (is_unknown(known_, workspace_id)) return fail(Errc::not_found, kNoWorkspace);
  {
    const std::lock_guard lock(throwing_);
    const std::vector<LocalStop> waiting = known_.local_stops();
    const auto same = std::find_if(waiting.begin(), waiting.end(),
                                   [&](const LocalStop& other) { return is_same(other, stop); });
    if (same == waiting.end()) {
      SENTRAIL_TRY(check_room(waiting, stop));
      known_.add_stop(stop);
    } else if (lifts_ > 0) {
      // The one that waits may be on its way out: another takes its place, and stays.
      known_.add_stop(stop);
      known_.drop_stop(same->id);
    } else {
      thrown.stop = *same;
    }
  }
  if (const Status kept = keep(); !kept) thrown.not_kept = kept.error().message;
  return thrown;
}

// Whoever comes later writes at least as much: the list is read once the file is free.
Status LocalStops::keep() {
  const std::lock_guard lock(keeping_);
  if (!file_) return fail(Errc::io, no_file_);
  std::vector<LocalStop> stops = known_.local_stops();
  std::erase_if(
      stops, [](const LocalStop& stop) { return stop.command.target == identity::kSelfTestTool; });
  const Status kept = file_->replace(identity::encode_stops(stops));
  is_behind_ = !kept;
  return kept;
}

// Without a file there is nothing that a restart would find.
Status LocalStops::leave_file() {
  {
    const std::lock_guard lock(keeping_);
    if (!file_) return {};
  }
  return keep();
}

bool LocalStops::has_to_record() const {
  return is_behind_ || waiting() > 0;
}

std::size_t LocalStops::waiting() const {
  const std::vector<LocalStop> stops = known_.local_stops();
  return static_cast<std::size_t>(std::count_if(
      stops.begin(), stops.end(),
      [](const LocalStop& stop) { return stop.command.target != identity::kSelfTestTool; }));
}

Status LocalStops::record(const store::Reader& reader, AdminCommits& changes,
                          const identity::Administration& administration) {
  const std::lock_guard one_at_a_time(recording_);
  std::vector<LocalStop> waiting;
  {
    const std::lock_guard lock(throwing_);
    // What is thrown meanwhile must not reach the store before the change that lifts.
    if (lifts_ > 0) return {};
    waiting = known_.local_stops();
  }
  return record_all(waiting, reader, changes, administration);
}

// REQUIRES: recording_ is held.
Status LocalStops::record_all(const std::vector<LocalStop>& waiting, const store::Reader& reader,
                              AdminCommits& changes,
                              const identity::Administration& administration) {
  // A recorded stop whose file could not be written then would come back at the next start.
  if (is_behind_) SENTRAIL_TRY(keep());
  for (const LocalStop& stop : waiting) {
    if (stop.command.target == identity::kSelfTestTool) continue;
    SENTRAIL_TRY(record_one(stop, reader, changes, administration));
    // In force from the store before it leaves memory.
    SENTRAIL_TRY(changes.reload());
    known_.drop_stop(stop.id);
    SENTRAIL_TRY(leave_file());
  }
  return {};
}

// While one lives, what is thrown is not among what is lifted.
class LocalStops::LiftUnderWay {
 public:
  explicit LiftUnderWay(LocalStops& stops) : stops_(stops) {
    const std::lock_guard lock(stops_.throwing_);
    ++stops_.lifts_;
    waiting_ = stops_.known_.local_stops();
  }
  ~LiftUnderWay() {
    const std::lock_guard lock(stops_.throwing_);
    --stops_.lifts_;
  }
  LiftUnderWay(const LiftUnderWay&) = delete;
  LiftUnderWay& operator=(const LiftUnderWay&) = delete;

  // What waited for the store when it began.
  [[nodiscard]] const std::vector<LocalStop>& waiting() const noexcept { return waiting_; }

 private:
  LocalStops& stops_;
  std::vector<LocalStop> waiting_;
};

Result<Lifted> LocalStops::lift(const Uuid& workspace_id, const identity::KillCommand& command,
                                const store::Reader& reader, AdminCommits& changes,
                                const identity::Administration& administration) {
  if (command.action != KillAction::disable && command.action != KillAction::resume_tool &&
      command.action != KillAction::resume_agent) {
    return fail(Errc::invalid_argument, "only a stop can be lifted");
  }
  if (is_unknown(known_, workspace_id)) return fail(Errc::not_found, kNoWorkspace);
  const LiftUnderWay under_way(*this);
  const std::lock_guard one_at_a_time(recording_);
  const Status recorded = record_all(under_way.waiting(), reader, changes, administration);
  if (!recorded) return still_stopped(recorded.error());
  const identity::Actor actor{Uuid{}, command.by, store::Role::owner, workspace_id};
  for (int round = 1;; ++round) {
    SENTRAIL_ASSIGN_OR_RETURN(const store::KillState before, reader.get_kill_state(workspace_id));
    SENTRAIL_ASSIGN_OR_RETURN(const store::KillState after, identity::apply(before, command, 0));
    if (after == before) return fail(Errc::not_found, "nothing of that is stopped there");
    SENTRAIL_ASSIGN_OR_RETURN(auto changed, administration.command_kill(actor, before, command));
    const Status committed = changes.commit(std::move(changed.transaction));
    if (committed) {
      // On disk and on record; whoever could not read it reads again until it succeeds.
      const Status read = changes.reload();
      return Lifted{read ? std::string() : read.error().message};
    }
    if (committed.error().code == Errc::timed_out) {
      offered_.insert(workspace_id);
      return perhaps_lifted(committed.error());
    }
    if (committed.error().code != Errc::conflict || round == limits::kChangeTriesMax) {
      return still_stopped(committed.error());
    }
  }
}

Status LocalStops::record_one(const LocalStop& stop, const store::Reader& reader,
                              AdminCommits& changes,
                              const identity::Administration& administration) {
  const identity::Actor actor{Uuid{}, stop.command.by, store::Role::owner, stop.workspace_id};
  for (int round = 1;; ++round) {
    SENTRAIL_ASSIGN_OR_RETURN(const store::KillState before,
                              reader.get_kill_state(stop.workspace_id));
    // One that timed out before may have landed since; it must not be told of twice. Where a lift
    // may land yet, what is stopped there may be what that lifts.
    if (offered_.contains(stop.id) && !offered_.contains(stop.workspace_id) &&
        identity::with_stop(before, stop) == before) {
      return {};
    }
    offered_.insert(stop.id);
    SENTRAIL_ASSIGN_OR_RETURN(
        auto changed,
        administration.command_kill(actor, before, identity::command_to_record(before, stop)));
    const Status committed = changes.commit(std::move(changed.transaction));
    // A change behind the late one: that has landed, or finds another version and never does.
    if (committed) offered_.erase(stop.workspace_id);
    if (committed || committed.error().code != Errc::conflict || round == limits::kChangeTriesMax) {
      return committed;
    }
  }
}

void LocalStopsRecorder::run_on(http::IoThread& io) {
  io.after(limits::kLocalStopsRetryMs, [this, &io] {
    if (stops_.has_to_record()) {
      // A full queue or a failing disk: the next time is soon enough.
      static_cast<void>(pool_.run(
          [this] { static_cast<void>(stops_.record(reader_, changes_, administration_)); }));
    }
    run_on(io);
  });
}

}  // namespace sentrail::gateway
