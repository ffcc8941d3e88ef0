// The signer's folder, and the refusals. See signer.hpp.
#include "runtime/audit/signer.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/encoding.hpp"
#include "core/text.hpp"
#include "crypto/random.hpp"
#include "crypto/seal.hpp"
#include "runtime/audit/leaf.hpp"
#include "runtime/audit/merkle.hpp"
#include "runtime/store/codec.hpp"

namespace sentrail::audit {
namespace {

using crypto::Digest;
using store::FileHandle;
using store::io_failure;
using store::SlotNote;

constexpr store::SlotForm kForm = {"sentrail-signs-2", 4 + 8 + 8 + 32};
constexpr std::size_t kKeyBytesMax = 1024;

std::string key_path(const std::string& folder) {
  return folder + "/key";
}
std::string memory_path(const std::string& folder) {
  return folder + "/last_signed";
}
std::string public_path(const std::string& folder) {
  return folder + "/key.pub";
}

std::string encode(const ShardRoot& root) {
  std::string body;
  store::append_big_endian(body, static_cast<std::uint32_t>(root.shard.year));
  store::append_big_endian(body, root.shard.first);
  store::append_big_endian(body, root.size);
  return body.append(as_chars(root.root));
}

ShardRoot decode(std::string_view body) {
  ShardRoot root;
  root.shard.year = static_cast<int>(store::read_big_endian<std::uint32_t>(body));
  root.shard.first = store::read_big_endian<std::uint64_t>(body.substr(4));
  root.size = store::read_big_endian<std::uint64_t>(body.substr(12));
  std::copy_n(body.begin() + 20, root.root.size(), reinterpret_cast<char*>(root.root.data()));
  return root;
}

// A name that no other log has: where nobody gave one.
std::string chance_name() {
  std::array<std::uint8_t, 6> bytes{};
  crypto::fill_random(bytes);
  return "gate.invalid/audit/" + hex_encode(bytes);
}

// A short text without its last newline. fails: not_found; permission_denied if it is a secret and
// others may read it.
Result<std::string> read_line(const std::string& path, bool secret) {
  const FileHandle file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (file.get() < 0 && errno == ENOENT) return fail(Errc::not_found, path + " is missing");
  if (file.get() < 0) return io_failure("open", path);
  SENTRAIL_ASSIGN_OR_RETURN(const store::FileFacts found, store::look_at(file.get(), path));
  if (secret && !found.is_private) {
    return fail(Errc::permission_denied, "the key " + path + " is open to others; run `chmod 600 " +
                                             path + "`, and consider it known");
  }
  if (found.bytes > kKeyBytesMax) return fail(Errc::corrupt, path + " is no key");
  SENTRAIL_ASSIGN_OR_RETURN(std::string text, store::read_at(file.get(), found.bytes, 0, path));
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

Result<crypto::NoteSigner> read_key(const std::string& folder, const std::string& origin) {
  SENTRAIL_ASSIGN_OR_RETURN(std::string text, read_line(key_path(folder), true));
  Result<crypto::NoteSigner> signer = crypto::NoteSigner::parse(text);
  crypto::wipe(text);
  if (!signer) return fail(Errc::corrupt, key_path(folder) + ": " + signer.error().message);
  if (!origin.empty() && signer->verifier().name() != origin) {
    return fail(Errc::invalid_argument,
                "the log's key is named `" + escape_display(signer->verifier().name()) +
                    "`, the configuration says `" + escape_display(origin) +
                    "`: a log keeps its name for ever; write the old one, or begin a new log "
                    "with an empty data folder");
  }
  return signer;
}

// The memory comes first and the key last: where there is a key, there is a memory.
Result<crypto::NoteSigner> make_key(const std::string& folder, const std::string& origin) {
  SENTRAIL_ASSIGN_OR_RETURN(crypto::NoteSigner signer,
                            crypto::NoteSigner::generate(origin.empty() ? chance_name() : origin));
  SENTRAIL_TRY(store::make_whole(public_path(folder), 0644, signer.verifier().to_string() + "\n"));
  std::string text = signer.to_secret_string() + "\n";
  Result<FileHandle> written = store::make_whole(key_path(folder), 0600, text);
  crypto::wipe(text);
  SENTRAIL_TRY(std::move(written));
  return signer;
}

Result<std::unique_ptr<SlotNote>> open_existing(const std::string& path) {
  Result<std::unique_ptr<SlotNote>> memory = SlotNote::open(path, kForm);
  if (!memory && memory.error().code == Errc::unsupported) {
    return fail(Errc::unsupported,
                path +
                    " is of another release: of a newer one, or of a build whose log had no "
                    "shards; for that one keep the data folder's `log` and `signer` aside, the "
                    "next start publishes all entries anew under a new key");
  }
  return memory;
}

Result<std::unique_ptr<SlotNote>> open_memory(const std::string& folder) {
  const std::string path = memory_path(folder);
  if (store::exists(path)) return open_existing(path);
  if (store::exists(key_path(folder))) {
    return fail(Errc::not_found, path +
                                     " is missing beside the key: nobody knows what was signed; "
                                     "run `sentrail audit doctor`");
  }
  return SlotNote::create(path, kForm, encode(ShardRoot{}));
}

tl::unexpected<Error> refuse(const std::string& why) {
  return fail(Errc::conflict, "refusing to sign: " + why + "; run `sentrail audit doctor`");
}

}  // namespace

CheckpointSigner::CheckpointSigner(FileHandle lock, crypto::NoteSigner signer,
                                   std::unique_ptr<SlotNote> memory, SyncPointHook* hook)
    : lock_(std::move(lock)),
      signer_(std::move(signer)),
      memory_(std::move(memory)),
      hook_(hook),
      last_(decode(memory_->body())) {}

Result<std::unique_ptr<CheckpointSigner>> CheckpointSigner::open(const std::string& folder,
                                                                 const std::string& origin,
                                                                 SyncPointHook* hook) {
  SENTRAIL_TRY(store::make_directory(folder));
  Result<FileHandle> lock = store::lock_file(folder + "/lock");
  if (!lock && lock.error().code == Errc::unavailable) {
    return fail(Errc::unavailable, "the signer's folder " + folder +
                                       " is in use by another sentraild: each log has its own");
  }
  if (!lock) return tl::make_unexpected(lock.error());
  SENTRAIL_ASSIGN_OR_RETURN(std::unique_ptr<SlotNote> memory, open_memory(folder));
  reach(hook, "audit.signer.memory");
  const bool has_key = store::exists(key_path(folder));
  if (!has_key && decode(memory->body()).size > 0) {
    return fail(Errc::not_found,
                key_path(folder) + " is missing, and it has signed: restore it from its backup");
  }
  SENTRAIL_ASSIGN_OR_RETURN(crypto::NoteSigner signer,
                            has_key ? read_key(folder, origin) : make_key(folder, origin));
  return std::unique_ptr<CheckpointSigner>(
      new CheckpointSigner(*std::move(lock), std::move(signer), std::move(memory), hook));
}

// Whether leaf 0 of a shard is how the one before it ended.
Status CheckpointSigner::check_link(const ShardRoot& shard, const ShardRoot& before,
                                    std::span<const Digest> proof) const {
  const Digest link = leaf_hash(shard_text(key().name(), before));
  const std::optional<Digest> root = root_by_inclusion(0, shard.size, link, proof);
  if (shard.shard.year > before.shard.year && shard.shard.first == before.end() &&
      root == shard.root) {
    return {};
  }
  return refuse("the shard of " + std::to_string(shard.shard.year) +
                " does not begin with how the one of " + std::to_string(before.shard.year) +
                " ended");
}

// The log of no leaves begins every log: saying so of one that has no checkpoint yet binds nobody.
bool CheckpointSigner::binds_nobody(const ShardRoot& next) const {
  const bool is_new = last_.size == 0 || next.shard.year > last_.shard.year;
  return is_new && next.size == 0 && next.root == empty_root();
}

Status CheckpointSigner::check(const ShardRoot& next, std::span<const Digest> proof) const {
  if (last_.size == 0) {
    return next.shard.first == 0 ? Status() : refuse("the first shard begins at no entry 0");
  }
  if (next.shard.year > last_.shard.year) return check_link(next, last_, proof);
  if (next.shard.year < last_.shard.year) {
    if (std::find(finals_.begin(), finals_.end(), next) != finals_.end()) return {};
    return refuse("the shard of " + std::to_string(next.shard.year) + " ended otherwise");
  }
  if (next.shard.first != last_.shard.first) return refuse("the shard begins at another entry");
  if (next.size < last_.size) {
    return refuse("the log has " + std::to_string(next.size) + " leaves, and one of " +
                  std::to_string(last_.size) + " was signed");
  }
  if (next.size == last_.size) {
    if (next.root == last_.root) return {};
    return refuse("the log has another root than was signed for its " + std::to_string(next.size) +
                  " leaves");
  }
  if (is_consistent(last_.size, last_.root, next.size, next.root, proof)) return {};
  return refuse("the log of " + std::to_string(last_.size) +
                " leaves that was signed does not begin this one of " + std::to_string(next.size));
}

// What is signed last is on disk before its signature is made.
Status CheckpointSigner::remember(const ShardRoot& next) {
  if (broken_) return refuse("its memory could not be written; what is on disk is not known");
  if (next == last_ || next.shard.year < last_.shard.year) return {};
  broken_ = true;
  SENTRAIL_TRY(memory_->note(encode(next)));
  reach(hook_, "audit.signer.noted");
  SENTRAIL_TRY(memory_->sync());
  broken_ = false;
  if (last_.size > 0 && next.shard.year > last_.shard.year) finals_.insert(finals_.begin(), last_);
  last_ = next;
  reach(hook_, "audit.signer.synced");
  return {};
}

Result<std::string> CheckpointSigner::sign(const ShardRoot& next, std::span<const Digest> proof) {
  if (!binds_nobody(next)) {
    SENTRAIL_TRY(check(next, proof));
    SENTRAIL_TRY(remember(next));
  }
  SENTRAIL_ASSIGN_OR_RETURN(const crypto::NoteSigner signer,
                            signer_.named(shard_origin(key().name(), next.shard.year)));
  return crypto::sign_note(shard_text(key().name(), next), {&signer, 1});
}

Status CheckpointSigner::recall(const ShardRoot& ended, std::span<const Digest> proof) {
  const ShardRoot& oldest = finals_.empty() ? last_ : finals_.back();
  SENTRAIL_TRY(check_link(oldest, ended, proof));
  finals_.push_back(ended);
  return {};
}

Result<ShardRoot> CheckpointSigner::last_in(const std::string& folder) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::unique_ptr<SlotNote> memory,
                            SlotNote::open(memory_path(folder), kForm));
  return decode(memory->body());
}

Result<crypto::NoteVerifier> CheckpointSigner::key_in(const std::string& folder) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::string text, read_line(public_path(folder), false));
  return crypto::NoteVerifier::parse(text);
}

}  // namespace sentrail::audit
