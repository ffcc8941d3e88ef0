// Entries in a file, a line each, that is put aside when it is full.
//
// Neighbours: exporter.hpp delivers, format.hpp writes. Must not know: cursors. A file holds whole
// lines only: what a crash left of one is cut off before the next is written.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "runtime/export/format.hpp"
#include "runtime/export/sink.hpp"
#include "runtime/store/files.hpp"

namespace sentrail::exporting {

// Where, how large, how many.
struct FileSinkOptions {
  Format format = Format::json_lines;
  std::string origin;
  std::string path;             // the file that is written; `path.1` is the one before, and so on
  std::uint64_t bytes_max = 0;  // a longer one is put aside; 0: never
  std::uint32_t kept_max = 0;   // files that are put aside and kept; older ones are removed
};

// See sink.hpp.
class FileSink final : public Sink {
 public:
  explicit FileSink(FileSinkOptions options) : options_(std::move(options)) {}

  [[nodiscard]] Status deliver(std::span<const store::AuditRow> rows) override;

 private:
  [[nodiscard]] Status open();
  [[nodiscard]] Status rotate();

  const FileSinkOptions options_;
  store::FileHandle file_;
  std::uint64_t size_ = 0;
};

}  // namespace sentrail::exporting
