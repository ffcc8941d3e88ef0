// Reads and writes the two slots of the floor file.
//
// Neighbours: floor.hpp, files.hpp. Must not know: the database.
#include "runtime/store/floor.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "runtime/store/codec.hpp"
#include "runtime/store/files.hpp"
#include "runtime/store/slot_file.hpp"

namespace sentrail::store {

namespace {

constexpr std::string_view kMagic = "sentrail-floor-1";
constexpr std::string_view kMagicOfAnyVersion = "sentrail-floor-";
constexpr std::size_t kSlotBytes = 4096;  // a page: no write of one slot touches the other
constexpr std::size_t kBodyBytes = 16 + 8 + 8 + 32 + 8;

struct Slot {
  std::uint64_t generation = 0;
  FloorMark mark;
};

std::string encode_slot(const Slot& slot) {
  std::string bytes(kMagic);
  append_big_endian(bytes, slot.generation);
  append_big_endian(bytes, slot.mark.head.size);
  bytes.append(reinterpret_cast<const char*>(slot.mark.head.chain.data()), 32);
  append_big_endian(bytes, slot.mark.batches);
  append_big_endian(bytes, checksum_of(bytes));
  return bytes;
}

std::optional<Slot> decode_slot(std::string_view bytes) {
  const std::string_view body = bytes.substr(0, kBodyBytes);
  if (!body.starts_with(kMagic)) return std::nullopt;
  if (read_big_endian<std::uint64_t>(bytes.substr(kBodyBytes)) != checksum_of(body)) {
    return std::nullopt;
  }
  Slot slot;
  slot.generation = read_big_endian<std::uint64_t>(body.substr(16));
  slot.mark.head.size = read_big_endian<std::uint64_t>(body.substr(24));
  std::copy_n(body.begin() + 32, 32, reinterpret_cast<char*>(slot.mark.head.chain.data()));
  slot.mark.batches = read_big_endian<std::uint64_t>(body.substr(64));
  return slot;
}

}  // namespace

Floor::~Floor() {
  if (file_ >= 0) ::close(file_);
}

Result<std::unique_ptr<Floor>> Floor::create(const std::string& path) {
  if (exists(path)) return fail(Errc::already_exists, path + " exists already");
  // Under another name until it is whole: a file cut short would refuse every later start.
  const std::string draft = path + ".new";
  const int file = ::open(draft.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return io_failure("make", draft);
  std::unique_ptr<Floor> floor(new Floor(file, path));
  std::string bytes(2 * kSlotBytes, '\0');
  const std::string first = encode_slot(Slot{});
  std::copy(first.begin(), first.end(), bytes.begin());
  SENTRAIL_TRY(write_at(file, bytes, 0, path));
  if (::fsync(file) != 0) return io_failure("sync", draft);
  if (::rename(draft.c_str(), path.c_str()) != 0) return io_failure("rename", draft);
  SENTRAIL_TRY(sync_directory(std::filesystem::path(path).parent_path().string()));
  floor->slot_ = 1;
  return floor;
}

Result<std::unique_ptr<Floor>> Floor::open(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0 && errno == ENOENT) return fail(Errc::not_found, path + " is missing");
  if (file < 0) return io_failure("open", path);
  std::unique_ptr<Floor> floor(new Floor(file, path));
  SENTRAIL_TRY(floor->read_slots());
  return floor;
}

Status Floor::read_slots() {
  std::optional<Slot> newest;
  bool other_version = false;
  for (int slot = 0; slot < 2; ++slot) {
    SENTRAIL_ASSIGN_OR_RETURN(
        const std::string bytes,
        read_at(file_, kBodyBytes + 8, static_cast<std::size_t>(slot) * kSlotBytes, path_));
    other_version |= bytes.starts_with(kMagicOfAnyVersion) && !bytes.starts_with(kMagic);
    const std::optional<Slot> read = decode_slot(bytes);
    if (!read || (newest && newest->generation >= read->generation)) continue;
    newest = read;
    slot_ = 1 - slot;
  }
  if (!newest && other_version) {
    return fail(Errc::unsupported, path_ + " was written by a newer release of sentrail");
  }
  if (!newest) {
    return fail(Errc::corrupt, path_ + " is damaged in both slots; run `sentrail audit doctor`");
  }
  mark_ = newest->mark;
  generation_ = newest->generation;
  // After a crash the slot may be in the page cache only; it counts as kept once it is on disk.
  if (::fdatasync(file_) != 0) return io_failure("sync", path_);
  return {};
}

Status Floor::note(const FloorMark& mark) {
  const std::string bytes = encode_slot(Slot{generation_ + 1, mark});
  SENTRAIL_TRY(write_at(file_, bytes, static_cast<std::size_t>(slot_) * kSlotBytes, path_));
  ++generation_;
  mark_ = mark;
  dirty_ = true;
  return {};
}

Status Floor::sync() {
  if (!dirty_) return {};
  if (::fdatasync(file_) != 0) return io_failure("sync", path_);
  dirty_ = false;
  slot_ = 1 - slot_;
  return {};
}

}  // namespace sentrail::store
