// A small note in a file of two slots of a page each, of which one is always whole on disk.
//
// Neighbours: slot_file.hpp is for values of any length, each of which is synced at once. floor.hpp
// notes how far the store's log reaches, audit/signer.hpp what was signed.
// Must not know: what a note says. The slot that is known to be on disk is never written over
// before the other one is, so that a torn write costs at most the newest note.
// source: docs/store_format.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace sentrail::store {

// What kind of note a file has: 16 characters, the last of which is the version, and how long the
// note is.
struct SlotForm {
  std::string_view magic;
  std::size_t body_bytes = 0;
};

// An open file of two slots. threads: one at a time.
class SlotNote {
 public:
  // Makes the file with a first note, durable together with its name. fails: already_exists, io.
  [[nodiscard]] static Result<std::unique_ptr<SlotNote>> create(const std::string& path,
                                                                const SlotForm& form,
                                                                std::string_view body);
  // Opens the file. fails: not_found; corrupt if no slot is whole; unsupported; io.
  [[nodiscard]] static Result<std::unique_ptr<SlotNote>> open(const std::string& path,
                                                              const SlotForm& form);
  ~SlotNote();
  SlotNote(const SlotNote&) = delete;
  SlotNote& operator=(const SlotNote&) = delete;

  // The newest note.
  [[nodiscard]] const std::string& body() const noexcept { return body_; }

  // Writes a note that survives the process, and, after sync(), the machine.
  [[nodiscard]] Status note(std::string_view body);
  // Makes the newest note durable. cost: one fdatasync if there is news.
  [[nodiscard]] Status sync();

 private:
  SlotNote(int file, std::string path, const SlotForm& form)
      : file_(file), path_(std::move(path)), form_(form) {}

  [[nodiscard]] std::string encode(std::uint64_t generation, std::string_view body) const;
  [[nodiscard]] Status read_slots();

  int file_;
  const std::string path_;
  const SlotForm form_;
  std::string body_;
  std::uint64_t generation_ = 0;
  int slot_ = 0;        // where the next note goes
  bool dirty_ = false;  // whether that slot holds a note that is not synced
};

}  // namespace sentrail::store
