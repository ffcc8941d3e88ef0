// The declarations of a text as a tree, and what of it can be folded. See features.hpp.
#include <algorithm>
#include <utility>

#include "compiler/lsp/features.hpp"

namespace sentrail::compiler::lsp {
namespace {

// Kinds of symbols by LSP's numbers.
enum class Kind : std::uint8_t {
  module = 2,
  namespace_ = 3,
  class_ = 5,
  method = 6,
  enum_ = 10,
  function = 12,
  constant = 14,
  event = 24,
};

// One declaration, and those in it by their numbers.
struct Node {
  std::string name;
  std::string detail;
  Kind kind = Kind::constant;
  Span span;
  Span selection;
  std::vector<Node> children;
};

Node rule_node(const RuleNode& rule) {
  return {std::string(rule.name.text),
          rule.kind == RuleKind::also ? "also"
                                      : (rule.kind == RuleKind::shadow ? "shadow " : "") +
                                            std::string(name_of(rule.outcome)),
          Kind::method,
          rule.span,
          rule.name.span,
          {}};
}

void add_tiers(const Ast& ast, std::vector<Node>& nodes) {
  for (const TierNode& tier : ast.tiers) {
    if (tier.implicit) {
      for (const RuleNode& rule : tier.rules) nodes.push_back(rule_node(rule));
      continue;
    }
    Node node{std::string(tier.name.text),
              tier.guard ? "guard tier" : "tier",
              Kind::class_,
              tier.span,
              tier.name.span,
              {}};
    for (const RuleNode& rule : tier.rules) node.children.push_back(rule_node(rule));
    nodes.push_back(std::move(node));
  }
}

std::string expectation(const Expect& expect) {
  std::string text(name_of(expect.effect));
  if (expect.rule) text += " by " + std::string(expect.rule->text);
  return text;
}

std::vector<Node> nodes_of(const ParsedFile& file) {
  const Ast& ast = file.ast;
  std::vector<Node> nodes;
  for (const ListNode& list : ast.lists) {
    nodes.push_back({std::string(list.name.text),
                     std::to_string(list.entries.size()) + " entries",
                     Kind::constant,
                     list.span,
                     list.name.span,
                     {}});
  }
  for (const ConditionNode& one : ast.conditions) {
    nodes.push_back(
        {std::string(one.name.text), "condition", Kind::function, one.span, one.name.span, {}});
  }
  add_tiers(ast, nodes);
  for (const DefaultNode& one : ast.defaults) {
    nodes.push_back(
        {"default", std::string(name_of(one.effect)), Kind::method, one.span, one.effect_span, {}});
  }
  for (const TestNode& test : ast.tests) {
    nodes.push_back({std::string(test.name.text),
                     expectation(test.expect),
                     Kind::event,
                     test.span,
                     test.name.span,
                     {}});
  }
  for (const TestTableNode& table : ast.test_tables) {
    Node node{std::string(table.name.text),
              std::to_string(table.rows.size()) + " rows",
              Kind::event,
              table.span,
              table.name.span,
              {}};
    for (const TestNode& row : table.tests) {
      node.children.push_back({std::string(row.name.text),
                               expectation(row.expect),
                               Kind::event,
                               row.span,
                               row.span,
                               {}});
    }
    nodes.push_back(std::move(node));
  }
  std::ranges::sort(nodes, {}, [](const Node& node) { return node.span.begin; });
  return nodes;
}

void write_node(JsonWriter& json, const View& view, const Node& node) {
  const auto range = [&](Span span) { return view.file.range_of(span, view.client.encoding); };
  // An empty name is not allowed.
  json.begin_object().key("name").string(node.name.empty() ? "\"\"" : node.name);
  json.key("detail").string(node.detail).key("kind").integer(static_cast<int>(node.kind));
  json.key("range");
  write(json, range(node.span));
  json.key("selectionRange");
  write(json, range(node.selection));
  json.key("children").begin_array();
  for (const Node& child : node.children) write_node(json, view, child);
  json.end_array().end_object();
}

void write_flat(JsonWriter& json, const View& view, const Node& node, std::string_view parent) {
  json.begin_object().key("name").string(node.name.empty() ? "\"\"" : node.name);
  json.key("kind").integer(static_cast<int>(node.kind)).key("location");
  write(json, Location{uri_in(view.documents, view.file.path),
                       view.file.range_of(node.span, view.client.encoding)});
  if (!parent.empty()) json.key("containerName").string(parent);
  json.end_object();
  for (const Node& child : node.children) write_flat(json, view, child, node.name);
}

// What can be folded: lines, and what kind it is, if one of LSP's.
struct Fold {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  std::string_view kind;

