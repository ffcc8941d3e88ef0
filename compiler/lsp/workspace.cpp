// Parses what changed, follows imports, checks the policies that are touched. See workspace.hpp.
#include "compiler/lsp/workspace.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "compiler/tester/tester.hpp"

namespace sentrail::compiler::lsp {
namespace {

namespace fs = std::filesystem;

// Another text for a file that is another now.
std::string disk_signature(const std::string& path) {
  std::error_code error;
  const auto time = fs::last_write_time(path, error);
  if (error) return {};
  const auto size = fs::file_size(path, error);
  return std::to_string(time.time_since_epoch().count()) + ":" + std::to_string(size);
}

// A path as documents are known by. Folders of `--include` may be relative.
std::string absolute(const std::string& path) {
  const bool scheme = path.find(':') < path.find('/');
  if (path.starts_with('/') || scheme) return path;
  std::error_code error;
  return fs::absolute(path, error).lexically_normal().string();
}

bool is_left_out(const fs::path& folder) {
  const std::string name = folder.filename().string();
  return name.starts_with('.') || name == "node_modules";
}

void scan(const std::string& folder, std::set<std::string>& files) {
  std::error_code error;
  const auto options = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator entry(folder, options, error), end;
       !error && entry != end && files.size() < kWorkspaceFilesMax; entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_directory(ignored) && is_left_out(entry->path())) {
      entry.disable_recursion_pending();
    } else if (entry->path().extension() == ".sentrail" && entry->is_regular_file(ignored)) {
      files.insert(entry->path().lexically_normal().string());
    }
  }
}

// The tests of one policy, each under the rule that decides it.
void add_tested(const ir::Policy& policy, std::span<const Catalog> catalogs, const Sources& sources,
                TestedRules& tested) {
  if (policy.tests.empty()) return;
  const auto compiled = Compiled::of(policy, catalogs, sources);
  if (!compiled) return;
  for (const ir::TestCase& test : policy.tests) {
    auto requests = requests_of(test, (*compiled)->catalogs());
    if (!requests || requests->empty()) continue;
    const Evaluation evaluation = (*compiled)->evaluate(*std::move(requests));
    tested[(*compiled)->rule_name(evaluation.answer.rule)].push_back(&test);
  }
}

}  // namespace

std::optional<std::uint32_t> Unit::number_of(std::string_view path) const {
  for (std::uint32_t i = 0; i < files.size(); ++i) {
    if (files[i].file->path == path) return i;
  }
  return std::nullopt;
}

const TestedRules& Unit::tested_rules() const {
  if (tested_) return *tested_;
  TestedRules& tested = tested_.emplace();
  if (!loaded.policy) return tested;
  const std::span<const Catalog> all =
      catalogs ? std::span<const Catalog>(catalogs->catalogs) : std::span<const Catalog>();
  add_tested(*loaded.policy, all, loaded.sources, tested);
  for (const ir::Policy& module : loaded.tested_modules) {
    add_tested(module, all, loaded.sources, tested);
  }
  return tested;
}

void Workspace::set_folders(std::set<std::string> folders) {
  folders_ = std::move(folders);
  disk_stale_ = true;
}

void Workspace::scan_disk() {
  on_disk_.clear();
  for (const std::string& folder : folders_) scan(folder, on_disk_);
}

// Parses a file again if it is another. out: whether what it imports may have changed.
bool Workspace::update(const std::string& path) {
  const Document* document = documents_.find(path);
  Known& known = known_[path];
  std::string disk = document == nullptr ? disk_signature(path) : std::string();
  const std::uint64_t stamp = document == nullptr ? 0 : document->stamp;
  if (known.parsed && known.stamp == stamp && known.disk == disk) return false;
  const std::string before = known.parsed ? known.parsed->imports_signature() : "\n";
  known.stamp = stamp;
  known.disk = std::move(disk);
  if (document != nullptr) {
    known.parsed = std::make_shared<ParsedFile>(path, document->text);
  } else {
    Sources sources;
    const Result<SourceId> source = sources.add_file(path);
    if (!source) {
      known_.erase(path);
      return before != "\n";
    }
    known.parsed = std::make_shared<ParsedFile>(path, std::string(sources[*source].text()));
  }
  return known.parsed->imports_signature() != before;
}

