// Truncations and single-byte changes of every pack and its catalogs, at places drawn at run time:
// each is accepted or refused with a diagnostic, in a bounded number of steps.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <random>

#include "tests/exhaustive/damaged_packs.hpp"

namespace sentrail::tests {
namespace {

constexpr int kOfEachPack = 400;
constexpr int kOfEachCatalog = 6;

class DamagedPacks : public ::testing::Test {
 protected:
  DamagedPacks() { std::printf("[   SEED   ] %llu\n", static_cast<unsigned long long>(seed_)); }

  std::size_t draw(std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
  }

  // A text that is cut off, or has one byte that is another.
  template <class Expect>
  void try_some(const PackFile& file, int times, Expect expect) {
    const DamageCost whole = expect(file.name, file.text);
    ASSERT_TRUE(whole.accepted) << file.name;
    // A damaged text is read again from each place where reading resumes.
    const std::size_t bound = 4 * whole.allocations + 100'000;
    for (int i = 0; i < times && !HasFailure(); ++i) {
      const std::size_t at = draw(file.text.size());
      const std::string where =
          file.name + ", byte " + std::to_string(at) + ", seed " + std::to_string(seed_);
      EXPECT_LE(expect(where + ", cut off", file.text.substr(0, at)).allocations, bound) << where;
      std::string changed = file.text;
      changed[at] = static_cast<char>(draw(256));
      EXPECT_LE(expect(where + ", changed", changed).allocations, bound) << where;
    }
  }

 private:
  std::uint64_t seed_ = std::random_device{}();
  std::mt19937_64 random_{seed_};
};

TEST_F(DamagedPacks, AreAcceptedOrRefusedWithADiagnostic) {
  const std::vector<PackFile> packs = policy_packs();
  ASSERT_GE(packs.size(), 6u);
  for (const PackFile& pack : packs) try_some(pack, kOfEachPack, expect_policy_or_diagnostic);
}

TEST_F(DamagedPacks, AndSoAreTheirCatalogs) {
  const std::vector<PackFile> catalogs = pack_catalogs();
  ASSERT_GE(catalogs.size(), 1u);
  for (const PackFile& one : catalogs) try_some(one, kOfEachCatalog, expect_catalog_or_diagnostic);
}

// What `try_some` relies on: a text without errors that is no policy would be seen.
TEST_F(DamagedPacks, AnEmptyTextIsRefused) {
  EXPECT_FALSE(expect_policy_or_diagnostic("empty", "").accepted);
  EXPECT_FALSE(expect_catalog_or_diagnostic("empty", "").accepted);
}

}  // namespace
}  // namespace sentrail::tests
