// Taking the folder, reading and making the key.
//
// Neighbours: data_directory.hpp; store/files.hpp does the locking. Must not know: the store.
#include "runtime/server/data_directory.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "core/encoding.hpp"

namespace sentrail::server {
namespace {

using store::FileHandle;
using store::io_failure;

// Base64 of 32 bytes and a newline; anything longer is something else.
constexpr std::size_t kKeyFileBytesMax = 64;

Status check_private_folder(const std::string& path) {
  const FileHandle folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0) return io_failure("open the data folder", path);
  SENTRAIL_ASSIGN_OR_RETURN(const store::FileFacts found, store::look_at(folder.get(), path));
  if (!found.is_private) {
    return fail(Errc::permission_denied, "the data folder " + path +
                                             " is open to others; run `chmod 700 " + path +
                                             "` as the user that runs sentraild");
  }
  return {};
}

Result<crypto::SealKey> read_key(int file, const std::string& path) {
  SENTRAIL_ASSIGN_OR_RETURN(const store::FileFacts found, store::look_at(file, path));
  if (!found.is_private) {
    return fail(Errc::permission_denied, "the master key " + path +
                                             " is open to others; run `chmod 600 " + path +
                                             "`, and consider what it sealed as read");
  }
  if (found.bytes > kKeyFileBytesMax) return fail(Errc::corrupt, path + " is no master key");
  SENTRAIL_ASSIGN_OR_RETURN(std::string text, store::read_at(file, found.bytes, 0, path));
  while (text.ends_with('\n')) text.pop_back();
  Result<std::string> secret = base64_decode(text);
  crypto::wipe(text);
  if (!secret || secret->size() != crypto::SealKey::kSize) {
    return fail(Errc::corrupt,
                path +
                    " is no master key: restore it from its backup; nothing else opens what it "
                    "sealed");
  }
  Result<crypto::SealKey> key = crypto::SealKey::from_bytes(*secret);
  crypto::wipe(*secret);
  return key;
}

Result<crypto::SealKey> make_key(const std::string& path) {
  crypto::SealKey key = crypto::SealKey::generate();
  std::string text = base64_encode(key.bytes()) + "\n";
  const Status written = replace_file(path, text);
  crypto::wipe(text);
  SENTRAIL_TRY(written);
  return key;
}

}  // namespace

Result<DataDirectory> DataDirectory::open(const std::string& path) {
  SENTRAIL_TRY(store::make_directory(path));
  SENTRAIL_TRY(check_private_folder(path));
  SENTRAIL_ASSIGN_OR_RETURN(FileHandle lock, store::lock_file(path + "/sentraild.pid"));
  return DataDirectory(path, std::move(lock));
}

DataDirectory::~DataDirectory() {
  // Nobody must signal a process that is no longer this one. A failure leaves a stale number.
  if (lock_.get() >= 0) static_cast<void>(::ftruncate(lock_.get(), 0) != 0);
}

Result<crypto::SealKey> DataDirectory::master_key() const {
  const std::string path = path_ + "/master.key";
  const FileHandle file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (file.get() >= 0) return read_key(file.get(), path);
  if (errno != ENOENT) return io_failure("open", path);
  if (store::exists(store_path())) {
    return fail(Errc::not_found, "the master key " + path +
                                     " is missing beside its store: restore it from its backup");
  }
  return make_key(path);
}

Status replace_file(const std::string& path, std::string_view bytes) {
  SENTRAIL_TRY(store::make_whole(path, 0600, bytes));
  return {};
}

}  // namespace sentrail::server
