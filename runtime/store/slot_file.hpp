// A small value that is kept outside the database: in a file of two slots, written in place.
//
// Neighbours: gateway/local_stops.hpp keeps stops in one, export/ its cursors; slot_note.hpp is for
// notes of one length that are synced when there is time. Must not know: what the value means. The
// space is there from the first day on, so that a full disk takes the next value, too; the slot
// that holds the newest value is never written over, so that a torn write costs at most the write
// that was under way. source: docs/store_format.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "runtime/store/files.hpp"

namespace sentrail::store {

// FNV-1a: finds torn writes and flipped bits; it is no defence against a person with an editor.
[[nodiscard]] std::uint64_t checksum_of(std::string_view bytes) noexcept;

// An open slot file. threads: one at a time.
class SlotFile {
 public:
  // Opens the file, or makes it with an empty value; both slots have `slot_bytes`, head included.
  // fails: corrupt if neither slot is whole; permission_denied if others may write it; io.
  [[nodiscard]] static Result<SlotFile> open(const std::string& path, std::size_t slot_bytes);

  // The newest value.
  [[nodiscard]] const std::string& value() const noexcept { return value_; }
  // The most that a value may have.
  [[nodiscard]] std::size_t value_bytes_max() const noexcept;

  // Writes a value; it is on disk when this returns. After a failure the value before is in force.
  // fails: limit_exceeded; io.
  [[nodiscard]] Status replace(std::string_view value);

 private:
  SlotFile(FileHandle file, std::string path, std::size_t slot_bytes)
      : file_(std::move(file)), path_(std::move(path)), slot_bytes_(slot_bytes) {}

  [[nodiscard]] Status read_slots();

  FileHandle file_;
  std::string path_;
  std::size_t slot_bytes_;
  std::string value_;
  std::uint64_t generation_ = 0;
  std::size_t slot_ = 0;  // where the next value goes
};

}  // namespace sentrail::store
