// What the thing under the cursor is, and what findings there mean. See features.hpp.
#include <algorithm>
#include <set>
#include <utility>

#include "compiler/diag/explain.hpp"
#include "compiler/lsp/features.hpp"
#include "compiler/lsp/locked_tools.hpp"
#include "compiler/lsp/words.hpp"

namespace sentrail::compiler::lsp {
namespace {

constexpr std::size_t kEntriesShown = 20;
constexpr std::size_t kOperationsShown = 8;
constexpr std::size_t kBytesShown = 2'000;

std::string code(std::string_view text) {
  std::string shown(text.substr(0, kBytesShown));
  if (shown.size() < text.size()) shown += "\n…";
  return "```sentrail\n" + shown + "\n```\n";
}

// The comment on the lines directly above a declaration.
std::string comment_above(const ParsedFile& file, Span declaration) {
  const std::vector<Comment>& comments = file.ast.comments;
  std::uint32_t line = file.lines.line_of(declaration.begin);
  auto one = std::ranges::lower_bound(comments, declaration.begin, {},
                                      [](const Comment& c) { return c.span.begin; });
  std::string text;
  while (one != comments.begin() && line > 0) {
    --one;
    if (!one->own_line || file.lines.line_of(one->span.begin) + 1 != line) break;
    --line;
    std::string_view words = file.slice(one->span);
    words.remove_prefix(std::min(words.find_first_not_of("# "), words.size()));
    text = std::string(words) + "\n" + text;
  }
  return text.empty() ? text : "\n" + text;
}

// The file of a policy that a symbol is declared in; null if there is none.
const ParsedFile* home_of(const View& view, const Symbol& symbol) {
  const std::optional<std::uint32_t> number = view.unit.number_of(symbol.file);
  return number ? view.unit.files[*number].file.get() : nullptr;
}

template <class T>
const T* named(const std::vector<T>& all, std::string_view name) {
  const auto found = std::ranges::find(all, name, [](const T& one) { return one.name.text; });
  return found == all.end() ? nullptr : &*found;
}

std::string describe_list(const ParsedFile& file, std::string_view name) {
  const ListNode* list = named(file.ast.lists, name);
  if (list == nullptr) return {};
  std::string entries;
  for (std::size_t i = 0; i < std::min(list->entries.size(), kEntriesShown); ++i) {
    entries += "  " + std::string(file.slice(list->entries[i].span)) + ",\n";
  }
  if (list->entries.size() > kEntriesShown) {
    entries += "  # and " + std::to_string(list->entries.size() - kEntriesShown) + " more\n";
  }
  return code("list " + std::string(name) + " = [\n" + entries + "]") +
         counted(list->entries.size(), "entry") + "\n" + comment_above(file, list->span);
}

std::string describe_rule(const ParsedFile& file, const Symbol& symbol) {
  for (const TierNode& tier : file.ast.tiers) {
    const std::string_view name = tier.implicit ? "main" : tier.name.text;
    const RuleNode* rule = name == symbol.owner ? named(tier.rules, symbol.name) : nullptr;
    if (rule == nullptr) continue;
    return code(file.slice(rule->span)) + "`" + std::string(file.policy()) + "." + symbol.owner +
           "." + symbol.name + "` in decisions and the audit log\n" +
           comment_above(file, rule->span);
  }
  return {};
}

std::string describe_attribute(std::string_view name) {
  for (std::size_t i = 0; i < kAttributeCount; ++i) {
    const Attribute& row = kAttributes[i];
    const bool member =
        row.has_members && name.starts_with(row.name) && name.substr(row.name.size())[0] == '.';
    if (row.name != name && !member) continue;
    const auto id = static_cast<AttributeId>(i);
    std::string text = "**" + std::string(name) + "**: ";
    text += std::string(name_of(row.type)) + ", " + std::string(name_of(row.trust)) + "\n\n";
    if (member) text += "a member of `" + std::string(row.name) + "`: ";
    text += std::string(help_of(id)) + "\n";
    if (row.trust == Trust::asserted) {
      text += "\nOnly claimed by the other side: no `allow` should rest on it alone.\n";
    }
    if (row.type == Type::string || row.type == Type::json) {
      text += std::string("\nPatterns divide it at `") + row.separator + "`.\n";
    }
    return text;
  }
  return {};
}

std::string with_arguments(const View& view, std::string text, std::string_view name) {
  const std::string lines = name.starts_with("args.") ? describe_argument(view, name) : "";
  return text.empty() || lines.empty() ? text : text + "\n" + lines;
}

void add_operations(const Catalog& catalog, std::uint32_t action, std::string& text) {
  std::set<std::string> shown;
  for (const CatalogOperation& operation : catalog.operations) {
    const bool refined = std::ranges::any_of(
        operation.refinements, [&](const Refinement& one) { return one.action == action; });
    if (operation.action == action || refined) shown.insert(display(operation));
  }
  std::size_t count = 0;
  for (const std::string& one : shown) {
    if (count++ == kOperationsShown) break;
    text += "- `" + one + "`\n";
  }
  if (shown.size() > kOperationsShown) {
    text += "- and " + std::to_string(shown.size() - kOperationsShown) + " more\n";
  }
}

std::string describe_action(const View& view, const Symbol& symbol) {
  std::string text;
  if (!view.unit.catalogs) return text;
  for (const Catalog& catalog : view.unit.catalogs->catalogs) {
    if (!symbol.owner.empty() && catalog.tool != symbol.owner) continue;
    for (std::uint32_t i = 0; i < catalog.actions.size(); ++i) {
      const CatalogActionDef& action = catalog.actions[i];
      if (action.name != symbol.name) continue;
      text += "**" + catalog.tool + " " + action.name + "**: risk " +
              std::string(name_of(action.risk)) + ", " + (action.read ? "reads" : "writes") + " (" +
              catalog.name + ")\n\n";
      add_operations(catalog, i, text);
    }
  }
  if (text.empty() && symbol.name.find('*') != std::string::npos) {
    text = "A pattern of actions: `*` stays in a segment, `**` is any number of segments.\n";
  }
  return text;
}

std::string describe_tool(const View& view, const Symbol& symbol) {
  if (!view.unit.catalogs) return {};
  for (const Catalog& catalog : view.unit.catalogs->catalogs) {
    if (catalog.tool != symbol.name) continue;
    return "**" + catalog.tool + "**: the tool of catalog `" + catalog.name + "`, " +
           counted(catalog.actions.size(), "action") + ", " +
           counted(catalog.operations.size(), "operation") + "\n";
  }
  return {};
}

std::string describe_module(const View& view, const Symbol& symbol) {
  if (symbol.file.empty()) {
    if (!view.unit.catalogs) return {};
    for (const Catalog& catalog : view.unit.catalogs->catalogs) {
      if (catalog.name == symbol.name) {
        return describe_tool(view, {SymbolKind::tool, "", "", catalog.tool});
      }
    }
    for (const CatalogInfo* lock : imported_locks(view)) {
      if (lock->name == symbol.name) return describe_lock(*lock);
    }
    return {};
  }
  const ParsedFile* file = home_of(view, symbol);
  if (file == nullptr) return {};
  const Ast& ast = file->ast;
  std::size_t rules = 0;
  for (const TierNode& tier : ast.tiers) rules += tier.rules.size();
  std::string text = "**" + symbol.name + "**: " + counted(rules, "rule") + ", " +
                     counted(ast.lists.size(), "list") + ", " +
                     counted(ast.conditions.size(), "condition") + "\n\n`" + symbol.file + "`\n";
  if (ast.policy) text += comment_above(*file, ast.policy->span);
  return text;
}

std::string describe_element(const ParsedFile& file, const Symbol& symbol) {
  for (const Expr& expr : file.ast.exprs) {
    if (expr.kind != ExprKind::quantified) continue;
    const Quantifier& node = file.ast.quantifiers[expr.quantifier];
    if (std::to_string(node.binder.span.begin) != symbol.owner) continue;
    return "**" + symbol.name + "**: " + (node.all ? "each element" : "an element") + " of `" +
           std::string(file.slice(node.list.span)) + "`\n";
  }
  return {};
}

// What findings under the cursor mean.
std::string explanations(const View& view, std::uint32_t offset) {
  std::string text;
  std::set<std::string_view> told;
  for (const Unit* unit : view.workspace.units_of(view.file.path)) {
    for (const Diagnostic& one : unit->findings().sorted()) {
      const Span span = one.span;
      const bool here = span.begin <= offset && offset <= span.end &&
                        unit->loaded.sources[span.source].name() == view.file.path;
      const KindRow& row = row_of(one.kind);
      if (!here || !told.insert(row.code).second) continue;
      const Explanation& explanation = explanation_of(one.kind);
      text += "**" + std::string(row.code) + "**: " + std::string(row.summary) + "\n\n" +
              std::string(explanation.meaning) + "\n\n";
    }
  }
  return text;
}

// The attribute in a hole of a `because` text that an offset is in.
std::string attribute_in_hole(const ParsedFile& file, const Token& token, std::uint32_t offset,
                              Span& span) {
  const std::string_view text = token.in(file.text());
  const std::size_t at = offset - token.begin;
  const std::size_t open = text.rfind('{', at);
  const std::size_t close = text.find('}', at);
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return {};
  if (text.substr(open, at - open).find('}') != std::string_view::npos) return {};
  span = {file.source, static_cast<std::uint32_t>(token.begin + open + 1),
          static_cast<std::uint32_t>(token.begin + close)};
  return std::string(file.slice(span));
}

}  // namespace

std::string describe(const View& view, const Symbol& symbol) {
  const ParsedFile* home = home_of(view, symbol);
  switch (symbol.kind) {
    case SymbolKind::list:
      return home == nullptr ? "" : describe_list(*home, symbol.name);
    case SymbolKind::condition: {
      const ConditionNode* node =
          home == nullptr ? nullptr : named(home->ast.conditions, symbol.name);
      if (node == nullptr) return {};
      return code(home->slice(node->span)) + comment_above(*home, node->span);
    }
    case SymbolKind::parameter:
      return "**" + symbol.name + "**: a parameter of condition `" + symbol.owner + "`\n";
    case SymbolKind::element:
      return home == nullptr ? "" : describe_element(*home, symbol);
    case SymbolKind::rule:
      return home == nullptr ? "" : describe_rule(*home, symbol);
    case SymbolKind::tier: {
      const TierNode* tier = home == nullptr ? nullptr : named(home->ast.tiers, symbol.name);
      if (tier == nullptr) return {};
      return "**" + symbol.name + "**: " + (tier->guard ? "a guard tier of " : "a tier of ") +
             counted(tier->rules.size(), "rule") + "\n" + comment_above(*home, tier->span);
    }
    case SymbolKind::alias: {
      const ParsedFile& file = home == nullptr ? view.file : *home;
      for (const ImportNode& import : file.ast.imports) {
        if (!import.alias || import.alias->text != symbol.name) continue;
        return "**" + symbol.name + "**: module `" + std::string(import.name.text) + "`\n";
      }
      return {};
    }
    case SymbolKind::module:
      return describe_module(view, symbol);
    case SymbolKind::attribute:
      return with_arguments(view, describe_attribute(symbol.name), symbol.name);
    case SymbolKind::tool:
      return describe_tool(view, symbol);
    case SymbolKind::action:
      return describe_action(view, symbol);
    case SymbolKind::test:
      return {};
  }
  return {};
}

Answer hover(const View& view, std::uint32_t offset) {
  std::string text;
  std::optional<Span> span;
  const Token* token = view.file.token_at(offset);
  if (const Occurrence* here = view.occurrence_at(offset)) {
    text = describe(view, view.unit.names.symbol(here->symbol));
    span = here->span;
  }
  if (text.empty() && token != nullptr) {
    span = Span{view.file.source, token->begin, token->end};
    if (token->kind == TokenKind::string) {
      Span hole = *span;
      text = describe_attribute(attribute_in_hole(view.file, *token, offset, hole));
      if (!text.empty()) span = hole;
    } else if (token->kind == TokenKind::word || token->kind == TokenKind::sign) {
      const std::string_view word = token->in(view.file.text());
      const std::string_view help = help_of_word(word);
      if (!help.empty()) text = "**" + std::string(word) + "**: " + std::string(help) + "\n";
    }
  }
  const std::string findings = explanations(view, offset);
  if (!findings.empty()) text += (text.empty() ? "" : "\n---\n\n") + findings;
  if (text.empty()) return "null";
  std::string out;
  JsonWriter json(&out);
  json.begin_object().key("contents");
  write_markup(json, view.client, text);
  if (span) {
    json.key("range");
    write(json, view.file.range_of(*span, view.client.encoding));
  }
  json.end_object();
  return out;
}

}  // namespace sentrail::compiler::lsp
