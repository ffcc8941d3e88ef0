// `git rev-parse`, `git ls-tree`, `git show`. See revision.hpp.
#include "compiler/driver/revision.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "compiler/driver/output.hpp"
#include "core/limits.hpp"

extern char** environ;

namespace sentrail::compiler {
namespace {

namespace fs = std::filesystem;

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
Result<GitAnswer> git(std::vector<std::string> arguments) {
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
  answer.out = read_all(ends[0], limits::kSourceBytesMax);
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  answer.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  return answer;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\0', at), text.size());
    if (end > at) lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

// The names below a folder of a revision, the folder's path in front; none if it is not there.
Result<std::vector<std::string>> names_in(const std::string& commit, const std::string& folder) {
  const std::string where = folder.empty() ? "./" : folder + "/";
  SENTRAIL_ASSIGN_OR_RETURN(const GitAnswer listed,
                            git({"ls-tree", "-z", "--name-only", commit, "--", where}));
  if (listed.code != 0) return std::vector<std::string>{};
  return lines_of(listed.out);
}

Status bring(const std::string& commit, const std::string& path, const fs::path& to) {
  SENTRAIL_ASSIGN_OR_RETURN(const GitAnswer shown, git({"show", commit + ":./" + path}));
  if (shown.code != 0) return fail(Errc::not_found, "there is no " + path + " in " + commit);
  std::error_code error;
  fs::create_directories(to.parent_path(), error);
  return write_bytes(to.string(), shown.out);
}

Status bring_all(const std::string& commit, const std::string& folder, const char* ending,
                 const fs::path& to, std::size_t& count) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<std::string> names, names_in(commit, folder));
  for (const std::string& name : names) {
    if (fs::path(name).extension() != ending) continue;
    SENTRAIL_TRY(bring(commit, name, to / fs::path(name).filename()));
    ++count;
  }
  return {};
}

}  // namespace

Result<TemporaryFolder> TemporaryFolder::make() {
  std::string name = (fs::temp_directory_path() / "sentrailc-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    return fail(Errc::io, "cannot make a folder " + name + ": " + std::strerror(errno));
  }
  return TemporaryFolder(std::move(name));
}

TemporaryFolder::TemporaryFolder(TemporaryFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

TemporaryFolder::~TemporaryFolder() {
  std::error_code error;
  if (!path_.empty()) fs::remove_all(path_, error);
}

Result<std::string> export_revision(const std::string& revision, const std::string& path,
                                    const TemporaryFolder& into) {
  // `--end-of-options` keeps a revision from being read as an option.
  SENTRAIL_ASSIGN_OR_RETURN(
      const GitAnswer named,
      git({"rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"}));
  if (named.code != 0) {
    return fail(Errc::not_found, "there is no git revision " + revision +
                                     " here; `git log --oneline` lists those that there are");
  }
  const std::string commit = named.out.substr(0, named.out.find('\n'));
  std::string plain = fs::path(path).lexically_normal().generic_string();
  while (!plain.empty() && plain.back() == '/') plain.pop_back();
  if (plain == ".") plain.clear();
  const fs::path root = into.path();
  std::size_t count = 0;
  std::string result = root.string();
  std::string folder = plain;
  if (fs::path(plain).extension() == ".sentrail") {
    folder = fs::path(plain).parent_path().generic_string();
    result = (root / fs::path(plain).filename()).string();
    if (const Status status = bring(commit, plain, result); !status) {
      return fail(Errc::not_found, "there is no " + plain + " in revision " + revision);
    }
    ++count;
  }
  // What stands beside it may be imported.
  SENTRAIL_TRY(bring_all(commit, folder, ".sentrail", root, count));
  if (count == 0) {
    return fail(Errc::not_found, "there is no .sentrail file in " +
                                     (plain.empty() ? std::string("this folder") : plain) +
                                     " in revision " + revision);
  }
  const std::string catalogs = folder.empty() ? "catalogs" : folder + "/catalogs";
  SENTRAIL_TRY(bring_all(commit, catalogs, ".yaml", root / "catalogs", count));
  return result;
}

}  // namespace sentrail::compiler
