// Follows imports between files, syntax alone. See roots.hpp.
#include "compiler/driver/roots.hpp"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include "compiler/syntax/parser.hpp"

namespace sentrail::compiler {
namespace {

namespace fs = std::filesystem;

// What a file says of itself: enough to know which files it brings.
struct Outline {
  std::string policy;
  std::vector<std::string> imports;
};

// Nothing of a file that cannot be read or parsed: the command that looks at it says so.
Outline outline_of(const std::string& file, const LoadFrom& from) {
  Sources sources;
  DiagnosticSink sink;
  Outline outline;
  const Result<SourceId> source = from.add(file, sources);
  if (!source) return outline;
  const std::optional<Ast> ast = parse(*source, sources, sink);
  if (!ast) return outline;
  if (ast->policy) outline.policy = ast->policy->text;
  for (const ImportNode& import : ast->imports) outline.imports.emplace_back(import.name.text);
  return outline;
}

// For each file the numbers of those that it imports. A file that says another name of itself than
// that it is imported by is no module of it.
std::vector<std::vector<std::size_t>> imports_among(const std::vector<std::string>& files,
                                                    const LoadFrom& from) {
  std::vector<Outline> outlines;
  std::map<fs::path, std::size_t> numbers;
  for (const std::string& file : files) {
    numbers.emplace(fs::path(file).lexically_normal(), outlines.size());
    outlines.push_back(outline_of(file, from));
  }
  std::vector<std::vector<std::size_t>> imports(files.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::vector<std::string> folders =
        folders_of_modules(files[i], outlines[i].policy, from.options);
    for (const std::string& name : outlines[i].imports) {
      const FoundModule found = find_module(folders, name, from);
      if (!found.file) continue;
      const auto number = numbers.find(fs::path(*found.file).lexically_normal());
      if (number == numbers.end()) continue;
      const std::string& own = outlines[number->second].policy;
      if (own.empty() || own == name) imports[i].push_back(number->second);
    }
  }
  return imports;
}

}  // namespace

Result<std::vector<std::string>> policy_files(const std::string& path) {
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

std::vector<std::string> roots_among(const std::vector<std::string>& files, const LoadFrom& from) {
  if (files.size() <= 1) return files;
  const std::vector<std::vector<std::size_t>> imports = imports_among(files, from);
  std::vector<bool> imported(files.size(), false);
  for (std::size_t i = 0; i < files.size(); ++i) {
    for (const std::size_t other : imports[i]) {
      if (other != i) imported[other] = true;
    }
  }
  std::vector<bool> seen(files.size(), false);
  std::vector<bool> root(files.size(), false);
  std::vector<std::size_t> open;
  const auto begin_with = [&](std::size_t first) {
    root[first] = true;
    for (open.push_back(first); !open.empty();) {
      const std::size_t i = open.back();
      open.pop_back();
      if (seen[i]) continue;
      seen[i] = true;
      open.insert(open.end(), imports[i].begin(), imports[i].end());
    }
  };
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!imported[i]) begin_with(i);
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!seen[i]) begin_with(i);
  }
  std::vector<std::string> roots;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (root[i]) roots.push_back(files[i]);
  }
  return roots;
}

Result<std::vector<std::string>> roots_of(const std::string& path, const LoadOptions& options) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<std::string> files, policy_files(path));
  return roots_among(files, from_disk(options));
}

Result<std::string> root_of(const std::string& path, const LoadOptions& options) {
  SENTRAIL_ASSIGN_OR_RETURN(std::vector<std::string> roots, roots_of(path, options));
  if (roots.size() > 1) {
    return fail(Errc::invalid_argument, path + " holds " + std::to_string(roots.size()) +
                                            " policies; name one, for instance " + roots.front());
  }
  return std::move(roots.front());
}

}  // namespace sentrail::compiler
