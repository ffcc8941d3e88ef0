// The frame: one encoding, everything in its place. See core/bundle.hpp.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>

#include "compiler/lower/build_bundle.hpp"
#include "compiler/lower/lower.hpp"
#include "compiler/simplify/simplify.hpp"
#include "core/bundle.hpp"
#include "core/bundle_levels.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/random_policy.hpp"
#include "tests/unit/bundle/bundle_samples.hpp"

namespace sentrail::support {
namespace {

// Copies to where the alignment is right.
struct Aligned {
  explicit Aligned(std::string_view bytes) : words((bytes.size() + 7) / 8 + 1) {
    std::memcpy(words.data(), bytes.data(), bytes.size());
    view = {reinterpret_cast<const char*>(words.data()), bytes.size()};
  }
  std::vector<std::uint64_t> words;
  std::string_view view;
};

TEST(EncodeDecodeIdentity, HoldsForTheSampleAndForRandomPolicies) {
  Random random(41);
  for (int i = 0; i < 100; ++i) {
    const ir::Policy policy = i == 0 ? full_policy() : random_policy(random);
    const auto program = compiler::lower(compiler::simplify(policy));
    ASSERT_TRUE(program);
    BundleWriter writer;
    writer.add_policy(program->view(), {});
    const auto bytes = writer.finish();
    ASSERT_TRUE(bytes);
    const Aligned aligned(*bytes);
    const auto reader = BundleReader::open(aligned.view);
    ASSERT_TRUE(reader) << reader.error().message;
    const auto decoded = reader->program();
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(dump(*decoded), dump(program->view()));
    BundleWriter again;
    again.add_policy(*decoded, {});
    EXPECT_EQ(*again.finish(), *bytes);
  }
}

TEST(Bundle, IsReproducible) {
  EXPECT_EQ(full_bundle(), full_bundle());
}

TEST(Bundle, CarriesSectionsOfOtherFormats) {
  struct Row {
    std::uint32_t a;
    std::uint32_t b;
  };
  const std::vector<Row> rows = {{1, 2}, {3, 4}};
  const std::string_view bytes(reinterpret_cast<const char*>(rows.data()), 16);
  const ProgramStorage program = full_program();
  const std::vector<compiler::ForeignSection> foreign = {
      {kFirstForeignSection + 7, 1, "text"}, {kFirstForeignSection, 8, std::string(bytes)}};
  const auto bundle = compiler::build_bundle(
      {.program = program.view(), .catalogs = {}, .foreign = foreign, .signers = {}});
  ASSERT_TRUE(bundle);
  const auto loaded = bundles::LoadedBundle::from_bytes(*bundle, unsigned_allowed());
  ASSERT_TRUE(loaded) << loaded.error().message;
  const BundleReader& sections = (*loaded)->sections();
  const auto read = sections.section<Row>(kFirstForeignSection);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 2u);
  EXPECT_EQ((*read)[1].b, 4u);
  EXPECT_EQ(sections.section<char>(kFirstForeignSection + 7)->size(), 4u);
  EXPECT_EQ(sections.section<char>(kFirstForeignSection + 1).error().code, Errc::not_found);
  EXPECT_EQ(sections.section<char>(kFirstForeignSection).error().code, Errc::corrupt);
  EXPECT_FALSE(sections.has_section(kFirstForeignSection + 1));
}

TEST(Bundle, CarriesCatalogs) {
  CatalogTables tables;
  const ProgramStorage program = full_program();
  const auto bundle = compiler::build_bundle(
      {.program = program.view(), .catalogs = tables.view(), .foreign = {}, .signers = {}});
  ASSERT_TRUE(bundle);
  const auto loaded = bundles::LoadedBundle::from_bytes(*bundle, unsigned_allowed());
  ASSERT_TRUE(loaded);
  EXPECT_TRUE((*loaded)->catalogs().catalogs.empty());
}

TEST(Bundle, AlignsSectionsAndFillsGapsWithZeros) {
  const std::string content = content_of(full_bundle());
  BundleHeader header;
  std::memcpy(&header, content.data(), sizeof(header));
  std::vector<std::uint32_t> ids;
  for_each_table(Program{},
                 [&](TableId id, const auto&) { ids.push_back(static_cast<std::uint32_t>(id)); });
  ASSERT_EQ(header.section_count, ids.size());
  EXPECT_EQ(content.size() % kSectionAlignment, 0u);
  std::uint64_t end = sizeof(header) + header.section_count * sizeof(SectionRow);
  for (std::uint32_t i = 0; i < header.section_count; ++i) {
    SectionRow row;
    std::memcpy(&row, content.data() + sizeof(header) + i * sizeof(row), sizeof(row));
    EXPECT_EQ(row.id, ids[i]);
    EXPECT_EQ(row.offset % kSectionAlignment, 0u);
    EXPECT_GE(row.offset, end);
    EXPECT_LT(row.offset - end, kSectionAlignment);
    end = row.offset + row.bytes;
  }
}

TEST(Bundle, SaysWhatItIsInItsStatement) {
  const std::string bundle = full_bundle();
  const std::string content = content_of(bundle);
  const std::string statement = bundle.substr(content.size());
  EXPECT_TRUE(statement.starts_with("sentrail bundle v1\npolicy acme.agents\nbytes " +
                                    std::to_string(content.size()) + "\nsha256 "))
      << statement;
  EXPECT_TRUE(statement.ends_with("\n"));
}

TEST(BundleReader, RefusesBytesThatAreNotAligned) {
  const Aligned aligned("x" + full_bundle());
  EXPECT_EQ(BundleReader::open(aligned.view.substr(1)).error().code, Errc::invalid_argument);
}

// A bundle's level is the highest of its sections that have rows; none above it is there.
TEST(BundleLevels, AreTheLowestThatHoldTheProgram) {
  compiler::ir::Policy policy;
  policy.name = "p";
  policy.tiers.push_back({"t", false, {}});
  policy.tiers[0].rules = {rule("ask", Outcome::require_approval, always(policy))};
  policy.tiers[0].rules[0].approval = {{{false, "leads", 2}}, 3'600'000};
  const Result<ProgramStorage> program = compiler::lower(policy);
  ASSERT_TRUE(program);
  const auto third = compiler::build_bundle(
      {.program = program->view(), .catalogs = {}, .foreign = {}, .signers = {}});
  ASSERT_TRUE(third);
  const auto loaded = bundles::LoadedBundle::from_bytes(*third, unsigned_allowed());
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ((*loaded)->sections().level(), 3u);
  EXPECT_FALSE((*loaded)->sections().has_section(static_cast<std::uint32_t>(TableId::notes)));
  EXPECT_EQ(level_needed((*loaded)->program(), {}), 3u);
}

TEST(BundleLevels, EverySectionHasOne) {
  std::vector<std::uint32_t> sections(kBundleLevel + 1, 0);
  for_each_table(Program{}, [&](TableId id, const auto&) {
    ASSERT_LE(level_of(id), kBundleLevel);
    ++sections[level_of(id)];
  });
  ++sections[level_of(kCatalogDefaultsSection)];
  for (std::uint32_t level = 1; level <= kBundleLevel; ++level) EXPECT_GT(sections[level], 0u);
  EXPECT_EQ(level_of(static_cast<TableId>(255)), kBundleLevel + 1);
}

TEST(BundleLevels, AnyOtherIsRefused) {
  const std::uint32_t own = level_needed(full_program().view(), {});
  for (const std::uint32_t level : {0u, 1u, own - 1, own + 1, kBundleLevel + 1, ~0u}) {
    std::string content = content_of(full_bundle());
    std::memcpy(content.data() + offsetof(BundleHeader, level), &level, sizeof(level));
    const auto loaded =
        bundles::LoadedBundle::from_bytes(with_content(content), unsigned_allowed());
    ASSERT_FALSE(loaded) << level;
    const bool newer = level > kBundleLevel;
    EXPECT_EQ(loaded.error().code, newer ? Errc::unsupported : loaded.error().code);
    EXPECT_EQ(loaded.error().message.find("this build reads up to") != std::string::npos, newer);
  }
}

TEST(BundleReader, RefusesSectionsThatThisBuildDoesNotKnow) {
  for (const std::uint32_t id : {0u, 16u, 255u, 256u, 300u, 511u}) {
    // Renumbering the last section keeps the order; for 0, the first.
    std::string content = content_of(full_bundle());
    const std::size_t row = sizeof(BundleHeader) + (id == 0 ? 0 : 14 * sizeof(SectionRow));
    std::memcpy(content.data() + row, &id, sizeof(id));
    const auto loaded =
        bundles::LoadedBundle::from_bytes(with_content(content), unsigned_allowed());
    EXPECT_FALSE(loaded) << id;
  }
}

}  // namespace
}  // namespace sentrail::support
