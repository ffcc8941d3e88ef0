// Finds catalogs in a folder. See library.hpp.
#include "compiler/catalog/library.hpp"

#include <algorithm>
#include <filesystem>

#include "compiler/catalog/read.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

namespace sentrail::compiler {
namespace {

constexpr std::string_view kOurs = "sentrail.";
constexpr std::string_view kEnding = ".yaml";

// Only such names become file names, so an import leads nowhere else.
bool is_catalog_name(std::string_view name) {
  return !name.empty() && name.size() <= limits::kNameBytesMax && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
         });
}

std::string file_of(std::string_view name) {
  const bool ours = name.starts_with(kOurs) && name.find('.', kOurs.size()) == std::string::npos;
  return std::string(ours ? name.substr(kOurs.size()) : name) + std::string(kEnding);
}

}  // namespace

Result<Catalog> load_catalog(const std::string& folder, std::string_view name, Sources& sources,
                             DiagnosticSink& sink) {
  if (!is_catalog_name(name)) {
    return fail(Errc::invalid_argument,
                "`" + escape_display(cap_characters(name, 60)) + "` is no name of a catalog");
  }
  const std::string path = (std::filesystem::path(folder) / file_of(name)).string();
  std::error_code missing;
  if (!std::filesystem::is_regular_file(path, missing)) {
    std::string message = "there is no catalog `" + std::string(name) + "` in " + folder;
    const std::vector<std::string> names = catalog_names(folder);
    for (std::size_t i = 0; i < names.size(); ++i) {
      message += (i == 0 ? ": it has `" : ", `") + names[i] + "`";
    }
    return fail(Errc::not_found, std::move(message));
  }
  SENTRAIL_ASSIGN_OR_RETURN(const SourceId source, sources.add_file(path));
  auto catalog = read_catalog(sources, source, sink);
  if (!catalog.has_value()) {
    return fail(Errc::invalid_argument, "the catalog " + path + " has errors");
  }
  if (catalog->name != name) {
    return fail(Errc::invalid_argument, path + " declares the catalog `" + catalog->name +
                                            "`, not `" + std::string(name) + "`");
  }
  return *std::move(catalog);
}

std::vector<std::string> catalog_names(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
    const std::string file = entry.path().filename().string();
    if (!file.ends_with(kEnding)) continue;
    const std::string stem = file.substr(0, file.size() - kEnding.size());
    if (!is_catalog_name(stem)) continue;
    names.push_back(stem.find('.') == std::string::npos ? std::string(kOurs) + stem : stem);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace sentrail::compiler
