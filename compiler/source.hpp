// Policy text with its name, and the places in it.
//
// Neighbours: syntax/parser reads it, diag/ renders it. Must not know: the language. Sources are
// loaded once and never change; every Span and every string_view in an Ast points into one.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.hpp"
#include "core/result.hpp"

namespace sentrail::compiler {

using SourceId = Id<struct SourceTag>;

// Bytes [begin, end) of one source.
struct Span {
  SourceId source;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  friend bool operator==(const Span&, const Span&) = default;
};

// A place as people count: from 1; columns in code points.
struct LineColumn {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

// One file: its display name, its text and where its lines begin.
class Source {
 public:
  Source(std::string name, std::string text);

  [[nodiscard]] std::string_view name() const noexcept { return name_; }
  [[nodiscard]] std::string_view text() const noexcept { return text_; }
  // The text of a span of this source.
  [[nodiscard]] std::string_view slice(Span span) const noexcept {
    return text().substr(span.begin, span.end - span.begin);
  }
  // cost: logarithmic in the lines, linear in the line.
  [[nodiscard]] LineColumn locate(std::uint32_t offset) const noexcept;
  // The line that holds `offset`, without its newline.
  [[nodiscard]] std::string_view line_at(std::uint32_t offset) const noexcept;

 private:
  std::string name_;
  std::string text_;
  std::vector<std::uint32_t> line_begins_;
};

// The sources of one run. Addresses are stable.
class Sources {
 public:
  // Takes a text under a display name.
  SourceId add(std::string name, std::string text);
  // Reads a file. fails: io, limit_exceeded (kSourceBytesMax).
  Result<SourceId> add_file(const std::string& path);
  [[nodiscard]] const Source& operator[](SourceId id) const { return sources_.at(id.value); }
  [[nodiscard]] std::string_view slice(Span span) const { return (*this)[span.source].slice(span); }
  [[nodiscard]] std::size_t size() const noexcept { return sources_.size(); }

 private:
  std::deque<Source> sources_;
};

}  // namespace sentrail::compiler
