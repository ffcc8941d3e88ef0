// Records with something in every field that matters, and temporary directories.
//
// Neighbours: the tests of this folder. Must not know: which store they run on.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>

#include "runtime/store/records.hpp"
#include "runtime/store/store.hpp"
#include "runtime/store/transaction.hpp"

namespace sentrail::store {

// A directory that is gone with its owner; in memory if possible, which outlasts a killed process
// as a disk does, and syncs in no time.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    const bool in_memory = ::access("/dev/shm", W_OK | X_OK) == 0;
    std::string name =
        (in_memory ? std::string("/dev/shm") : std::filesystem::temp_directory_path().string()) +
        "/sentrail-XXXXXX";
    path_ = ::mkdtemp(name.data());
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

// Ids that tests can tell apart.
inline Uuid id_of(std::uint64_t number) {
  Uuid id;
  for (std::size_t i = 0; i < 8; ++i) {
    id.bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  }
  id.bytes[0] = 0x77;
  return id;
}

inline Hash hash_of(std::uint8_t number) {
  Hash hash;
  hash.fill(number);
  return hash;
}

inline const Uuid kHome = id_of(1);
inline const Uuid kElsewhere = id_of(2);

inline Workspace workspace(const Uuid& id) {
  Workspace out;
  out.id = id;
  out.name = "workspace";
  return out;
}

inline ActionRecord held_action(std::uint64_t number, const Uuid& workspace_id = kHome) {
  ActionRecord out;
  out.action_id = id_of(1000 + number);
  out.correlation_id = id_of(2000 + number);
  out.workspace_id = workspace_id;
  out.agent_id = "claude";
  out.tool = "github";
  out.action = "pull_request.create";
  out.attach_hash = hash_of(static_cast<std::uint8_t>(number));
  out.created_ms = static_cast<std::int64_t>(number) * 10;
  out.decide_by_ms = 100'000 + static_cast<std::int64_t>(number);
  return out;
}

inline AuditEntry entry(std::uint64_t number, const Uuid& workspace_id = kHome) {
  AuditEntry out;
  out.id = id_of(5000 + number);
  out.time_ms = static_cast<std::int64_t>(number) * 100;
  out.workspace_id = workspace_id;
  out.tool = "github";
  out.action = "issues.create";
  out.decision = AuditDecision::allow;
  return out;
}

template <class... Operations>
Transaction transaction(Operations... operations) {
  Transaction out;
  (out.operations.push_back(std::move(operations)), ...);
  return out;
}

// Applies one transaction.
inline Outcome apply(Store& store, const Transaction& one) {
  const Transaction* const transactions[] = {&one};
  return store.apply(transactions).front();
}

}  // namespace sentrail::store
