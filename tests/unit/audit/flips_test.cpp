// Every byte of a log of a thousand entries, flipped: each is found from the files alone.
//
// Neighbours: log_verify_test.cpp looks at what is said of it. Must not know: how it is found.
#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <string>

#include "runtime/audit/log_verify.hpp"
#include "tests/unit/audit/log_folder.hpp"

namespace sentrail::audit {
namespace {

// The files of a folder, each read once, and those of them that somebody asked for.
class ReadFiles final : public TileSource {
 public:
  explicit ReadFiles(const std::string& folder) : folder_(folder) {}
  [[nodiscard]] Result<std::string> read(const std::string& path) override {
    const auto found = files.find(path);
    if (found != files.end()) return found->second;
    Result<std::string> bytes = folder_.read(path);
    if (bytes) files[path] = *bytes;
    return bytes;
  }

  std::map<std::string, std::string> files;

 private:
  TileFolder folder_;
};

TEST(Flips, EveryByteOfAThousandEntriesIsFound) {
  constexpr std::uint64_t kEntries = 1'000;
  const store::TemporaryDirectory folder;
  test::LogFolder log(folder.path());
  log.grow(kEntries);
  const crypto::NoteVerifier key = log.signer().key();
  ReadFiles source(log.path());
  ASSERT_FALSE(verify_shard(source, key, test::kFolderYear)->fault.has_value());
  std::size_t flips = 0;
  for (auto& [path, bytes] : source.files) {
    for (std::size_t at = 0; at < bytes.size(); ++at, ++flips) {
      const auto bit = static_cast<char>(1 << (at % 8));
      bytes[at] = static_cast<char>(bytes[at] ^ bit);
      ASSERT_TRUE(verify_shard(source, key, test::kFolderYear)->fault.has_value())
          << path << " at " << at;
      bytes[at] = static_cast<char>(bytes[at] ^ bit);
    }
  }
  std::printf("%zu bytes of %zu files\n", flips, source.files.size());
  EXPECT_FALSE(verify_shard(source, key, test::kFolderYear)->fault.has_value());
}

}  // namespace
}  // namespace sentrail::audit
