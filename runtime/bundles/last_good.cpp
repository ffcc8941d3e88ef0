// Write, sync, rename, sync the directory. See last_good.hpp.
#include "runtime/bundles/last_good.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace sentrail::bundles {
namespace {

constexpr const char* kFileName = "/last_good.bundle";

tl::unexpected<Error> system_error(const std::string& what) {
  return fail(Errc::io, "cannot " + what + ": " + std::strerror(errno));
}

Status write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_error("write " + path);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (fsync(fd) != 0) return system_error("sync " + path);
  return {};
}

Status write_file(const std::string& path, std::string_view bytes) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return system_error("create " + path);
  Status status = write_all(fd, bytes, path);
  if (close(fd) != 0 && status) status = system_error("close " + path);
  return status;
}

Status sync_directory(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return system_error("open " + path);
  Status status;
  if (fsync(fd) != 0) status = system_error("sync " + path);
  close(fd);
  return status;
}

}  // namespace

Status keep_last_good(const std::string& directory, const LoadedBundle& bundle) {
  const std::string path = directory + kFileName;
  const std::string fresh = path + ".new";
  if (Status written = write_file(fresh, bundle.bytes()); !written) {
    unlink(fresh.c_str());
    return written;
  }
  if (std::rename(fresh.c_str(), path.c_str()) != 0) return system_error("rename " + fresh);
  return sync_directory(directory);
}

Result<std::shared_ptr<const LoadedBundle>> load_last_good(const std::string& directory,
                                                           const LoadOptions& options) {
  return LoadedBundle::from_file(directory + kFileName, options);
}

Result<std::shared_ptr<const LoadedBundle>> install(const std::string& path,
                                                    const LoadOptions& options,
                                                    const std::string& directory,
                                                    ActiveBundle& active) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::shared_ptr<const LoadedBundle> bundle,
                            LoadedBundle::from_file(path, options));
  SENTRAIL_TRY(keep_last_good(directory, *bundle));
  active.replace(bundle);
  return bundle;
}

}  // namespace sentrail::bundles
