// Reading with the C library. See read_file.hpp.
#include "core/read_file.hpp"

#include <array>
#include <cerrno>
#include <memory>
#include <system_error>

namespace sentrail {
namespace {

tl::unexpected<Error> cannot_read(const std::string& name) {
  const int why = errno;
  return fail(why == ENOENT ? Errc::not_found : Errc::io,
              "cannot read " + name + ": " + std::generic_category().message(why));
}

}  // namespace

Result<std::string> read_rest(std::FILE* file, const std::string& name, std::size_t bytes_max) {
  std::string bytes;
  std::array<char, 16'384> part{};
  while (const std::size_t size = std::fread(part.data(), 1, part.size(), file)) {
    bytes.append(part.data(), size);
    if (bytes.size() > bytes_max) {
      return fail(Errc::limit_exceeded,
                  name + " has more than " + std::to_string(bytes_max) + " bytes");
    }
  }
  if (std::ferror(file) != 0) return cannot_read(name);
  return bytes;
}

Result<std::string> read_file(const std::string& path, std::size_t bytes_max) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"),
                                                             &std::fclose);
  if (!file) return cannot_read(path);
  return read_rest(file.get(), path, bytes_max);
}

}  // namespace sentrail
