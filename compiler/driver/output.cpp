// Output of the commands. See output.hpp.
#include "compiler/driver/output.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "core/json_writer.hpp"

namespace sentrail::compiler {
namespace {

void print_json(const DiagnosticSink& sink, const Sources& sources) {
  std::string out = "{\"ok\":";
  out += sink.has_errors() ? "false" : "true";
  out += ",\"errors\":" + std::to_string(sink.error_count());
  out += ",\"warnings\":" + std::to_string(sink.warning_count());
  out += ",\"dropped\":" + std::to_string(sink.dropped_count());
  out += ",\"diagnostics\":[";
  bool first = true;
  for (const Diagnostic& diagnostic : sink.sorted()) {
    if (!first) out += ',';
    out += render_json(diagnostic, sources);
    first = false;
  }
  out += "]}\n";
  std::fputs(out.c_str(), stdout);
}

std::string counted(std::size_t count, const char* noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

bool wants_colour(int fd) {
  return isatty(fd) == 1 && std::getenv("NO_COLOR") == nullptr;
}

}  // namespace

bool colour_on_errors() {
  return wants_colour(STDERR_FILENO);
}
bool colour_on_output() {
  return wants_colour(STDOUT_FILENO);
}

int report(const DiagnosticSink& sink, const Sources& sources, const OutputOptions& options) {
  const bool found = sink.error_count() + sink.warning_count() > 0;
  if (options.json) {
    print_json(sink, sources);
    return found ? kFindings : kFine;
  }
  const bool colour = colour_on_errors();
  for (const Diagnostic& diagnostic : sink.sorted()) {
    std::fputs(render_text(diagnostic, sources, colour).c_str(), stderr);
  }
  if (found) {
    std::fprintf(stderr, "%s, %s%s\n", counted(sink.error_count(), "error").c_str(),
                 counted(sink.warning_count(), "warning").c_str(),
                 sink.dropped_count() > 0
                     ? (", of which " + std::to_string(sink.dropped_count()) + " not shown").c_str()
                     : "");
  }
  return found ? kFindings : kFine;
}

int report(const Error& error, const OutputOptions& options) {
  if (options.json) {
    std::string out;
    JsonWriter(&out)
        .begin_object()
        .key("ok")
        .boolean(false)
        .key("error")
        .string(error.message)
        .key("code")
        .string(name_of(error.code))
        .end_object();
    std::printf("%s\n", out.c_str());
  } else {
    std::fprintf(stderr, "sentrailc: %s\n", error.message.c_str());
  }
  return kCouldNot;
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
  std::filesystem::rename(beside, path, error);
  if (error) return fail(Errc::io, "cannot write " + path + ": " + error.message());
  return {};
}

}  // namespace sentrail::compiler
