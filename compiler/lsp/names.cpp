// Walks every tree once; a name is looked up where it is written. See names.hpp.
#include "compiler/lsp/names.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "core/schema.hpp"

namespace sentrail::compiler::lsp {
namespace {

// Conditions that use conditions, as deep as the language permits (L12.7).
constexpr int kUseDepthMax = 64;

// The names that one file declares or imports.
struct FileNames {
  std::map<std::string_view, const ListNode*> lists;
  std::map<std::string_view, const ConditionNode*> conditions;
  std::map<std::string_view, std::size_t> imports;  // by the name that they have here
  std::multimap<std::string_view, std::pair<const TierNode*, const RuleNode*>> rules;
};

// A name as it is written, and what it is of.
struct Resolved {
  std::optional<std::uint32_t> home;  // the file that declares it
  std::string_view name;
  Span span;                          // of the name alone
  std::optional<std::size_t> import;  // by which it came
  Span import_span;
};

// The name of an element, and those that quantifiers around it give.
struct ElementName {
  const Name* binder;
  std::optional<std::size_t> outer;
};

class Walker {
 public:
  Walker(std::span<const LinkedFile> files, std::map<Symbol, std::uint32_t>& ids,
         std::vector<Symbol>& symbols, std::vector<std::vector<Occurrence>>& out)
      : files_(files), ids_(ids), symbols_(symbols), out_(out), names_(files.size()) {
    for (std::size_t i = 0; i < files.size(); ++i) collect(i);
  }

  void walk(std::uint32_t number) {
    file_ = number;
    const Ast& ast = this->ast();
    if (ast.policy) mark(module_of(number), ast.policy->span, true);
    for (std::size_t i = 0; i < ast.imports.size(); ++i) import(i);
    for (const ListNode& list : ast.lists) {
      mark({SymbolKind::list, path(), "", std::string(list.name.text)}, list.name.span, true);
    }
    for (const ConditionNode& condition : ast.conditions) condition_declaration(condition);
    condition_ = nullptr;
    for (const TierNode& tier : ast.tiers) tier_declaration(tier);
    for (const TestNode& test : ast.tests) {
      mark({SymbolKind::test, path(), "", std::string(test.name.text)}, test.name.span, true);
      given(test.given);
      expect(test.expect);
    }
    for (const TestTableNode& table : ast.test_tables) table_declaration(table);
    for (const ProofNode& proof : ast.proofs) expression(proof.when);
  }

 private:
  [[nodiscard]] const Ast& ast() const { return files_[file_].file->ast; }
  [[nodiscard]] const std::string& path() const { return files_[file_].file->path; }

  void collect(std::size_t number) {
    const Ast& ast = files_[number].file->ast;
    FileNames& names = names_[number];
    for (const ListNode& list : ast.lists) names.lists.emplace(list.name.text, &list);
    for (const ConditionNode& one : ast.conditions) names.conditions.emplace(one.name.text, &one);
    for (std::size_t i = 0; i < ast.imports.size(); ++i) {
      const ImportNode& import = ast.imports[i];
      names.imports.emplace(import.alias ? import.alias->text : import.name.text, i);
    }
    for (const TierNode& tier : ast.tiers) {
      for (const RuleNode& rule : tier.rules) {
        names.rules.emplace(rule.name.text, std::pair(&tier, &rule));
      }
    }
  }

  void mark(const Symbol& symbol, Span span, bool declares = false) {
    const auto [found, added] = ids_.emplace(symbol, static_cast<std::uint32_t>(symbols_.size()));
    if (added) symbols_.push_back(symbol);
    out_[file_].push_back({file_, span, found->second, declares});
  }

  [[nodiscard]] Symbol module_of(std::uint32_t number) const {
    const ParsedFile& file = *files_[number].file;
    return {SymbolKind::module, file.path, "", std::string(file.policy())};
  }

  void import(std::size_t index) {
    const ImportNode& node = ast().imports[index];
    const std::optional<std::uint32_t> target = files_[file_].imports[index];
    mark(target ? module_of(*target)
                : Symbol{SymbolKind::module, "", "", std::string(node.name.text)},
         node.name.span);
    if (node.alias) mark(alias_of(node), node.alias->span, true);
  }

