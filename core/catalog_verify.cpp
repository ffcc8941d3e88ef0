// Decides whether tables that may come from anyone form catalogs. See catalog.hpp.
//
// Neighbours: the bundle hands in mapped bytes. Must not know: how a catalog came to be. Child
// tables are partitioned by their parents in order, and a node's children stand behind it and are
// named once; so one pass in index order sees every tree from its root, without recursion.
#include <algorithm>

#include "core/catalog.hpp"
#include "core/decimal.hpp"
#include "core/json.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

namespace sentrail {
namespace {

constexpr std::uint32_t kRisks = 4;

// Where a node stands in its tree.
struct Place {
  std::uint32_t catalog = kCatalogNone;  // kCatalogNone: nothing named the node yet
  std::uint32_t method = 0;
  std::uint32_t depth = 0;             // segments from the root, those of a multi counted as one
  std::uint32_t multi = kCatalogNone;  // position of the multi behind which the node stands
  std::uint32_t tail_left = 0;         // segments until the end of the path, behind a multi
};

// Remembers the first thing that is wrong.
class Verifier {
 public:
  explicit Verifier(const CatalogView& view)
      : v_(view), places_(view.nodes.size()), operation_seen_(view.operations.size()) {}

  Status run() {
    if (texts() && catalogs() && node_ranges() && trees() && operations() && refinements() &&
        conditions() && defaults() && all_used()) {
      return {};
    }
    return tl::make_unexpected(std::move(error_));
  }

 private:
  bool require(bool holds, const char* table, std::size_t row, const char* problem) {
    if (holds) return true;
    error_ = Error{Errc::corrupt,
                   std::string("catalog ") + table + "[" + std::to_string(row) + "] " + problem};
    return false;
  }

  // The whole text is UTF-8, so a piece is when it begins and ends between characters: constant
  // work a row, however many rows name one long text.
  [[nodiscard]] bool between_characters(std::size_t offset) const {
    return offset == v_.text.size() || (static_cast<unsigned char>(v_.text[offset]) & 0xC0) != 0x80;
  }

  bool text(CatalogText ref, const char* table, std::size_t row) {
    const bool inside = ref.offset <= v_.text.size() && ref.bytes <= v_.text.size() - ref.offset;
    return require(inside && between_characters(ref.offset) &&
                       between_characters(std::size_t{ref.offset} + ref.bytes),
                   table, row, "names no text");
  }

  // A range of a child table that begins where the one before it ended.
  bool range(CatalogRange range, std::size_t& next, std::size_t size, const char* table,
             std::size_t row) {
    const bool holds = range.begin == next && range.count <= size - next;
    if (holds) next += range.count;
    return require(holds, table, row, "does not continue a child table");
  }

  bool texts() {
    if (!require(v_.text.size() <= limits::kBundleBytesMax && is_valid_utf8(v_.text), "text", 0,
                 "is too long or not UTF-8")) {
      return false;
    }
    for (std::size_t i = 0; i < v_.texts.size(); ++i) {
      if (!text(v_.texts[i], "texts", i)) return false;
    }
    return true;
  }

  bool catalogs() {
    std::size_t actions = 0;
    std::size_t aliases = 0;
    for (std::size_t i = 0; i < v_.catalogs.size(); ++i) {
      const CatalogRow& row = v_.catalogs[i];
      const bool sound = text(row.name, "catalogs", i) && text(row.tool, "catalogs", i) &&
                         require(row.post_as_patch <= 1, "catalogs", i, "has an odd flag") &&
                         range(row.hosts, texts_used_, v_.texts.size(), "catalogs", i) &&
                         range(row.actions, actions, v_.actions.size(), "catalogs", i) &&
                         range(row.aliases, aliases, v_.aliases.size(), "catalogs", i) &&
                         roots(row, i) && actions_of(row) && aliases_of(row);
      if (!sound) return false;
      if (!require(v_.find(v_.at(row.tool)) == &row, "catalogs", i, "repeats a tool")) return false;
    }
    return require(actions == v_.actions.size() && aliases == v_.aliases.size(), "catalogs",
                   v_.catalogs.size(), "leave rows unused");
  }

