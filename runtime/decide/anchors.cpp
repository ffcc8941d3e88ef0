// Files patterns under the rarest of their anchors. See anchors.hpp.
#include "runtime/decide/anchors.hpp"

#include <algorithm>
#include <bit>
#include <map>
#include <utility>

namespace sentrail::decide {
namespace {

// One segment of a pattern: what it begins and ends with, and whether that is all.
struct SegmentText {
  std::string head;
  std::string tail;
  bool literal = true;
  bool globstar = false;
};

std::vector<SegmentText> segments_of(const Program& program, const PatternRow& row) {
  std::vector<SegmentText> segments(1);
  for (const PatternOpRow& op : program.pattern_ops.subspan(row.ops_begin, row.ops_count)) {
    SegmentText& segment = segments.back();
    switch (static_cast<PatternOp>(op.op)) {
      case PatternOp::literal:
        if (segment.literal) segment.head += program.view(op.text);
        segment.tail += program.view(op.text);
        break;
      case PatternOp::any_one:
      case PatternOp::any_run:
        segment.literal = false;
        segment.tail.clear();
        break;
      case PatternOp::globstar:
        segment.literal = false;
        segment.globstar = true;
        break;
      case PatternOp::separator:
        segments.emplace_back();
        break;
    }
  }
  return segments;
}

// What every match begins with. `a/**` also matches `a`, so the separator before `**` is not part.
std::string head_of(const std::vector<SegmentText>& segments, char separator) {
  std::string head;
  for (std::size_t i = 0; i < segments.size() && !segments[i].globstar; ++i) {
    if (i > 0) head += separator;
    head += segments[i].head;
    if (!segments[i].literal) break;
  }
  return head;
}

std::string tail_of(const std::vector<SegmentText>& segments, char separator) {
  std::string tail;
  for (std::size_t i = segments.size(); i > 0 && !segments[i - 1].globstar; --i) {
    if (i < segments.size()) tail.insert(tail.begin(), separator);
    tail.insert(0, segments[i - 1].tail);
    if (!segments[i - 1].literal) break;
  }
  return tail;
}

// Cuts texts so that they have at most `most` lengths: where there are more, the length that
// fewest have gives way to the next shorter one. Gives the lengths.
std::vector<std::uint32_t> cut(std::span<std::string*> texts, std::size_t most) {
  std::map<std::size_t, std::size_t> counts;
  for (const std::string* text : texts) ++counts[text->size()];
  std::map<std::size_t, std::size_t> shorter;
  while (counts.size() > most) {
    auto rarest = std::next(counts.begin());
    for (auto one = rarest; one != counts.end(); ++one) {
      if (one->second < rarest->second) rarest = one;
    }
    const auto next = std::prev(rarest);
    shorter[rarest->first] = next->first;
    next->second += rarest->second;
    counts.erase(rarest);
  }
  for (std::string* text : texts) {
    auto to = shorter.find(text->size());
    for (; to != shorter.end(); to = shorter.find(text->size())) text->resize(to->second);
  }
  std::vector<std::uint32_t> lengths;
  for (const auto& [length, count] : counts) lengths.push_back(static_cast<std::uint32_t>(length));
  return lengths;
}

}  // namespace

std::vector<Anchor> anchors_of(const Program& verified, std::uint32_t pattern) {
  const PatternRow& row = verified.patterns[pattern];
  const auto separator = static_cast<char>(row.separator);
  const std::vector<SegmentText> segments = segments_of(verified, row);
  std::vector<Anchor> anchors;
  const auto add = [&anchors](AnchorPlace place, std::string text) {
    if (!text.empty()) anchors.push_back({place, std::move(text)});
  };
  add(AnchorPlace::head, head_of(segments, separator));
  add(AnchorPlace::tail, tail_of(segments, separator));
  for (const SegmentText& segment : segments) {
    if (segment.literal) add(AnchorPlace::segment, segment.head);
  }
  return anchors;
}

AnchorIndex::AnchorIndex(const Program& verified, std::span<const std::uint32_t> patterns,
                         std::uint32_t probes_max) {
  std::vector<std::vector<Anchor>> anchors;
  std::vector<std::uint64_t> hashes;
  const auto hash = [](const Anchor& anchor) { return hash_at(anchor.place, anchor.text); };
  for (const std::uint32_t pattern : patterns) {
    separator_ = static_cast<char>(verified.patterns[pattern].separator);
    for (const Anchor& one : anchors.emplace_back(anchors_of(verified, pattern))) {
      hashes.push_back(hash(one));
    }
  }
  std::ranges::sort(hashes);
  const auto sharing = [&](const Anchor& anchor) {
    return std::ranges::equal_range(hashes, hash(anchor)).size();
  };
  struct Filed {
    Anchor anchor;
    FoundPattern pattern;
  };
  std::vector<Filed> filed;
  for (std::uint32_t i = 0; i < patterns.size(); ++i) {
    const auto rarest = std::ranges::min_element(anchors[i], {}, sharing);
    if (rarest != anchors[i].end()) filed.push_back({std::move(*rarest), {patterns[i], i}});
  }
  const auto lengths_at = [&filed](AnchorPlace place) {
    std::vector<std::string*> texts;
    for (Filed& one : filed) {
      if (one.anchor.place == place) texts.push_back(&one.anchor.text);
    }
    return texts;
  };
  std::vector<std::string*> heads = lengths_at(AnchorPlace::head);
  for (const std::uint32_t length : cut(heads, kLengthsMax)) heads_.emplace_back(length);
  // A tail is cut from its front: kept back to front meanwhile.
  std::vector<std::string*> tails = lengths_at(AnchorPlace::tail);
  for (std::string* tail : tails) std::ranges::reverse(*tail);
  tails_ = cut(tails, kLengthsMax);
  for (std::string* tail : tails) std::ranges::reverse(*tail);
  has_segments_ = !lengths_at(AnchorPlace::segment).empty();
  std::vector<std::pair<std::uint64_t, FoundPattern>> hashed;
  hashed.reserve(filed.size());
  for (const Filed& one : filed) hashed.emplace_back(hash(one.anchor), one.pattern);
  fill(hashed, probes_max);
}

void AnchorIndex::fill(std::vector<std::pair<std::uint64_t, FoundPattern>>& filed,
                       std::uint32_t probes_max) {
  std::ranges::sort(filed, {},
                    [](const auto& one) { return std::pair(one.first, one.second.place); });
  std::size_t distinct = 0;
  for (std::size_t i = 0; i < filed.size(); ++i) {
    if (i == 0 || filed[i].first != filed[i - 1].first) ++distinct;
  }
  places_.assign(std::bit_ceil(std::max<std::size_t>(distinct * 2, 2)), Place{});
  mask_ = places_.size() - 1;
  shift_ = 64 - static_cast<std::uint32_t>(std::countr_zero(places_.size()));
  filed_.reserve(filed.size());
  std::vector<FoundPattern> always;
  for (std::size_t i = 0; i < filed.size();) {
    const std::uint64_t hash = filed[i].first;
    std::uint64_t at = hash >> shift_;
    const bool has_room = has_place(at, probes_max);
    Place place{hash, static_cast<std::uint32_t>(filed_.size()), 0};
    for (; i < filed.size() && filed[i].first == hash; ++i) {
      (has_room ? filed_ : always).push_back(filed[i].second);
    }
    place.end = static_cast<std::uint32_t>(filed_.size());
    if (has_room) places_[at] = place;
  }
  always_.begin = static_cast<std::uint32_t>(filed_.size());
  filed_.insert(filed_.end(), always.begin(), always.end());
  always_.end = static_cast<std::uint32_t>(filed_.size());
}

bool AnchorIndex::has_place(std::uint64_t& at, std::uint32_t probes_max) const noexcept {
  for (std::uint32_t probes = 0; probes < probes_max; ++probes) {
    if (places_[at].begin == places_[at].end) return true;
    at = (at + 1) & mask_;
  }
  return false;
}

}  // namespace sentrail::decide
