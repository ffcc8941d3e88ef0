// Reads and writes two slots in turn. See slot_file.hpp.
#include "runtime/store/slot_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <utility>

#include "runtime/store/codec.hpp"

namespace sentrail::store {
namespace {

constexpr std::string_view kMagic = "sentrail-slots-1";
// Magic, generation, length; behind the value its checksum.
constexpr std::size_t kHeadBytes = 16 + 8 + 4;
constexpr std::size_t kFrameBytes = kHeadBytes + 8;

struct Slot {
  std::uint64_t generation = 0;
  std::string value;
};

std::string encode_slot(std::uint64_t generation, std::string_view value) {
  std::string bytes(kMagic);
  append_big_endian(bytes, generation);
  append_big_endian(bytes, static_cast<std::uint32_t>(value.size()));
  bytes += value;
  append_big_endian(bytes, checksum_of(bytes));
  return bytes;
}

std::optional<Slot> decode_slot(std::string_view bytes) {
  if (!bytes.starts_with(kMagic)) return std::nullopt;
  const auto size = read_big_endian<std::uint32_t>(bytes.substr(24));
  if (size > bytes.size() - kFrameBytes) return std::nullopt;
  const std::string_view body = bytes.substr(0, kHeadBytes + size);
  if (read_big_endian<std::uint64_t>(bytes.substr(body.size())) != checksum_of(body)) {
    return std::nullopt;
  }
  return Slot{read_big_endian<std::uint64_t>(bytes.substr(16)),
              std::string(body.substr(kHeadBytes))};
}

// A file cut short would refuse every later start.
Status make(const std::string& path, std::size_t slot_bytes) {
  std::string bytes = encode_slot(1, {});
  bytes.resize(2 * slot_bytes, '\0');
  SENTRAIL_TRY(make_whole(path, 0600, bytes));
  return {};
}

Status check_private(int file, const std::string& path) {
  SENTRAIL_ASSIGN_OR_RETURN(const FileFacts found, look_at(file, path));
  if (found.is_private) return {};
  return fail(Errc::permission_denied, path + " is open to others; run `chmod 600 " + path + "`");
}

}  // namespace

std::uint64_t checksum_of(std::string_view bytes) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : bytes) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3;
  return hash;
}

std::size_t SlotFile::value_bytes_max() const noexcept {
  return slot_bytes_ - kFrameBytes;
}

Result<SlotFile> SlotFile::open(const std::string& path, std::size_t slot_bytes) {
  SENTRAIL_CHECK(slot_bytes > kFrameBytes);
  if (!exists(path)) SENTRAIL_TRY(make(path, slot_bytes));
  FileHandle file(::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC));
  if (file.get() < 0) return io_failure("open", path);
  SENTRAIL_TRY(check_private(file.get(), path));
  SlotFile out(std::move(file), path, slot_bytes);
  SENTRAIL_TRY(out.read_slots());
  return out;
}

Status SlotFile::read_slots() {
  bool found = false;
  for (std::size_t slot = 0; slot < 2; ++slot) {
    SENTRAIL_ASSIGN_OR_RETURN(const std::string bytes,
                              read_at(file_.get(), slot_bytes_, slot * slot_bytes_, path_));
    std::optional<Slot> read = decode_slot(bytes);
    if (!read || (found && read->generation <= generation_)) continue;
    found = true;
    generation_ = read->generation;
    value_ = std::move(read->value);
    slot_ = 1 - slot;
  }
  if (!found) return fail(Errc::corrupt, path_ + " is damaged in both slots");
  // After a crash the slot may be in the page cache only; it counts as kept once it is on disk.
  if (::fdatasync(file_.get()) != 0) return io_failure("sync", path_);
  return {};
}

Status SlotFile::replace(std::string_view value) {
  if (value.size() > value_bytes_max()) {
    return fail(Errc::limit_exceeded, path_ + " has no room for so much");
  }
  const std::string bytes = encode_slot(generation_ + 1, value);
  SENTRAIL_TRY(write_at(file_.get(), bytes, slot_ * slot_bytes_, path_));
  if (::fdatasync(file_.get()) != 0) return io_failure("sync", path_);
  ++generation_;
  value_ = value;
  slot_ = 1 - slot_;
  return {};
}

}  // namespace sentrail::store
