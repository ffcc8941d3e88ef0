// Setting aside, and saying so. See going_back.hpp.
#include "runtime/server/going_back.hpp"

#include <fcntl.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <span>
#include <utility>

#include "crypto/random.hpp"
#include "runtime/audit/event.hpp"
#include "runtime/server/data_directory.hpp"
#include "runtime/store/files.hpp"

namespace sentrail::server {

namespace {

// A name that nothing has yet.
std::string name_aside(const std::string& place, const std::string& what) {
  std::string aside;
  int number = 0;
  do {
    aside = place + ".before-" + what + "-" + std::to_string(++number);
  } while (store::exists(aside));
  return aside;
}

Status rename_to(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) return store::io_failure("rename", from);
  return {};
}

// On a file system that cannot exchange, two steps.
Status exchange(const std::string& aside, const std::string& place, const std::string& copy) {
  if (::renameat2(AT_FDCWD, aside.c_str(), AT_FDCWD, place.c_str(), RENAME_EXCHANGE) == 0) {
    return {};
  }
  const bool is_unknown = errno == EINVAL || errno == ENOSYS;
  Status failed = store::io_failure("exchange", place);
  SENTRAIL_TRY(rename_to(aside, copy));
  if (!is_unknown) return failed;
  SENTRAIL_TRY(rename_to(place, aside));
  return rename_to(copy, place);
}

}  // namespace

Result<std::string> set_aside(const std::string& place, const std::string& what) {
  if (!store::exists(place)) return std::string();
  std::string aside = name_aside(place, what);
  SENTRAIL_TRY(rename_to(place, aside));
  return aside;
}

Result<std::string> replace_folder(const std::string& place, const std::string& with,
                                   const std::string& what) {
  std::string aside;
  if (!store::exists(place)) {
    SENTRAIL_TRY(rename_to(with, place));
  } else {
    // Under its last name before the exchange: what was there is never under the name of a copy,
    // which whoever made it removes.
    aside = name_aside(place, what);
    SENTRAIL_TRY(rename_to(with, aside));
    SENTRAIL_TRY(exchange(aside, place, with));
  }
  SENTRAIL_TRY(store::sync_directory(std::filesystem::path(place).parent_path().string()));
  return aside;
}

Status set_log_aside(const std::string& data, const std::string& what) {
  for (const char* name : {"/signer", "/log"}) {
    SENTRAIL_TRY(set_aside(data + name, what));
  }
  return store::sync_directory(data);
}

Status remove_limits_mark(const std::string& store) {
  const std::string path = store + kLimitsMark;
  if (std::remove(path.c_str()) != 0 && errno != ENOENT) return store::io_failure("remove", path);
  return store::sync_directory(store);
}

Status acknowledge_loss(const crypto::SealKey& master, store::Store& store,
                        const AcceptedLoss& loss, const Clock& clock) {
  const audit::Recorder recorder(master, crypto::uuid_v4());
  store::AuditEntry entry;
  entry.kind = store::AuditKind::rollback_ack;
  entry.time_ms = clock.now().unix_ms;
  entry.correlation_id = crypto::uuid_v7(entry.time_ms);
  entry.source = "manual";
  entry.tool = "system";
  entry.action = loss.action;
  audit::Personal personal;
  personal.requested_by = loss.by;
  personal.reason = std::to_string(loss.entries) + " entries or more are lost: " + loss.reason;
  store::Transaction transaction;
  transaction.operations.emplace_back(
      store::AppendAudit{recorder.record(std::move(entry), personal)});
  const store::Transaction* one = &transaction;
  SENTRAIL_TRY(store.apply(std::span(&one, 1)).front().status);
  return store.sync_floor();
}

}  // namespace sentrail::server