  [[nodiscard]] Symbol alias_of(const ImportNode& node) const {
    return {SymbolKind::alias, path(), "", std::string(node.alias->text)};
  }

  // Marks the part of a name that says from which import it is.
  void mark_import(const Resolved& resolved) {
    if (!resolved.import) return;
    const ImportNode& node = ast().imports[*resolved.import];
    mark(node.alias ? alias_of(node) : module_of(*resolved.home), resolved.import_span);
  }

  // Divides `a.b.name`; the span covers exactly the text.
  [[nodiscard]] Resolved resolve(std::string_view text, Span span) const {
    Resolved resolved{file_, text, span, std::nullopt, span};
    const std::size_t dot = text.rfind('.');
    if (dot == std::string_view::npos) return resolved;
    resolved.home.reset();
    resolved.name = text.substr(dot + 1);
    resolved.span.begin = span.begin + static_cast<std::uint32_t>(dot) + 1;
    resolved.import_span.end = span.begin + static_cast<std::uint32_t>(dot);
    const auto import = names_[file_].imports.find(text.substr(0, dot));
    if (import == names_[file_].imports.end()) return resolved;
    resolved.import = import->second;
    resolved.home = files_[file_].imports[import->second];
    return resolved;
  }

  // --- conditions --------------------------------------------------------------------------
  void condition_declaration(const ConditionNode& node) {
    condition_ = &node;
    mark({SymbolKind::condition, path(), "", std::string(node.name.text)}, node.name.span, true);
    for (const Name& name : node.parameters) mark(parameter(name.text), name.span, true);
    expression(node.body);
  }

  [[nodiscard]] Symbol parameter(std::string_view name) const {
    return {SymbolKind::parameter, path(), std::string(condition_->name.text), std::string(name)};
  }

  [[nodiscard]] bool is_parameter(std::string_view name) const {
    return condition_ != nullptr && std::ranges::find(condition_->parameters, name, &Name::text) !=
                                        condition_->parameters.end();
  }

  void expression(ExprId root) {
    elements_.clear();
    std::vector<std::pair<ExprId, std::optional<std::size_t>>> open = {{root, std::nullopt}};
    while (!open.empty()) {
      const auto [id, innermost] = open.back();
      open.pop_back();
      innermost_ = innermost;
      if (id.value >= ast().exprs.size()) continue;
      const Expr& expr = ast().exprs[id];
      if (expr.kind == ExprKind::test) test(expr.test);
      if (expr.kind == ExprKind::use) use(expr);
      if (expr.kind == ExprKind::quantified) quantifier(ast().quantifiers[expr.quantifier]);
      for (const ExprId child : expr.children) open.emplace_back(child, innermost_);
    }
    innermost_.reset();
  }

  // The list is named outside of the element.
  void quantifier(const Quantifier& node) {
    attribute_path(list_of(node.list));
    elements_.push_back({&node.binder, innermost_});
    innermost_ = elements_.size() - 1;
    mark(element(node.binder), node.binder.span, true);
  }

  // A path up to its `[*]`.
  static Path list_of(const Path& path) {
    if (path.star == 0 || path.star >= path.steps.size()) return path;
    Path list = path;
    list.steps = path.steps.first(path.star);
    list.span.end = list.steps.back().span.end;
    return list;
  }

  [[nodiscard]] Symbol element(const Name& binder) const {
    return {SymbolKind::element, path(), std::to_string(binder.span.begin),
            std::string(binder.text)};
  }

  [[nodiscard]] const Name* element_named(std::string_view name) const {
    for (auto at = innermost_; at; at = elements_[*at].outer) {
      if (elements_[*at].binder->text == name) return elements_[*at].binder;
    }
    return nullptr;
  }

