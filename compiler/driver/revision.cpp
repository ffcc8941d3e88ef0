// `git rev-parse`, `git ls-tree`, `git cat-file`. See revision.hpp.
#include "compiler/driver/revision.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "core/limits.hpp"

extern char** environ;

namespace sentrail::compiler {
namespace {

namespace fs = std::filesystem;

// What git lists of one revision, 100 bytes a file: the largest repositories hold 500,000.
constexpr std::size_t kListBytesMax = 64u << 20;

struct GitAnswer {
  int code = 0;
  std::string out;
};

// Reads a descriptor to its end; what is past the limit is read and dropped.
std::string read_all(int fd, std::size_t bytes_max) {
  std::string out;
  std::array<char, 65536> buffer{};
  for (;;) {
    const ssize_t got = read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return out;
    if (out.size() <= bytes_max) out.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

// Runs git without a shell; its own messages are not shown.
Result<GitAnswer> git(std::vector<std::string> arguments,
                      std::size_t bytes_max = limits::kSourceBytesMax) {
  arguments.insert(arguments.begin(), "git");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    return fail(Errc::unavailable, std::string("cannot make a pipe: ") + std::strerror(errno));
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  pid_t child = 0;
  const int error = posix_spawnp(&child, "git", &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (error != 0) {
    close(ends[0]);
    return fail(Errc::unavailable, std::string("cannot run git: ") + std::strerror(error));
  }
  GitAnswer answer;
  answer.out = read_all(ends[0], bytes_max);
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  answer.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  return answer;
}

// The end of a path that any command reads: policy text, catalogs and locks.
bool is_ours(std::string_view path) {
  return path.ends_with(".sentrail") || path.ends_with(".yaml") || path.ends_with(".lock.json");
}

// Fills the files of a listing, `MODE TYPE OBJECT<tab>PATH`, each ended by a zero byte. Links are
// no files: git stores where they lead.
void read_listing(std::string_view listing, std::map<std::string, std::string>& files) {
  while (!listing.empty()) {
    const std::size_t end = std::min(listing.find('\0'), listing.size());
    const std::string_view entry = listing.substr(0, end);
    listing.remove_prefix(std::min(end + 1, listing.size()));
    const std::size_t tab = entry.find('\t');
    if (!entry.starts_with("100") || tab == std::string_view::npos) continue;
    const std::string_view path = entry.substr(tab + 1);
    if (!is_ours(path)) continue;
    files.emplace(path, entry.substr(entry.rfind(' ', tab) + 1, tab - entry.rfind(' ', tab) - 1));
  }
}

// As git names it: without `.` and an end of `/`, and empty for the folder itself.
std::string plain(const fs::path& path) {
  std::string text = path.lexically_normal().generic_string();
  while (text.ends_with('/')) text.pop_back();
  return text == "." ? "" : text;
}

}  // namespace

Result<std::shared_ptr<const Revision>> Revision::open(const std::string& name) {
  // `--end-of-options` keeps a revision from being read as an option.
  SENTRAIL_ASSIGN_OR_RETURN(const GitAnswer named, git({"rev-parse", "--verify", "--quiet",
                                                        "--end-of-options", name + "^{commit}"}));
  if (named.code != 0) {
    return fail(Errc::not_found, "there is no git revision " + name +
                                     " here; `git log --oneline` lists those that there are");
  }
  std::shared_ptr<Revision> revision(new Revision(name));
  SENTRAIL_ASSIGN_OR_RETURN(const GitAnswer prefix, git({"rev-parse", "--show-prefix"}));
  revision->prefix_ = prefix.out.substr(0, prefix.out.find('\n'));
  const std::string commit = named.out.substr(0, named.out.find('\n'));
  SENTRAIL_ASSIGN_OR_RETURN(const GitAnswer listed,
                            git({"ls-tree", "-r", "-z", "--full-tree", commit}, kListBytesMax));
  if (listed.code != 0) return fail(Errc::io, "git cannot list the files of " + name);
  if (listed.out.size() > kListBytesMax) {
    return fail(Errc::limit_exceeded, "revision " + name + " holds too many files to list");
  }
  read_listing(listed.out, revision->files_);
  return std::shared_ptr<const Revision>(std::move(revision));
}

std::string Revision::in_tree(const std::string& path) const {
  return plain(fs::path(prefix_) / path);
}

std::string Revision::shown(const std::string& path) const {
  const std::string text = plain(path);
  return name_ + (text.starts_with("../") || text == ".." ? ":" : ":./") + text;
}

std::map<std::string, std::string> Revision::policies(const std::string& given) const {
  std::error_code error;
  const bool absolute = fs::path(given).is_absolute();
  const std::string path =
      absolute ? fs::path(given).lexically_relative(fs::current_path(error)).string() : given;
  const std::string folder = in_tree(path);
  if (files_.contains(folder)) return {{fs::path(folder).filename().string(), shown(path)}};
  std::map<std::string, std::string> found;
  const std::string below = folder.empty() ? "" : folder + "/";
  for (auto file = files_.lower_bound(below); file != files_.end(); ++file) {
    if (!file->first.starts_with(below)) break;
    const std::string rest = file->first.substr(below.size());
    if (rest.ends_with(".sentrail") && !rest.starts_with('.') &&
        rest.find("/.") == std::string::npos) {
      found.emplace(rest, shown((fs::path(path) / rest).string()));
    }
  }
  return found;
}

const std::string* Revision::object_of(const std::string& file) const {
  const std::string ours = name_ + ":";
  if (!file.starts_with(ours)) return nullptr;
  const auto found = files_.find(in_tree(file.substr(ours.size())));
  return found == files_.end() ? nullptr : &found->second;
}

std::vector<std::string> Revision::beside(const std::string& folder,
                                          std::string_view ending) const {
  const std::string ours = name_ + ":";
  std::vector<std::string> found;
  if (!folder.starts_with(ours)) return found;
  const std::string below = plain(fs::path(in_tree(folder.substr(ours.size()))) / "catalogs") + "/";
  for (auto file = files_.lower_bound(below); file != files_.end(); ++file) {
    if (!file->first.starts_with(below)) break;
    const std::string rest = file->first.substr(below.size());
    if (rest.find('/') != std::string::npos || !rest.ends_with(ending)) continue;
    found.push_back(folder + "/catalogs/" + rest);
  }
  return found;
}

Result<SourceId> Revision::add(const std::string& file, Sources& sources) const {
  const std::string* object = object_of(file);
  if (object == nullptr) return fail(Errc::not_found, "there is no " + file);
  SENTRAIL_ASSIGN_OR_RETURN(GitAnswer blob, git({"cat-file", "blob", *object}));
  if (blob.code != 0) return fail(Errc::io, "git cannot read " + file);
  if (blob.out.size() > limits::kSourceBytesMax) {
    return fail(Errc::limit_exceeded,
                file + " is larger than " + std::to_string(limits::kSourceBytesMax) + " bytes");
  }
  return sources.add(file, std::move(blob.out));
}

LoadFrom Revision::from(LoadOptions options) const {
  const auto self = shared_from_this();
  const LoadFrom disk = from_disk(options);
  const CatalogFrom catalogs{
      [self](const std::string& folder) { return self->beside(folder, ".yaml"); },
      [self](const std::string& folder) { return self->beside(folder, ".lock.json"); },
      [self](const std::string& file, Sources& sources) { return self->add(file, sources); }};
  return {[self, disk](const std::string& file) {
            return self->object_of(file) != nullptr || disk.is_file(file);
          },
          [self, disk](const std::string& file, Sources& sources) {
            return self->object_of(file) != nullptr ? self->add(file, sources)
                                                    : disk.add(file, sources);
          },
          [catalogs](const std::vector<std::string>& folders, Loaded& loaded) {
            return load_catalogs(folders, catalogs, loaded);
          },
          std::move(options)};
}

}  // namespace sentrail::compiler
