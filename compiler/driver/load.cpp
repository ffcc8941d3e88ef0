// The phases in order. See load.hpp.
#include "compiler/driver/load.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "compiler/catalog/read.hpp"
#include "compiler/driver/builtin_catalogs.hpp"
#include "compiler/syntax/parser.hpp"

namespace sentrail::compiler {
namespace {

namespace fs = std::filesystem;

// Sorted files of a folder with that ending.
std::vector<std::string> files_in(const fs::path& folder, std::string_view ending) {
  std::vector<std::string> files;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (entry.is_regular_file(error) && entry.path().extension() == ending) {
      files.push_back(entry.path().string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

void load_catalog(SourceId source, Loaded& loaded) {
  if (std::optional<Catalog> catalog = read_catalog(loaded.sources, source, loaded.sink)) {
    loaded.catalogs.push_back(std::move(*catalog));
  }
}

// Folders that the command line names.
std::vector<std::string>& module_folders() {
  static std::vector<std::string> folders;
  return folders;
}

// `acme/lists.sentrail` for `acme.lists`.
fs::path file_of(std::string_view module) {
  std::string path(module);
  std::ranges::replace(path, '.', '/');
  return path + ".sentrail";
}

FoundModule find_module(const std::vector<fs::path>& folders, std::string_view name) {
  FoundModule found;
  std::error_code error;
  for (const fs::path& folder : folders) {
    const std::string file = (folder / file_of(name)).string();
    found.looked_for.push_back(file);
    if (!found.file && fs::is_regular_file(file, error)) found.file = file;
  }
  return found;
}

Status load_catalogs(const std::vector<fs::path>& folders, Loaded& loaded) {
  // Reading one takes longer than checking most policies.
  if (loaded.ast->imports.empty()) return {};
  for (const BuiltinCatalog& builtin : builtin_catalogs()) {
    load_catalog(loaded.sources.add(std::string(builtin.file), std::string(builtin.text)), loaded);
  }
  for (const fs::path& folder : folders) {
    for (const std::string& file : files_in(folder / "catalogs", ".yaml")) {
      SENTRAIL_ASSIGN_OR_RETURN(const SourceId source, loaded.sources.add_file(file));
      load_catalog(source, loaded);
    }
  }
  return {};
}

}  // namespace

Result<std::vector<std::string>> policy_files(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return std::vector<std::string>{path};
  std::vector<std::string> files = files_in(path, ".sentrail");
  if (files.empty()) {
    return fail(Errc::not_found, "no .sentrail file in " + path);
  }
  return files;
}

Result<std::vector<std::string>> all_policy_files(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return std::vector<std::string>{path};
  std::vector<std::string> files;
  for (fs::recursive_directory_iterator entry(path, error), end; entry != end;
       entry.increment(error)) {
    const bool hidden = entry->path().filename().string().starts_with('.');
    if (hidden && entry->is_directory(error)) entry.disable_recursion_pending();
    if (!hidden && entry->is_regular_file(error) && entry->path().extension() == ".sentrail") {
      files.push_back(entry->path().string());
    }
  }
  if (error) return fail(Errc::io, "cannot read " + path + ": " + error.message());
  if (files.empty()) return fail(Errc::not_found, "no .sentrail file in " + path);
  std::sort(files.begin(), files.end());
  return files;
}

Result<std::string> policy_file(const std::string& path) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<std::string> files, policy_files(path));
  if (files.size() > 1) {
    return fail(Errc::invalid_argument, path + " holds " + std::to_string(files.size()) +
                                            " policies; name one, for instance " + files.front());
  }
  return files.front();
}

Status load_syntax(const std::string& file, Loaded& loaded) {
  SENTRAIL_ASSIGN_OR_RETURN(const SourceId source, loaded.sources.add_file(file));
  loaded.ast = parse(source, loaded.sources, loaded.sink);
  return {};
}

void add_module_folder(std::string folder) {
  module_folders().push_back(std::move(folder));
}

std::string module_root(const std::string& file, std::string_view policy) {
  fs::path root = fs::path(file).parent_path();
  fs::path own = file_of(policy);
  if (fs::path(file).filename() != own.filename()) return root.string();
  for (own = own.parent_path(); !own.empty(); own = own.parent_path()) {
    if (root.filename() != own.filename()) return fs::path(file).parent_path().string();
    root = root.parent_path();
  }
  return root.string();
}

Status load_policy(const std::string& file, Loaded& loaded) {
  SENTRAIL_ASSIGN_OR_RETURN(const SourceId source, loaded.sources.add_file(file));
  return load_policy(source, loaded);
}

Status load_policy(SourceId source, Loaded& loaded) {
  loaded.ast = parse(source, loaded.sources, loaded.sink);
  if (!loaded.ast) return {};
  const std::string file(loaded.sources[source].name());
  const fs::path beside = fs::path(file).parent_path();
  const std::string_view name = loaded.ast->policy ? loaded.ast->policy->text : "";
  const fs::path root = module_root(file, name);
  std::vector<fs::path> catalog_folders = {beside};
  if (root != beside) catalog_folders.push_back(root);
  SENTRAIL_TRY(load_catalogs(catalog_folders, loaded));
  std::vector<CatalogInfo> infos;
  for (const Catalog& catalog : loaded.catalogs) infos.push_back(info_of(catalog));
  std::vector<fs::path> folders = {root};
  folders.insert(folders.end(), module_folders().begin(), module_folders().end());
  const ModuleFiles files{
      [&](std::string_view module) { return find_module(folders, module); },
      [&](const std::string& module) { return loaded.sources.add_file(module); }};
  SENTRAIL_TRY(loaded.modules.read(*loaded.ast, &infos, files, loaded.sources, loaded.sink));
  const bool fine = loaded.modules.check(loaded.sources, &infos, loaded.sink);
  for (const Ast* ast : loaded.modules.files()) {
    loaded.files.emplace_back(loaded.sources[ast->source].name());
  }
  if (!fine) return {};
  loaded.policy = loaded.modules.linked();
  loaded.tested_modules = loaded.modules.tested_modules();
  return {};
}

}  // namespace sentrail::compiler