  void test(const Test& test) {
    attribute_path(test.path);
    const bool in = test.op == TestOp::in || test.op == TestOp::not_in;
    if (test.op == TestOp::is) return;
    if (in && !test.operand.bracketed && test.operand.literals.size() == 1) {
      value_or_list(test.operand.literals.front());
    } else {
      const bool compared = test.op == TestOp::equal || test.op == TestOp::not_equal;
      for (const Literal& literal : test.operand.literals) {
        if (!compared || !attribute_word(literal)) value(literal, &test.path);
      }
    }
  }

  void attribute_path(const Path& path) {
    if (path.steps.empty()) return;
    if (const Name* binder = element_named(path.steps.front().text)) {
      mark(element(*binder), path.steps.front().span);
      return;
    }
    if (is_parameter(path.steps.front().text)) {
      mark(parameter(path.steps.front().text), path.steps.front().span);
      return;
    }
    if (!attribute_of(path)) return;
    std::string name;
    for (const Name& step : path.steps) name += (name.empty() ? "" : ".") + std::string(step.text);
    mark({SymbolKind::attribute, "", "", std::move(name)}, path.span);
  }

  // A word that names an attribute, or a member of what a parameter stands for.
  bool attribute_word(const Literal& literal) {
    if (literal.kind != LiteralKind::word || literal.text.find('*') != literal.text.npos) {
      return false;
    }
    const DottedWord dots = dotted(literal);
    const Path written = dots.path();
    if (!written.steps.empty() && element_named(written.steps.front().text) != nullptr) {
      attribute_path(written);
      return true;
    }
    const bool parameter = written.steps.size() > 1 && is_parameter(written.steps.front().text);
    const auto named = attribute_of(written);
    const bool whole =
        named && (named->second == written.steps.size() || row_of(named->first).has_members);
    if (parameter || whole) attribute_path(written);
    return parameter || whole;
  }

  void value(const Literal& literal, const Path* beside = nullptr) {
    if (literal.kind == LiteralKind::word && is_parameter(literal.text)) {
      mark(parameter(literal.text), literal.span);
      return;
    }
    const bool named = beside != nullptr && beside->steps.size() == 1 &&
                       (literal.kind == LiteralKind::word || literal.kind == LiteralKind::string);
    if (!named) return;
    const std::string_view attribute = beside->steps.front().text;
    if (attribute == "tool") mark(tool(literal.text), literal.span);
    if (attribute == "action") {
      mark({SymbolKind::action, "", "", std::string(literal.text)}, literal.span);
    }
  }

  void value_or_list(const Literal& literal) {
    if (literal.kind != LiteralKind::word || is_parameter(literal.text)) {
      value(literal);
      return;
    }
    const Resolved resolved = resolve(literal.text, literal.span);
    if (!resolved.home) return;
    if (!names_[*resolved.home].lists.contains(resolved.name)) return;
    mark_import(resolved);
    mark({SymbolKind::list, files_[*resolved.home].file->path, "", std::string(resolved.name)},
         resolved.span);
  }

  void use(const Expr& expr) {
    const std::span<const Name> steps = expr.test.path.steps;
    if (steps.empty()) return;
    const std::string_view text = files_[file_].file->slice(expr.test.path.span);
    const Resolved resolved = resolve(text, expr.test.path.span);
    const ConditionNode* used = nullptr;
    if (resolved.home) {
      const auto& conditions = names_[*resolved.home].conditions;
      if (const auto found = conditions.find(resolved.name); found != conditions.end()) {
        used = found->second;
        mark_import(resolved);
        mark({SymbolKind::condition, files_[*resolved.home].file->path, "",
              std::string(resolved.name)},
             resolved.span);
      }
    }
    for (std::size_t i = 0; i < expr.arguments.size(); ++i) {
      const ParameterUse meant =
          used == nullptr ? ParameterUse{} : use_of(*resolved.home, *used, i, 0);
      argument(expr.arguments[i], meant);
    }
  }

  void argument(const Argument& argument, const ParameterUse& meant) {
    const bool can_be_path = !argument.path.steps.empty();
    if (can_be_path && !meant.value) {
      attribute_path(argument.path);
    } else if (!argument.value.bracketed && argument.value.literals.size() == 1) {
      const Literal& literal = argument.value.literals.front();
      if (!meant.list && attribute_word(literal)) return;
      meant.list ? value_or_list(literal) : value(literal);
    } else {
      for (const Literal& literal : argument.value.literals) value(literal);
    }
  }

