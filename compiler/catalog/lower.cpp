// Builds one tree of templates a method and writes it out level by level. See lower.hpp.
#include "compiler/catalog/lower.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <unordered_map>

#include "core/check.hpp"

namespace sentrail::compiler {
namespace {

// A node while the tree grows; children by index into Tree::nodes.
struct BranchDraft {
  const CatalogParameterDef* parameter = nullptr;
  std::uint32_t node = 0;
};
struct NodeDraft {
  std::map<std::string, std::uint32_t> literals;
  std::vector<BranchDraft> branches;
  std::map<std::uint32_t, std::uint32_t, std::greater<>> tails;  // by segments, longest first
  std::uint32_t operation = kCatalogNone;                        // into Catalog::operations
};

// The templates of one method as a tree.
class Tree {
 public:
  Tree(const Catalog& catalog, CatalogMethod method) : catalog_(catalog), method_(method) {
    for (std::uint32_t i = 0; i < catalog.operations.size(); ++i) {
      if (catalog.operations[i].method == method) insert(i);
    }
    for (NodeDraft& node : nodes_) sort_branches(node);
  }

  [[nodiscard]] bool empty() const { return nodes_.empty(); }
  [[nodiscard]] const NodeDraft& operator[](std::uint32_t index) const { return nodes_[index]; }

 private:
  std::uint32_t grow() {
    nodes_.emplace_back();
    return static_cast<std::uint32_t>(nodes_.size() - 1);
  }

  void insert(std::uint32_t operation) {
    if (nodes_.empty()) grow();
    const PathTemplate& path = catalog_.operations[operation].path;
    std::uint32_t node = 0;
    for (std::uint32_t i = 0; i < path.segments.size(); ++i) {
      const TemplateSegment& segment = path.segments[i];
      if (!segment.parameter.has_value()) {
        node = literal(node, segment.literal);
      } else if (path.multi == i) {
        node = tail(node, static_cast<std::uint32_t>(path.segments.size()) - i - 1);
      } else {
        node = branch(node, catalog_.parameters[*segment.parameter]);
      }
    }
    nodes_[node].operation = operation;
  }

  std::uint32_t literal(std::uint32_t node, const std::string& text) {
    const auto found = nodes_[node].literals.find(text);
    if (found != nodes_[node].literals.end()) return found->second;
    const std::uint32_t child = grow();
    nodes_[node].literals.emplace(text, child);
    return child;
  }

  std::uint32_t tail(std::uint32_t node, std::uint32_t segments) {
    const auto found = nodes_[node].tails.find(segments);
    if (found != nodes_[node].tails.end()) return found->second;
    const std::uint32_t child = grow();
    nodes_[node].tails.emplace(segments, child);
    return child;
  }

  std::uint32_t branch(std::uint32_t node, const CatalogParameterDef& parameter) {
    for (const BranchDraft& draft : nodes_[node].branches) {
      if (draft.parameter->kind == parameter.kind && draft.parameter->values == parameter.values) {
        return draft.node;
      }
    }
    const std::uint32_t child = grow();
    nodes_[node].branches.push_back({&parameter, child});
    return child;
  }

  // Whether a choice takes a template that goes through `a` and leaves one through `b`.
  [[nodiscard]] bool chosen_before(const BranchDraft& a, const BranchDraft& b) const {
    return std::any_of(catalog_.choices.begin(), catalog_.choices.end(),
                       [&](const CatalogChoice& choice) {
                         return choice.method == method_ && leads(a.node, choice.taken) &&
                                leads(b.node, choice.left);
                       });
  }

  // Whether a template's operation stands below a node.
  [[nodiscard]] bool leads(std::uint32_t node, const std::string& path) const {
    std::vector<std::uint32_t> open = {node};
    while (!open.empty()) {
      const NodeDraft& draft = nodes_[open.back()];
      open.pop_back();
      if (draft.operation != kCatalogNone &&
          catalog_.operations[draft.operation].path.text == path) {
        return true;
      }
      for (const auto& [text, child] : draft.literals) open.push_back(child);
      for (const BranchDraft& child : draft.branches) open.push_back(child.node);
      for (const auto& [segments, child] : draft.tails) open.push_back(child);
    }
    return false;
  }

