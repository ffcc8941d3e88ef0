// One walk through the tree for each sample. See regex_samples.hpp.
#include "compiler/probe/regex_samples.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "compiler/regex/tree.hpp"
#include "core/text.hpp"

namespace sentrail::compiler::probe {
namespace {

constexpr std::size_t kWalks = 8;
// A repetition may ask for a great many; what is longer is no sample that people read.
constexpr std::size_t kSampleBytesMax = 256;

// The most readable character of a set.
char32_t pick(std::span<const regex::Range> set) {
  for (const char32_t wanted : {U'a', U'A', U'0', U'_', U' '}) {
    for (const regex::Range& range : set) {
      if (range.low <= wanted && wanted <= range.high) return wanted;
    }
  }
  for (const regex::Range& range : set) {
    if (range.high > U' ') return std::max(range.low, U'!');
  }
  return set.front().low;
}

// Appends what one walk meets; `turn` chooses among alternatives. Recursion is bounded by
// limits::kRegexDepthMax.
void walk(const regex::Tree& tree, regex::NodeId id, std::size_t turn, std::string& out) {
  const regex::Node& node = tree.nodes[id];
  switch (node.kind) {
    case regex::NodeKind::empty:
    case regex::NodeKind::assertion:
      return;
    case regex::NodeKind::set:
      if (!node.set.empty()) append_utf8(out, pick(node.set));
      return;
    case regex::NodeKind::sequence:
      for (const regex::NodeId child : node.children) walk(tree, child, turn, out);
      return;
    case regex::NodeKind::choice:
      walk(tree, node.children[turn % node.children.size()], turn / node.children.size(), out);
      return;
    case regex::NodeKind::repeat: {
      const std::uint32_t times =
          std::max(node.least, std::min(node.most, turn % 2 == 0 ? 1U : 0U));
      for (std::uint32_t i = 0; i < times && out.size() <= kSampleBytesMax; ++i) {
        walk(tree, node.children.front(), turn, out);
      }
      return;
    }
  }
}

}  // namespace

std::vector<std::string> samples_of_regex(std::string_view text) {
  std::vector<std::string> samples;
  const auto tree = regex::parse(text);
  if (!tree) return samples;
  for (std::size_t turn = 0; turn < kWalks; ++turn) {
    std::string sample;
    walk(*tree, tree->root, turn, sample);
    if (sample.size() > kSampleBytesMax) continue;
    if (std::find(samples.begin(), samples.end(), sample) == samples.end()) {
      samples.push_back(std::move(sample));
    }
  }
  return samples;
}

}  // namespace sentrail::compiler::probe
