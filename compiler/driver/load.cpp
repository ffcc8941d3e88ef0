// The phases in order. See load.hpp.
#include "compiler/driver/load.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "compiler/catalog/lock.hpp"
#include "compiler/catalog/read.hpp"
#include "compiler/check/expiry.hpp"
#include "compiler/driver/builtin_catalogs.hpp"
#include "compiler/syntax/parser.hpp"
#include "core/bundle.hpp"

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

// `acme/lists.sentrail` for `acme.lists`.
fs::path file_of(std::string_view module) {
  std::string path(module);
  std::ranges::replace(path, '.', '/');
  return path + ".sentrail";
}

// Policy text from the disk.
Result<SourceId> add_text(const std::string& file, Sources& sources) {
  SENTRAIL_ASSIGN_OR_RETURN(const SourceId source, sources.add_file(file));
  if (!sources[source].text().starts_with(bundle_magic())) return source;
  return fail(Errc::invalid_argument,
              file +
                  " is a bundle, not policy text: `sentrailc verify` looks into it, and `diff` "
                  "compares it");
}

CatalogFrom catalogs_on_disk() {
  return {catalog_files, lock_files,
          [](const std::string& file, Sources& sources) { return sources.add_file(file); }};
}

}  // namespace

std::string_view bundle_magic() {
  static constexpr BundleHeader kHeader;
  return {kHeader.magic, sizeof(kHeader.magic)};
}