  friend auto operator<=>(const Fold&, const Fold&) = default;
};

class Folds {
 public:
  explicit Folds(const ParsedFile& file) : file_(file) {}

  std::vector<Fold> all() {
    brackets();
    runs_of_comments();
    for (const TierNode& tier : file_.ast.tiers) {
      for (const RuleNode& rule : tier.rules) add(rule.span.begin, rule.span.end, {});
    }
    for (const ConditionNode& one : file_.ast.conditions) add(one.span.begin, one.span.end, {});
    const std::vector<ImportNode>& imports = file_.ast.imports;
    if (imports.size() > 1) {
      add(imports.front().span.begin, imports.back().span.end, "imports");
    }
    std::ranges::sort(folds_);
    folds_.erase(std::ranges::unique(folds_).begin(), folds_.end());
    return std::move(folds_);
  }

 private:
  void add(std::uint32_t begin, std::uint32_t end, std::string_view kind) {
    const std::uint32_t first = file_.lines.line_of(begin);
    const std::uint32_t last = file_.lines.line_of(end);
    if (last > first) folds_.push_back({first, last, kind});
  }

  // From an opening bracket to the line before its closing one.
  void brackets() {
    std::vector<Token> open;
    for (const Token& token : file_.tokens) {
      if (token.kind != TokenKind::sign) continue;
      const char sign = file_.text()[token.begin];
      if (sign == '{' || sign == '[' || sign == '(') open.push_back(token);
      if (sign != '}' && sign != ']' && sign != ')') continue;
      if (open.empty()) continue;
      const std::uint32_t first = file_.lines.line_of(open.back().begin);
      const std::uint32_t last = file_.lines.line_of(token.begin);
      if (last > first + 1) folds_.push_back({first, last - 1, {}});
      open.pop_back();
    }
  }

  // Comments on lines that follow each other.
  void runs_of_comments() {
    const std::vector<Comment>& comments = file_.ast.comments;
    for (std::size_t i = 0; i < comments.size();) {
      std::size_t last = i;
      while (last + 1 < comments.size() && comments[i].own_line && comments[last + 1].own_line &&
             file_.lines.line_of(comments[last + 1].span.begin) ==
                 file_.lines.line_of(comments[last].span.begin) + 1) {
        ++last;
      }
      if (last > i) add(comments[i].span.begin, comments[last].span.begin, "comment");
      i = last + 1;
    }
  }

  const ParsedFile& file_;
  std::vector<Fold> folds_;
};

}  // namespace

Answer document_symbol(const View& view) {
  std::string out;
  JsonWriter json(&out);
  json.begin_array();
  for (const Node& node : nodes_of(view.file)) {
    view.client.symbol_trees ? write_node(json, view, node) : write_flat(json, view, node, {});
  }
  json.end_array();
  return out;
}

Answer folding_range(const View& view) {
  std::string out;
  JsonWriter json(&out);
  json.begin_array();
  for (const Fold& fold : Folds(view.file).all()) {
    json.begin_object().key("startLine").unsigned_integer(fold.first);
    json.key("endLine").unsigned_integer(fold.last);
    if (!fold.kind.empty()) json.key("kind").string(fold.kind);
    json.end_object();
  }
  json.end_array();
  return out;
}

}  // namespace sentrail::compiler::lsp
