// Writing beside the name and renaming into place. See private_file.hpp.
#include "interceptor/cli/private_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace sentrail::cli {
namespace {

bool write_file(const std::string& path, std::string_view bytes) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  bool whole = fchmod(fd, 0600) == 0;  // one that a crash left behind may be readable by others
  while (whole && !bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    whole = written > 0;
    if (whole) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return close(fd) == 0 && whole;
}

}  // namespace

Status write_private_file(const std::string& path, std::string_view bytes) {
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
  const std::string fresh = path + ".new";
  if (!write_file(fresh, bytes) || std::rename(fresh.c_str(), path.c_str()) != 0) {
    return fail(Errc::io, "cannot write " + path + ": " + std::strerror(errno));
  }
  return {};
}

}  // namespace sentrail::cli
