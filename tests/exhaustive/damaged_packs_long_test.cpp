// Every truncation of every pack, and at every place each telling byte and each turned bit; of
// catalogs, which take longer, at every 97th place. See damaged_packs.hpp.
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/exhaustive/damaged_packs.hpp"

namespace sentrail::tests {
namespace {

constexpr std::size_t kCatalogStride = 97;

template <class Expect>
std::size_t try_all(const PackFile& file, std::size_t stride, Expect expect) {
  const DamageCost whole = expect(file.name, file.text);
  EXPECT_TRUE(whole.accepted) << file.name;
  const std::size_t bound = 4 * whole.allocations + 100'000;
  std::size_t tried = 0;
  for (std::size_t at = 0; at < file.text.size(); at += stride) {
    const std::string where = file.name + ", byte " + std::to_string(at);
    EXPECT_LE(expect(where + ", cut off", file.text.substr(0, at)).allocations, bound) << where;
    std::string bytes(kTellingBytes);
    for (unsigned bit = 0; bit < 8; ++bit) {
      bytes += static_cast<char>(static_cast<unsigned char>(file.text[at]) ^ (1u << bit));
    }
    std::string changed = file.text;
    for (const char byte : bytes) {
      changed[at] = byte;
      const auto number = std::to_string(static_cast<unsigned char>(byte));
      EXPECT_LE(expect(where + " is " + number, changed).allocations, bound) << where;
      if (::testing::Test::HasFailure()) return tried;
      ++tried;
    }
  }
  return tried;
}

TEST(EveryDamagedPack, IsAcceptedOrRefusedWithADiagnostic) {
  std::size_t tried = 0;
  for (const PackFile& pack : policy_packs()) {
    tried += try_all(pack, 1, expect_policy_or_diagnostic);
    if (HasFailure()) return;
  }
  std::printf("[   WORLDS ] damaged packs: %zu\n", tried);
  EXPECT_GT(tried, 500'000u);
}

TEST(EveryDamagedPack, AndSoAreTheirCatalogs) {
  for (const PackFile& one : pack_catalogs()) {
    EXPECT_GT(try_all(one, kCatalogStride, expect_catalog_or_diagnostic), 1'000u);
  }
}

}  // namespace
}  // namespace sentrail::tests
