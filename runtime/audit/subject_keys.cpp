// Slots, stock, overwriting. See subject_keys.hpp.
#include "runtime/audit/subject_keys.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "core/check.hpp"
#include "core/encoding.hpp"
#include "crypto/random.hpp"
#include "runtime/store/codec.hpp"
#include "runtime/store/slot_file.hpp"

namespace sentrail::audit {
namespace {

using store::FileHandle;
using store::io_failure;

// A head of one slot, then slots: id, tag, wrapped key, checksum over these, zeros.
constexpr std::size_t kSlotBytes = 128;
constexpr std::string_view kMagic = "sentrail-subjects-1";
constexpr std::size_t kWrappedBytes = crypto::SealKey::kSize + crypto::kSealOverheadBytes;
constexpr std::size_t kUsedBytes = 16 + 16 + kWrappedBytes;
// Subjects that are new between two looks; 128 KiB with one sync.
constexpr std::size_t kStock = 1'024;

std::string place_of(const Uuid& id) {
  std::string place("sentrail-subject-key-v1\0", 24);
  return place.append(as_chars(id.bytes));
}

crypto::Digest derived(const crypto::SealKey& master, std::string_view purpose) {
  return crypto::hmac_sha256(as_chars(master.bytes()), std::string(purpose).append(1, '\0'));
}

crypto::SealKey wrap_key(const crypto::SealKey& master) {
  crypto::Digest digest = derived(master, "sentrail-subject-wrap-v1");
  Result<crypto::SealKey> key = crypto::SealKey::from_bytes(as_chars(digest));
  crypto::wipe(digest);
  SENTRAIL_CHECK(key.has_value());
  return *std::move(key);
}

Uuid uuid_of(std::string_view bytes) {
  Uuid out;
  std::copy_n(bytes.begin(), out.bytes.size(), reinterpret_cast<char*>(out.bytes.data()));
  return out;
}

crypto::SealKey copy_of(const crypto::SealKey& key) {
  return crypto::SealKey::from_bytes(as_chars(key.bytes())).value();
}

Status prepare(int file, const std::string& path) {
  struct stat found{};
  if (::fstat(file, &found) != 0) return io_failure("look at", path);
  if (found.st_uid != ::geteuid() || (found.st_mode & 0077) != 0) {
    return fail(Errc::permission_denied, path + " is open to others; run `chmod 600 " + path + "`");
  }
  std::string head(kMagic);
  head.resize(kSlotBytes, '\0');
  if (found.st_size > 0) {
    SENTRAIL_ASSIGN_OR_RETURN(const std::string there, store::read_at(file, kSlotBytes, 0, path));
    if (there != head) return fail(Errc::corrupt, path + " does not hold keys of subjects");
    return {};
  }
  SENTRAIL_TRY(store::write_at(file, head, 0, path));
  if (::fsync(file) != 0) return io_failure("sync", path);
  return store::sync_directory(std::filesystem::path(path).parent_path().string());
}

}  // namespace

struct SubjectKeys::Slot {
  Uuid id;
  Tag tag;
  crypto::SealKey key;
};

SubjectKeys::SubjectKeys(FileHandle file, std::string path, const crypto::SealKey& master)
    : file_(std::move(file)),
      path_(std::move(path)),
      wrap_(wrap_key(master)),
      tags_(as_chars(derived(master, "sentrail-subject-tag-v1"))) {}

SubjectKeys::~SubjectKeys() = default;

Result<std::unique_ptr<SubjectKeys>> SubjectKeys::open(const std::string& path,
                                                       const crypto::SealKey& master) {
  FileHandle file(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (file.get() < 0) return io_failure("open", path);
  SENTRAIL_TRY(prepare(file.get(), path));
  std::unique_ptr<SubjectKeys> out(new SubjectKeys(std::move(file), path, master));
  const std::lock_guard lock(out->mutex_);
  SENTRAIL_TRY(out->read_all());
  SENTRAIL_TRY(out->fill());
  return out;
}

// A slot that is no key any more was overwritten, or is the torn end of a stock that nobody was
// given anything of. A key without a tag may have been given out: it is kept, and never again
// given.
Status SubjectKeys::read_all() {
  struct stat found{};
  if (::fstat(file_.get(), &found) != 0) return io_failure("look at", path_);
  const auto size = static_cast<std::size_t>(found.st_size);
  for (next_ = 0; (next_ + 2) * kSlotBytes <= size; ++next_) {
    SENTRAIL_ASSIGN_OR_RETURN(
        const std::string bytes,
        store::read_at(file_.get(), kSlotBytes, (next_ + 1) * kSlotBytes, path_));
    const std::string_view used = std::string_view(bytes).substr(0, kUsedBytes);
    const auto sum =
        store::read_big_endian<std::uint64_t>(std::string_view(bytes).substr(kUsedBytes));
    if (sum != store::checksum_of(used)) continue;
    const Uuid id = uuid_of(used);
    Result<std::string> secret = crypto::open(wrap_, used.substr(32), place_of(id));
    if (!secret) return fail(Errc::corrupt, path_ + " does not open with this master key");
    Result<crypto::SealKey> key = crypto::SealKey::from_bytes(*secret);
    crypto::wipe(*secret);
    if (!key) return fail(Errc::corrupt, path_ + " is garbled");
    const Tag tag = uuid_of(used.substr(16));
    by_id_.emplace(id, next_);
    if (tag != Tag{}) by_tag_.emplace(tag, next_);
    slots_.emplace(next_, Slot{id, tag, *std::move(key)});
  }
  return {};
}

Status SubjectKeys::write_slot(std::size_t number, const Slot& slot) {
  std::string bytes;
  bytes.append(as_chars(slot.id.bytes)).append(as_chars(slot.tag.bytes));
  bytes += crypto::seal(wrap_, as_chars(slot.key.bytes()), place_of(slot.id));
  store::append_big_endian(bytes, store::checksum_of(bytes));
  bytes.resize(kSlotBytes, '\0');
  return store::write_at(file_.get(), bytes, (number + 1) * kSlotBytes, path_);
}

// REQUIRES: mutex_ is held.
Status SubjectKeys::fill() {
  if (stock_.size() >= kStock / 2) return {};
  std::vector<std::size_t> made;
  while (stock_.size() + made.size() < kStock) {
    Slot slot{crypto::uuid_v4(), Tag{}, crypto::SealKey::generate()};
    SENTRAIL_TRY(write_slot(next_, slot));
    made.push_back(next_);
    by_id_.emplace(slot.id, next_);
    slots_.emplace(next_++, std::move(slot));
  }
  if (::fdatasync(file_.get()) != 0) return io_failure("sync", path_);
  stock_.insert(stock_.end(), made.begin(), made.end());
  return {};
}

SubjectKeys::Tag SubjectKeys::tag_of(const Uuid& workspace_id, std::string_view kind,
                                     std::string_view subject) const {
  std::string message(as_chars(workspace_id.bytes));
  message.append(kind).append(1, '\0').append(subject);
  const crypto::Digest digest = tags_.sign(message);
  return uuid_of(as_chars(digest));
}

Result<SubjectKey> SubjectKeys::key_of(const Uuid& workspace_id, std::string_view kind,
                                       std::string_view subject) {
  const Tag tag = tag_of(workspace_id, kind, subject);
  const std::lock_guard lock(mutex_);
  const auto known = by_tag_.find(tag);
  if (known != by_tag_.end()) {
    const Slot& slot = slots_.at(known->second);
    return SubjectKey{slot.id, copy_of(slot.key)};
  }
  if (stock_.empty()) SENTRAIL_TRY(fill());
  const std::size_t number = stock_.front();
  stock_.pop_front();
  Slot& slot = slots_.at(number);
  slot.tag = tag;
  by_tag_.emplace(tag, number);
  unwritten_.push_back(number);
  return SubjectKey{slot.id, copy_of(slot.key)};
}

std::optional<crypto::SealKey> SubjectKeys::find(const Uuid& id) const {
  const std::lock_guard lock(mutex_);
  const auto at = by_id_.find(id);
  if (at == by_id_.end()) return std::nullopt;
  return copy_of(slots_.at(at->second).key);
}

// REQUIRES: mutex_ is held.
Status SubjectKeys::overwrite(std::size_t number) {
  std::string noise(kSlotBytes, '\0');
  crypto::fill_random({reinterpret_cast<std::uint8_t*>(noise.data()), noise.size()});
  return store::write_at(file_.get(), noise, (number + 1) * kSlotBytes, path_);
}

Result<std::size_t> SubjectKeys::erase(const Uuid& workspace_id, std::string_view kind,
                                       std::string_view subject, std::span<const Uuid> ids) {
  const Tag tag = tag_of(workspace_id, kind, subject);
  const std::lock_guard lock(mutex_);
  std::vector<std::size_t> numbers;
  for (const auto& [number, slot] : slots_) {
    const bool named = std::find(ids.begin(), ids.end(), slot.id) != ids.end();
    if (named || slot.tag == tag) numbers.push_back(number);
  }
  for (const std::size_t number : numbers) SENTRAIL_TRY(overwrite(number));
  if (!numbers.empty() && ::fsync(file_.get()) != 0) return io_failure("sync", path_);
  for (const std::size_t number : numbers) {
    const Slot& slot = slots_.at(number);
    by_id_.erase(slot.id);
    if (slot.tag != Tag{}) by_tag_.erase(slot.tag);
    std::erase(unwritten_, number);
    std::erase(stock_, number);
    slots_.erase(number);
  }
  return numbers.size();
}

Status SubjectKeys::settle() {
  const std::lock_guard lock(mutex_);
  for (const std::size_t number : unwritten_) SENTRAIL_TRY(write_slot(number, slots_.at(number)));
  const bool any = !unwritten_.empty();
  if (any && ::fdatasync(file_.get()) != 0) return io_failure("sync", path_);
  unwritten_.clear();
  return fill();
}

}  // namespace sentrail::audit
