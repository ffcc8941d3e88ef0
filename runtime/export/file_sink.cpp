// Appending whole lines. See file_sink.hpp.
#include "runtime/export/file_sink.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

namespace sentrail::exporting {
namespace {

using store::io_failure;

// The bytes of a file up to the end of its last whole line.
Result<std::uint64_t> whole_lines(int file, std::uint64_t size, const std::string& path) {
  constexpr std::uint64_t kStep = 64u << 10;
  while (size > 0) {
    const std::uint64_t from = size > kStep ? size - kStep : 0;
    SENTRAIL_ASSIGN_OR_RETURN(const std::string bytes,
                              store::read_at(file, size - from, from, path));
    const std::size_t end = bytes.rfind('\n');
    if (end != std::string::npos) return from + end + 1;
    size = from;
  }
  return size;
}

}  // namespace

Status FileSink::open() {
  file_ = store::FileHandle(
      ::open(options_.path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (file_.get() < 0) return io_failure("open", options_.path);
  struct stat found{};
  if (::fstat(file_.get(), &found) != 0) return io_failure("look at", options_.path);
  SENTRAIL_ASSIGN_OR_RETURN(
      size_, whole_lines(file_.get(), static_cast<std::uint64_t>(found.st_size), options_.path));
  if (::ftruncate(file_.get(), static_cast<off_t>(size_)) != 0) {
    return io_failure("cut", options_.path);
  }
  const auto parent = std::filesystem::path(options_.path).parent_path();
  return store::sync_directory(parent.empty() ? "." : parent.string());
}

// The oldest goes, each other one gets the next number.
Status FileSink::rotate() {
  file_ = store::FileHandle();
  const auto name = [this](std::uint32_t number) {
    return number == 0 ? options_.path : options_.path + "." + std::to_string(number);
  };
  for (std::uint32_t number = options_.kept_max; number > 0; --number) {
    if (std::rename(name(number - 1).c_str(), name(number).c_str()) != 0 && errno != ENOENT) {
      return io_failure("rename", name(number - 1));
    }
  }
  if (options_.kept_max == 0 && ::unlink(options_.path.c_str()) != 0 && errno != ENOENT) {
    return io_failure("remove", options_.path);
  }
  return open();
}

Status FileSink::deliver(std::span<const store::AuditRow> rows) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::string lines,
                            format_lines(options_.format, options_.origin, rows));
  // Also after a failure: nobody knows how much of it is there.
  if (file_.get() < 0) SENTRAIL_TRY(open());
  const bool full =
      options_.bytes_max > 0 && size_ > 0 && size_ + lines.size() > options_.bytes_max;
  if (full) SENTRAIL_TRY(rotate());
  Status written = store::write_at(file_.get(), lines, size_, options_.path);
  if (written && ::fdatasync(file_.get()) != 0) written = io_failure("sync", options_.path);
  if (!written) {
    // What is there of it goes, so that a reader sees no half and few doubles.
    static_cast<void>(::ftruncate(file_.get(), static_cast<off_t>(size_)) != 0);
    file_ = store::FileHandle();
    return written;
  }
  size_ += lines.size();
  return {};
}

}  // namespace sentrail::exporting
