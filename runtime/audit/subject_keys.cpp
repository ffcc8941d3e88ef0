// Slots, stock, overwriting. See subject_keys.hpp.
#include "runtime/audit/subject_keys.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "core/check.hpp"
#include "core/encoding.hpp"
#include "core/limits.hpp"
#include "crypto/random.hpp"
#include "runtime/store/codec.hpp"
#include "runtime/store/slot_file.hpp"

namespace sentrail::audit {
namespace {

using store::FileHandle;
using store::io_failure;

// A head of one slot (the text below, the file's id, zeros), then slots: id, tag, wrapped key,
// checksum over these, zeros.
constexpr std::size_t kSlotBytes = 128;
constexpr std::string_view kMagic = "sentrail-subjects-2";
constexpr std::size_t kWrappedBytes = crypto::SealKey::kSize + crypto::kSealOverheadBytes;
constexpr std::size_t kUsedBytes = 16 + 16 + kWrappedBytes;
// Subjects that are new between two looks; 128 KiB with one sync.
constexpr std::size_t kStock = 1'024;
constexpr std::size_t kSlotsRead = 512;  // at once

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

// Of a tag: the part that all subjects of a workspace have.
std::uint64_t workspace_of(const Uuid& tag) {
  return store::read_big_endian<std::uint64_t>(as_chars(tag.bytes));
}

Status check_access(int file, const std::string& path, std::size_t& size) {
  SENTRAIL_ASSIGN_OR_RETURN(const store::FileFacts found, store::look_at(file, path));
  size = found.bytes;
  if (found.is_private) return {};
  return fail(Errc::permission_denied, path + " is open to others; run `chmod 600 " + path + "`");
}

Result<Uuid> parse_head(std::string_view head, const std::string& path) {
  const bool ours = head.starts_with(kMagic) &&
                    head.find_first_not_of('\0', kMagic.size() + 16) == std::string_view::npos;
  if (!ours) return fail(Errc::corrupt, path + " does not hold keys of subjects");
  return uuid_of(head.substr(kMagic.size()));
}

// The file's id; of an empty one a new id, which is on disk then.
Result<Uuid> read_head(int file, const std::string& path) {
  std::size_t size = 0;
  SENTRAIL_TRY(check_access(file, path, size));
  if (size > 0) {
    SENTRAIL_ASSIGN_OR_RETURN(const std::string head, store::read_at(file, kSlotBytes, 0, path));
    return parse_head(head, path);
  }
  const Uuid id = crypto::uuid_v4();
  std::string head(kMagic);
  head.append(as_chars(id.bytes)).resize(kSlotBytes, '\0');
  SENTRAIL_TRY(store::write_at(file, head, 0, path));
  if (::fsync(file) != 0) return io_failure("sync", path);
  SENTRAIL_TRY(store::sync_directory(std::filesystem::path(path).parent_path().string()));
  return id;
}

constexpr std::string_view kWhatIsLost =
    "; without its keys whatever the log says of agents and persons would read as erased";

}  // namespace

struct SubjectKeys::Slot {
  Uuid id;
  Tag tag;
  crypto::SealKey key;
};

SubjectKeys::SubjectKeys(FileHandle file, std::string path, const crypto::SealKey& master,
                         const Uuid& id)
    : file_(std::move(file)),
      path_(std::move(path)),
      id_(id),
      wrap_(wrap_key(master)),
      tags_(as_chars(derived(master, "sentrail-subject-tag-v1"))) {}

// Keys that nobody was given would be read at every later start: what of them is at the file's end
// goes, but for one where no other key is left, by which a start notices another master key. Where
// it cannot go, a start reads it all the same.
SubjectKeys::~SubjectKeys() {
  std::size_t end = next_;
  while (slots_.size() > 1 && !stock_.empty() && stock_.back() + 1 == end) {
    slots_.erase(stock_.back());
    stock_.pop_back();
    --end;
  }
  if (end == next_) return;
  static_cast<void>(::ftruncate(file_.get(), static_cast<off_t>((end + 1) * kSlotBytes)));
}

Result<std::unique_ptr<SubjectKeys>> SubjectKeys::open(const std::string& path,
                                                       const crypto::SealKey& master,
                                                       const Uuid& expected) {
  const int make = expected == Uuid{} ? O_CREAT : 0;
  FileHandle file(::open(path.c_str(), O_RDWR | make | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (file.get() < 0 && errno == ENOENT && make == 0) {
    return fail(Errc::not_found, path + " is missing: bring it back from the newest backup" +
                                     std::string(kWhatIsLost));
  }
  if (file.get() < 0) return io_failure("open", path);
  SENTRAIL_ASSIGN_OR_RETURN(const Uuid id, read_head(file.get(), path));
  if (expected != Uuid{} && id != expected) {
    return fail(Errc::conflict, path +
                                    " is not the file of this store: bring back the one that is" +
                                    std::string(kWhatIsLost));
  }
  std::unique_ptr<SubjectKeys> out(new SubjectKeys(std::move(file), path, master, id));
  SENTRAIL_TRY(out->read_all());
  const std::lock_guard lock(out->disk_);
  SENTRAIL_TRY(out->fill());
  return out;
}

Result<Uuid> SubjectKeys::id_in(const std::string& path) {
  const FileHandle file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (file.get() < 0) return io_failure("open", path);
  SENTRAIL_ASSIGN_OR_RETURN(const std::string head,
                            store::read_at(file.get(), kSlotBytes, 0, path));
  return parse_head(head, path);
}

// A slot that is no key any more was overwritten, or is the torn end of keys that nothing was told
// of yet. A key without a tag may have been given out: it is kept, and never again given.
Status SubjectKeys::read_all() {
  struct stat found{};
  if (::fstat(file_.get(), &found) != 0) return io_failure("look at", path_);
  const auto size = static_cast<std::size_t>(found.st_size);
  const std::size_t slots = size < kSlotBytes ? 0 : size / kSlotBytes - 1;
  while (next_ < slots) {
    const std::size_t some = std::min(slots - next_, kSlotsRead);
    SENTRAIL_ASSIGN_OR_RETURN(
        const std::string bytes,
        store::read_at(file_.get(), some * kSlotBytes, (next_ + 1) * kSlotBytes, path_));
    for (std::size_t at = 0; at < bytes.size(); at += kSlotBytes) {
      SENTRAIL_TRY(read_slot(std::string_view(bytes).substr(at, kSlotBytes)));
      ++next_;
    }
  }
  return {};
}

Status SubjectKeys::read_slot(std::string_view bytes) {
  const std::string_view used = bytes.substr(0, kUsedBytes);
  const auto sum = store::read_big_endian<std::uint64_t>(bytes.substr(kUsedBytes));
  if (sum != store::checksum_of(used)) return {};
  const Uuid id = uuid_of(used);
  Result<std::string> secret = crypto::open(wrap_, used.substr(32), place_of(id));
  if (!secret) return fail(Errc::corrupt, path_ + " does not open with this master key");
  Result<crypto::SealKey> key = crypto::SealKey::from_bytes(*secret);
  crypto::wipe(*secret);
  if (!key) return fail(Errc::corrupt, path_ + " is garbled");
  const Tag tag = uuid_of(used.substr(16));
  by_id_.emplace(id, next_);
  if (tag != Tag{} && by_tag_.emplace(tag, next_).second) ++by_workspace_[workspace_of(tag)];
  slots_.emplace(next_, Slot{id, tag, *std::move(key)});
  return {};
}

std::string SubjectKeys::bytes_of(const Slot& slot) const {
  std::string bytes;
  bytes.append(as_chars(slot.id.bytes)).append(as_chars(slot.tag.bytes));
  bytes += crypto::seal(wrap_, as_chars(slot.key.bytes()), place_of(slot.id));
  store::append_big_endian(bytes, store::checksum_of(bytes));
  bytes.resize(kSlotBytes, '\0');
  return bytes;
}

// REQUIRES: disk_ is held. Slots that could not be written stay empty in the file, unless nobody
// has taken one behind them.
Status SubjectKeys::fill() {
  std::size_t missing = kStock;
  std::size_t first = 0;
  {
    const std::lock_guard lock(mutex_);
    if (stock_.size() >= kStock / 2) return {};
    missing -= stock_.size();
    first = std::exchange(next_, next_ + missing);
  }
  std::vector<Slot> made;
  std::string bytes;
  while (made.size() < missing) {
    made.push_back({crypto::uuid_v4(), Tag{}, crypto::SealKey::generate()});
    bytes += bytes_of(made.back());
  }
  Status written = store::write_at(file_.get(), bytes, (first + 1) * kSlotBytes, path_);
  if (written && ::fdatasync(file_.get()) != 0) written = io_failure("sync", path_);
  const std::lock_guard lock(mutex_);
  if (!written) {
    if (next_ == first + missing) next_ = first;
    return written;
  }
  for (Slot& slot : made) {
    by_id_.emplace(slot.id, first);
    stock_.push_back(first);
    slots_.emplace(first++, std::move(slot));
  }
  return {};
}

// REQUIRES: mutex_ is held.
std::size_t SubjectKeys::make_slot() {
  const std::size_t number = next_++;
  const Uuid id = crypto::uuid_v4();
  slots_.emplace(number, Slot{id, Tag{}, crypto::SealKey::generate()});
  by_id_.emplace(id, number);
  ++made_;
  return number;
}

// Eight bytes of its workspace's, eight of its own: as long as nobody knows the key, two subjects
// of a workspace meet once in 2^64 pairs, and limits::kSubjectsPerWorkspaceMax has 2^33 pairs.
SubjectKeys::Tag SubjectKeys::tag_of(const Uuid& workspace_id, std::string_view kind,
                                     std::string_view subject) const {
  std::string message(as_chars(workspace_id.bytes));
  Tag tag = uuid_of(as_chars(tags_.sign(message)));
  message.append(kind).append(1, '\0').append(subject);
  const Tag own = uuid_of(as_chars(tags_.sign(message)));
  std::copy_n(own.bytes.begin(), 8, tag.bytes.begin() + 8);
  return tag;
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
  std::size_t& subjects = by_workspace_[workspace_of(tag)];
  if (subjects >= limits::kSubjectsPerWorkspaceMax) {
    ++refusals_;
    return fail(Errc::limit_exceeded, "the workspace has too many subjects");
  }
  std::size_t number = 0;
  if (stock_.empty()) {
    number = make_slot();
  } else {
    number = stock_.front();
    stock_.pop_front();
  }
  Slot& slot = slots_.at(number);
  slot.tag = tag;
  by_tag_.emplace(tag, number);
  ++subjects;
  unwritten_.push_back(number);
  return SubjectKey{slot.id, copy_of(slot.key)};
}

std::optional<crypto::SealKey> SubjectKeys::find(const Uuid& id) const {
  const std::lock_guard lock(mutex_);
  const auto at = by_id_.find(id);
  if (at == by_id_.end()) return std::nullopt;
  return copy_of(slots_.at(at->second).key);
}

// REQUIRES: disk_ is held.
Status SubjectKeys::overwrite(std::size_t number) {
  std::string noise(kSlotBytes, '\0');
  crypto::fill_random({reinterpret_cast<std::uint8_t*>(noise.data()), noise.size()});
  return store::write_at(file_.get(), noise, (number + 1) * kSlotBytes, path_);
}

// From here on nobody is given these any more; who is new has a new key.
std::vector<std::size_t> SubjectKeys::slots_to_erase(const Tag& tag, std::span<const Uuid> ids) {
  std::vector<std::size_t> numbers;
  const std::lock_guard lock(mutex_);
  for (const auto& [number, slot] : slots_) {
    const bool named = std::find(ids.begin(), ids.end(), slot.id) != ids.end();
    if (!named && slot.tag != tag) continue;
    numbers.push_back(number);
    std::erase(unwritten_, number);  // or settle() would write it again should this fail halfway
    const auto at = by_tag_.find(slot.tag);
    if (at == by_tag_.end() || at->second != number) continue;
    by_tag_.erase(at);
    --by_workspace_[workspace_of(slot.tag)];
  }
  return numbers;
}

Result<std::size_t> SubjectKeys::erase(const Uuid& workspace_id, std::string_view kind,
                                       std::string_view subject, std::span<const Uuid> ids) {
  const std::lock_guard disk(disk_);
  const std::vector<std::size_t> numbers = slots_to_erase(tag_of(workspace_id, kind, subject), ids);
  for (const std::size_t number : numbers) SENTRAIL_TRY(overwrite(number));
  if (!numbers.empty() && ::fsync(file_.get()) != 0) return io_failure("sync", path_);
  const std::lock_guard lock(mutex_);
  for (const std::size_t number : numbers) {
    by_id_.erase(slots_.at(number).id);
    slots_.erase(number);
  }
  return numbers.size();
}

// REQUIRES: disk_ is held, which keeps erase() from what is being written.
Status SubjectKeys::write_given_out() {
  std::vector<std::pair<std::size_t, Slot>> given_out;
  std::uint64_t made = 0;
  {
    const std::lock_guard lock(mutex_);
    made = made_;
    for (const std::size_t number : unwritten_) {
      const Slot& slot = slots_.at(number);
      given_out.emplace_back(number, Slot{slot.id, slot.tag, copy_of(slot.key)});
    }
  }
  for (const auto& [number, slot] : given_out) {
    SENTRAIL_TRY(store::write_at(file_.get(), bytes_of(slot), (number + 1) * kSlotBytes, path_));
  }
  if (!given_out.empty() && ::fdatasync(file_.get()) != 0) return io_failure("sync", path_);
  const std::lock_guard lock(mutex_);
  const auto written = static_cast<std::ptrdiff_t>(given_out.size());
  unwritten_.erase(unwritten_.begin(), unwritten_.begin() + written);
  made_durable_ = made;
  return {};
}

Status SubjectKeys::make_durable() {
  const auto is_durable = [this] {
    const std::lock_guard lock(mutex_);
    return made_durable_ == made_;
  };
  if (is_durable()) return {};
  const std::lock_guard disk(disk_);
  return is_durable() ? Status{} : write_given_out();
}

Status SubjectKeys::settle() {
  const std::lock_guard disk(disk_);
  SENTRAIL_TRY(write_given_out());
  return fill();
}

}  // namespace sentrail::audit
