// The few file operations that the store does itself, with errors that name the file.
//
// Neighbours: floor.cpp, open_store.cpp. Must not know: what is in the files.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace sentrail::store {

// Closes a file descriptor when it goes. Holds -1 for none.
class FileHandle {
 public:
  explicit FileHandle(int file = -1) noexcept : file_(file) {}
  FileHandle(FileHandle&& other) noexcept : file_(other.release()) {}
  FileHandle& operator=(FileHandle&& other) noexcept;
  ~FileHandle();

  // The descriptor; and the same, no longer closed here.
  [[nodiscard]] int get() const noexcept { return file_; }
  [[nodiscard]] int release() noexcept;

 private:
  int file_;
};

// Builds an io error from errno: `cannot <what> <path>: <reason>`.
[[nodiscard]] tl::unexpected<Error> io_failure(std::string_view what, const std::string& path);

// Writes or reads all the bytes at an offset, whatever the system call leaves over.
// fails: io; reading past the end is corrupt.
[[nodiscard]] Status write_at(int file, std::string_view bytes, std::size_t offset,
                              const std::string& path);
[[nodiscard]] Result<std::string> read_at(int file, std::size_t size, std::size_t offset,
                                          const std::string& path);

// The same into a text whose memory may serve: for who reads many files, one after the other.
[[nodiscard]] Status read_into(int file, std::size_t size, std::size_t offset,
                               const std::string& path, std::string& bytes);

// Puts a file in its place whole or not at all. It is written as a draft beside that place, `path`
// and `.new`, which nobody reads; a draft that an earlier process left is replaced. Once its bytes
// are on disk it gets its name, which is on disk then too. `fill` writes the draft, and has its
// descriptor and name. out: the file, still open. Where it fails before the file has its name, the
// draft is removed and what stood there stands. fails: io; as `fill`.
using Fill = std::function<Status(int file, const std::string& draft)>;
[[nodiscard]] Result<FileHandle> make_whole(const std::string& path, mode_t mode, const Fill& fill);
[[nodiscard]] Result<FileHandle> make_whole(const std::string& path, mode_t mode,
                                            std::string_view bytes);

// What stands beside the bytes of an open file or folder.
struct FileFacts {
  std::size_t bytes = 0;
  bool is_private = false;  // the user's who runs this, and nobody else may read or write it
};
[[nodiscard]] Result<FileFacts> look_at(int file, const std::string& path);

// The folder that a path's last name is in, `.` for a name alone.
[[nodiscard]] std::string folder_of(std::string path);

// Makes the names in a directory durable.
[[nodiscard]] Status sync_directory(const std::string& path);

// Whether something has that name.
[[nodiscard]] bool exists(const std::string& path) noexcept;

// Makes a directory, mode 0700, if it is not there. fails: io.
[[nodiscard]] Status make_directory(const std::string& path);

// Takes the lock that keeps a second process out, held as long as the handle lives and not
// inherited by children that exec. Who holds it can be asked with fcntl(F_GETLK).
// fails: unavailable, naming the process that holds it; io.
[[nodiscard]] Result<FileHandle> lock_file(const std::string& path);

}  // namespace sentrail::store
