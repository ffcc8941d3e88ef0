// Diffs against a plain reading of their own text: the hunks turn the one text into the other.
#include "compiler/driver/unified_diff.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

namespace sentrail::compiler {
namespace {

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    lines.push_back(text.substr(at, end - at));
    at = end;
  }
  return lines;
}

// Applies a unified diff as its format says, checking every context line and every number.
std::string patched(const std::string& before, const std::string& diff) {
  const std::vector<std::string> old = split(before);
  std::vector<std::string> script = split(diff);
  std::string out;
  std::size_t at = 0;
  std::size_t lines_out = 0;
  for (std::size_t i = 2; i < script.size(); ++i) {
    std::string line = script[i];
    const bool cut = i + 1 < script.size() && script[i + 1].starts_with("\\ ");
    if (cut) line.pop_back();
    if (line.starts_with("@@ ")) {
      unsigned long begin = 0;
      unsigned long count = 0;
      unsigned long new_begin = 0;
      unsigned long new_count = 0;
      EXPECT_EQ(std::sscanf(line.c_str(), "@@ -%lu,%lu +%lu,%lu @@", &begin, &count, &new_begin,
                            &new_count),
                4);
      const std::size_t first = count == 0 ? begin : begin - 1;
      for (; at < first; ++at, ++lines_out) out += old.at(at);
      EXPECT_EQ(lines_out, new_count == 0 ? new_begin : new_begin - 1) << diff;
    } else if (line.starts_with("+")) {
      out += line.substr(1);
      ++lines_out;
    } else if (line.starts_with("-")) {
      EXPECT_EQ(line.substr(1), old.at(at)) << diff;
      ++at;
    } else if (line.starts_with(" ")) {
      EXPECT_EQ(line.substr(1), old.at(at)) << diff;
      out += old.at(at);
      ++at;
      ++lines_out;
    }
  }
  for (; at < old.size(); ++at) out += old[at];
  return out;
}

TEST(UnifiedDiff, ShowsWhatChangesWithItsSurroundings) {
  EXPECT_EQ(unified_diff("p", "a\n", "a\n"), "");
  EXPECT_EQ(unified_diff("p", "a\nb\nc\nd\ne\nf\n", "a\nb\nc\nd\nE\nf\n"),
            "--- a/p\n+++ b/p\n@@ -2,5 +2,5 @@\n b\n c\n d\n-e\n+E\n f\n");
  EXPECT_EQ(unified_diff("p", "", "a\n"), "--- a/p\n+++ b/p\n@@ -0,0 +1,1 @@\n+a\n");
  EXPECT_EQ(unified_diff("/tmp/p", "a", "b\n"),
            "--- a/tmp/p\n+++ b/tmp/p\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+b\n");
}

TEST(UnifiedDiff, PatchesGiveTheOtherText) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto text = [&] {
    std::string out;
    const auto count = random() % 40;
    for (unsigned i = 0; i < count; ++i) out += std::string(1, char('a' + random() % 4)) + "\n";
    if (random() % 4 == 0) out += "end";
    return out;
  };
  for (int i = 0; i < 2000; ++i) {
    const std::string before = text();
    const std::string after = text();
    ASSERT_EQ(patched(before, unified_diff("p", before, after)), after)
        << unified_diff("p", before, after);
  }
}

TEST(UnifiedDiff, GivesUpOnTheShortestScriptBeforeItCostsTooMuch) {
  std::string before;
  std::string after = "same\n";
  for (int i = 0; i < 5000; ++i) {
    before += "b" + std::to_string(i) + "\n";
    after += "a" + std::to_string(i) + "\n";
  }
  before.insert(0, "same\n");
  EXPECT_EQ(patched(before, unified_diff("p", before, after)), after);
}

}  // namespace
}  // namespace sentrail::compiler
