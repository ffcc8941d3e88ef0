// Policies as they were: files of a git revision, brought to a folder of their own.
//
// Neighbours: diff_command.cpp. Runs `git` as a program. Must not know: what is compared.
#pragma once

#include <string>
#include <vector>

#include "core/result.hpp"

namespace sentrail::compiler {

// A folder that goes away with it.
class TemporaryFolder {
 public:
  [[nodiscard]] static Result<TemporaryFolder> make();
  TemporaryFolder(TemporaryFolder&& other) noexcept;
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder();

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}

  std::string path_;
};

// Brings what `path` was at a revision, a policy or a folder of them, into `into`, with the
// catalogs beside it. `path` is as seen from the working folder. out: where it is now.
// fails: not_found if there is no such revision or file; unavailable if git cannot be run.
[[nodiscard]] Result<std::string> export_revision(const std::string& revision,
                                                  const std::string& path,
                                                  const TemporaryFolder& into);

}  // namespace sentrail::compiler
