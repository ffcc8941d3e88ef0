// Globs of Go and expressions of RE2 as regular expressions of ours. See cel.hpp.
//
// The two languages agree but for `\s`, which takes no vertical tab in RE2, and for case: RE2 folds
// by Unicode, where `k` is the Kelvin sign too and `s` the long s.
#include <optional>
#include <string>
#include <string_view>

#include "compiler/import/cel.hpp"

namespace sentrail::compiler::import_ {
namespace {

constexpr std::string_view kSpace = " \\t\\n\\f\\r";

bool is_ascii(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

// Reads an expression from left to right and writes ours.
class Rewriter {
 public:
  explicit Rewriter(std::string_view text) : text_(text) {}

  std::optional<std::string> run() {
    if (!read_flags()) return std::nullopt;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      const bool fine = c == '\\'  ? read_escape(false)
                        : c == '[' ? read_class()
                        : c == '(' ? read_group()
                                   : read_plain(c);
      if (!fine) return std::nullopt;
    }
    return std::move(out_);
  }

 private:
  // Flags at the very beginning; anywhere else they are not carried.
  bool read_flags() {
    if (!text_.starts_with("(?")) return true;
    const std::size_t end = text_.find(')');
    if (end == std::string_view::npos) return false;
    const std::string_view flags = text_.substr(2, end - 2);
    if (flags.empty() || flags.find_first_not_of("ims") != std::string_view::npos) return true;
    folded_ = flags.find('i') != std::string_view::npos;
    if (folded_ && !is_ascii(text_)) return false;
    out_ = text_.substr(0, end + 1);
    at_ = end + 1;
    return true;
  }

  bool read_group() {
    if (text_.substr(at_).starts_with("(?") && !text_.substr(at_).starts_with("(?:")) return false;
    out_ += text_[at_++];
    return true;
  }

  bool read_plain(char c) {
    ++at_;
    if (folded_ && (c == 'k' || c == 'K')) {
      out_ += "[kK\\x{212a}]";
    } else if (folded_ && (c == 's' || c == 'S')) {
      out_ += "[sS\\x{17f}]";
    } else {
      out_ += c;
    }
    return true;
  }

  // What both languages read alike; letters that only one of them knows are refused.
  bool read_escape(bool in_class) {
    if (at_ + 1 >= text_.size()) return false;
    const char c = text_[at_ + 1];
    if (c == 's') {
      out_ += in_class ? std::string(kSpace) : "[" + std::string(kSpace) + "]";
    } else if (c == 'S') {
      if (in_class) return false;
      out_ += "[^" + std::string(kSpace) + "]";
    } else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) {
      const std::string_view shared = in_class ? "dDwWnrtfvx" : "dDwWnrtfvxbBAz";
      if (shared.find(c) == std::string_view::npos) return false;
      if (folded_ && (c == 'w' || c == 'W' || c == 'x')) return false;
      out_ += text_.substr(at_, 2);
    } else {
      out_ += text_.substr(at_, 2);
    }
    at_ += 2;
    return true;
  }

  // A class with letters cannot be folded piece by piece.
  bool read_class() {
    out_ += text_[at_++];
    if (at_ < text_.size() && text_[at_] == '^') out_ += text_[at_++];
    bool first = true;
    for (; at_ < text_.size() && (text_[at_] != ']' || first); first = false) {
      const char c = text_[at_];
      if (c == '\\') {
        if (!read_escape(true)) return false;
        continue;
      }
      if (c == '[' && text_.substr(at_).starts_with("[:")) return false;
      if (folded_ && (c == 'k' || c == 'K' || c == 's' || c == 'S' || c == '-')) return false;
      if (c == '[' || c == ']') out_ += '\\';
      out_ += c;
      ++at_;
    }
    if (at_ >= text_.size()) return false;
    out_ += text_[at_++];
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool folded_ = false;
  std::string out_;
};

}  // namespace

std::optional<std::string> regex_of_re2(std::string_view expression) {
  return Rewriter(expression).run();
}

FormulaRef matches_glob(const Place& place, std::string_view glob) {
  if (glob == "*") return always();
  std::string literal;
  std::string expression = "^";
  std::size_t wildcards = 0;
  for (std::size_t i = 0; i < glob.size(); ++i) {
    const char c = glob[i];
    if (c == '*' || c == '?') {
      expression += c == '*' ? "[^/]*" : "[^/]";
      ++wildcards;
      continue;
    }
    if (c == '[' || c == '\\') {
      return unknown("the glob `" + std::string(glob) + "` has brackets or escapes");
    }
    literal += c;
    expression += regex_escaped(std::string(1, c));
  }
  if (wildcards == 0) return compare(place, Comparison::equal, {ConstantKind::string, literal});
  return finds(place, expression + "$");
}

}  // namespace sentrail::compiler::import_
