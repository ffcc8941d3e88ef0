// The phases in order. See load.hpp.
#include "compiler/driver/load.hpp"

#include <algorithm>
#include <filesystem>

#include "compiler/catalog/read.hpp"
#include "compiler/check/check.hpp"
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

Status load_catalogs(const fs::path& folder, Loaded& loaded) {
  // Reading one takes longer than checking most policies.
  if (loaded.ast->imports.empty()) return {};
  for (const BuiltinCatalog& builtin : builtin_catalogs()) {
    load_catalog(loaded.sources.add(std::string(builtin.file), std::string(builtin.text)), loaded);
  }
  for (const std::string& file : files_in(folder / "catalogs", ".yaml")) {
    SENTRAIL_ASSIGN_OR_RETURN(const SourceId source, loaded.sources.add_file(file));
    load_catalog(source, loaded);
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

Status load_policy(const std::string& file, Loaded& loaded) {
  SENTRAIL_ASSIGN_OR_RETURN(const SourceId source, loaded.sources.add_file(file));
  return load_policy(source, loaded);
}

Status load_policy(SourceId source, Loaded& loaded) {
  loaded.ast = parse(source, loaded.sources, loaded.sink);
  if (!loaded.ast) return {};
  const fs::path file(loaded.sources[source].name());
  SENTRAIL_TRY(load_catalogs(file.parent_path(), loaded));
  std::vector<CatalogInfo> infos;
  for (const Catalog& catalog : loaded.catalogs) infos.push_back(info_of(catalog));
  loaded.policy = check(*loaded.ast, loaded.sources, &infos, loaded.sink);
  return {};
}

}  // namespace sentrail::compiler
