// Writes and reads the frame of a bundle. See bundle.hpp.
#include "core/bundle.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "core/bundle_levels.hpp"
#include "core/check.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

namespace sentrail {
namespace {

static_assert(sizeof(BundleHeader) == 32 && sizeof(SectionRow) == 24);

constexpr std::uint64_t aligned(std::uint64_t bytes) noexcept {
  return (bytes + kSectionAlignment - 1) / kSectionAlignment * kSectionAlignment;
}

template <class Row>
void append_row(std::string& out, const Row& row) {
  out.append(reinterpret_cast<const char*>(&row), sizeof(row));
}

tl::unexpected<Error> corrupt(std::string what) {
  return fail(Errc::corrupt, "the bundle is damaged: " + std::move(what));
}

bool is_zero(std::string_view bytes) noexcept {
  return std::all_of(bytes.begin(), bytes.end(), [](char byte) { return byte == 0; });
}

// Calls `visit(section number, table)` for every table of catalogs.
template <class View, class Visit>
void for_each_catalog_table(View&& view, Visit&& visit) {
  std::uint32_t id = kFirstCatalogSection;
  visit(id++, view.text);
  visit(id++, view.texts);
  visit(id++, view.catalogs);
  visit(id++, view.actions);
  visit(id++, view.aliases);
  visit(id++, view.nodes);
  visit(id++, view.literals);
  visit(id++, view.branches);
  visit(id++, view.tails);
  visit(id++, view.operations);
  visit(id++, view.bindings);
  visit(id++, view.id_parts);
  visit(id++, view.refinements);
  visit(id++, view.conditions);
  visit(id++, view.defaults);
}
constexpr std::uint32_t kCatalogSections = 15;

// The last of them is left out where it is empty, as it was before there was one.
constexpr bool is_optional(std::uint32_t id) noexcept {
  return id == static_cast<std::uint32_t>(kCatalogDefaultsSection);
}
static_assert(is_optional(kFirstCatalogSection + kCatalogSections - 1));

// Points a table at its rows.
void show(std::string_view& text, std::span<const char> rows) noexcept {
  text = {rows.data(), rows.size()};
}
template <class Row>
void show(std::span<const Row>& table, std::span<const Row> rows) noexcept {
  table = rows;
}

// Checks that sections follow each other in order, aligned, apart by zeros alone.
Status check_sections(std::string_view content, std::span<const SectionRow> sections) {
  std::uint64_t end = sizeof(BundleHeader) + sections.size_bytes();
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const SectionRow& row = sections[i];
    const std::string name = "section " + std::to_string(row.id);
    if (i > 0 && row.id <= sections[i - 1].id) return corrupt(name + " is out of order");
    if (row.offset != aligned(end)) return corrupt(name + " is not where it should be");
    if (row.offset > content.size() || row.bytes > content.size() - row.offset) {
      return corrupt(name + " ends after the content");
    }
    if (row.row_bytes == 0 || row.bytes % row.row_bytes != 0) {
      return corrupt(name + " is no whole number of rows");
    }
    if (!is_zero(content.substr(end, row.offset - end))) {
      return corrupt("there are bytes before " + name);
    }
    end = row.offset + row.bytes;
  }
  if (content.size() != aligned(end)) return corrupt("the content does not end with its sections");
  if (!is_zero(content.substr(end))) return corrupt("there are bytes after the last section");
  return {};
}

}  // namespace

void BundleWriter::add(std::uint32_t id, std::string_view bytes, std::uint32_t row_bytes) {
  SENTRAIL_CHECK(row_bytes > 0 && bytes.size() % row_bytes == 0);
  const auto at = std::lower_bound(
      sections_.begin(), sections_.end(), id,
      [](const Section& section, std::uint32_t wanted) { return section.id < wanted; });
  SENTRAIL_CHECK_NOTE(at == sections_.end() || at->id != id, "a section is added twice");
  sections_.insert(at, {id, row_bytes, std::string(bytes)});
}

