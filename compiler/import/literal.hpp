// Texts of the language: how names, strings, numbers and paths of another are written in ours.
//
// Neighbours: attributes.hpp builds tests with them, write.hpp rules and comments. Must not know:
// any source format. What cannot be written gives nothing, and the caller says so.
// source: docs/language.md, L1.4 to L1.12.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace sentrail::compiler::import_ {

// A constant of a source policy. `text` is decoded for strings, a JSON number for numbers, `true`
// or `false` for bools.
enum class ConstantKind : std::uint8_t { string, number, boolean, null };
struct Constant {
  ConstantKind kind = ConstantKind::null;
  std::string text;

  friend bool operator==(const Constant&, const Constant&) = default;
};

// Quotes a text, unseen characters escaped. out: nothing if it is not UTF-8 or too long for a line.
[[nodiscard]] std::optional<std::string> quoted(std::string_view text);

// The same as an entry of a list, where `*`, `?` and `\` must be escaped to mean themselves.
[[nodiscard]] std::optional<std::string> quoted_entry(std::string_view text);

// Writes any constant but null. out: nothing for null, and for what the language cannot write.
[[nodiscard]] std::optional<std::string> written(const Constant& constant);

// Adds a member to a path: bare where it may be, else in quotes.
[[nodiscard]] std::optional<std::string> with_member(const std::string& path,
                                                     std::string_view member);

// Makes names of rules and tiers from texts: letters, digits and `_`, no keyword, no repeat.
class Names {
 public:
  // A name like `text`, or like `otherwise` if nothing of it is left.
  [[nodiscard]] std::string unique(std::string_view text, std::string_view otherwise);

 private:
  std::set<std::string, std::less<>> taken_;
  std::map<std::string, std::size_t, std::less<>> next_;  // number to try for a name
};

// A name like `text`, which others may have too.
[[nodiscard]] std::string name_like(std::string_view text, std::string_view otherwise);

}  // namespace sentrail::compiler::import_
