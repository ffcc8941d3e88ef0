// Lays tries out level by level. See text_finder.hpp.
#include "runtime/decide/text_finder.hpp"

#include <algorithm>
#include <utility>

#include "core/check.hpp"
#include "core/limits.hpp"

namespace sentrail::decide {
namespace {

constexpr char lowered(char byte) noexcept {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + ('a' - 'A')) : byte;
}

}  // namespace

class TextFinder::Builder {
 public:
  Builder(std::span<const DemandedText* const> texts, TextFinder& finder)
      : texts_(texts), out_(finder) {}

  void run() {
    make_classes();
    for (std::uint32_t i = 0; i < texts_.size(); ++i) filed_.push_back({key_of(*texts_[i]), i});
    std::ranges::sort(filed_, {}, [&](const Filed& one) {
      return std::tuple(texts_[one.number]->place, std::string_view(one.key), one.number);
    });
    make_tries();
    make_links();
    make_pairs();
    for (const Draft& one : drafts_) {
      out_.nodes_.emplace_back(one.ways, one.first, one.fail, one.output);
    }
  }

 private:
  // A text, by the classes that lead to where it is found.
  struct Filed {
    std::string key;
    std::uint32_t number = 0;
  };
  // A state under way: the filed texts that pass it, and how many bytes lead to it.
  struct Draft {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    std::uint32_t depth = 0;
    std::uint32_t parent = 0;
    std::uint8_t way = 0;
    std::uint64_t ways = 0;
    std::uint32_t first = 0;
    std::uint32_t fail = 0;
    std::uint32_t output = 0;
  };

  // Bytes get classes of their own as long as there are some. Cases are one class if any text is
  // folded.
  void make_classes() {
    const bool fold = std::ranges::any_of(texts_, &DemandedText::folded);
    std::array<bool, 256> used{};
    for (const DemandedText* text : texts_) {
      for (const char byte : text->text) {
        used[static_cast<unsigned char>(fold ? lowered(byte) : byte)] = true;
      }
    }
    unsigned next = 0;
    for (std::size_t byte = 0; byte < used.size(); ++byte) {
      if (!used[byte]) continue;
      out_.classes_[byte] = static_cast<std::uint8_t>(1 + next++ % (kClasses - 1));
    }
    if (!fold) return;
    for (char byte = 'A'; byte <= 'Z'; ++byte) {
      out_.classes_[static_cast<unsigned char>(byte)] =
          out_.classes_[static_cast<unsigned char>(lowered(byte))];
    }
  }

  [[nodiscard]] std::string key_of(const DemandedText& text) const {
    std::string key = text.text;
    if (text.place == TextPlace::tail) std::ranges::reverse(key);
    key.resize(std::min(key.size(), limits::kTextLookedForMax));
    for (char& byte : key) {
      byte = static_cast<char>(out_.classes_[static_cast<unsigned char>(byte)]);
    }
    return key;
  }

  // States in the order of their depth, so that those that one leads to lie side by side.
  void make_tries() {
    std::uint32_t at = 0;
    for (const TextPlace place : {TextPlace::anywhere, TextPlace::head, TextPlace::tail}) {
      const std::uint32_t begin = at;
      while (at < filed_.size() && texts_[filed_[at].number]->place == place) ++at;
      drafts_.push_back({.begin = begin, .end = at});
    }
    for (std::uint32_t state = 0; state < drafts_.size(); ++state) {
      std::uint32_t i = drafts_[state].begin;
      const std::uint32_t end = drafts_[state].end;
      const std::uint32_t depth = drafts_[state].depth;
      i = add_output(state, i, end, depth);
      drafts_[state].first = static_cast<std::uint32_t>(drafts_.size());
      while (i < end) {
        const auto way = static_cast<std::uint8_t>(filed_[i].key[depth]);
        Draft next{.begin = i, .depth = depth + 1, .parent = state, .way = way};
        while (i < end && static_cast<std::uint8_t>(filed_[i].key[depth]) == way) ++i;
        next.end = i;
        drafts_[state].ways |= std::uint64_t{1} << way;
        drafts_.push_back(next);
      }
    }
    SENTRAIL_CHECK(drafts_.size() <= kMask);
  }

  // Those of a state's texts that end there come first. Gives the first other.
  std::uint32_t add_output(std::uint32_t state, std::uint32_t i, std::uint32_t end,
                           std::uint32_t depth) {
    const auto begin = static_cast<std::uint32_t>(out_.texts_.size());
    for (; i < end && filed_[i].key.size() == depth; ++i) {
      const DemandedText& text = *texts_[filed_[i].number];
      out_.texts_.push_back({.number = filed_[i].number,
                             .offset = static_cast<std::uint32_t>(out_.pool_.size()),
                             .bytes = static_cast<std::uint32_t>(text.text.size()),
                             .looked_for = depth,
                             .place = text.place,
                             .folded = text.folded});
      out_.pool_ += text.text;
    }
    const auto texts_end = static_cast<std::uint32_t>(out_.texts_.size());
    if (texts_end > begin) {
      out_.outputs_.push_back({.begin = begin, .end = texts_end});
      drafts_[state].output = static_cast<std::uint32_t>(out_.outputs_.size());
    }
    return i;
  }

  [[nodiscard]] static std::uint32_t next(const Draft& from, unsigned way) {
    return Node(from.ways, from.first, 0, 0).next(way);
  }

  // Where to go on if a state has no way: to that of the longest end of its bytes. What ends there
  // ends here too.
  void make_links() {
    for (std::uint32_t state = kTail + 1; state < drafts_.size(); ++state) {
      Draft& here = drafts_[state];
      if (texts_[filed_[here.begin].number]->place != TextPlace::anywhere) continue;
      if (here.depth > 1) {
        std::uint32_t from = drafts_[here.parent].fail;
        while (from != kAnywhere && (drafts_[from].ways >> here.way & 1) == 0) {
          from = drafts_[from].fail;
        }
        const bool leads = (drafts_[from].ways >> here.way & 1) != 0;
        here.fail = leads ? next(drafts_[from], here.way) : kAnywhere;
      }
      const std::uint32_t shorter = drafts_[here.fail].output;
      if (here.output == 0) {
        here.output = shorter;
      } else {
        out_.outputs_[here.output - 1].next = shorter;
      }
    }
  }

  void make_pairs() {
    for (unsigned way = 0; way < kClasses; ++way) {
      if ((drafts_[kAnywhere].ways >> way & 1) == 0) continue;
      const Draft& after = drafts_[next(drafts_[kAnywhere], way)];
      out_.pairs_[way] = after.output != 0 ? ~std::uint64_t{0} : after.ways;
    }
  }

  std::span<const DemandedText* const> texts_;
  TextFinder& out_;
  std::vector<Filed> filed_;
  std::vector<Draft> drafts_;
};

TextFinder::TextFinder(std::span<const DemandedText* const> texts) {
  Builder(texts, *this).run();
}

bool TextFinder::is_there(const Text& text, std::string_view value, std::size_t at) const noexcept {
  if (text.bytes > value.size()) return false;
  const std::size_t begin = text.place == TextPlace::anywhere ? at - text.looked_for
                            : text.place == TextPlace::head   ? 0
                                                              : value.size() - text.bytes;
  if (value.size() - begin < text.bytes) return false;
  const char* const there = value.data() + begin;
  const char* const wanted = pool_.data() + text.offset;
  if (!text.folded) return are_equal(there, wanted, text.bytes);
  for (std::uint32_t i = 0; i < text.bytes; ++i) {
    if (lowered(there[i]) != wanted[i]) return false;
  }
  return true;
}

}  // namespace sentrail::decide