  bool roots(const CatalogRow& row, std::size_t catalog) {
    for (std::uint32_t method = 0; method < kCatalogMethodCount; ++method) {
      const std::uint32_t root = row.roots[method];
      if (root == kCatalogNone) continue;
      Place place;
      place.catalog = static_cast<std::uint32_t>(catalog);
      place.method = method;
      if (!put(root, place, "catalogs", catalog)) return false;
    }
    return true;
  }

  bool put(std::uint32_t node, const Place& place, const char* table, std::size_t row) {
    if (!require(node < places_.size() && places_[node].catalog == kCatalogNone, table, row,
                 "names a node that does not exist or is named twice")) {
      return false;
    }
    places_[node] = place;
    return true;
  }

  bool actions_of(const CatalogRow& row) {
    bool unknown = false;
    std::string_view before;
    for (std::size_t i = row.actions.begin; i < row.actions.begin + row.actions.count; ++i) {
      const CatalogActionRow& action = v_.actions[i];
      if (!text(action.name, "actions", i)) return false;
      const std::string_view name = v_.at(action.name);
      if (!require(!name.empty() && before < name, "actions", i, "is out of order") ||
          !require(action.risk < kRisks && action.read <= 1, "actions", i, "has an odd value")) {
        return false;
      }
      unknown = unknown || (name == kUnknownAction && action.read == 0);
      before = name;
    }
    return require(unknown, "actions", row.actions.begin, "lacks `unknown`");
  }

  bool aliases_of(const CatalogRow& row) {
    for (std::size_t i = row.aliases.begin; i < row.aliases.begin + row.aliases.count; ++i) {
      const CatalogAliasRow& alias = v_.aliases[i];
      if (!text(alias.literal, "aliases", i) || !text(alias.target, "aliases", i)) return false;
      if (!require(alias.placeholders <= limits::kTemplateSegmentsMax, "aliases", i,
                   "has too many placeholders")) {
        return false;
      }
    }
    return true;
  }

  bool node_ranges() {
    std::size_t literals = 0;
    std::size_t branches = 0;
    std::size_t tails = 0;
    for (std::size_t i = 0; i < v_.nodes.size(); ++i) {
      const CatalogNodeRow& node = v_.nodes[i];
      if (!range(node.literals, literals, v_.literals.size(), "nodes", i) ||
          !range(node.branches, branches, v_.branches.size(), "nodes", i) ||
          !range(node.tails, tails, v_.tails.size(), "nodes", i)) {
        return false;
      }
    }
    return require(literals == v_.literals.size() && branches == v_.branches.size() &&
                       tails == v_.tails.size(),
                   "nodes", v_.nodes.size(), "leave rows unused");
  }

  // Children stand behind their parent, so by the time that a node is met its place is known.
  bool trees() {
    for (std::uint32_t i = 0; i < v_.nodes.size(); ++i) {
      if (!require(places_[i].catalog != kCatalogNone, "nodes", i, "has no parent") ||
          !literals_of(i) || !branches_of(i) || !tails_of(i) || !end_of(i)) {
        return false;
      }
    }
    return true;
  }

  // Puts a child one segment behind its parent.
  bool step(std::uint32_t parent, std::uint32_t child, const char* table, std::size_t row) {
    Place place = places_[parent];
    ++place.depth;
    const bool in_tail = place.multi != kCatalogNone;
    if (!require(child > parent, table, row, "names a node before its parent") ||
        !require(place.depth <= limits::kTemplateSegmentsMax, table, row, "is too deep") ||
        !require(!in_tail || place.tail_left > 0, table, row, "goes past the end of the path")) {
      return false;
    }
    if (in_tail) --place.tail_left;
    return put(child, place, table, row);
  }