  // By kind; enumerations stay as declared but for what choices say. Choices have no cycle.
  void sort_branches(NodeDraft& node) {
    std::vector<BranchDraft> sorted;
    for (const ParameterKind kind : {ParameterKind::enumeration, ParameterKind::integer,
                                     ParameterKind::plain, ParameterKind::encoded}) {
      for (const BranchDraft& branch : node.branches) {
        if (branch.parameter->kind == kind) sorted.push_back(branch);
      }
    }
    node.branches = std::move(sorted);
    if (catalog_.choices.empty()) return;
    auto& branches = node.branches;
    for (auto place = branches.begin(); place != branches.end(); ++place) {
      const auto next = std::find_if(place, branches.end(), [&](const BranchDraft& candidate) {
        return std::none_of(place, branches.end(), [&](const BranchDraft& other) {
          return chosen_before(other, candidate);
        });
      });
      SENTRAIL_CHECK_NOTE(next != branches.end(), "choices contradict each other");
      std::rotate(place, next, next + 1);
    }
  }

  const Catalog& catalog_;
  CatalogMethod method_;
  std::deque<NodeDraft> nodes_;
};

std::uint32_t size_of(const auto& table) {
  return static_cast<std::uint32_t>(table.size());
}

class Lowerer {
 public:
  CatalogTables run(std::span<const Catalog> catalogs) {
    // Texts are used in this order by verify(): hosts, values, bindings' steps, conditions' and
    // defaults' steps.
    for (const Catalog& catalog : catalogs) heads(catalog);
    for (std::size_t i = 0; i < catalogs.size(); ++i) trees(catalogs[i], t_.catalogs[i]);
    for (const auto& [catalog, index] : order_) operation(*catalog, catalog->operations[index]);
    for (std::size_t i = 0; i < order_.size(); ++i) conditions(i);
    for (std::size_t i = 0; i < order_.size(); ++i) defaults(i);
    return std::move(t_);
  }

 private:
  struct Placed {
    const Catalog* catalog;
    std::uint32_t index;
  };

  CatalogText text(const std::string& value) {
    const auto [entry, is_new] =
        interned_.try_emplace(value, CatalogText{size_of(t_.text), size_of(value)});
    if (is_new) t_.text += value;
    return entry->second;
  }

  CatalogRange texts(const std::vector<std::string>& values) {
    const CatalogRange range{size_of(t_.texts), size_of(values)};
    for (const std::string& value : values) t_.texts.push_back(text(value));
    return range;
  }

  void heads(const Catalog& catalog) {
    CatalogRow row;
    row.name = text(catalog.name);
    row.tool = text(catalog.tool);
    row.version = catalog.version;
    row.post_as_patch = catalog.post_as_patch ? 1 : 0;
    row.hosts = texts(catalog.hosts);
    row.actions = {size_of(t_.actions), size_of(catalog.actions)};
    for (const CatalogActionDef& action : catalog.actions) {
      t_.actions.push_back(
          {text(action.name), static_cast<std::uint32_t>(action.risk), action.read ? 1u : 0u});
    }
    row.aliases = {size_of(t_.aliases), size_of(catalog.aliases)};
    for (const CatalogAlias& alias : catalog.aliases) {
      t_.aliases.push_back({text(alias.literal), text(alias.target), alias.placeholders});
    }
    row.roots.fill(kCatalogNone);
    actions_begin_[&catalog] = row.actions.begin;
    t_.catalogs.push_back(row);
  }

  void trees(const Catalog& catalog, CatalogRow& row) {
    for (std::size_t method = 0; method < kCatalogMethodCount; ++method) {
      const Tree tree(catalog, static_cast<CatalogMethod>(method));
      if (tree.empty()) continue;
      row.roots[method] = size_of(t_.nodes);
      write(catalog, tree);
    }
  }

  // Level by level: a node's index is fixed when it is queued, and children stand behind parents.
  void write(const Catalog& catalog, const Tree& tree) {
    std::deque<std::uint32_t> queue = {0};
    std::uint32_t next = size_of(t_.nodes) + 1;
    const auto enqueue = [&](std::uint32_t draft) {
      queue.push_back(draft);
      return next++;
    };
    while (!queue.empty()) {
      const NodeDraft& draft = tree[queue.front()];
      queue.pop_front();
      CatalogNodeRow row;
      row.literals = {size_of(t_.literals), size_of(draft.literals)};
      for (const auto& [literal, child] : draft.literals) {
        t_.literals.push_back({text(literal), enqueue(child)});
      }
      row.branches = {size_of(t_.branches), size_of(draft.branches)};
      for (const BranchDraft& branch : draft.branches) {
        t_.branches.push_back({static_cast<std::uint32_t>(branch.parameter->kind),
                               texts(branch.parameter->values), enqueue(branch.node)});
      }
      row.tails = {size_of(t_.tails), size_of(draft.tails)};
      for (const auto& [segments, child] : draft.tails) {
        t_.tails.push_back({segments, enqueue(child)});
      }
      if (draft.operation != kCatalogNone) {
        row.operation = size_of(order_);
        order_.push_back({&catalog, draft.operation});
      }
      t_.nodes.push_back(row);
    }
  }