void BundleWriter::add_policy(const Program& program, const CatalogView& catalogs) {
  level_ = level_needed(program, catalogs);
  for_each_table(program, [this](TableId id, const auto& table) {
    if (level_of(id) > level_) return;
    using Row = typename std::remove_cvref_t<decltype(table)>::value_type;
    const std::string_view bytes(reinterpret_cast<const char*>(table.data()), table.size_bytes());
    add(static_cast<std::uint32_t>(id), bytes, sizeof(Row));
  });
  add_catalogs(catalogs);
}

void BundleWriter::add_catalogs(const CatalogView& catalogs) {
  if (catalogs.catalogs.empty()) return;
  for_each_catalog_table(catalogs, [this](std::uint32_t id, const auto& table) {
    using Row = typename std::remove_cvref_t<decltype(table)>::value_type;
    if (is_optional(id) && table.empty()) return;
    const std::string_view bytes(reinterpret_cast<const char*>(table.data()),
                                 table.size() * sizeof(Row));
    add(id, bytes, sizeof(Row));
  });
}

void BundleWriter::add_section(std::uint32_t id, std::string_view bytes, std::uint32_t row_bytes) {
  SENTRAIL_CHECK(id >= kFirstForeignSection);
  add(id, bytes, row_bytes);
}

Result<std::string> BundleWriter::finish() const {
  std::vector<SectionRow> rows;
  std::uint64_t end = sizeof(BundleHeader) + sections_.size() * sizeof(SectionRow);
  for (const Section& section : sections_) {
    rows.push_back({section.id, section.row_bytes, aligned(end), section.bytes.size()});
    end = rows.back().offset + rows.back().bytes;
  }
  if (end > limits::kBundleBytesMax - kSectionAlignment) {
    return fail(Errc::limit_exceeded, "the bundle would be larger than " +
                                          std::to_string(limits::kBundleBytesMax >> 20) + " MiB");
  }
  BundleHeader header;
  header.section_count = static_cast<std::uint32_t>(rows.size());
  header.content_bytes = aligned(end);
  header.level = level_;
  std::string content;
  content.reserve(header.content_bytes);
  append_row(content, header);
  for (const SectionRow& row : rows) append_row(content, row);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    content.resize(rows[i].offset, '\0');
    content += sections_[i].bytes;
  }
  content.resize(header.content_bytes, '\0');
  return content;
}

std::string bundle_statement(std::string_view policy, std::uint64_t content_bytes,
                             std::string_view sha256_hex) {
  return "sentrail bundle v" + std::to_string(kBundleVersion) + "\npolicy " +
         escape_display(policy) + "\nbytes " + std::to_string(content_bytes) + "\nsha256 " +
         std::string(sha256_hex) + "\n";
}

Result<BundleReader> BundleReader::open(std::string_view bytes) {
  if (reinterpret_cast<std::uintptr_t>(bytes.data()) % 8 != 0) {
    return fail(Errc::invalid_argument, "the bundle's bytes are not aligned to 8");
  }
  if (bytes.size() > limits::kBundleBytesMax) {
    return fail(Errc::limit_exceeded, "the bundle is larger than " +
                                          std::to_string(limits::kBundleBytesMax >> 20) + " MiB");
  }
  BundleHeader header;
  if (bytes.size() < sizeof(header)) return corrupt("it is shorter than its header");
  std::memcpy(&header, bytes.data(), sizeof(header));
  if (std::memcmp(header.magic, BundleHeader{}.magic, sizeof(header.magic)) != 0) {
    return corrupt("it is no Sentrail bundle");
  }
  if (header.version != kBundleVersion) {
    return fail(Errc::unsupported, "the bundle has format version " +
                                       std::to_string(header.version) + "; this build reads " +
                                       std::to_string(kBundleVersion));
  }
  if (header.level > kBundleLevel) {
    return fail(Errc::unsupported,
                "the bundle needs level " + std::to_string(header.level) +
                    " of the format; this build reads up to " + std::to_string(kBundleLevel) +
                    ": update it, or build with --level " + std::to_string(kBundleLevel));
  }
  if (header.level == 0 || header.zero != 0) return corrupt("its header has odd bytes");
  if (header.content_bytes > bytes.size()) return corrupt("it is shorter than its content");
  BundleReader reader;
  reader.level_ = header.level;
  reader.content_ = bytes.substr(0, header.content_bytes);
  reader.statement_ = bytes.substr(header.content_bytes);
  const std::uint64_t table_end =
      sizeof(header) + std::uint64_t{header.section_count} * sizeof(SectionRow);
  if (table_end > reader.content_.size()) return corrupt("it is shorter than its section table");
  reader.sections_ = {reinterpret_cast<const SectionRow*>(bytes.data() + sizeof(header)),
                      header.section_count};
  SENTRAIL_TRY(check_sections(reader.content_, reader.sections_));
  return reader;
}