  bool literals_of(std::uint32_t node) {
    const CatalogRange r = v_.nodes[node].literals;
    for (std::uint32_t i = r.begin; i < r.begin + r.count; ++i) {
      const CatalogLiteralRow& row = v_.literals[i];
      if (!text(row.text, "literals", i) ||
          !require(i == r.begin || v_.at(v_.literals[i - 1].text) < v_.at(row.text), "literals", i,
                   "is out of order") ||
          !step(node, row.node, "literals", i)) {
        return false;
      }
    }
    return true;
  }

  bool branches_of(std::uint32_t node) {
    const CatalogRange r = v_.nodes[node].branches;
    for (std::uint32_t i = r.begin; i < r.begin + r.count; ++i) {
      const CatalogBranchRow& row = v_.branches[i];
      const bool enumeration =
          row.kind == static_cast<std::uint32_t>(CatalogParameter::enumeration);
      if (!require(row.kind <= static_cast<std::uint32_t>(CatalogParameter::encoded), "branches", i,
                   "has an odd kind") ||
          !require(i == r.begin || v_.branches[i - 1].kind <= row.kind, "branches", i,
                   "is out of order") ||
          !require(enumeration == (row.values.count > 0), "branches", i, "has odd values") ||
          !range(row.values, texts_used_, v_.texts.size(), "branches", i) ||
          !ascending(row.values, i) || !step(node, row.node, "branches", i)) {
        return false;
      }
    }
    return true;
  }

  bool ascending(CatalogRange values, std::size_t branch) {
    for (std::uint32_t i = values.begin + 1; i < values.begin + values.count; ++i) {
      if (!require(v_.at(v_.texts[i - 1]) < v_.at(v_.texts[i]), "branches", branch,
                   "has values out of order")) {
        return false;
      }
    }
    return true;
  }

  bool tails_of(std::uint32_t node) {
    const CatalogRange r = v_.nodes[node].tails;
    for (std::uint32_t i = r.begin; i < r.begin + r.count; ++i) {
      const CatalogTailRow& row = v_.tails[i];
      Place place = places_[node];
      if (!require(place.multi == kCatalogNone, "tails", i, "follows another multi") ||
          !require(row.node > node, "tails", i, "names a node before its parent") ||
          !require(place.depth + row.segments < limits::kTemplateSegmentsMax, "tails", i,
                   "is too deep") ||
          !require(i == r.begin || v_.tails[i - 1].segments > row.segments, "tails", i,
                   "is out of order")) {
        return false;
      }
      place.multi = place.depth++;
      place.tail_left = row.segments;
      if (!put(row.node, place, "tails", i)) return false;
    }
    return true;
  }

  bool end_of(std::uint32_t node) {
    const std::uint32_t index = v_.nodes[node].operation;
    if (index == kCatalogNone) return true;
    const Place& place = places_[node];
    if (!require(index < v_.operations.size() && !operation_seen_[index], "nodes", node,
                 "names an operation that does not exist or is named twice") ||
        !require(place.tail_left == 0, "nodes", node, "ends before its tail does")) {
      return false;
    }
    operation_seen_[index] = true;
    const CatalogOperationRow& row = v_.operations[index];
    return require(row.segments == place.depth && row.multi == place.multi &&
                       row.method == place.method,
                   "operations", index, "does not match its node") &&
           require(action_in(place.catalog, row.action) && row.risk < kRisks, "operations", index,
                   "names no action") &&
           refinement_actions(place.catalog, row, index);
  }

  [[nodiscard]] bool action_in(std::uint32_t catalog, std::uint32_t action) const {
    const CatalogRange range = v_.catalogs[catalog].actions;
    return action >= range.begin && action - range.begin < range.count;
  }

