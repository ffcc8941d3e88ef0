// The store and the log of the crash tests: what the child writes and its parent opens.
//
// Neighbours: crash_child.cpp, crash_test.cpp. Must not know: who kills, and where.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "runtime/audit/leaf.hpp"
#include "runtime/audit/log_keeper.hpp"
#include "runtime/store/store_rocksdb.hpp"

namespace sentrail::test {

// An open store in a folder, and its keeper.
struct CrashLog {
  audit::LeafCodec codec;
  store::OpenedStore store;
  std::unique_ptr<audit::LogKeeper> keeper;
};

// Opens both as a start would. out: why not; empty: they are open.
inline std::string open_crash_log(CrashLog& log, const std::string& folder, SyncPointHook* hook) {
  store::OpenOptions options;
  options.directory = folder + "/store";
  options.create = true;
  options.codec = &log.codec;
  Result<store::OpenedStore> opened = store::open_rocksdb_store(options);
  if (!opened) return opened.error().message;
  log.store = *std::move(opened);
  audit::LogKeeperOptions keeping;
  keeping.folder = folder + "/log";
  keeping.signer_folder = folder + "/signer";
  keeping.origin = "log.example.com/a";
  keeping.hook = hook;
  std::string said;
  keeping.tell = [&said](bool, const std::string& event, const std::string&) { said += event; };
  Result<std::unique_ptr<audit::LogKeeper>> kept =
      audit::LogKeeper::open(std::move(keeping), *log.store.store);
  if (!kept) return kept.error().message;
  log.keeper = *std::move(kept);
  return said;
}

}  // namespace sentrail::test