const SectionRow* BundleReader::find(std::uint32_t id) const noexcept {
  const auto found =
      std::lower_bound(sections_.begin(), sections_.end(), id,
                       [](const SectionRow& row, std::uint32_t wanted) { return row.id < wanted; });
  return found != sections_.end() && found->id == id ? &*found : nullptr;
}

Result<std::string_view> BundleReader::bytes_of(std::uint32_t id, std::size_t row_bytes) const {
  const SectionRow* row = find(id);
  if (row == nullptr) {
    return fail(Errc::not_found, "the bundle has no section " + std::to_string(id));
  }
  if (row->row_bytes != row_bytes) {
    return corrupt("section " + std::to_string(id) + " has rows of " +
                   std::to_string(row->row_bytes) + " bytes instead of " +
                   std::to_string(row_bytes));
  }
  return content_.substr(row->offset, row->bytes);
}

Result<Program> BundleReader::program() const {
  Program program;
  Status status;
  for_each_table(program, [&](TableId id, auto& table) {
    using Row = typename std::remove_cvref_t<decltype(table)>::value_type;
    if (!status || level_of(id) > level_) return;
    auto rows = section<Row>(static_cast<std::uint32_t>(id));
    if (rows) show(table, *rows);
    if (!rows) status = tl::make_unexpected(std::move(rows).error());
  });
  SENTRAIL_TRY(status);
  CatalogView catalogs;
  if (has_section(static_cast<std::uint32_t>(kCatalogDefaultsSection))) {
    SENTRAIL_ASSIGN_OR_RETURN(
        catalogs.defaults,
        section<CatalogDefaultRow>(static_cast<std::uint32_t>(kCatalogDefaultsSection)));
    if (catalogs.defaults.empty()) return corrupt("it has a section of defaults without rows");
  }
  if (level_needed(program, catalogs) != level_) {
    return corrupt("its level is not the one it needs");
  }
  SENTRAIL_TRY(verify(program));
  return program;
}

Result<CatalogView> BundleReader::catalogs() const {
  CatalogView view;
  if (!has_section(kFirstCatalogSection)) return view;
  Status status;
  for_each_catalog_table(view, [&](std::uint32_t id, auto& table) {
    using Row = typename std::remove_cvref_t<decltype(table)>::value_type;
    if (!status || (is_optional(id) && !has_section(id))) return;
    auto rows = section<Row>(id);
    if (rows) show(table, *rows);
    if (!rows) status = tl::make_unexpected(std::move(rows).error());
  });
  SENTRAIL_TRY(status);
  SENTRAIL_TRY(verify(view));
  return view;
}

Status BundleReader::knows_all_sections() const {
  const bool catalogs = has_section(kFirstCatalogSection);
  for (const SectionRow& row : sections_) {
    const bool table = row.id >= static_cast<std::uint32_t>(TableId::text) &&
                       level_of(static_cast<TableId>(row.id)) <= level_;
    const bool catalog = catalogs && row.id >= kFirstCatalogSection &&
                         row.id < kFirstCatalogSection + kCatalogSections;
    if (!table && !catalog && row.id < kFirstForeignSection) {
      return fail(Errc::unsupported, "the bundle has a section " + std::to_string(row.id) +
                                         " that this build does not know");
    }
  }
  return {};
}

}  // namespace sentrail