  bool refinement_actions(std::uint32_t catalog, const CatalogOperationRow& row,
                          std::size_t operation) {
    const CatalogRange r = row.refinements;
    if (!require(r.begin <= v_.refinements.size() && r.count <= v_.refinements.size() - r.begin &&
                     r.count <= limits::kRefinementsMax,
                 "operations", operation, "has odd refinements")) {
      return false;
    }
    for (const CatalogRefinementRow& refinement : CatalogView::rows(v_.refinements, r)) {
      if (!require(action_in(catalog, refinement.action) && refinement.risk < kRisks, "operations",
                   operation, "is refined to no action")) {
        return false;
      }
    }
    return true;
  }

  bool operations() {
    std::size_t bindings = 0;
    std::size_t id_parts = 0;
    for (std::size_t i = 0; i < v_.operations.size(); ++i) {
      const CatalogOperationRow& row = v_.operations[i];
      if (!require(operation_seen_[i], "operations", i, "is not reached") ||
          !text(row.path, "operations", i) || !text(row.resource, "operations", i) ||
          !range(row.bindings, bindings, v_.bindings.size(), "operations", i) ||
          !range(row.id, id_parts, v_.id_parts.size(), "operations", i) ||
          !range(row.refinements, refinements_used_, v_.refinements.size(), "operations", i) ||
          !bindings_of(row) || !id_of(row)) {
        return false;
      }
    }
    return require(bindings == v_.bindings.size() && id_parts == v_.id_parts.size() &&
                       refinements_used_ == v_.refinements.size(),
                   "operations", v_.operations.size(), "leave rows unused");
  }

  bool bindings_of(const CatalogOperationRow& operation) {
    const CatalogRange r = operation.bindings;
    std::array<bool, kCatalogFieldCount> filled{};
    for (std::size_t i = r.begin; i < r.begin + r.count; ++i) {
      const CatalogBindingRow& row = v_.bindings[i];
      const bool sound = row.field < kCatalogFieldCount && row.optional <= 1 &&
                         row.form <= static_cast<std::uint32_t>(CatalogForm::commit);
      if (!require(sound && !filled[row.field], "bindings", i, "has an odd value") ||
          !origin(operation, row.source, row.position, row.steps, "bindings", i) ||
          !text(row.never_ends, "bindings", i)) {
        return false;
      }
      filled[row.field] = true;
    }
    return true;
  }

  bool origin(const CatalogOperationRow& operation, std::uint32_t source, std::uint32_t position,
              CatalogRange steps, const char* table, std::size_t row) {
    if (!range(steps, texts_used_, v_.texts.size(), table, row)) return false;
    switch (static_cast<CatalogSource>(source)) {
      case CatalogSource::parameter:
        return require(position < operation.segments && steps.count == 0, table, row,
                       "names no segment");
      case CatalogSource::body:
        return require(steps.count >= 1 && steps.count <= limits::kPathStepsMax, table, row,
                       "names no member");
      case CatalogSource::query:
        return require(steps.count == 1, table, row, "names no parameter");
      case CatalogSource::nothing:
        return require(steps.count == 0, table, row, "has steps to nowhere");
    }
    return require(false, table, row, "has an odd source");
  }

  bool id_of(const CatalogOperationRow& operation) {
    const CatalogRange r = operation.id;
    for (std::size_t i = r.begin; i < r.begin + r.count; ++i) {
      const CatalogIdPartRow& row = v_.id_parts[i];
      if (!text(row.text, "id_parts", i) ||
          !require(row.position == kCatalogNone || row.position < operation.segments, "id_parts", i,
                   "names no segment") ||
          !require(row.form <= static_cast<std::uint32_t>(CatalogForm::caseless), "id_parts", i,
                   "has an odd form")) {
        return false;
      }
    }
    return true;
  }

  // Conditions belong to refinements, and through them to operations: both in order.
  bool refinements() {
    std::size_t next = 0;
    for (std::size_t i = 0; i < v_.refinements.size(); ++i) {
      if (!range(v_.refinements[i].conditions, next, v_.conditions.size(), "refinements", i) ||
          !require(v_.refinements[i].conditions.count > 0, "refinements", i, "asks nothing")) {
        return false;
      }
    }
    return require(next == v_.conditions.size(), "refinements", v_.refinements.size(),
                   "leave conditions unused");
  }

