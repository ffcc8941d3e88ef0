// From the tree to a layout: what stands on a line of its own, and where comments go.
//
// Neighbours: format.hpp, layout.hpp. Must not know: meaning. Comments are placed at boundaries:
// before a declaration, rule, clause, operand, entry, row or closing bracket all comments that
// stand before its first token are written, the first behind the line before it if it stood behind
// something. A comment inside a unit so moves to the next boundary, where the next run finds it
// again: that is why formatting twice changes nothing.
#include "compiler/format/format.hpp"

#include <algorithm>
#include <utility>

#include "compiler/code_points.hpp"
#include "compiler/format/columns.hpp"
#include "compiler/format/conditions.hpp"
#include "compiler/format/limit_text.hpp"
#include "core/limits.hpp"

namespace sentrail::compiler {
namespace {

constexpr std::size_t kColumns = 100;

class Formatter : ConditionLayout {
 public:
  Formatter(const Ast& ast, const Source& source) : ConditionLayout(ast, source) {
    for (const TierNode& tier : ast_.tiers) {
      if (tier.implicit) implicit_ = &tier;
    }
  }

  std::string run() {
    bool first = true;
    for (const Decl& decl : ast_.order) {
      if (decl.kind == DeclKind::tier && ast_.tiers[decl.index].implicit) continue;
      begin_unit(decl.span.begin, first);
      declaration(decl);
      first = false;
    }
    flush(source_.text().size(), true, first);
    return layout_.render(kColumns);
  }

 private:
  // --- declarations ------------------------------------------------------------------------
  void declaration(const Decl& decl) {
    switch (decl.kind) {
      case DeclKind::policy:
        return name_line("policy ", ast_.policy->text);
      case DeclKind::language:
        return name_line("language ", ast_.language->text);
      case DeclKind::import_:
        return import(ast_.imports[decl.index]);
      case DeclKind::list:
        return list(ast_.lists[decl.index]);
      case DeclKind::tier:
        return tier(ast_.tiers[decl.index]);
      case DeclKind::rule:
        return rule(implicit_->rules[decl.index]);
      case DeclKind::default_:
        return default_effect(ast_.defaults[decl.index]);
      case DeclKind::test:
        return test(ast_.tests[decl.index]);
      case DeclKind::test_table:
        return table(ast_.test_tables[decl.index]);
      case DeclKind::condition:
        return named_condition(ast_.conditions[decl.index]);
      case DeclKind::proof:
        return proof(ast_.proofs[decl.index]);
    }
  }

  void import(const ImportNode& node) {
    name_line("import ", node.name.text);
    if (node.alias) name_line(" as ", node.alias->text);
  }

  void list(const ListNode& node) {
    name_line("list ", node.name.text);
    layout_.text(" = ");
    bracketed(node.entries, node.span.end - 1);
  }

  void named_condition(const ConditionNode& node) {
    layout_.open();
    name_line("condition ", node.name.text);
    for (std::size_t i = 0; i < node.parameters.size(); ++i) {
      name_line(i == 0 ? "(" : ", ", node.parameters[i].text);
    }
    layout_.text(node.parameters.empty() ? " =" : ") =");
    const bool joined = is_joined(ast_.exprs[node.body]);  // indents its parts itself
    if (!joined) layout_.indent();
    next_line(leaf_of(node.body));
    condition(node.body);
    if (!joined) layout_.dedent();
    layout_.close();
  }

  void tier(const TierNode& node) {
    name_line(node.guard ? "guard tier " : "tier ", node.name.text);
    layout_.text(" {");
    layout_.indent();
    bool first = true;
    for (const RuleNode& rule : node.rules) {
      begin_unit(rule.span.begin, std::exchange(first, false));
      this->rule(rule);
    }
    close_block(node.span, node.rules.empty());
  }

  void default_effect(const DefaultNode& node) {
    layout_.open();
    name_line("default ", name_of(node.effect));
    if (node.approval) approval(*node.approval);
    if (node.because) {
      layout_.indent();
      next_line(node.because->span.begin);
      name_line("because ", slice(node.because->span));
      layout_.dedent();
    }
    layout_.close();
  }

