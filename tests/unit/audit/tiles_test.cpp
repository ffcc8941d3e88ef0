// Names and contents of tiles, checkpoints and proof files: what is written is read back, and
// nothing else is.
#include "runtime/audit/tiles.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/limits.hpp"
#include "runtime/audit/checkpoint.hpp"
#include "runtime/audit/leaf.hpp"
#include "runtime/audit/tile_files.hpp"
#include "runtime/audit/tile_tree.hpp"
#include "runtime/audit/tlog_proof.hpp"
#include "tests/unit/audit/tile_memory.hpp"
#include "tests/unit/store/fixtures.hpp"

namespace sentrail::audit {
namespace {

using crypto::Digest;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Tiles, NamesAreThoseOfTheSpecification) {
  EXPECT_EQ(tile_path({false, 0, 0, 256}), "tile/0/000");
  EXPECT_EQ(tile_path({false, 0, 1234067, 256}), "tile/0/x001/x234/067");
  EXPECT_EQ(tile_path({false, 2, 273, 17}), "tile/2/273.p/17");
  EXPECT_EQ(tile_path({true, 0, 1000, 255}), "tile/entries/x001/000.p/255");
  for (const TileId& tile :
       {TileId{false, 0, 0, 256}, TileId{false, 63, 999, 1}, TileId{true, 0, 1'000'000, 256},
        TileId{false, 1, UINT64_MAX >> 8, 255}}) {
    EXPECT_EQ(parse_tile_path(tile_path(tile)), tile) << tile_path(tile);
  }
}

TEST(Tiles, OtherNamesAreNone) {
  for (const char* path : {"",
                           "tile",
                           "tile/",
                           "tile/0",
                           "tile/0/",
                           "tile/00/000",
                           "tile/64/000",
                           "tile/-1/000",
                           "tile/0/00",
                           "tile/0/0000",
                           "tile/0/x000/000",
                           "tile/0/x001/00",
                           "tile/0/001/000",
                           "tile/0/x1/000",
                           "tile/0/000/",
                           "tile/0/000.p",
                           "tile/0/000.p/",
                           "tile/0/000.p/0",
                           "tile/0/000.p/01",
                           "tile/0/000.p/256",
                           "tile/0/000.p/1/2",
                           "tile/entries/../000",
                           "tile/Entries/000",
                           "tiles/0/000",
                           "tile/0/000x",
                           "tile/0/xxx",
                           "/tile/0/000",
                           "tile/0/x018/x446/x744/x073/x709/x551/616"}) {
    EXPECT_EQ(parse_tile_path(path), std::nullopt) << path;
  }
}

// The specification's example: 70,000 entries.
TEST(Tiles, SeventyThousandEntriesHaveTheWidthsOfTheSpecification) {
  EXPECT_THAT(partial_tiles(70'000),
              ElementsAre(TileId{false, 0, 273, 112}, TileId{true, 0, 273, 112},
                          TileId{false, 1, 1, 17}, TileId{false, 2, 0, 1}));
  EXPECT_EQ(tile_levels(70'000), 3u);
  EXPECT_EQ(tile_width(0, 272, 70'000), 256u);
  EXPECT_EQ(tile_width(0, 274, 70'000), 0u);
  EXPECT_EQ(tile_width(3, 0, 70'000), 0u);
  EXPECT_EQ(tile_width(8, 0, UINT64_MAX), 0u);
  EXPECT_THAT(partial_tiles(256), ElementsAre(TileId{false, 1, 0, 1}));
  EXPECT_THAT(partial_tiles(0), ElementsAre());
}

TEST(Tiles, BundlesAreReadBack) {
  std::string bundle;
  const std::string longest(limits::kAuditEntryBytesMax, 'x');
  append_entry(bundle, "a");
  append_entry(bundle, "");
  append_entry(bundle, longest);
  EXPECT_THAT(split_bundle(bundle, 3).value(), ElementsAre("a", "", longest));
  EXPECT_THAT(split_bundle(bundle, 2).error().message, HasSubstr("more bytes"));
  EXPECT_THAT(split_bundle(bundle, 4).error().message, HasSubstr("3 entries, not 4"));
  EXPECT_FALSE(split_bundle(bundle.substr(0, bundle.size() - 1), 3).has_value());
  EXPECT_FALSE(split_bundle(bundle.substr(0, 4), 2).has_value());
}

// What partial tiles are for may be deleted once the whole tile is there.
TEST(Tiles, APartialTileIsCutOutOfTheWholeOne) {
  std::vector<Digest> leaves(300);
  test::TileMemory memory;
  memory.grow(leaves, 300);
  EXPECT_EQ(read_tile(memory, {false, 0, 0, 7})->size(), 7u * 32);
  EXPECT_EQ(read_tile(memory, {false, 0, 1, 7}).error().code, Errc::not_found);
  memory.files["tile/0/000"].pop_back();
  EXPECT_EQ(read_tile(memory, {false, 0, 0, 256}).error().code, Errc::corrupt);
  std::string bundle;
  for (int i = 0; i < 256; ++i) append_entry(bundle, "entry");
  memory.files["tile/entries/000"] = bundle;
  EXPECT_EQ(read_tile(memory, {true, 0, 0, 3}).value(), bundle.substr(0, 3 * 7));
}

TEST(TileFolders, AFileIsReadIntoTheMemoryOfTheOneBefore) {
  const store::TemporaryDirectory folder;
  std::string whole;
  for (std::uint64_t i = 0; i < kTileWidth; ++i) append_entry(whole, "entry");
  TileWriter writer(folder.path());
  ASSERT_TRUE(writer.add("tile/entries/000", whole));
  ASSERT_TRUE(writer.add("tile/entries/001", "ab"));
  ASSERT_TRUE(writer.commit());
  TileFolder tiles(folder.path());
  tiles.expect("tile/entries/000");
  tiles.expect("tile/entries/002");  // it is not there, and nothing comes of it
  std::string bytes;
  ASSERT_TRUE(tiles.read_into("tile/entries/000", bytes));
  EXPECT_EQ(bytes, whole);
  ASSERT_TRUE(tiles.read_into("tile/entries/001", bytes));
  EXPECT_EQ(bytes, "ab") << "nothing is left of the longer one";
  EXPECT_EQ(tiles.read_into("tile/entries/002", bytes).error().code, Errc::not_found);
  ASSERT_TRUE(read_tile_into(tiles, {true, 0, 0, 3}, bytes)) << "cut out of the whole one";
  EXPECT_EQ(bytes, whole.substr(0, 3 * 7));
}

TEST(Checkpoints, AreReadBack) {
  const Checkpoint checkpoint{"log.example.com/a", 70'000, leaf_hash("x")};
  const std::string text = checkpoint_text(checkpoint);
  EXPECT_THAT(text, HasSubstr("log.example.com/a\n70000\n"));
  EXPECT_EQ(parse_checkpoint_text(text).value(), checkpoint);
  EXPECT_EQ(parse_checkpoint_text(text + "an extension\n").value(), checkpoint);
  for (const std::string& wrong :
       {std::string(), text.substr(1 + text.find('\n')), text.substr(0, text.size() - 1),
        text + "\n", text + "x", std::string("o\n01\n") + text.substr(text.rfind('=') - 43),
        std::string("o\n1\nAAAA\n"), std::string("\n1\n") + text.substr(text.rfind('=') - 43)}) {
    EXPECT_EQ(parse_checkpoint_text(wrong).error().code, Errc::corrupt) << wrong;
  }
}

class ProofTest : public testing::Test {
 protected:
  static std::string leaf(std::uint64_t sequence) {
    store::AuditEntry entry;
    entry.tool = "github";
    return encode_leaf(entry, sequence).value();
  }
  void SetUp() override {
    std::vector<Digest> hashes;
    for (std::uint64_t i = 0; i < 300; ++i) hashes.push_back(leaf_hash(leaf(i)));
    memory_.grow(hashes, 300);
    TileNodes nodes(memory_, 300);
    proof_.extra = leaf(260);
    proof_.index = 260;
    proof_.hashes = inclusion_proof(nodes, 260, 300).value();
    const Checkpoint checkpoint{"log.example.com/a/1970", 300, frontier_of(nodes, 300)->root()};
    proof_.checkpoint = crypto::sign_note(checkpoint_text(checkpoint), {&shard_, 1}).value();
  }
  Status verify(const TlogProof& proof) {
    const auto verified = verify_proof(proof, signer_.verifier());
    return verified ? Status() : Status(tl::make_unexpected(verified.error()));
  }

  test::TileMemory memory_;
  crypto::NoteSigner signer_ = crypto::NoteSigner::generate("log.example.com/a").value();
  crypto::NoteSigner shard_ = signer_.named("log.example.com/a/1970").value();
  TlogProof proof_;
};

TEST_F(ProofTest, IsReadBackAndVerifies) {
  const std::string text = format_proof(proof_);
  EXPECT_TRUE(text.starts_with("c2sp.org/tlog-proof@v1\nextra "));
  EXPECT_EQ(parse_proof(text).value(), proof_);
  EXPECT_TRUE(verify(proof_).has_value());
  EXPECT_LE(text.size(), 2'048u);
  TlogProof bare = proof_;
  bare.extra.clear();
  EXPECT_EQ(parse_proof(format_proof(bare)).value(), bare);
  EXPECT_FALSE(verify(bare).has_value());
}

TEST_F(ProofTest, EveryChangedByteIsNoticed) {
  const std::string text = format_proof(proof_);
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string changed = text;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    const Result<TlogProof> read = parse_proof(changed);
    EXPECT_FALSE(read && verify(*read)) << at;
  }
  for (std::size_t size = 0; size < text.size(); ++size) {
    const Result<TlogProof> read = parse_proof(std::string_view(text).substr(0, size));
    EXPECT_FALSE(read && verify(*read)) << size;
  }
}

TEST_F(ProofTest, AnotherKeyOrPlaceIsNotBelieved) {
  const auto other = crypto::NoteSigner::generate("log.example.com/a").value();
  EXPECT_EQ(verify_proof(proof_, other.verifier()).error().code, Errc::permission_denied);
  TlogProof moved = proof_;
  moved.index = 261;
  EXPECT_THAT(verify(moved).error().message, HasSubstr("numbered 260"));
  const auto other_log = crypto::NoteSigner::generate("log.example.com/b").value();
  EXPECT_THAT(verify_proof(proof_, other_log.verifier()).error().message,
              HasSubstr("no shard of the key's log"));
  const auto elsewhere = crypto::NoteSigner::generate("log.example.com/b").value();
  const std::string note =
      crypto::sign_note(checkpoint_text({"log.example.com/a", 300, Digest{}}), {&elsewhere, 1})
          .value();
  EXPECT_THAT(open_checkpoint(note, elsewhere.verifier()).error().message,
              HasSubstr("another log"));
  EXPECT_EQ(unverified_checkpoint(note)->size, 300u);
  EXPECT_FALSE(unverified_checkpoint("x\n").has_value());
}

}  // namespace
}  // namespace sentrail::audit
