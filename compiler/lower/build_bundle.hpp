// From tables to the file: encode, hash, sign.
//
// Neighbours: lower.hpp (the tables), core/bundle.hpp (the frame), crypto/note.hpp (signatures),
// runtime/bundles (who reads it). Must not know: files, where keys are kept.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/catalog.hpp"
#include "core/program.hpp"
#include "core/result.hpp"
#include "crypto/note.hpp"

namespace sentrail::compiler {

// The section of policy sources: a line for each file, `SHA256-HEX NAME`, the policy's own first.
// No program reads it; people compare it with what they have.
inline constexpr std::uint32_t kSourcesSection = 512;

// A section of another format. `id` is at least kFirstForeignSection.
struct ForeignSection {
  std::uint32_t id = 0;
  std::uint32_t row_bytes = 1;
  std::string bytes;
};

// What goes into a bundle.
struct BundleParts {
  Program program;
  CatalogView catalogs;
  std::span<const ForeignSection> foreign;
  std::span<const crypto::NoteSigner> signers;  // none: the bundle is unsigned
};

// The bytes of a bundle. The same parts give the same bytes.
// REQUIRES: the program verifies, as what lower() gives does.
// fails: limit_exceeded past limits::kBundleBytesMax; corrupt if the catalogs do not verify.
[[nodiscard]] Result<std::string> build_bundle(const BundleParts& parts);

// A bundle with more signatures than it has; a signature that it has already is not repeated.
// fails: corrupt if the frame is damaged; invalid_argument, limit_exceeded as sign_note().
[[nodiscard]] Result<std::string> countersign(std::string_view bundle,
                                              std::span<const crypto::NoteSigner> signers);

}  // namespace sentrail::compiler
