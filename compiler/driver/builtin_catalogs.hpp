// The catalogs that are part of the program, so that a policy checks anywhere.
//
// Neighbours: policies/catalogs/ holds their texts, load.cpp reads them. Must not know: the format.
#pragma once

#include <span>
#include <string_view>

namespace sentrail::compiler {

// One catalog's file: its name in messages and its text.
struct BuiltinCatalog {
  std::string_view file;
  std::string_view text;
};

// All of them.
[[nodiscard]] std::span<const BuiltinCatalog> builtin_catalogs() noexcept;

}  // namespace sentrail::compiler
