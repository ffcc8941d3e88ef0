// `erase` of the control socket: makes what the audit log holds of an agent or a person unreadable.
//
// Neighbours: control_commands.hpp runs it, audit/erase.hpp finds, audit/subject_keys.hpp destroys.
// Must not know: sockets.
// source: docs/audit_log.md (erasure).
#pragma once

#include "core/time.hpp"
#include "runtime/audit/subject_keys.hpp"
#include "runtime/gateway/admin_commits.hpp"
#include "runtime/gateway/known.hpp"
#include "runtime/recording/request_log.hpp"
#include "runtime/server/control_commands.hpp"

namespace sentrail::server {

// What erasing needs. All outlive the command.
struct EraseParts {
  const store::Reader& reader;
  const gateway::KnownHolder& known;
  gateway::AdminCommits& changes;
  const audit::Recorder& recorder;
  audit::SubjectKeys& subjects;
  const Clock& clock;
  const recording::RequestLog* requests = nullptr;  // null: none are recorded
};

// The command: first the entry that says so, then the keys; repeating it does no harm.
[[nodiscard]] ControlCommand erase_command(const EraseParts& parts);

}  // namespace sentrail::server
