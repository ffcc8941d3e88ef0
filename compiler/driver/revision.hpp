// Policies as they were: the files of a git revision, read where git keeps them.
//
// Neighbours: diff_side.hpp. Runs `git` as a program. Must not know: what is compared. Nothing is
// checked out: a file goes by the name `REVISION:./PATH`, which git reads as well, so that every
// message names what was read. PATH is as seen from the working folder.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/driver/load.hpp"
#include "core/result.hpp"

namespace sentrail::compiler {

// One revision, with the policies, catalogs and locks that were in it. threads: immutable.
class Revision : public std::enable_shared_from_this<Revision> {
 public:
  // fails: not_found if there is no such revision here; unavailable if git cannot be run; io;
  // limit_exceeded for more files than git can list in 64 MiB.
  [[nodiscard]] static Result<std::shared_ptr<const Revision>> open(const std::string& name);

  // The policy files that a path named then, by their paths in that folder: itself, or those of a
  // folder and the folders below it. Empty if there were none.
  [[nodiscard]] std::map<std::string, std::string> policies(const std::string& given) const;

  // Where load_policy() finds these files, and their modules, catalogs and locks. The folders of
  // LoadOptions are those of the disk.
  [[nodiscard]] LoadFrom from(LoadOptions options) const;

 private:
  explicit Revision(std::string name) : name_(std::move(name)) {}

  [[nodiscard]] std::string in_tree(const std::string& path) const;
  [[nodiscard]] std::string shown(const std::string& path) const;
  [[nodiscard]] const std::string* object_of(const std::string& file) const;
  [[nodiscard]] std::vector<std::string> beside(const std::string& folder,
                                                std::string_view ending) const;
  [[nodiscard]] Result<SourceId> add(const std::string& file, Sources& sources) const;

  std::string name_;
  std::string prefix_;                        // of the working folder, from the top of the tree
  std::map<std::string, std::string> files_;  // the object of each, by its path from the top
};

}  // namespace sentrail::compiler
