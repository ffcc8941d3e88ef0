// Output of the commands. See output.hpp.
#include "compiler/driver/output.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "compiler/driver/descriptor.hpp"
#include "compiler/driver/reporter.hpp"
#include "core/json_writer.hpp"

namespace sentrail::compiler {
namespace {

bool wants_colour(int fd) {
  return isatty(fd) == 1 && std::getenv("NO_COLOR") == nullptr;
}

}  // namespace

std::optional<Format> format_named(std::string_view name) {
  const auto found = std::find(kFormatNames.begin(), kFormatNames.end(), name);
  if (found == kFormatNames.end()) return std::nullopt;
  return static_cast<Format>(found - kFormatNames.begin());
}

bool colour_on_errors() {
  return wants_colour(STDERR_FILENO);
}
bool colour_on_output() {
  return wants_colour(STDOUT_FILENO);
}

int report(const DiagnosticSink& sink, const Sources& sources, const OutputOptions& options) {
  Reporter reporter(options);
  reporter.findings(sink, sources);
  return reporter.finish();
}

int report(const Error& error, const OutputOptions& options) {
  Reporter reporter(options);
  reporter.failure(error);
  return reporter.finish();
}

int answer(std::string_view title, std::string_view text, const OutputOptions& options) {
  Reporter reporter(options);
  reporter.answer(title, text);
  return reporter.finish();
}

void print_made(std::string_view key, std::string_view text) {
  std::string out;
  JsonWriter(&out).begin_object().key("ok").boolean(true).key(key).string(text).end_object();
  std::printf("%s\n", out.c_str());
}

Result<std::string> read_bytes(const std::string& path, std::size_t bytes_max) {
  std::ifstream file;
  if (path != "-") {
    file.open(path, std::ios::binary);
    if (!file) return fail(Errc::io, "cannot read " + path + ": " + std::strerror(errno));
  }
  std::istream& in = path == "-" ? std::cin : file;
  std::string bytes;
  std::array<char, 65536> buffer{};
  while (in.read(buffer.data(), buffer.size()) || in.gcount() > 0) {
    bytes.append(buffer.data(), static_cast<std::size_t>(in.gcount()));
    if (bytes.size() > bytes_max) {
      return fail(Errc::limit_exceeded,
                  path + " is larger than " + std::to_string(bytes_max) + " bytes");
    }
  }
  if (in.bad()) return fail(Errc::io, "cannot read " + path);
  return bytes;
}

Status write_bytes(const std::string& path, std::string_view bytes) {
  const std::string beside = path + ".new";
  {
    std::ofstream file(beside, std::ios::binary | std::ios::trunc);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.close();
    if (!file) return fail(Errc::io, "cannot write " + beside + ": " + std::strerror(errno));
  }
  std::error_code error;
  // Who may read and run the file stays as it was.
  const auto old = std::filesystem::status(path, error);
  if (std::filesystem::exists(old)) std::filesystem::permissions(beside, old.permissions(), error);
  std::filesystem::rename(beside, path, error);
  if (error) return fail(Errc::io, "cannot write " + path + ": " + error.message());
  return {};
}

Status make_file(const std::string& path, std::string_view bytes, Readers readers) {
  const Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                             readers == Readers::owner ? 0600 : 0644));
  if (file.get() < 0 && errno == EEXIST) {
    return fail(Errc::already_exists, path + " is there already and is left as it is");
  }
  if (file.get() < 0) {
    return fail(Errc::io, "cannot make " + path + ": " + std::strerror(errno));
  }
  while (!bytes.empty()) {
    const ssize_t wrote = write(file.get(), bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) {
      const int error = errno;
      unlink(path.c_str());
      return fail(Errc::io, "cannot write " + path + ": " + std::strerror(error));
    }
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return {};
}

}  // namespace sentrail::compiler
