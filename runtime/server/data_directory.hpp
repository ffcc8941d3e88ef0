// The folder in which a server keeps everything: who may read it, who holds it, the master key.
//
// Neighbours: daemon.cpp opens it first and lets it go last. Must not know: the store's format,
// what the key seals.
#pragma once

#include <string>

#include "core/result.hpp"
#include "crypto/seal.hpp"
#include "runtime/store/files.hpp"

namespace sentrail::server {

// What stands in the store's folder and in no backup: see limits_start.hpp.
inline constexpr const char* kLimitsMark = "/limits";

// A data folder that this process alone uses, as long as this lives.
class DataDirectory {
 public:
  // Makes the folder (mode 0700) if it is not there, and takes it: `sentraild.pid` in it names this
  // process from then on.
  // fails: permission_denied if others may enter the folder; unavailable if another process has it,
  // naming it; io.
  [[nodiscard]] static Result<DataDirectory> open(const std::string& path);

  // Ends the claim that this process runs.
  ~DataDirectory();
  DataDirectory(DataDirectory&&) noexcept = default;
  DataDirectory& operator=(DataDirectory&&) = delete;

  // Reads `master.key`; makes it, mode 0600 and durable, where there is neither key nor store.
  // fails: not_found if there is a store but no key; permission_denied if others may read the key;
  // corrupt; io.
  [[nodiscard]] Result<crypto::SealKey> master_key() const;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] std::string store_path() const { return path_ + "/store"; }
  [[nodiscard]] std::string log_path() const { return path_ + "/log"; }
  [[nodiscard]] std::string signer_path() const { return path_ + "/signer"; }

 private:
  DataDirectory(std::string path, store::FileHandle lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}

  std::string path_;
  store::FileHandle lock_;
};

// Writes a small file whole or not at all, readable by this user only. fails: io.
[[nodiscard]] Status replace_file(const std::string& path, std::string_view bytes);

}  // namespace sentrail::server
