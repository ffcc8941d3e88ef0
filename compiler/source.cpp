// Loading of policy text and the arithmetic of places in it.
//
// Neighbours: source.hpp; code_points.hpp counts columns. Must not know: the language, diagnostics.
// Any bytes are accepted here: syntax/source_gate judges them, with places.
#include "compiler/source.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "compiler/code_points.hpp"
#include "core/limits.hpp"

namespace sentrail::compiler {
namespace {

// A file that claims to be larger is read as far as it may go.
constexpr std::uintmax_t kReservedMax = limits::kSourceBytesMax;

struct CloseFile {
  void operator()(std::FILE* file) const noexcept { static_cast<void>(std::fclose(file)); }
};

}  // namespace

Source::Source(std::string name, std::string text)
    : name_(std::move(name)), text_(std::move(text)), line_begins_{0} {
  SENTRAIL_CHECK(text_.size() < std::numeric_limits<std::uint32_t>::max());
  for (std::size_t i = text_.find('\n'); i != std::string::npos; i = text_.find('\n', i + 1)) {
    line_begins_.push_back(static_cast<std::uint32_t>(i + 1));
  }
}

LineColumn Source::locate(std::uint32_t offset) const noexcept {
  offset = std::min(offset, static_cast<std::uint32_t>(text_.size()));
  const auto next = std::upper_bound(line_begins_.begin(), line_begins_.end(), offset);
  LineColumn place;
  place.line = static_cast<std::uint32_t>(next - line_begins_.begin());
  for (std::uint32_t i = *std::prev(next); i < offset; ++place.column) {
    const bool ascii = static_cast<unsigned char>(text_[i]) < 0x80;
    i += ascii ? 1 : decode_utf8(text_, i).length;
  }
  return place;
}

std::string_view Source::line_at(std::uint32_t offset) const noexcept {
  offset = std::min(offset, static_cast<std::uint32_t>(text_.size()));
  const auto next = std::upper_bound(line_begins_.begin(), line_begins_.end(), offset);
  const std::uint32_t begin = *std::prev(next);
  // Without the newline that the next line stands behind.
  std::string_view line =
      text().substr(begin, next == line_begins_.end() ? std::string_view::npos : *next - 1 - begin);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

SourceId Sources::add(std::string name, std::string text) {
  sources_.emplace_back(std::move(name), std::move(text));
  return SourceId{static_cast<std::uint32_t>(sources_.size() - 1)};
}

Result<SourceId> Sources::add_file(const std::string& path) {
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rb"));
  if (!file) return fail(Errc::io, "cannot open `" + path + "`: " + std::strerror(errno));
  std::string text;
  std::error_code unsized;
  const std::uintmax_t size = std::filesystem::file_size(path, unsized);
  if (!unsized) text.reserve(static_cast<std::size_t>(std::min(size, kReservedMax)));
  std::vector<char> chunk(64u << 10);
  for (;;) {
    const std::size_t got = std::fread(chunk.data(), 1, chunk.size(), file.get());
    text.append(chunk.data(), got);
    if (text.size() > limits::kSourceBytesMax) {
      return fail(Errc::limit_exceeded, "`" + path + "` is larger than " +
                                            std::to_string(limits::kSourceBytesMax >> 20) +
                                            " MiB: split it");
    }
    if (got < chunk.size()) break;
  }
  if (std::ferror(file.get()) != 0) {
    return fail(Errc::io, "cannot read `" + path + "`: " + std::strerror(errno));
  }
  return add(path, std::move(text));
}

}  // namespace sentrail::compiler