  void proof(const ProofNode& node) {
    layout_.open();
    name_line("prove ", slice(node.name.span));
    name_line(" never ", name_of(node.never));
    layout_.indent();
    next_line(leaf_of(node.when));
    layout_.text("when ");
    condition(node.when);
    layout_.dedent();
    layout_.close();
  }

  // --- rules -------------------------------------------------------------------------------
  enum class Part : std::uint8_t {
    on,
    when,
    unless,
    because,
    priority,
    owner,
    ticket,
    until,
    limit,
    then
  };

  // The clauses in the author's order, each with the place of its first token after the keyword.
  [[nodiscard]] std::vector<std::pair<std::size_t, Part>> parts_of(const RuleNode& node) const {
    std::vector<std::pair<std::size_t, Part>> parts;
    if (node.on) parts.emplace_back(begin_of(*node.on), Part::on);
    if (node.when) parts.emplace_back(leaf_of(*node.when), Part::when);
    if (node.unless) parts.emplace_back(leaf_of(*node.unless), Part::unless);
    if (node.because) parts.emplace_back(node.because->span.begin, Part::because);
    if (node.priority) parts.emplace_back(node.priority->span.begin, Part::priority);
    if (node.owner) parts.emplace_back(node.owner->span.begin, Part::owner);
    if (node.ticket) parts.emplace_back(node.ticket->span.begin, Part::ticket);
    if (node.until) parts.emplace_back(node.until->span.begin, Part::until);
    for (const LimitNode& one : node.limits) parts.emplace_back(one.most.span.begin, Part::limit);
    if (!node.then.empty()) parts.emplace_back(node.then.front().span.begin, Part::then);
    std::sort(parts.begin(), parts.end());
    return parts;
  }

  // A rule with one clause stands on one line if it fits, others have a line for each clause.
  void rule(const RuleNode& node) {
    const auto parts = parts_of(node);
    layout_.open();
    if (node.kind == RuleKind::also) layout_.text("also ");
    if (node.kind == RuleKind::shadow) layout_.text("shadow ");
    name_line("rule ", node.name.text);
    if (node.kind != RuleKind::also) name_line(": ", name_of(node.outcome));
    if (node.approval) approval(*node.approval);
    layout_.indent();
    for (const auto& [offset, part] : parts) {
      flush(offset, false, true);
      if (parts.size() == 1) {
        layout_.line();
      } else {
        layout_.hard();
      }
      clause(node, part, offset);
    }
    layout_.dedent();
    layout_.close();
  }

  void clause(const RuleNode& node, Part part, std::size_t offset) {
    switch (part) {
      case Part::on:
        return on(*node.on);
      case Part::when:
        layout_.text("when ");
        return condition(*node.when);
      case Part::unless:
        layout_.text("unless ");
        return condition(*node.unless);
      case Part::because:
        return name_line("because ", slice(node.because->span));
      case Part::priority:
        return name_line("priority ", slice(node.priority->span));
      case Part::owner:
        return name_line("owner ", slice(node.owner->span));
      case Part::ticket:
        return name_line("ticket ", slice(node.ticket->span));
      case Part::until:
        return name_line("until ", slice(node.until->span));
      case Part::limit:
        layout_.text(limit_text(limit_at(node, offset), source_));
        if (limit_at(node, offset).approval) approval(*limit_at(node, offset).approval);
        return;
      case Part::then:
        return obligations(node.then);
    }
  }

  void on(const OnClause& node) {
    if (node.response) layout_.text("on response");
    if (node.tool) name_line(node.response ? " " : "on ", slice(node.tool->span));
    if (node.actions.empty()) return;
    layout_.text(" ");
    if (node.bracketed) {
      bracketed(node.actions, node.span.end - 1);
    } else {
      layout_.text(slice(node.actions.front().span));
    }
  }

  // --- tests -------------------------------------------------------------------------------
  void test(const TestNode& node) {
    name_line("test ", slice(node.name.span));
    layout_.text(" {");
    layout_.indent();
    begin_part(node.given.span.begin);
    given(node.given);
    begin_part(node.expect.span.begin);
    expect(node.expect);
    close_block(node.span, true);
  }

