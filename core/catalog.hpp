// Compiled catalogs: flat tables that map a tool's requests to actions, resources and risks.
//
// Neighbours: compiler/catalog fills CatalogTables, the bundle carries them, runtime/classify walks
// them. Must not know: YAML, HTTP syntax, policy. Rows hold indices and offsets, never pointers,
// and enums as 32-bit integers, because the bytes of a bundle may be hostile: nothing may use a
// CatalogView before verify() has accepted it. docs/catalog_format.md describes every row.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/decision.hpp"
#include "core/result.hpp"

namespace sentrail {

// Stands where a catalog row names no other row.
inline constexpr std::uint32_t kCatalogNone = 0xffffffff;

// The action of a request that its catalog does not know.
inline constexpr std::string_view kUnknownAction = "unknown";

// The methods that a catalog can describe; HEAD is classified as GET.
enum class CatalogMethod : std::uint8_t { get, post, put, patch, delete_ };
inline constexpr std::size_t kCatalogMethodCount = 5;

// The name of a method as HTTP spells it, and back.
[[nodiscard]] std::string_view name_of(CatalogMethod method) noexcept;
[[nodiscard]] std::optional<CatalogMethod> catalog_method_named(std::string_view name) noexcept;

// A piece of CatalogView::text: valid UTF-8 of its own.
struct CatalogText {
  std::uint32_t offset = 0;
  std::uint32_t bytes = 0;
};

// Consecutive rows of another table.
struct CatalogRange {
  std::uint32_t begin = 0;
  std::uint32_t count = 0;
};

// One catalog. Hosts are in `texts`; roots index `nodes` by CatalogMethod, or kCatalogNone.
struct CatalogRow {
  CatalogText name;  // sentrail.github
  CatalogText tool;  // github
  std::uint32_t version = 0;
  std::uint32_t post_as_patch = 0;  // 1: a POST that no template knows is judged as a PATCH
  CatalogRange hosts;
  CatalogRange actions;
  CatalogRange aliases;
  std::array<std::uint32_t, kCatalogMethodCount> roots{};
};

// One action, ascending by name within its catalog; `unknown` is always among them.
struct CatalogActionRow {
  CatalogText name;
  std::uint32_t risk = 0;
  std::uint32_t read = 0;  // 1: a declared read
};

// A second spelling of a prefix: `/<literal>/<number>` means `/<target>` and `placeholders`
// segments whose values the request does not tell.
struct CatalogAliasRow {
  CatalogText literal;
  CatalogText target;
  std::uint32_t placeholders = 0;
};

// A place in the tree of one method's templates. What leaves it is tried in this order: the one
// literal that equals the segment, the branches as they stand, the tails as they stand.
struct CatalogNodeRow {
  CatalogRange literals;
  CatalogRange branches;
  CatalogRange tails;
  std::uint32_t operation = kCatalogNone;  // of a path that ends here
};

// An edge for one decoded segment; siblings ascend by their bytes. An empty text is the end of a
// path that closes with a slash.
struct CatalogLiteralRow {
  CatalogText text;
  std::uint32_t node = 0;
};

// Which segments a parameter takes, most particular first.
enum class CatalogParameter : std::uint32_t {
  enumeration = 0,  // one of `values`
  integer = 1,      // 0, or 1 to 18 digits that do not begin with 0
  plain = 2,        // any segment without a decoded `/`
  encoded = 3,      // any segment: `multi` with `segments: one`
};
struct CatalogBranchRow {
  std::uint32_t kind = 0;
  CatalogRange values;  // enumeration: texts, ascending
  std::uint32_t node = 0;
};

// A `multi` parameter: it takes one or more segments, all but the path's last `segments`, and
// those walk from `node`. Siblings descend by `segments`.
struct CatalogTailRow {
  std::uint32_t segments = 0;
  std::uint32_t node = 0;
};

// One method and template. `position` in the rows below counts the template's segments from 0.
struct CatalogOperationRow {
  CatalogText path;      // the template as written
  CatalogText resource;  // resource.type, may be empty
  std::uint32_t method = 0;
  std::uint32_t action = 0;
  std::uint32_t risk = 0;
  std::uint32_t segments = 0;
  std::uint32_t multi = kCatalogNone;  // the position of the multi parameter
  CatalogRange bindings;
  CatalogRange id;
  CatalogRange refinements;
};

// The resource fields that a request fills.
enum class CatalogField : std::uint32_t { owner, repo, ref, path, name };
inline constexpr std::size_t kCatalogFieldCount = 5;

// Where a value comes from.
enum class CatalogSource : std::uint32_t {
  parameter = 0,  // the template's segment at `position`
  body = 1,       // the member of the body at `steps`
  query = 2,      // the query parameter named by the one step
  nothing = 3,    // the request does not tell: unreadable
};

// How a text becomes a field's canonical value.
enum class CatalogForm : std::uint32_t {
  plain = 0,      // as it stands
  caseless = 1,   // A–Z lowered; unreadable with characters other than A–Z a–z 0–9 . _ -
  qualified = 2,  // heads/… is a branch, tags/… a tag
  full = 3,       // refs/heads/…, refs/tags/…
  branch = 4,     // a branch's own name
  tag = 5,        // a tag's own name
  commit = 6,     // a branch, a tag or a hash: the request does not tell which
};

// Fills one field. A source that is absent leaves it unreadable, or absent where `optional`.
struct CatalogBindingRow {
  std::uint32_t field = 0;
  std::uint32_t source = 0;
  std::uint32_t form = 0;
  std::uint32_t optional = 0;
  std::uint32_t position = 0;
  CatalogRange steps;
  CatalogText never_ends;  // a value that ends so is not canonical: unreadable
};

// resource.id is these parts in order: a text, then the segment at `position` if there is one.
struct CatalogIdPartRow {
  CatalogText text;
  std::uint32_t position = kCatalogNone;
  std::uint32_t form = 0;  // plain or caseless
};

// One more action that the request is where all conditions hold or cannot be told.
struct CatalogRefinementRow {
  CatalogRange conditions;
  std::uint32_t action = 0;
  std::uint32_t risk = 0;
};

// What a refinement asks of a value.
enum class CatalogTest : std::uint32_t {
  exists = 0,  // it is there, null included
  equal = 1,   // it is `value` (texts ignoring ASCII case)
  under = 2,   // it is the path `value` or lies below it, ignoring ASCII case
};
enum class CatalogValue : std::uint32_t { text = 0, number = 1, boolean = 2 };
struct CatalogConditionRow {
  std::uint32_t source = 0;  // parameter, body or query
  std::uint32_t test = 0;
  std::uint32_t value_kind = 0;
  std::uint32_t position = 0;
  CatalogRange steps;
  CatalogText value;  // a boolean is `true` or `false`
};

// What a member of the body is where the request does not have it: the upstream takes this value.
// Rows ascend by operation.
struct CatalogDefaultRow {
  std::uint32_t operation = 0;
  std::uint32_t value_kind = 0;
  CatalogRange steps;
  CatalogText value;  // a boolean is `true` or `false`, a number is one of JSON
};

// The tables of all catalogs of one bundle, borrowed. Rows of a child table belong to exactly one
// parent, in the parents' order.
struct CatalogView {
  std::string_view text;
  std::span<const CatalogText> texts;
  std::span<const CatalogRow> catalogs;
  std::span<const CatalogActionRow> actions;
  std::span<const CatalogAliasRow> aliases;
  std::span<const CatalogNodeRow> nodes;
  std::span<const CatalogLiteralRow> literals;
  std::span<const CatalogBranchRow> branches;
  std::span<const CatalogTailRow> tails;
  std::span<const CatalogOperationRow> operations;
  std::span<const CatalogBindingRow> bindings;
  std::span<const CatalogIdPartRow> id_parts;
  std::span<const CatalogRefinementRow> refinements;
  std::span<const CatalogConditionRow> conditions;
  std::span<const CatalogDefaultRow> defaults;

