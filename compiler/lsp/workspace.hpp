// Which files there are, which policies they form, and what is known of each policy now.
//
// Neighbours: documents.hpp is laid over the disk, driver/load.hpp checks, names.hpp resolves;
// features ask here. Must not know: JSON, positions of any feature.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/driver/load.hpp"
#include "compiler/lsp/analysed.hpp"
#include "compiler/lsp/documents.hpp"
#include "compiler/lsp/names.hpp"
#include "compiler/lsp/parsed_file.hpp"
#include "compiler/tester/compiled.hpp"

namespace sentrail::compiler::lsp {

// Policy files looked at in the folders of an editor: a hundred times the largest repository met.
inline constexpr std::size_t kWorkspaceFilesMax = 5'000;

// The catalogs of some folders, read once for all policies beside them.
struct CatalogSet {
  Sources sources;
  DiagnosticSink sink;
  std::vector<Catalog> catalogs;
  std::vector<CatalogInfo> infos;
  std::string signature;  // of the files that it was read from
};

// What a policy's tests do to one of its rules, by qualified name.
using TestedRules = std::map<std::string, std::vector<const ir::TestCase*>, std::less<>>;

// One policy: the file that it begins with and its modules, checked.
struct Unit {
  Unit() = default;
  Unit(const Unit&) = delete;
  Unit& operator=(const Unit&) = delete;

  std::string root;
  std::vector<LinkedFile> files;  // the root first
  NameIndex names;
  Loaded loaded;
  std::optional<Error> failure;  // why a file could not be read
  std::shared_ptr<const CatalogSet> catalogs;
  std::optional<Analysed> analysed;  // once it is

  // The number of a file among `files`.
  [[nodiscard]] std::optional<std::uint32_t> number_of(std::string_view path) const;
  // All that is known against it by now.
  [[nodiscard]] const DiagnosticSink& findings() const noexcept {
    return analysed ? analysed->findings : loaded.sink;
  }
  // Which tests each rule decides. Worked out when first asked for. cost: the tests.
  [[nodiscard]] const TestedRules& tested_rules() const;

 private:
  mutable std::optional<TestedRules> tested_;
};

// All policies that the open texts belong to. threads: one.
class Workspace {
 public:
  explicit Workspace(const Documents& documents, LoadOptions options = {})
      : documents_(documents), options_(std::move(options)) {}
  // One of other texts in the same folders, that need not read again what is the same.
  Workspace(const Documents& documents, const Workspace& like)
      : documents_(documents),
        options_(like.options_),
        folders_(like.folders_),
        known_(like.known_),
        catalogs_(like.catalogs_) {}

  // The folders that the editor has open.
  void set_folders(std::set<std::string> folders);
  [[nodiscard]] const std::set<std::string>& folders() const noexcept { return folders_; }
  // Says that files on disk may be others now.
  void disk_changed() noexcept { disk_stale_ = true; }

  // Brings everything up to date with the open texts; what has not changed is not done again.
  // cost: parse and check of the policies that a changed text belongs to.
  void refresh();

  // Policies that open texts belong to, in the order of their roots.
  [[nodiscard]] const std::map<std::string, std::shared_ptr<Unit>>& units() const noexcept {
    return units_;
  }
  // One that is checked and not analysed yet; null if there is none.
  [[nodiscard]] std::shared_ptr<const Unit> next_to_analyse() const;
  // Takes what the analysis says of a policy. out: whether the policy is still that one.
  bool take(const Unit& unit, Analysed analysed);
  // Whether a policy is still what its texts are.
  [[nodiscard]] bool is_current(const Unit& unit) const;
  // Those among them that have a file; the first is the one to ask.
  [[nodiscard]] std::vector<const Unit*> units_of(std::string_view path) const;
  [[nodiscard]] ParsedFilePtr file(const std::string& path) const;
  // Every module that could be imported, by the names that files say they have.
  [[nodiscard]] std::vector<std::string> module_names() const;
  // The catalogs and lock files that a policy could import.
  [[nodiscard]] std::shared_ptr<const CatalogSet> catalogs_of(
      const std::vector<std::string>& folders) const;
  // How files are read with the open texts laid over them.
  [[nodiscard]] LoadFrom source() const;

 private:
  // A text as it was parsed last, and what it was parsed from.
  struct Known {
    ParsedFilePtr parsed;
    std::uint64_t stamp = 0;  // of an open text; 0: from disk
    std::string disk;         // time and size of the file
  };

  void scan_disk();
  bool update(const std::string& path);
  [[nodiscard]] std::vector<LinkedFile> closure(const std::string& root);
  void find_closures();
  [[nodiscard]] std::set<std::string> needed_roots() const;
  void check(const std::string& root);

  const Documents& documents_;
  const LoadOptions options_;
  std::set<std::string> folders_;
  std::set<std::string> on_disk_;
  std::map<std::string, Known> known_;
  std::map<std::string, std::set<std::string>> closures_;  // the files of each root
  mutable std::map<std::vector<std::string>, std::shared_ptr<const CatalogSet>> catalogs_;
  std::map<std::string, std::shared_ptr<Unit>> units_;
  bool disk_stale_ = true;
};

}  // namespace sentrail::compiler::lsp
