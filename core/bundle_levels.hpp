// Levels of the bundle format: which sections a bundle needs, and a reader must know.
//
// Neighbours: bundle.hpp writes the level into the header and refuses what is above its own,
// compiler/driver asks for a lower one, the gate says which it reads. Must not know: bytes.
// A bundle has the lowest level that holds its policy, so a server reads whatever does not need
// what came after it. source: docs/bundle_format.md, "Levels".
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/catalog.hpp"
#include "core/program.hpp"

namespace sentrail {

// The catalogs' table that came after the others: it is there where it has rows.
inline constexpr TableId kCatalogDefaultsSection{270};

// One level: these sections came with it.
struct BundleLevel {
  TableId first;
  TableId last;
  std::string_view what;  // that a policy needs it for
};

// All levels; that at index i is level i + 1.
inline constexpr std::array<BundleLevel, 11> kBundleLevels = {{
    {TableId::text, TableId::reason_parts, "rules"},
    {TableId::regexes, TableId::element_nodes, "regular expressions or quantifiers"},
    {TableId::approvals, TableId::seats, "who approves, or within what time"},
    {TableId::notes, TableId::notes, "owner, ticket or until"},
    {TableId::limits, TableId::limit_approvals, "limits"},
    {TableId::zones, TableId::windows, "windows of time"},
    {TableId::obligations, TableId::aside_nodes, "obligations, also or shadow rules"},
    {TableId::networks, TableId::instants, "addresses or instants"},
    {TableId::peers, TableId::peers, "equality between attributes"},
    {kCatalogDefaultsSection, kCatalogDefaultsSection, "defaults of body members"},
    {TableId::counts, TableId::count_nodes, "counts of a session's calls"},
}};

// The highest level that this build reads and writes.
inline constexpr std::uint32_t kBundleLevel = kBundleLevels.size();

// The level with which a section of the program came; above kBundleLevel for unknown ones.
// cost: linear in the levels.
[[nodiscard]] std::uint32_t level_of(TableId id) noexcept;

// The lowest level that holds a program and its catalogs: the highest of their sections that have
// rows.
[[nodiscard]] std::uint32_t level_needed(const Program& program,
                                         const CatalogView& catalogs) noexcept;

}  // namespace sentrail
