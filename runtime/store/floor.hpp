// The store's memory of its own size, in a small file beside the database: what was once promised
// must be there at the next start.
//
// Neighbours: kv_store.cpp notes every batch in it, open_store.cpp compares at start. Must not
// know: the database, what an entry is. slot_note.hpp is how the note stays whole.
// source: docs/store_format.md.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "core/result.hpp"
#include "runtime/store/slot_note.hpp"
#include "runtime/store/store.hpp"

namespace sentrail::store {

// What has been promised: this many entries with this chain, in this many batches.
struct FloorMark {
  AuditHead head;
  std::uint64_t batches = 0;

  friend bool operator==(const FloorMark&, const FloorMark&) = default;
};

// An open floor file. threads: one at a time.
class Floor {
 public:
  // Makes the file with both slots, durable together with its name. fails: already_exists, io.
  [[nodiscard]] static Result<std::unique_ptr<Floor>> create(const std::string& path);
  // Opens the file. fails: not_found; corrupt if no slot is whole; unsupported; io.
  [[nodiscard]] static Result<std::unique_ptr<Floor>> open(const std::string& path);
  // The newest mark noted.
  [[nodiscard]] const FloorMark& mark() const noexcept { return mark_; }

  // Writes a mark that survives the process, and, after sync(), the machine.
  [[nodiscard]] Status note(const FloorMark& mark);
  // Makes the newest mark durable. cost: one fdatasync if there is news.
  [[nodiscard]] Status sync() { return slots_->sync(); }

 private:
  Floor(std::unique_ptr<SlotNote> slots, const FloorMark& mark)
      : slots_(std::move(slots)), mark_(mark) {}

  std::unique_ptr<SlotNote> slots_;
  FloorMark mark_;
};

}  // namespace sentrail::store