LoadFrom Workspace::source() const {
  return {[this](const std::string& file) {
            std::error_code error;
            return documents_.find(absolute(file)) != nullptr || fs::is_regular_file(file, error);
          },
          [this](const std::string& file, Sources& sources) -> Result<SourceId> {
            const Document* document = documents_.find(absolute(file));
            if (document == nullptr) return sources.add_file(absolute(file));
            return sources.add(absolute(file), document->text);
          },
          [this](const std::vector<std::string>& folders, Loaded& loaded) -> Status {
            loaded.catalog_infos = catalogs_of(folders)->infos;
            return {};
          },
          options_};
}

std::shared_ptr<const CatalogSet> Workspace::catalogs_of(
    const std::vector<std::string>& folders) const {
  std::string signature;
  for (const std::string& folder : folders) {
    for (const auto& files : {catalog_files(folder), lock_files(folder)}) {
      for (const std::string& file : files) signature += file + " " + disk_signature(file) + "\n";
    }
  }
  std::shared_ptr<const CatalogSet>& known = catalogs_[folders];
  if (known && known->signature == signature) return known;
  auto set = std::make_shared<CatalogSet>();
  set->signature = std::move(signature);
  if (auto read = read_catalogs(folders, set->sources, set->sink)) set->catalogs = *std::move(read);
  if (auto locks = read_locks(folders, set->sources, set->sink)) set->infos = *std::move(locks);
  for (const Catalog& catalog : set->catalogs) set->infos.push_back(info_of(catalog));
  known = std::move(set);
  return known;
}

ParsedFilePtr Workspace::file(const std::string& path) const {
  const auto found = known_.find(path);
  return found == known_.end() ? nullptr : found->second.parsed;
}

// A root and everything that it imports, by whatever way.
std::vector<LinkedFile> Workspace::closure(const std::string& root) {
  std::vector<LinkedFile> files;
  std::map<std::string, std::uint32_t> numbers;
  const LoadFrom from = source();
  const auto number = [&](const std::string& path) -> std::optional<std::uint32_t> {
    const auto known = numbers.find(path);
    if (known != numbers.end()) return known->second;
    if (!known_.contains(path)) update(path);
    ParsedFilePtr parsed = file(path);
    if (!parsed) return std::nullopt;
    const auto next = static_cast<std::uint32_t>(files.size());
    files.push_back({std::move(parsed), {}});
    return numbers.emplace(path, next).first->second;
  };
  if (!number(root)) return files;
  const std::vector<std::string> folders =
      folders_of_modules(root, files.front().file->policy(), options_);
  for (std::size_t i = 0; i < files.size(); ++i) {
    const ParsedFilePtr current = files[i].file;
    for (const ImportNode& import : current->ast.imports) {
      const FoundModule found = find_module(folders, import.name.text, from);
      std::optional<std::uint32_t> target;
      if (found.file) target = number(fs::path(absolute(*found.file)).lexically_normal().string());
      files[i].imports.push_back(target);
    }
  }
  return files;
}

void Workspace::find_closures() {
  closures_.clear();
  std::set<std::string> roots = on_disk_;
  for (const auto& [path, document] : documents_.all()) roots.insert(path);
  for (const std::string& root : roots) {
    std::set<std::string>& files = closures_[root];
    for (const LinkedFile& one : closure(root)) files.insert(one.file->path);
  }
}

// The roots of the policies that open texts belong to: files that no other one imports.
std::set<std::string> Workspace::needed_roots() const {
  std::set<std::string> imported;
  for (const auto& [root, files] : closures_) {
    for (const std::string& file : files) {
      // Of files that import each other none is imported more than the rest.
      const auto back = closures_.find(file);
      const bool cycle = back != closures_.end() && back->second.contains(root);
      if (file != root && !cycle) imported.insert(file);
    }
  }
  std::set<std::string> needed;
  for (const auto& [path, document] : documents_.all()) {
    if (!path.ends_with(".sentrail") && path.starts_with('/')) continue;
    bool found = false;
    for (const auto& [root, files] : closures_) {
      if (imported.contains(root) || !files.contains(path)) continue;
      needed.insert(root);
      found = true;
    }
    if (!found) needed.insert(path);
  }
  return needed;
}