  // What a parameter stands for, from the body of its condition and of those that it uses.
  ParameterUse use_of(std::uint32_t home, const ConditionNode& node, std::size_t index, int depth) {
    ParameterUse result;
    if (index >= node.parameters.size() || depth > kUseDepthMax) return result;
    const auto [known, added] = uses_.emplace(std::pair(&node, index), result);
    if (!added) return known->second;
    const std::string_view name = node.parameters[index].text;
    const Ast& ast = files_[home].file->ast;
    std::vector<ExprId> open = {node.body};
    while (!open.empty()) {
      const ExprId id = open.back();
      open.pop_back();
      if (id.value >= ast.exprs.size()) continue;
      const Expr& expr = ast.exprs[id];
      open.insert(open.end(), expr.children.begin(), expr.children.end());
      if (expr.kind == ExprKind::test) {
        lsp::add_use(expr.test, name, result);
      } else if (expr.kind == ExprKind::use) {
        add_use(home, expr, name, depth, result);
      } else if (expr.kind == ExprKind::quantified) {
        const Path& list = ast.quantifiers[expr.quantifier].list;
        result.path = result.path || (!list.steps.empty() && list.steps.front().text == name);
      }
    }
    return uses_[std::pair(&node, index)] = result;
  }

  void add_use(std::uint32_t home, const Expr& expr, std::string_view name, int depth,
               ParameterUse& result) {
    if (expr.test.path.steps.empty()) return;
    const std::uint32_t before = std::exchange(file_, home);
    const Resolved resolved =
        resolve(files_[home].file->slice(expr.test.path.span), expr.test.path.span);
    file_ = before;
    if (!resolved.home) return;
    const auto& conditions = names_[*resolved.home].conditions;
    const auto found = conditions.find(resolved.name);
    if (found == conditions.end()) return;
    for (std::size_t i = 0; i < expr.arguments.size(); ++i) {
      const Argument& argument = expr.arguments[i];
      const bool whole = argument.path.steps.size() == 1 && argument.path.steps[0].text == name;
      const bool begins = !argument.path.steps.empty() && argument.path.steps[0].text == name;
      if (!begins) continue;
      const ParameterUse inner = use_of(*resolved.home, *found->second, i, depth + 1);
      result.path = result.path || inner.path;
      result.value = result.value || (whole && inner.value);
      result.list = result.list || (whole && inner.list);
    }
  }

  // --- rules and tests ---------------------------------------------------------------------
  void tier_declaration(const TierNode& tier) {
    if (!tier.implicit) {
      mark({SymbolKind::tier, path(), "", std::string(tier.name.text)}, tier.name.span, true);
    }
    for (const RuleNode& rule : tier.rules) {
      mark(rule_symbol(file_, tier, rule), rule.name.span, true);
      if (rule.on) on_clause(*rule.on);
      if (rule.when) expression(*rule.when);
      if (rule.unless) expression(*rule.unless);
      obligations(rule.then);
    }
  }

  void obligations(const std::vector<ObligationNode>& nodes) {
    for (const ObligationNode& one : nodes) {
      if (!one.path.steps.empty()) attribute_path(one.path);
    }
  }

  [[nodiscard]] Symbol rule_symbol(std::uint32_t file, const TierNode& tier,
                                   const RuleNode& rule) const {
    return {SymbolKind::rule, files_[file].file->path,
            tier.implicit ? "main" : std::string(tier.name.text), std::string(rule.name.text)};
  }

  static Symbol tool(std::string_view name) {
    return {SymbolKind::tool, "", "", std::string(name)};
  }

  void on_clause(const OnClause& on) {
    if (!on.tool) return;
    mark(tool(on.tool->text), on.tool->span);
    for (const Literal& action : on.actions) {
      mark({SymbolKind::action, "", std::string(on.tool->text), std::string(action.text)},
           action.span);
    }
  }

