// Names and contents of tiles. See tiles.hpp.
#include "runtime/audit/tiles.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>

#include "core/check.hpp"
#include "core/limits.hpp"
#include "runtime/audit/merkle.hpp"

namespace sentrail::audit {
namespace {

constexpr std::string_view kPrefix = "tile/";
constexpr std::string_view kEntries = "entries";
constexpr unsigned kLevelMax = 63;  // of the specification
constexpr std::size_t kGroupDigits = 3;

// Three digits a folder, all but the last with an `x` before it.
std::string index_path(std::uint64_t index) {
  std::string path;
  bool last = true;
  do {
    std::string group = std::to_string(index % 1000);
    group.insert(0, kGroupDigits - group.size(), '0');
    path.insert(0, last ? group : "x" + group + "/");
    last = false;
    index /= 1000;
  } while (index > 0);
  return path;
}

// A number without leading zeros from `least` to `most`.
std::optional<std::uint64_t> plain_number(std::string_view text, std::uint64_t least,
                                          std::uint64_t most) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  if (number < least || number > most) return std::nullopt;
  return number;
}

// Reads what index_path() writes: compared with it, so that a tile has one name.
std::optional<std::uint64_t> parse_index(std::string_view text) {
  std::uint64_t index = 0;
  for (const char c : text) {
    if (c == 'x' || c == '/') continue;
    if (c < '0' || c > '9' || index > (UINT64_MAX - 9) / 10) return std::nullopt;
    index = index * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (index_path(index) != text) return std::nullopt;
  return index;
}

}  // namespace

std::string tile_path(const TileId& tile) {
  std::string path(kPrefix);
  path += tile.entries ? std::string(kEntries) : std::to_string(tile.level);
  path += "/" + index_path(tile.index);
  if (tile.partial()) path += ".p/" + std::to_string(tile.width);
  return path;
}

std::optional<TileId> parse_tile_path(std::string_view path) {
  if (!path.starts_with(kPrefix)) return std::nullopt;
  path.remove_prefix(kPrefix.size());
  const std::size_t slash = path.find('/');
  if (slash == path.npos) return std::nullopt;
  TileId tile;
  tile.entries = path.substr(0, slash) == kEntries;
  if (!tile.entries) {
    const auto level = plain_number(path.substr(0, slash), 0, kLevelMax);
    if (!level) return std::nullopt;
    tile.level = static_cast<unsigned>(*level);
  }
  path.remove_prefix(slash + 1);
  if (const std::size_t dot = path.find(".p/"); dot != path.npos) {
    const auto width = plain_number(path.substr(dot + 3), 1, kTileWidth - 1);
    if (!width) return std::nullopt;
    tile.width = *width;
    path = path.substr(0, dot);
  }
  const auto index = parse_index(path);
  if (!index) return std::nullopt;
  tile.index = *index;
  return tile;
}

std::uint64_t tile_width(unsigned level, std::uint64_t index, std::uint64_t size) {
  if (level * kTileHeight >= 64) return 0;
  const std::uint64_t hashes = size >> (level * kTileHeight);
  const std::uint64_t whole = hashes / kTileWidth;
  if (index < whole) return kTileWidth;
  return index == whole ? hashes % kTileWidth : 0;
}

std::vector<TileId> partial_tiles(std::uint64_t size) {
  std::vector<TileId> tiles;
  for (unsigned level = 0; level < tile_levels(size); ++level) {
    const std::uint64_t index = (size >> (level * kTileHeight)) / kTileWidth;
    const std::uint64_t width = tile_width(level, index, size);
    if (width > 0) tiles.push_back({false, level, index, width});
    if (width > 0 && level == 0) tiles.push_back({true, 0, index, width});
  }
  return tiles;
}

unsigned tile_levels(std::uint64_t size) {
  return static_cast<unsigned>((std::bit_width(size) + kTileHeight - 1) / kTileHeight);
}

void append_entry(std::string& bundle, std::string_view entry) {
  SENTRAIL_CHECK(entry.size() <= limits::kAuditEntryBytesMax);
  bundle.push_back(static_cast<char>(entry.size() >> 8));
  bundle.push_back(static_cast<char>(entry.size() & 0xff));
  bundle.append(entry);
}

Result<std::vector<std::string_view>> split_bundle(std::string_view bundle, std::uint64_t width) {
  std::vector<std::string_view> entries;
  entries.reserve(width);
  while (!bundle.empty()) {
    if (entries.size() == width) return fail(Errc::corrupt, "more bytes than its entries have");
    if (bundle.size() < 2) return fail(Errc::corrupt, "it ends within a length");
    const auto high = static_cast<unsigned char>(bundle[0]);
    const auto low = static_cast<unsigned char>(bundle[1]);
    const std::size_t size = std::size_t{high} << 8 | low;
    bundle.remove_prefix(2);
    if (bundle.size() < size) return fail(Errc::corrupt, "it ends within an entry");
    entries.push_back(bundle.substr(0, size));
    bundle.remove_prefix(size);
  }
  if (entries.size() != width) {
    return fail(Errc::corrupt, "it has " + std::to_string(entries.size()) + " entries, not " +
                                   std::to_string(width));
  }
  return entries;
}

crypto::Digest fold_hashes(std::string_view hashes) {
  const std::size_t count = hashes.size() / sizeof(crypto::Digest);
  SENTRAIL_CHECK(std::has_single_bit(count) && count * sizeof(crypto::Digest) == hashes.size());
  std::array<crypto::Digest, kTileWidth> level;
  SENTRAIL_CHECK(count <= level.size());
  std::copy(hashes.begin(), hashes.end(), reinterpret_cast<char*>(level.data()));
  for (std::size_t left = count; left > 1; left /= 2) {
    for (std::size_t i = 0; i < left / 2; ++i) {
      level[i] = node_hash(level[2 * i], level[2 * i + 1]);
    }
  }
  return level.front();
}

}  // namespace sentrail::audit
