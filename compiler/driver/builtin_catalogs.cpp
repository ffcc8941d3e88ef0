// Puts the files of policies/catalogs/ into the program's read-only data. See builtin_catalogs.hpp.
//
// The assembler's .incbin takes bytes as they are: no generated source, no limit on literals.
#include "compiler/driver/builtin_catalogs.hpp"

#include <array>

// clang-format off
#define SENTRAIL_EMBED(symbol, path)                                                         \
  asm(".section .rodata\n" #symbol "_begin:\n.incbin \"" path "\"\n" #symbol "_end:\n"        \
      ".globl " #symbol "_begin\n.globl " #symbol "_end\n.text\n");                           \
  extern "C" const char symbol##_begin[];                                                     \
  extern "C" const char symbol##_end[]
// clang-format on

SENTRAIL_EMBED(sentrail_catalog_github, SENTRAIL_CATALOG_FOLDER "/github.yaml");

namespace sentrail::compiler {

std::span<const BuiltinCatalog> builtin_catalogs() noexcept {
  static const std::array<BuiltinCatalog, 1> kCatalogs = {{
      {"sentrail/github.yaml",
       {sentrail_catalog_github_begin,
        static_cast<std::size_t>(sentrail_catalog_github_end - sentrail_catalog_github_begin)}},
  }};
  return kCatalogs;
}

}  // namespace sentrail::compiler
