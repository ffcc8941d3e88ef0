// Compiled catalogs as stable text. See catalog.hpp.
//
// Neighbours: `sentrailc dump`, goldens. Must not know: how the tables are searched.
#include "core/catalog.hpp"

namespace sentrail {
namespace {

constexpr std::array<std::string_view, kCatalogFieldCount> kFields = {"owner", "repo", "ref",
                                                                      "path", "name"};
constexpr std::array<std::string_view, 7> kForms = {"plain",  "caseless", "qualified", "full",
                                                    "branch", "tag",      "commit"};
constexpr std::array<std::string_view, 3> kTests = {"exists", "==", "under"};

class Dumper {
 public:
  explicit Dumper(const CatalogView& view) : v_(view) {}

  std::string run() {
    for (const CatalogRow& row : v_.catalogs) catalog(row);
    for (const CatalogOperationRow& row : v_.operations) operation(row);
    out_ += "rows " + std::to_string(v_.nodes.size()) + " nodes, " +
            std::to_string(v_.literals.size()) + " literals, " +
            std::to_string(v_.branches.size()) + " branches, " + std::to_string(v_.tails.size()) +
            " tails\n";
    return std::move(out_);
  }

 private:
  void words(std::initializer_list<std::string_view> parts) {
    for (const std::string_view part : parts) out_ += part;
  }

  [[nodiscard]] static std::string_view risk(std::uint32_t value) {
    return name_of(static_cast<Risk>(value));
  }

  void catalog(const CatalogRow& row) {
    words({"catalog ", v_.at(row.name), " tool ", v_.at(row.tool), " version ",
           std::to_string(row.version), row.post_as_patch != 0 ? " post_as_patch" : "", "\n"});
    for (const CatalogText host : CatalogView::rows(v_.texts, row.hosts)) {
      words({"  host ", v_.at(host), "\n"});
    }
    for (const CatalogAliasRow& alias : CatalogView::rows(v_.aliases, row.aliases)) {
      words({"  alias /", v_.at(alias.literal), "/<number> is /", v_.at(alias.target), " and ",
             std::to_string(alias.placeholders), " unknown\n"});
    }
    for (const CatalogActionRow& action : CatalogView::rows(v_.actions, row.actions)) {
      words({"  action ", v_.at(action.name), " ", risk(action.risk),
             action.read != 0 ? " read" : "", "\n"});
    }
  }

  void operation(const CatalogOperationRow& row) {
    words({name_of(static_cast<CatalogMethod>(row.method)), " ", v_.at(row.path), " ",
           v_.at(v_.actions[row.action].name), " ", risk(row.risk)});
    if (row.resource.bytes > 0) words({" resource ", v_.at(row.resource)});
    out_ += '\n';
    for (const CatalogBindingRow& binding : CatalogView::rows(v_.bindings, row.bindings)) {
      words({"  ", kFields[binding.field], " = "});
      origin(binding.source, binding.position, binding.steps);
      words({" as ", kForms[binding.form], binding.optional != 0 ? " optional" : ""});
      if (binding.never_ends.bytes > 0) words({" never ends ", v_.at(binding.never_ends)});
      out_ += '\n';
    }
    if (row.id.count > 0) {
      out_ += "  id = ";
      for (const CatalogIdPartRow& part : CatalogView::rows(v_.id_parts, row.id)) {
        out_ += v_.at(part.text);
        if (part.position != kCatalogNone) words({"<", std::to_string(part.position), ">"});
      }
      out_ += '\n';
    }
    for (const CatalogRefinementRow& r : CatalogView::rows(v_.refinements, row.refinements)) {
      refinement(r);
    }
    for (const CatalogDefaultRow& d : v_.defaults_of(row)) {
      out_ += "  default ";
      origin(static_cast<std::uint32_t>(CatalogSource::body), 0, d.steps);
      out_ += " = ";
      value(d.value_kind, d.value);
      out_ += '\n';
    }
  }

  void refinement(const CatalogRefinementRow& row) {
    words({"  also ", v_.at(v_.actions[row.action].name), " ", risk(row.risk), " when"});
    bool first = true;
    for (const CatalogConditionRow& c : CatalogView::rows(v_.conditions, row.conditions)) {
      out_ += first ? " " : " and ";
      first = false;
      origin(c.source, c.position, c.steps);
      words({" ", kTests[c.test]});
      if (c.test == static_cast<std::uint32_t>(CatalogTest::exists)) continue;
      out_ += ' ';
      value(c.value_kind, c.value);
    }
    out_ += '\n';
  }

  void value(std::uint32_t kind, CatalogText text) {
    const bool quoted = kind == static_cast<std::uint32_t>(CatalogValue::text);
    words({quoted ? "\"" : "", v_.at(text), quoted ? "\"" : ""});
  }

  void origin(std::uint32_t source, std::uint32_t position, CatalogRange steps) {
    switch (static_cast<CatalogSource>(source)) {
      case CatalogSource::parameter:
        words({"<", std::to_string(position), ">"});
        return;
      case CatalogSource::body:
        out_ += "body";
        break;
      case CatalogSource::query:
        out_ += "query";
        break;
      case CatalogSource::nothing:
        out_ += "unreadable";
        break;
    }
    for (const CatalogText step : CatalogView::rows(v_.texts, steps)) words({".", v_.at(step)});
  }

  const CatalogView& v_;
  std::string out_;
};

}  // namespace

std::string dump(const CatalogView& view) {
  return Dumper(view).run();
}

}  // namespace sentrail