  void given(const Given& given) {
    if (given.tool) mark(tool(given.tool->text), given.tool->span);
    for (const GivenAssignment& assignment : given.with) {
      attribute_path(assignment.path);
      if (assignment.path.count != 0) expression(ast().count_of(assignment.path).test);
    }
  }

  void expect(const Expect& expect) {
    if (expect.rule && expect.rule->text != "default") expected_rule(*expect.rule);
    obligations(expect.then);
  }

  void table_declaration(const TestTableNode& table) {
    mark({SymbolKind::test, path(), "", std::string(table.name.text)}, table.name.span, true);
    mark(tool(table.tool.text), table.tool.span);
    for (const TestNode& row : table.tests) expect(row.expect);
  }

  // `RULE`, `TIER.RULE` or `MODULE.TIER.RULE`.
  void expected_rule(const Name& name) {
    const std::string_view last = name.text.substr(name.text.rfind('.') + 1);
    for (std::uint32_t file = 0; file < files_.size(); ++file) {
      if (!reaches(file)) continue;
      const auto [begin, end] = names_[file].rules.equal_range(last);
      for (auto one = begin; one != end; ++one) {
        if (expected_rule(name, file, *one->second.first, *one->second.second)) return;
      }
    }
  }

  bool expected_rule(const Name& name, std::uint32_t file, const TierNode& tier,
                     const RuleNode& rule) {
    const std::string_view tier_name = tier.implicit ? "main" : tier.name.text;
    const std::string in_tier = std::string(tier_name) + "." + std::string(rule.name.text);
    const std::string whole = std::string(files_[file].file->policy()) + "." + in_tier;
    const bool own = file == file_ && (name.text == rule.name.text || name.text == in_tier);
    if (!own && name.text != whole) return false;
    Span span = name.span;
    span.begin = span.end - static_cast<std::uint32_t>(rule.name.text.size());
    mark(rule_symbol(file, tier, rule), span);
    if (name.text.size() > rule.name.text.size() && !tier.implicit) {
      const Span of_tier{span.source, span.begin - static_cast<std::uint32_t>(tier_name.size()) - 1,
                         span.begin - 1};
      mark({SymbolKind::tier, files_[file].file->path, "", std::string(tier_name)}, of_tier);
    }
    return true;
  }

  // Whether the rules of a file are part of the policy that the tests of this one are about.
  [[nodiscard]] bool reaches(std::uint32_t wanted) {
    if (wanted == file_) return true;
    if (reached_of_ != file_) {
      reached_of_ = file_;
      reached_.clear();
      std::vector<std::uint32_t> open = {file_};
      while (!open.empty()) {
        const std::uint32_t at = open.back();
        open.pop_back();
        if (!reached_.insert(at).second) continue;
        for (const auto& import : files_[at].imports) {
          if (import) open.push_back(*import);
        }
      }
    }
    return reached_.contains(wanted);
  }

  std::span<const LinkedFile> files_;
  std::map<Symbol, std::uint32_t>& ids_;
  std::vector<Symbol>& symbols_;
  std::vector<std::vector<Occurrence>>& out_;
  std::vector<FileNames> names_;
  std::map<std::pair<const ConditionNode*, std::size_t>, ParameterUse> uses_;
  std::uint32_t file_ = 0;
  const ConditionNode* condition_ = nullptr;
  std::vector<ElementName> elements_;     // of the expression that is walked
  std::optional<std::size_t> innermost_;  // of those where the walk is
  std::optional<std::uint32_t> reached_of_;
  std::set<std::uint32_t> reached_;
};

}  // namespace

NameIndex::NameIndex(std::span<const LinkedFile> files) : by_file_(files.size()) {
  Walker walker(files, ids_, symbols_, by_file_);
  for (std::uint32_t i = 0; i < files.size(); ++i) walker.walk(i);
  for (std::vector<Occurrence>& all : by_file_) {
    std::ranges::sort(
        all, {}, [](const Occurrence& one) { return std::pair(one.span.begin, one.span.end); });
  }
}

}  // namespace sentrail::compiler::lsp
