// What each word of the language is, in a line: for hovers and completions.
//
// Neighbours: hover.cpp, completion.cpp. Must not know: texts, trees. Those of attributes are the
// column *what it is* of docs/language.md L4.2; a test compares them.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "core/schema.hpp"

namespace sentrail::compiler::lsp {

// A word or sign and what it is, in Markdown.
struct WordHelp {
  std::string_view word;
  std::string_view help;
};

// What an attribute is.
[[nodiscard]] std::string_view help_of(AttributeId id) noexcept;
// What a keyword, an operator, an effect or a type after `is` is; empty if it is none.
[[nodiscard]] std::string_view help_of_word(std::string_view word) noexcept;

// The types after `is`; the risks and the effects come from core/decision.hpp.
inline constexpr std::array<std::string_view, 7> kTypeNames = {"string", "number", "bool",  "list",
                                                               "object", "null",   "absent"};

// Values to offer for an attribute, beside those of catalogs; maybe none.
[[nodiscard]] std::span<const std::string_view> offered_values(AttributeId id) noexcept;

// The operators that the checker takes beside a type, and beside `size(…)`; those most used first.
[[nodiscard]] std::vector<std::string_view> operators_of(Type type);
[[nodiscard]] std::vector<std::string_view> operators_of_sizes();
// Those of kTypeNames that a value of a type can be.
[[nodiscard]] std::vector<std::string_view> types_of(Type type);

// How trust is written.
[[nodiscard]] std::string_view name_of(Trust trust) noexcept;

}  // namespace sentrail::compiler::lsp