void Workspace::check(const std::string& root) {
  std::vector<LinkedFile> files = closure(root);
  std::shared_ptr<Unit>& known = units_[root];
  std::vector<std::string> folders;
  if (!files.empty()) folders = folders_of_catalogs(root, files.front().file->policy());
  const bool has_imports = !files.empty() && !files.front().file->ast.imports.empty();
  std::shared_ptr<const CatalogSet> catalogs = has_imports ? catalogs_of(folders) : nullptr;
  const bool same =
      known && known->catalogs == catalogs &&
      std::ranges::equal(known->files, files, {}, &LinkedFile::file, &LinkedFile::file) &&
      std::ranges::equal(known->files, files, {}, &LinkedFile::imports, &LinkedFile::imports);
  if (same) return;
  auto unit = std::make_shared<Unit>();
  unit->root = root;
  unit->catalogs = std::move(catalogs);
  unit->files = std::move(files);
  unit->names = NameIndex(unit->files);
  const LoadFrom from = source();
  const Result<SourceId> first = from.add(root, unit->loaded.sources);
  const Status status =
      first ? load_policy(*first, from, unit->loaded) : tl::make_unexpected(first.error());
  if (!status) unit->failure = status.error();
  known = std::move(unit);
}

void Workspace::refresh() {
  const bool disk = std::exchange(disk_stale_, false);
  if (disk) scan_disk();
  bool moved = disk;
  std::vector<std::string> paths;
  for (const auto& [path, document] : documents_.all()) paths.push_back(path);
  if (disk) {
    for (const std::string& path : on_disk_) paths.push_back(path);
    for (const auto& [path, known] : known_) paths.push_back(path);
  }
  for (const std::string& path : paths) moved = update(path) || moved;
  for (const auto& [path, document] : documents_.all()) {
    moved = moved || !closures_.contains(path);
  }
  if (moved) find_closures();
  std::set<std::string> needed = needed_roots();
  for (const std::string& root : needed) check(root);
  // A module of a policy that does not parse is checked by itself until that one does.
  std::set<std::string> alone;
  for (const auto& [path, document] : documents_.all()) {
    const bool reached = std::ranges::any_of(needed, [&](const std::string& root) {
      const std::vector<std::string>& files = units_.at(root)->loaded.files;
      return root == path || std::ranges::find(files, path) != files.end();
    });
    if (!reached && path.ends_with(".sentrail")) alone.insert(path);
  }
  for (const std::string& path : alone) check(path);
  needed.merge(alone);
  std::erase_if(units_, [&](const auto& one) { return !needed.contains(one.first); });
}

std::shared_ptr<const Unit> Workspace::next_to_analyse() const {
  for (const auto& [root, unit] : units_) {
    if (unit->loaded.policy && !unit->analysed) return unit;
  }
  return nullptr;
}

bool Workspace::take(const Unit& unit, Analysed analysed) {
  if (!is_current(unit)) return false;
  units_.at(unit.root)->analysed = std::move(analysed);
  return true;
}

bool Workspace::is_current(const Unit& unit) const {
  const auto found = units_.find(unit.root);
  return found != units_.end() && found->second.get() == &unit;
}

std::vector<const Unit*> Workspace::units_of(std::string_view path) const {
  std::vector<const Unit*> found;
  for (const auto& [root, unit] : units_) {
    if (unit->number_of(path)) found.push_back(unit.get());
  }
  return found;
}

std::vector<std::string> Workspace::module_names() const {
  std::vector<std::string> names;
  for (const auto& [path, known] : known_) {
    if (known.parsed && !known.parsed->policy().empty()) {
      names.emplace_back(known.parsed->policy());
    }
  }
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  return names;
}

}  // namespace sentrail::compiler::lsp