  bool conditions() {
    for (const CatalogOperationRow& operation : v_.operations) {
      for (const CatalogRefinementRow& refinement :
           CatalogView::rows(v_.refinements, operation.refinements)) {
        const CatalogRange r = refinement.conditions;
        for (std::size_t i = r.begin; i < r.begin + r.count; ++i) {
          if (!condition(operation, i)) return false;
        }
      }
    }
    return true;
  }

  bool condition(const CatalogOperationRow& operation, std::size_t i) {
    const CatalogConditionRow& row = v_.conditions[i];
    const bool is_text = row.value_kind == static_cast<std::uint32_t>(CatalogValue::text);
    const bool in_body = row.source == static_cast<std::uint32_t>(CatalogSource::body);
    if (!require(row.source < static_cast<std::uint32_t>(CatalogSource::nothing) &&
                     row.test <= static_cast<std::uint32_t>(CatalogTest::under) &&
                     row.value_kind <= static_cast<std::uint32_t>(CatalogValue::boolean),
                 "conditions", i, "has an odd value") ||
        !require(is_text || (in_body && row.test == static_cast<std::uint32_t>(CatalogTest::equal)),
                 "conditions", i, "compares with what cannot be there") ||
        !origin(operation, row.source, row.position, row.steps, "conditions", i) ||
        !text(row.value, "conditions", i)) {
      return false;
    }
    const std::string_view value = v_.at(row.value);
    switch (static_cast<CatalogValue>(row.value_kind)) {
      case CatalogValue::text:
        return true;
      case CatalogValue::number:
        return require(Decimal::parse(value).has_value(), "conditions", i, "has no number");
      case CatalogValue::boolean:
        return require(value == "true" || value == "false", "conditions", i, "has no boolean");
    }
    return false;
  }

  bool defaults() {
    std::size_t of_operation = 0;
    for (std::size_t i = 0; i < v_.defaults.size(); ++i) {
      const CatalogDefaultRow& row = v_.defaults[i];
      const std::uint32_t before = i == 0 ? 0 : v_.defaults[i - 1].operation;
      of_operation = i > 0 && row.operation == before ? of_operation + 1 : 1;
      if (!require(row.operation < v_.operations.size() && row.operation >= before, "defaults", i,
                   "names no operation in order") ||
          !require(of_operation <= limits::kBodyDefaultsMax, "defaults", i, "is one too many") ||
          !range(row.steps, texts_used_, v_.texts.size(), "defaults", i) ||
          !require(row.steps.count >= 1 && row.steps.count <= limits::kPathStepsMax, "defaults", i,
                   "names no member") ||
          !text(row.value, "defaults", i) || !default_value(row, i)) {
        return false;
      }
    }
    return true;
  }

  bool default_value(const CatalogDefaultRow& row, std::size_t i) {
    const std::string_view value = v_.at(row.value);
    switch (static_cast<CatalogValue>(row.value_kind)) {
      case CatalogValue::text:
        return true;
      case CatalogValue::number:
        return require(is_json_number(value), "defaults", i, "has no number");
      case CatalogValue::boolean:
        return require(value == "true" || value == "false", "defaults", i, "has no boolean");
    }
    return require(false, "defaults", i, "has an odd value");
  }

  bool all_used() {
    return require(texts_used_ == v_.texts.size(), "texts", texts_used_, "is not used");
  }

  const CatalogView& v_;
  std::vector<Place> places_;
  std::vector<bool> operation_seen_;
  std::size_t texts_used_ = 0;
  std::size_t refinements_used_ = 0;
  Error error_;
};

}  // namespace

Status verify(const CatalogView& view) {
  return Verifier(view).run();
}

}  // namespace sentrail