Status load_syntax(const std::string& file, Loaded& loaded) {
  SENTRAIL_ASSIGN_OR_RETURN(const SourceId source, add_text(file, loaded.sources));
  loaded.ast = parse(source, loaded.sources, loaded.sink);
  return {};
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

std::vector<std::string> folders_of_modules(const std::string& file, std::string_view policy,
                                            const LoadOptions& options) {
  std::vector<std::string> folders = {module_root(file, policy)};
  folders.insert(folders.end(), options.module_folders.begin(), options.module_folders.end());
  return folders;
}

std::vector<std::string> folders_of_catalogs(const std::string& file, std::string_view policy) {
  std::vector<std::string> folders = {fs::path(file).parent_path().string()};
  if (std::string root = module_root(file, policy); root != folders.front()) {
    folders.push_back(std::move(root));
  }
  return folders;
}

std::vector<std::string> catalog_files(const std::string& folder) {
  return files_in(fs::path(folder) / "catalogs", ".yaml");
}

std::vector<std::string> lock_files(const std::string& folder) {
  std::vector<std::string> files = files_in(fs::path(folder) / "catalogs", ".json");
  std::erase_if(files, [](const std::string& file) { return !file.ends_with(".lock.json"); });
  return files;
}

FoundModule find_module(const std::vector<std::string>& folders, std::string_view name,
                        const LoadFrom& from) {
  FoundModule found;
  for (const std::string& folder : folders) {
    const std::string file = (fs::path(folder) / file_of(name)).string();
    found.looked_for.push_back(file);
    if (!found.file && from.is_file(file)) found.file = file;
  }
  return found;
}

namespace {

Result<std::vector<Catalog>> read_catalogs(const std::vector<std::string>& folders,
                                           const CatalogFrom& from, Sources& sources,
                                           DiagnosticSink& sink) {
  std::vector<Catalog> catalogs;
  const auto read = [&](SourceId source) {
    std::optional<Catalog> catalog = read_catalog(sources, source, sink);
    if (catalog) catalogs.push_back(std::move(*catalog));
  };
  for (const BuiltinCatalog& builtin : builtin_catalogs()) {
    read(sources.add(std::string(builtin.file), std::string(builtin.text)));
  }
  for (const std::string& folder : folders) {
    for (const std::string& file : from.catalogs(folder)) {
      SENTRAIL_ASSIGN_OR_RETURN(const SourceId source, from.add(file, sources));
      read(source);
    }
  }
  return catalogs;
}

Result<std::vector<CatalogInfo>> read_locks(const std::vector<std::string>& folders,
                                            const CatalogFrom& from, Sources& sources,
                                            DiagnosticSink& sink) {
  std::vector<CatalogInfo> locks;
  for (const std::string& folder : folders) {
    for (const std::string& file : from.locks(folder)) {
      SENTRAIL_ASSIGN_OR_RETURN(const SourceId source, from.add(file, sources));
      std::optional<CatalogInfo> lock = read_lock(sources, source, sink);
      if (lock) locks.push_back(std::move(*lock));
    }
  }
  return locks;
}

}  // namespace

Result<std::vector<Catalog>> read_catalogs(const std::vector<std::string>& folders,
                                           Sources& sources, DiagnosticSink& sink) {
  return read_catalogs(folders, catalogs_on_disk(), sources, sink);
}

Result<std::vector<CatalogInfo>> read_locks(const std::vector<std::string>& folders,
                                            Sources& sources, DiagnosticSink& sink) {
  return read_locks(folders, catalogs_on_disk(), sources, sink);
}

Status load_catalogs(const std::vector<std::string>& folders, const CatalogFrom& from,
                     Loaded& loaded) {
  SENTRAIL_ASSIGN_OR_RETURN(loaded.catalogs,
                            read_catalogs(folders, from, loaded.sources, loaded.sink));
  SENTRAIL_ASSIGN_OR_RETURN(loaded.catalog_infos,
                            read_locks(folders, from, loaded.sources, loaded.sink));
  for (const Catalog& catalog : loaded.catalogs) loaded.catalog_infos.push_back(info_of(catalog));
  return {};
}

LoadFrom from_disk(LoadOptions options) {
  return {[](const std::string& file) {
            std::error_code error;
            return fs::is_regular_file(file, error);
          },
          add_text,
          [](const std::vector<std::string>& folders, Loaded& loaded) {
            return load_catalogs(folders, catalogs_on_disk(), loaded);
          },
          std::move(options)};
}

Status load_policy(const std::string& file, const LoadOptions& options, Loaded& loaded) {
  return load_policy(file, from_disk(options), loaded);
}

Status load_policy(const std::string& file, const LoadFrom& from, Loaded& loaded) {
  SENTRAIL_ASSIGN_OR_RETURN(const SourceId source, from.add(file, loaded.sources));
  return load_policy(source, from, loaded);
}

Status load_policy(SourceId source, const LoadFrom& from, Loaded& loaded) {
  loaded.ast = parse(source, loaded.sources, loaded.sink);
  if (!loaded.ast) return {};
  const std::string file(loaded.sources[source].name());
  const std::string_view name = loaded.ast->policy ? loaded.ast->policy->text : "";
  // Reading one takes longer than checking most policies.
  if (!loaded.ast->imports.empty()) {
    SENTRAIL_TRY(from.catalogs(folders_of_catalogs(file, name), loaded));
  }
  const std::vector<CatalogInfo>& infos = loaded.catalog_infos;
  const std::vector<std::string> folders = folders_of_modules(file, name, from.options);
  const ModuleFiles files{
      [&](std::string_view module) { return find_module(folders, module, from); },
      [&](const std::string& module) { return from.add(module, loaded.sources); }};
  SENTRAIL_TRY(loaded.modules.read(*loaded.ast, &infos, files, loaded.sources, loaded.sink));
  const bool fine = loaded.modules.check(loaded.sources, &infos, loaded.sink);
  for (const Ast* ast : loaded.modules.files()) {
    loaded.files.emplace_back(loaded.sources[ast->source].name());
  }
  if (!fine) return {};
  ir::Policy linked = loaded.modules.linked();
  const Instant now = from.options.now.value_or(SystemClock().now());
  if (from.options.refuse_ended && !check_ends(linked, now, loaded.sink)) return {};
  loaded.policy = std::move(linked);
  loaded.tested_modules = loaded.modules.tested_modules();
  return {};
}

}  // namespace sentrail::compiler
