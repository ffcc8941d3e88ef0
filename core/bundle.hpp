// The file that carries a compiled policy: header, section table, aligned sections, statement.
//
// Neighbours: program.hpp (the sections we define), compiler/lower/build_bundle.hpp (writes and
// signs), runtime/bundles (loads, hashes, checks signatures). Must not know: hashes, keys, files.
// There is one encoding of given sections and no byte without a meaning: padding is zero and
// checked. docs/bundle_format.md is the format for those who implement it again.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/catalog.hpp"
#include "core/program.hpp"
#include "core/result.hpp"

namespace sentrail {

// The version of the bundle format; others are refused.
inline constexpr std::uint32_t kBundleVersion = 1;
// Sections begin at multiples of this from the start of the file.
inline constexpr std::size_t kSectionAlignment = 64;

// The first bytes of a bundle.
struct BundleHeader {
  char magic[8] = {'S', 'E', 'N', 'T', 'R', 'A', 'I', 'L'};
  std::uint32_t version = kBundleVersion;
  std::uint32_t section_count = 0;
  std::uint64_t content_bytes = 0;  // everything before the statement; a multiple of alignment
  std::uint32_t level = 1;          // bundle_levels.hpp
  std::uint32_t zero = 0;
};

// Section numbers: TableId below 256, the catalogs' tables in the order of CatalogView from here
// on, what others add from kFirstForeignSection. Of the first two kinds none is ever ignored.
inline constexpr std::uint32_t kFirstCatalogSection = 256;
inline constexpr std::uint32_t kFirstForeignSection = 512;

// Where a section lies. Rows ascend by id.
struct SectionRow {
  std::uint32_t id = 0;
  std::uint32_t row_bytes = 0;  // of one row; 1 for bytes without rows
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;  // a multiple of row_bytes
};

// Puts sections together. threads: one at a time.
class BundleWriter {
 public:
  // Adds the tables of a program and of catalogs, if there are any; those of levels that they do
  // not need are left out. REQUIRES: called once.
  void add_policy(const Program& program, const CatalogView& catalogs);
  // Adds a section of another format. REQUIRES: id ≥ kFirstForeignSection, new; bytes.size() is a
  // multiple of row_bytes.
  void add_section(std::uint32_t id, std::string_view bytes, std::uint32_t row_bytes);

  // The content of the bundle: what is hashed, followed in the file by the statement.
  // fails: limit_exceeded (limits::kBundleBytesMax).
  [[nodiscard]] Result<std::string> finish() const;

 private:
  struct Section {
    std::uint32_t id = 0;
    std::uint32_t row_bytes = 0;
    std::string bytes;
  };
  void add(std::uint32_t id, std::string_view bytes, std::uint32_t row_bytes);
  void add_catalogs(const CatalogView& catalogs);

  std::vector<Section> sections_;
  std::uint32_t level_ = 1;
};

// What a bundle says of its content, one fact a line. Signatures are over this text.
// REQUIRES: `sha256_hex` is the content's hash.
[[nodiscard]] std::string bundle_statement(std::string_view policy, std::uint64_t content_bytes,
                                           std::string_view sha256_hex);

// The parts of a bundle in memory. Keeps views of the bytes, which must outlive it.
class BundleReader {
 public:
  // Checks header, section table and padding; nothing of what sections hold.
  // REQUIRES: bytes.data() is aligned to 8. fails: corrupt; unsupported for other versions
  // and for levels above kBundleLevel; limit_exceeded (kBundleBytesMax).
  [[nodiscard]] static Result<BundleReader> open(std::string_view bytes);

  // What is hashed.
  [[nodiscard]] std::string_view content() const noexcept { return content_; }
  // The statement and its signatures, unchecked.
  [[nodiscard]] std::string_view statement() const noexcept { return statement_; }

  // Whether there is a section of that number.
  [[nodiscard]] bool has_section(std::uint32_t id) const noexcept { return find(id) != nullptr; }
  // The rows of a section in place. fails: not_found; corrupt if the rows have another size.
  template <class Row>
  [[nodiscard]] Result<std::span<const Row>> section(std::uint32_t id) const;

  // The level of the format that it needs.
  [[nodiscard]] std::uint32_t level() const noexcept { return level_; }
  // The program's tables, verified.
  [[nodiscard]] Result<Program> program() const;
  // The catalogs' tables, verified; empty ones if the bundle has no catalogs.
  [[nodiscard]] Result<CatalogView> catalogs() const;
  // Whether this build knows every section that it must not ignore. fails: unsupported.
  [[nodiscard]] Status knows_all_sections() const;

 private:
  [[nodiscard]] const SectionRow* find(std::uint32_t id) const noexcept;
  [[nodiscard]] Result<std::string_view> bytes_of(std::uint32_t id, std::size_t row_bytes) const;

  std::string_view content_;
  std::string_view statement_;
  std::span<const SectionRow> sections_;
  std::uint32_t level_ = 1;
};

template <class Row>
Result<std::span<const Row>> BundleReader::section(std::uint32_t id) const {
  static_assert(std::is_trivially_copyable_v<Row> && alignof(Row) <= 8);
  SENTRAIL_ASSIGN_OR_RETURN(const std::string_view bytes, bytes_of(id, sizeof(Row)));
  // Rows hold integers alone, so that any bytes are rows; open() has seen to the alignment.
  return std::span<const Row>(reinterpret_cast<const Row*>(bytes.data()),
                              bytes.size() / sizeof(Row));
}

}  // namespace sentrail