  void operation(const Catalog& catalog, const CatalogOperation& operation) {
    const std::uint32_t actions = actions_begin_[&catalog];
    CatalogOperationRow row;
    row.path = text(operation.path.text);
    row.resource = text(operation.resource);
    row.method = static_cast<std::uint32_t>(operation.method);
    row.action = actions + operation.action;
    row.risk = static_cast<std::uint32_t>(operation.risk);
    row.segments = size_of(operation.path.segments);
    row.multi = operation.path.multi.value_or(kCatalogNone);
    row.bindings = {size_of(t_.bindings), size_of(operation.fields)};
    for (const FieldBinding& field : operation.fields) {
      t_.bindings.push_back(
          {static_cast<std::uint32_t>(field.field), static_cast<std::uint32_t>(field.origin.source),
           static_cast<std::uint32_t>(field.form), field.optional ? 1u : 0u, field.origin.position,
           texts(field.origin.steps), text(field.never_ends)});
    }
    row.id = id_of(catalog, operation.path);
    row.refinements = {size_of(t_.refinements), size_of(operation.refinements)};
    for (const Refinement& refinement : operation.refinements) {
      t_.refinements.push_back(
          {{}, actions + refinement.action, static_cast<std::uint32_t>(refinement.risk)});
    }
    t_.operations.push_back(row);
  }

  // The first id whose parameters the template has.
  CatalogRange id_of(const Catalog& catalog, const PathTemplate& path) {
    const CatalogRange none{size_of(t_.id_parts), 0};
    for (const std::vector<IdPart>& id : catalog.ids) {
      std::vector<CatalogIdPartRow> rows;
      for (const IdPart& part : id) {
        CatalogIdPartRow row{text(part.text), kCatalogNone, 0};
        if (part.parameter.has_value()) {
          const auto position = position_of(path, *part.parameter);
          if (!position.has_value()) break;
          row.position = *position;
          row.form = static_cast<std::uint32_t>(catalog.parameters[*part.parameter].form ==
                                                        CatalogForm::caseless
                                                    ? CatalogForm::caseless
                                                    : CatalogForm::plain);
        }
        rows.push_back(row);
      }
      if (rows.size() != id.size()) continue;
      t_.id_parts.insert(t_.id_parts.end(), rows.begin(), rows.end());
      return {none.begin, size_of(rows)};
    }
    return none;
  }

  static std::optional<std::uint32_t> position_of(const PathTemplate& path,
                                                  std::uint32_t parameter) {
    for (std::uint32_t i = 0; i < path.segments.size(); ++i) {
      if (path.segments[i].parameter == parameter) return i;
    }
    return std::nullopt;
  }

  void conditions(std::size_t operation) {
    const CatalogOperation& from = order_[operation].catalog->operations[order_[operation].index];
    for (std::size_t i = 0; i < from.refinements.size(); ++i) {
      const auto& wanted = from.refinements[i].conditions;
      const CatalogRange range{size_of(t_.conditions), size_of(wanted)};
      t_.refinements[t_.operations[operation].refinements.begin + i].conditions = range;
      for (const RefinementCondition& condition : wanted) {
        t_.conditions.push_back({static_cast<std::uint32_t>(condition.origin.source),
                                 static_cast<std::uint32_t>(condition.test),
                                 static_cast<std::uint32_t>(condition.value_kind),
                                 condition.origin.position, texts(condition.origin.steps),
                                 text(condition.value)});
      }
    }
  }

  void defaults(std::size_t operation) {
    const CatalogOperation& from = order_[operation].catalog->operations[order_[operation].index];
    for (const BodyDefault& one : from.defaults) {
      t_.defaults.push_back({static_cast<std::uint32_t>(operation),
                             static_cast<std::uint32_t>(one.kind), texts(one.steps),
                             text(one.value)});
    }
  }

  CatalogTables t_;
  std::unordered_map<std::string, CatalogText> interned_;
  std::unordered_map<const Catalog*, std::uint32_t> actions_begin_;
  std::vector<Placed> order_;  // operations as the trees meet them
};

}  // namespace

CatalogTables lower_catalogs(std::span<const Catalog> catalogs) {
  return Lowerer().run(catalogs);
}

}  // namespace sentrail::compiler