  void expect(const Expect& node) {
    layout_.open();
    name_line("expect ", name_of(node.effect));
    layout_.indent();
    for (const ApprovalNode& one : node.approvals) {
      approval_parts(one, &one == &node.approvals.front() ? "from (" : "and from (");
    }
    if (node.rule) {
      if (node.approvals.empty()) {
        layout_.text(" ");
      } else {
        next_line(node.rule->span.begin);
      }
      name_line("by ", node.rule->text);
    }
    if (!node.then.empty()) {
      if (node.approvals.empty()) {
        layout_.text(" ");
      } else {
        next_line(node.then.front().span.begin);
      }
      obligations(node.then);
    }
    layout_.dedent();
    layout_.close();
  }

  void given(const Given& node) {
    layout_.open();
    layout_.text("given ");
    if (node.tool) {
      layout_.text(node.tool->text);
      name_line(" ", node.method->text);
      name_line(" ", slice(node.target->span));
    }
    layout_.indent();
    if (node.body) {
      next_line(node.body->span.begin);
      body(*node.body);
    }
    if (node.answer) answer(*node.answer);
    if (!node.with.empty()) {
      if (node.tool) {
        next_line(node.with.front().span.begin);
      }
      with(node.with);
    }
    for (const auto& [offset, text] : state_texts(node, source_)) {
      next_line(offset);
      layout_.text(text);
    }
    layout_.dedent();
    layout_.close();
  }

  void answer(const AnswerNode& node) {
    next_line(node.status.span.begin);
    layout_.open();
    name_line("answered ", slice(node.status.span));
    layout_.indent();
    if (node.body) next_line(node.body->span.begin);  // a line of its own behind a comment
    layout_.close();
    if (node.body) body(*node.body);
    layout_.dedent();
  }

  void with(const std::vector<GivenAssignment>& assignments) {
    layout_.text("with ");
    layout_.open();
    layout_.indent();
    for (std::size_t i = 0; i < assignments.size(); ++i) {
      const GivenAssignment& assignment = assignments[i];
      if (i > 0) {
        layout_.text(",");
        next_line(assignment.span.begin);
      }
      left_side(assignment.path);
      layout_.text(" = ");
      if (assignment.unreadable) {
        layout_.text("unreadable");
      } else {
        value(assignment.value);
      }
    }
    layout_.dedent();
    layout_.close();
  }

  void table(const TestTableNode& node) {
    name_line("test table ", slice(node.name.span));
    name_line(" for ", node.tool.text);
    layout_.text(" {");
    layout_.indent();
    std::vector<std::string_view> cells;
    for (const Name& column : node.columns) cells.push_back(column.text);
    Columns columns(cells.size());
    columns.widen(cells);
    for (const auto& row : node.rows) columns.widen(cells_of(row));
    begin_part(node.columns.front().span.begin);
    layout_.text(columns.line_of(cells));
    for (const auto& row : node.rows) {
      begin_unit(row.front().span.begin, false);
      layout_.text(columns.line_of(cells_of(row)));
    }
    close_block(node.span, false);
  }

  [[nodiscard]] std::vector<std::string_view> cells_of(const std::vector<Literal>& row) const {
    std::vector<std::string_view> cells;
    for (const Literal& cell : row) cells.push_back(slice(cell.span));
    return cells;
  }

  const TierNode* implicit_ = nullptr;
};

// Whether the gate before the grammar would let the text through.
bool within_limits(std::string_view text) {
  if (text.size() > limits::kSourceBytesMax) return false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1);
    if (end > limits::kSourceLineBytesMax) return false;
    text.remove_prefix(end + 1);
  }
  return true;
}

}  // namespace

std::string format(const Ast& ast, const Sources& sources) {
  const Source& source = sources[ast.source];
  std::string text = Formatter(ast, source).run();
  return within_limits(text) ? text : std::string(source.text());
}

}  // namespace sentrail::compiler
