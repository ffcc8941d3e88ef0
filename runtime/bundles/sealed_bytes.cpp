// Fills a mapping and takes the right to write away. See sealed_bytes.hpp.
#include "runtime/bundles/sealed_bytes.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace sentrail::bundles {
namespace {

tl::unexpected<Error> system_error(const std::string& what) {
  const Errc code = errno == ENOENT ? Errc::not_found : Errc::io;
  return fail(code, "cannot " + what + ": " + std::strerror(errno));
}

// Closes a file when the scope ends.
class OpenFile {
 public:
  explicit OpenFile(const std::string& path) : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (fd_ >= 0) close(fd_);
  }
  [[nodiscard]] int fd() const noexcept { return fd_; }

 private:
  int fd_;
};

}  // namespace

Result<SealedBytes> SealedBytes::reserve(std::size_t bytes) {
  SealedBytes sealed;
  if (bytes == 0) return sealed;
  void* const at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) return system_error("reserve " + std::to_string(bytes) + " bytes");
  sealed.data_ = static_cast<char*>(at);
  sealed.bytes_ = bytes;
  return sealed;
}

Status SealedBytes::seal() {
  if (bytes_ > 0 && mprotect(data_, bytes_, PROT_READ) != 0) return system_error("seal memory");
  return {};
}

Result<SealedBytes> SealedBytes::read_file(const std::string& path, std::size_t bytes_max) {
  const OpenFile file(path);
  if (file.fd() < 0) return system_error("open " + path);
  struct stat status{};
  if (fstat(file.fd(), &status) != 0) return system_error("look at " + path);
  if (!S_ISREG(status.st_mode)) {
    return fail(Errc::invalid_argument, path + " is not a regular file");
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > bytes_max) {
    return fail(Errc::limit_exceeded, path + " has " + std::to_string(size) + " bytes; at most " +
                                          std::to_string(bytes_max) + " are read");
  }
  SENTRAIL_ASSIGN_OR_RETURN(SealedBytes sealed, reserve(size));
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = read(file.fd(), sealed.data_ + done, size - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("read " + path);
    if (got == 0) return fail(Errc::io, path + " became shorter while it was read");
    done += static_cast<std::size_t>(got);
  }
  SENTRAIL_TRY(sealed.seal());
  return sealed;
}

Result<SealedBytes> SealedBytes::copy_of(std::string_view bytes) {
  SENTRAIL_ASSIGN_OR_RETURN(SealedBytes sealed, reserve(bytes.size()));
  if (!bytes.empty()) std::memcpy(sealed.data_, bytes.data(), bytes.size());
  SENTRAIL_TRY(sealed.seal());
  return sealed;
}

SealedBytes::SealedBytes(SealedBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}

SealedBytes& SealedBytes::operator=(SealedBytes&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

SealedBytes::~SealedBytes() {
  if (data_ != nullptr) munmap(data_, bytes_);
}

}  // namespace sentrail::bundles