  // REQUIRES of all below: a verified view, and rows or ranges of it.
  [[nodiscard]] std::string_view at(CatalogText ref) const noexcept {
    return text.substr(ref.offset, ref.bytes);
  }
  // The rows of `table` in a range.
  template <class Row>
  [[nodiscard]] static std::span<const Row> rows(std::span<const Row> table,
                                                 CatalogRange range) noexcept {
    return table.subspan(range.begin, range.count);
  }
  // The defaults of an operation, a row of `operations`. cost: logarithmic in the defaults.
  [[nodiscard]] std::span<const CatalogDefaultRow> defaults_of(
      const CatalogOperationRow& operation) const noexcept;
  // The catalog of a tool, or null. cost: linear in the catalogs.
  [[nodiscard]] const CatalogRow* find(std::string_view tool) const noexcept;
};

// The tables while they are being filled; they own their rows.
struct CatalogTables {
  std::string text;
  std::vector<CatalogText> texts;
  std::vector<CatalogRow> catalogs;
  std::vector<CatalogActionRow> actions;
  std::vector<CatalogAliasRow> aliases;
  std::vector<CatalogNodeRow> nodes;
  std::vector<CatalogLiteralRow> literals;
  std::vector<CatalogBranchRow> branches;
  std::vector<CatalogTailRow> tails;
  std::vector<CatalogOperationRow> operations;
  std::vector<CatalogBindingRow> bindings;
  std::vector<CatalogIdPartRow> id_parts;
  std::vector<CatalogRefinementRow> refinements;
  std::vector<CatalogConditionRow> conditions;
  std::vector<CatalogDefaultRow> defaults;

  // The same tables, borrowed.
  [[nodiscard]] CatalogView view() const noexcept;
};

// Decides whether tables that may come from anyone form catalogs: every range, enum and text is in
// bounds, nodes form one tree a method that ends at matching operations, tools are distinct.
// cost: linear in the tables. fails: corrupt, naming the table and row.
[[nodiscard]] Status verify(const CatalogView& view);

// Stable text of all that the tables say, for goldens and `sentrailc dump`: catalogs with their
// actions, then operations as they stand. REQUIRES: a verified view.
[[nodiscard]] std::string dump(const CatalogView& view);

// The action, in the catalog, of a request whose path it does not know, and its risk by method: GET
// medium, POST and PATCH high, PUT and DELETE critical. source: docs/catalog_format.md.
[[nodiscard]] Risk unknown_risk(CatalogMethod method) noexcept;

}  // namespace sentrail
