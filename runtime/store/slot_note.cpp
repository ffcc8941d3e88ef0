// Reads and writes the two slots. See slot_note.hpp.
#include "runtime/store/slot_note.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "core/check.hpp"
#include "runtime/store/codec.hpp"
#include "runtime/store/files.hpp"
#include "runtime/store/slot_file.hpp"

namespace sentrail::store {

namespace {

constexpr std::size_t kSlotBytes = 4096;  // a page: no write of one slot touches the other
constexpr std::size_t kMagicBytes = 16;
constexpr std::size_t kHeadBytes = kMagicBytes + 8;

}  // namespace

SlotNote::~SlotNote() {
  if (file_ >= 0) ::close(file_);
}

std::string SlotNote::encode(std::uint64_t generation, std::string_view body) const {
  SENTRAIL_CHECK(form_.magic.size() == kMagicBytes && body.size() == form_.body_bytes);
  std::string bytes(form_.magic);
  append_big_endian(bytes, generation);
  bytes.append(body);
  append_big_endian(bytes, checksum_of(bytes));
  return bytes;
}

Result<std::unique_ptr<SlotNote>> SlotNote::create(const std::string& path, const SlotForm& form,
                                                   std::string_view body) {
  if (exists(path)) return fail(Errc::already_exists, path + " exists already");
  std::unique_ptr<SlotNote> slots(new SlotNote(-1, path, form));
  std::string bytes(2 * kSlotBytes, '\0');
  const std::string first = slots->encode(0, body);
  std::copy(first.begin(), first.end(), bytes.begin());
  // A file cut short would refuse every later start.
  SENTRAIL_ASSIGN_OR_RETURN(FileHandle file, make_whole(path, 0600, bytes));
  slots->file_ = file.release();
  slots->body_ = body;
  slots->slot_ = 1;
  return slots;
}

Result<std::unique_ptr<SlotNote>> SlotNote::open(const std::string& path, const SlotForm& form) {
  const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0 && errno == ENOENT) return fail(Errc::not_found, path + " is missing");
  if (file < 0) return io_failure("open", path);
  std::unique_ptr<SlotNote> slots(new SlotNote(file, path, form));
  SENTRAIL_TRY(slots->read_slots());
  return slots;
}

Status SlotNote::read_slots() {
  const std::size_t whole = kHeadBytes + form_.body_bytes;
  const std::string_view any_version = form_.magic.substr(0, kMagicBytes - 1);
  bool found = false;
  bool other_version = false;
  for (int slot = 0; slot < 2; ++slot) {
    SENTRAIL_ASSIGN_OR_RETURN(
        const std::string bytes,
        read_at(file_, whole + 8, static_cast<std::size_t>(slot) * kSlotBytes, path_));
    const std::string_view text = bytes;
    other_version |= text.starts_with(any_version) && !text.starts_with(form_.magic);
    if (!text.starts_with(form_.magic)) continue;
    if (read_big_endian<std::uint64_t>(text.substr(whole)) != checksum_of(text.substr(0, whole))) {
      continue;
    }
    const auto generation = read_big_endian<std::uint64_t>(text.substr(kMagicBytes));
    if (found && generation_ >= generation) continue;
    found = true;
    generation_ = generation;
    body_ = text.substr(kHeadBytes, form_.body_bytes);
    slot_ = 1 - slot;
  }
  if (!found && other_version) {
    return fail(Errc::unsupported, path_ + " was written by a newer release of sentrail");
  }
  if (!found) {
    return fail(Errc::corrupt, path_ + " is damaged in both slots; run `sentrail audit doctor`");
  }
  // After a crash the slot may be in the page cache only; it counts as kept once it is on disk.
  if (::fdatasync(file_) != 0) return io_failure("sync", path_);
  return {};
}

Status SlotNote::note(std::string_view body) {
  const std::string bytes = encode(generation_ + 1, body);
  SENTRAIL_TRY(write_at(file_, bytes, static_cast<std::size_t>(slot_) * kSlotBytes, path_));
  ++generation_;
  body_ = body;
  dirty_ = true;
  return {};
}

Status SlotNote::sync() {
  if (!dirty_) return {};
  if (::fdatasync(file_) != 0) return io_failure("sync", path_);
  dirty_ = false;
  slot_ = 1 - slot_;
  return {};
}

}  // namespace sentrail::store
