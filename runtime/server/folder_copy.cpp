// Copying, file by file. See folder_copy.hpp.
#include "runtime/server/folder_copy.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "core/limits.hpp"
#include "core/read_file.hpp"
#include "runtime/store/files.hpp"

namespace sentrail::server {
namespace {

namespace fs = std::filesystem;
using store::FileHandle;
using store::io_failure;

// All the bytes of one open file into another.
Status copy_bytes(int in, const std::string& from, int out, const std::string& to) {
  std::array<char, 1u << 16> buffer{};
  for (std::size_t at = 0;;) {
    const ssize_t got = ::read(in, buffer.data(), buffer.size());
    if (got < 0) return io_failure("read", from);
    if (got == 0) break;
    SENTRAIL_TRY(store::write_at(out, {buffer.data(), static_cast<std::size_t>(got)}, at, to));
    at += static_cast<std::size_t>(got);
  }
  return {};
}

Result<FileHandle> open_file(const std::string& from) {
  FileHandle in(::open(from.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (in.get() < 0) return io_failure("open", from);
  return in;
}

// Of a folder that is a draft as a whole.
Status copy_into(const std::string& from, const std::string& to) {
  SENTRAIL_ASSIGN_OR_RETURN(const FileHandle in, open_file(from));
  const FileHandle out(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (out.get() < 0) return io_failure("make", to);
  SENTRAIL_TRY(copy_bytes(in.get(), from, out.get(), to));
  if (::fsync(out.get()) != 0) return io_failure("sync", to);
  return {};
}

Status copy_file(const std::string& from, const std::string& to) {
  SENTRAIL_ASSIGN_OR_RETURN(const FileHandle in, open_file(from));
  SENTRAIL_TRY(store::make_whole(to, 0600, [&](int out, const std::string& draft) {
    return copy_bytes(in.get(), from, out, draft);
  }));
  return {};
}

Status fail_with(const std::string& what, const std::error_code& error) {
  return fail(Errc::io, "cannot " + what + ": " + error.message());
}

using LeavesOut = bool (*)(const std::string& folder);

bool is_left_out(LeavesOut leaves_out, const fs::path& path) {
  std::error_code none;
  return leaves_out != nullptr && fs::is_directory(path, none) && leaves_out(path.string());
}

// One entry of a folder, to its place in the copy.
Status copy_entry(const fs::directory_entry& entry, const fs::path& to) {
  std::error_code error;
  const fs::file_status found = entry.symlink_status(error);
  if (error) return fail_with("look at " + entry.path().string(), error);
  if (fs::is_directory(found)) return store::make_directory(to.string());
  if (fs::is_regular_file(found)) return copy_into(entry.path().string(), to.string());
  return {};
}

Status copy_folder(const std::string& from, const std::string& to, LeavesOut leaves_out) {
  SENTRAIL_TRY(store::make_directory(to));
  std::error_code error;
  fs::recursive_directory_iterator walk(from, error);
  for (; !error && walk != fs::recursive_directory_iterator(); walk.increment(error)) {
    if (is_left_out(leaves_out, walk->path())) {
      walk.disable_recursion_pending();
      continue;
    }
    SENTRAIL_TRY(copy_entry(*walk, to / walk->path().lexically_relative(from)));
  }
  if (error) return fail_with("read the folder " + from, error);
  for (fs::recursive_directory_iterator made(to, error); made != fs::recursive_directory_iterator();
       made.increment(error)) {
    if (made->is_directory(error)) SENTRAIL_TRY(store::sync_directory(made->path().string()));
  }
  return store::sync_directory(to);
}

}  // namespace

Status copy_durably(const std::string& from, const std::string& to, LeavesOut leaves_out) {
  if (store::exists(to)) return fail(Errc::already_exists, to + " exists already");
  std::error_code error;
  if (is_left_out(leaves_out, from)) return {};
  if (!fs::is_directory(from, error)) return copy_file(from, to);
  const std::string draft = to + ".new";
  fs::remove_all(draft, error);
  if (error) return fail_with("remove " + draft, error);
  Status made = copy_folder(from, draft, leaves_out);
  if (made && ::rename(draft.c_str(), to.c_str()) != 0) made = io_failure("rename", draft);
  if (!made) {
    fs::remove_all(draft, error);
    return made;
  }
  return store::sync_directory(store::folder_of(to));
}

Result<std::string> read_small_file(const std::string& path) {
  return read_file(path, limits::kConfigBytesMax);
}

}  // namespace sentrail::server
