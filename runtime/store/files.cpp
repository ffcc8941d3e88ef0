// File operations over POSIX calls.
//
// Neighbours: files.hpp. Must not know: what is in the files.
#include "runtime/store/files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace sentrail::store {

FileHandle& FileHandle::operator=(FileHandle&& other) noexcept {
  if (this != &other) {
    if (file_ >= 0) ::close(file_);
    file_ = other.release();
  }
  return *this;
}

FileHandle::~FileHandle() {
  if (file_ >= 0) ::close(file_);
}

int FileHandle::release() noexcept {
  return std::exchange(file_, -1);
}

tl::unexpected<Error> io_failure(std::string_view what, const std::string& path) {
  const int error = errno;
  return fail(Errc::io, "cannot " + std::string(what) + " " + path + ": " + std::strerror(error));
}

Status write_at(int file, std::string_view bytes, std::size_t offset, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return io_failure("write", path);
    bytes.remove_prefix(static_cast<std::size_t>(written));
    offset += static_cast<std::size_t>(written);
  }
  return {};
}

Status read_into(int file, std::size_t size, std::size_t offset, const std::string& path,
                 std::string& bytes) {
  bytes.resize(size);
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got =
        ::pread(file, bytes.data() + done, size - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return io_failure("read", path);
    if (got == 0) return fail(Errc::corrupt, path + " is shorter than it should be");
    done += static_cast<std::size_t>(got);
  }
  return {};
}

Result<std::string> read_at(int file, std::size_t size, std::size_t offset,
                            const std::string& path) {
  std::string bytes;
  SENTRAIL_TRY(read_into(file, size, offset, path, bytes));
  return bytes;
}

Result<FileHandle> make_whole(const std::string& path, mode_t mode, const Fill& fill) {
  const std::string draft = path + ".new";
  FileHandle file(::open(draft.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode));
  if (file.get() < 0) return io_failure("make", draft);
  Status made = fill(file.get(), draft);
  if (made && ::fsync(file.get()) != 0) made = io_failure("sync", draft);
  if (made && ::rename(draft.c_str(), path.c_str()) != 0) made = io_failure("rename", draft);
  if (!made) {
    ::unlink(draft.c_str());
    return tl::make_unexpected(std::move(made).error());
  }
  SENTRAIL_TRY(sync_directory(folder_of(path)));
  return file;
}

Result<FileHandle> make_whole(const std::string& path, mode_t mode, std::string_view bytes) {
  return make_whole(path, mode, [bytes](int file, const std::string& draft) {
    return write_at(file, bytes, 0, draft);
  });
}

Result<FileFacts> look_at(int file, const std::string& path) {
  constexpr mode_t kOthers = 0077;
  struct stat found{};
  if (::fstat(file, &found) != 0) return io_failure("look at", path);
  return FileFacts{static_cast<std::size_t>(found.st_size),
                   found.st_uid == ::geteuid() && (found.st_mode & kOthers) == 0};
}

std::string folder_of(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Status sync_directory(const std::string& path) {
  const FileHandle directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0) return io_failure("open", path);
  if (::fsync(directory.get()) != 0) return io_failure("sync", path);
  return {};
}

bool exists(const std::string& path) noexcept {
  return ::access(path.c_str(), F_OK) == 0;
}

Status make_directory(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0) return {};
  struct stat info{};
  if (errno == EEXIST && ::stat(path.c_str(), &info) == 0) {
    if (S_ISDIR(info.st_mode)) return {};
    return fail(Errc::io, path + " is not a directory");
  }
  return io_failure("make the directory", path);
}

Result<FileHandle> lock_file(const std::string& path) {
  FileHandle file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (file.get() < 0) return io_failure("open", path);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return io_failure("lock", path);
    char holder[16] = {};
    const ssize_t got = ::pread(file.get(), holder, sizeof(holder) - 1, 0);
    const std::string who = got > 0 ? " (process " + std::string(holder) + ")" : std::string();
    return fail(Errc::unavailable, "the store is in use by another sentraild" + who +
                                       ": stop it, or use another data directory; lock file " +
                                       path);
  }
  // Beside the lock that keeps others out, one that tells whoever asks which process it is: a
  // number in a file outlives a process that is killed.
  struct flock held{};
  held.l_type = F_WRLCK;
  held.l_whence = SEEK_SET;
  if (::fcntl(file.get(), F_SETLK, &held) != 0) return io_failure("lock", path);
  const std::string process = std::to_string(::getpid());
  if (::ftruncate(file.get(), 0) != 0) return io_failure("write", path);
  SENTRAIL_TRY(write_at(file.get(), process, 0, path));
  return file;
}

}  // namespace sentrail::store
