// Policy packs and their catalogs, cut off and changed by single bytes.
//
// Neighbours: damaged_packs_test.cpp tries some places, damaged_packs_long_test.cpp all. Must not
// know: what a pack says.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sentrail::tests {

// A file of policies/.
struct PackFile {
  std::string name;
  std::string text;
};

// All packs, sorted; and all catalogs beside them.
[[nodiscard]] std::vector<PackFile> policy_packs();
[[nodiscard]] std::vector<PackFile> pack_catalogs();

// The bytes that each place is changed to, besides its own with one bit turned: what the grammar
// stumbles over, and what is no text.
inline constexpr std::string_view kTellingBytes = {"\0\xff\xc3\x80\"\\{}()[]#\n\r\t .*/:=,-a_09<",
                                                   29};

// What a damaged text cost: allocations, as a measure of steps that a clock does not disturb.
struct DamageCost {
  std::size_t allocations = 0;
  bool accepted = false;
};

// Reads a text as a policy through all phases that `sentrailc build` has, or as a catalog, and
// fails the running test where it is neither accepted and well formed nor refused with a
// diagnostic whose places are in the text and that every renderer can show.
DamageCost expect_policy_or_diagnostic(const std::string& what, std::string text);
DamageCost expect_catalog_or_diagnostic(const std::string& what, std::string text);

}  // namespace sentrail::tests
