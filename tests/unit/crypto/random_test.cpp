// Randomness has the right shape; UUIDs have their versions and the published names.
#include "crypto/random.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <set>

namespace sentrail::crypto {
namespace {

TEST(Random, BytesDiffer) {
  EXPECT_EQ(random_bytes(0), "");
  EXPECT_EQ(random_bytes(33).size(), 33u);
  EXPECT_NE(random_bytes(16), random_bytes(16));
  std::array<std::uint8_t, 64> bytes{};
  fill_random(bytes);
  EXPECT_NE(bytes, (std::array<std::uint8_t, 64>{}));
}

// A parent and its child share what was drawn ahead, and must not both hand it out.
TEST(Random, AChildDrawsItsOwn) {
  (void)uuid_v4();
  int ends[2] = {-1, -1};
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    const Uuid drawn = uuid_v4();
    _exit(write(ends[1], drawn.bytes.data(), drawn.bytes.size()) == 16 ? 0 : 1);
  }
  const Uuid ours = uuid_v4();
  Uuid theirs;
  EXPECT_EQ(read(ends[0], theirs.bytes.data(), theirs.bytes.size()), 16);
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_NE(ours, theirs);
  close(ends[0]);
  close(ends[1]);
}

// 62,000 draws: each character 1,000 times on average, standard deviation 31; 8 of them allowed.
TEST(Random, Base62IsEven) {
  const std::string text = random_base62(62'000);
  std::array<int, 256> counts{};
  for (const char each : text) ++counts[static_cast<unsigned char>(each)];
  int kinds = 0;
  for (int byte = 0; byte < 256; ++byte) {
    const int count = counts[static_cast<std::size_t>(byte)];
    if (count == 0) continue;
    ++kinds;
    EXPECT_TRUE(std::isalnum(byte)) << byte;
    EXPECT_NEAR(count, 1000, 250) << byte;
  }
  EXPECT_EQ(kinds, 62);
  EXPECT_EQ(random_base62(0), "");
}

TEST(Uuids, Version4) {
  std::set<Uuid> seen;
  for (int i = 0; i < 1000; ++i) {
    const Uuid uuid = uuid_v4();
    EXPECT_EQ(uuid.bytes[6] >> 4, 4);
    EXPECT_EQ(uuid.bytes[8] >> 6, 2);
    EXPECT_TRUE(seen.insert(uuid).second);
  }
}

TEST(Uuids, Version7AscendsWithTime) {
  const Uuid early = uuid_v7(0x0123456789ab);
  EXPECT_EQ(format_uuid(early).substr(0, 15), "01234567-89ab-7");
  EXPECT_EQ(early.bytes[8] & 0xc0u, 0x80u);
  EXPECT_LT(early, uuid_v7(0x0123456789ac));
  EXPECT_NE(uuid_v7(1), uuid_v7(1));
  EXPECT_EQ(format_uuid(uuid_v7(-1)).substr(0, 13), "00000000-0000");
}

// source: RFC 9562, appendix A.4; and the namespace of names in the DNS, §6.6.
TEST(Uuids, Version5) {
  const Uuid dns = parse_uuid("6ba7b810-9dad-11d1-80b4-00c04fd430c8").value();
  EXPECT_EQ(format_uuid(uuid_v5(dns, "www.example.com")), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
  EXPECT_NE(uuid_v5(dns, "a"), uuid_v5(dns, "b"));
  EXPECT_NE(uuid_v5(dns, "a"), uuid_v5(Uuid{}, "a"));
}

}  // namespace
}  // namespace sentrail::crypto
