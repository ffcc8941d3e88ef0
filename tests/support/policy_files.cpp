// Divides texts into files. See policy_files.hpp.
#include "tests/support/policy_files.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "compiler/catalog/lock.hpp"

namespace sentrail::tests {

std::map<std::string, std::string> divided_files(const std::string& text) {
  constexpr std::string_view kMark = "#file ";
  std::map<std::string, std::string> files = {{"", ""}};
  std::string name;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    const std::string line = text.substr(at, end - at);
    if (line.starts_with(kMark)) {
      name = line.substr(kMark.size(), line.size() - kMark.size() - 1);
    } else {
      files[name] += line;
    }
    at = end;
  }
  return files;
}

compiler::ModuleFiles module_files(const std::map<std::string, std::string>& files,
                                   compiler::Sources& sources) {
  return {[&files](std::string_view module) {
            std::string file(module);
            std::ranges::replace(file, '.', '/');
            file += ".sentrail";
            compiler::FoundModule found{{}, {file, "more/" + file}};
            if (files.contains(file)) found.file = file;
            return found;
          },
          [&files, &sources](const std::string& file) -> Result<compiler::SourceId> {
            return sources.add(file, files.at(file));
          }};
}

std::vector<compiler::CatalogInfo> locks_among(const std::map<std::string, std::string>& files,
                                               compiler::Sources& sources,
                                               compiler::DiagnosticSink& sink) {
  std::vector<compiler::CatalogInfo> locks;
  for (const auto& [file, text] : files) {
    if (!file.ends_with(".lock.json")) continue;
    auto lock = compiler::read_lock(sources, sources.add(file, text), sink);
    if (lock) locks.push_back(*std::move(lock));
  }
  return locks;
}

}  // namespace sentrail::tests
