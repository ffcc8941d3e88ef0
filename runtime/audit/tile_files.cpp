// Files of a log over POSIX calls. See tile_files.hpp.
#include "runtime/audit/tile_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "core/limits.hpp"
#include "runtime/store/files.hpp"

namespace sentrail::audit {
namespace {

using store::FileHandle;
using store::io_failure;

constexpr std::string_view kDraft = ".new";
// Past so many files one sync of the whole file system is cheaper than one of each.
constexpr std::size_t kFilesSyncedEach = 16;

std::string folder_of(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

Status sync_file(const std::string& path) {
  const FileHandle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return io_failure("open", path);
  if (::fsync(file.get()) != 0) return io_failure("sync", path);
  return {};
}

Status sync_file_system(const std::string& path) {
  const FileHandle folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0) return io_failure("open", path);
  if (::syncfs(folder.get()) != 0) return io_failure("sync", path);
  return {};
}

}  // namespace

Result<std::string> TileFolder::read(const std::string& path) {
  std::string bytes;
  SENTRAIL_TRY(read_into(path, bytes));
  return bytes;
}

Status TileFolder::read_into(const std::string& path, std::string& bytes) {
  const std::string full = path_ + "/" + path;
  const FileHandle file(::open(full.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0 && (errno == ENOENT || errno == ENOTDIR)) {
    return fail(Errc::not_found, "there is no " + path);
  }
  if (file.get() < 0) return io_failure("open", full);
  struct stat found{};
  if (::fstat(file.get(), &found) != 0) return io_failure("look at", full);
  if (!S_ISREG(found.st_mode)) return fail(Errc::not_found, path + " is no file");
  const auto size = static_cast<std::size_t>(found.st_size);
  if (size > limits::kTileBytesMax) return fail(Errc::corrupt, path + " is too long");
  return store::read_into(file.get(), size, 0, full, bytes);
}

// The kernel reads it meanwhile.
void TileFolder::expect(const std::string& path) {
  const FileHandle file(::open((path_ + "/" + path).c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() >= 0) static_cast<void>(::posix_fadvise(file.get(), 0, 0, POSIX_FADV_WILLNEED));
}

Status TileWriter::make_folders(const std::string& path) {
  if (known_.contains(path)) return {};
  if (path.size() > path_.size()) SENTRAIL_TRY(make_folders(folder_of(path)));
  if (!store::exists(path)) {
    SENTRAIL_TRY(store::make_directory(path));
    folders_.insert(folder_of(path));
  }
  known_.insert(path);
  return {};
}

Status TileWriter::add(const std::string& path, std::string_view bytes) {
  const std::string full = path_ + "/" + path;
  SENTRAIL_TRY(make_folders(folder_of(full)));
  const std::string draft = full + std::string(kDraft);
  const FileHandle file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (file.get() < 0) return io_failure("make", draft);
  SENTRAIL_TRY(store::write_at(file.get(), bytes, 0, draft));
  drafts_.push_back(full);
  folders_.insert(folder_of(full));
  return {};
}

Status TileWriter::commit() {
  if (drafts_.empty()) return {};
  const std::vector<std::string> drafts = std::exchange(drafts_, {});
  const std::set<std::string> folders = std::exchange(folders_, {});
  if (drafts.size() > kFilesSyncedEach) {
    SENTRAIL_TRY(sync_file_system(path_));
  } else {
    for (const std::string& path : drafts) SENTRAIL_TRY(sync_file(path + std::string(kDraft)));
  }
  for (const std::string& path : drafts) {
    const std::string draft = path + std::string(kDraft);
    if (::rename(draft.c_str(), path.c_str()) != 0) return io_failure("rename", draft);
  }
  for (const std::string& folder : folders) SENTRAIL_TRY(store::sync_directory(folder));
  return {};
}

void TileWriter::drop_partials(const TileId& whole) const {
  std::error_code ignored;
  std::filesystem::remove_all(path_ + "/" + tile_path(whole) + ".p", ignored);
}

}  // namespace sentrail::audit
