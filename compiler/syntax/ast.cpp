// The tree as stable text, and its invariants.
//
// Neighbours: ast.hpp; goldens and PrintParseIdentity compare dumps. Must not know: PEGTL, layout,
// the meaning of anything. Clauses are dumped in a fixed order: the author's is not meaning.
#include "compiler/syntax/ast.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "compiler/code_points.hpp"
#include "core/limits.hpp"

namespace sentrail::compiler {
namespace {

constexpr std::array<std::string_view, 17> kOpNames = {
    "==", "!=",  "<",        "<=",          ">",         ">=", "in",     "not in", "~",
    "!~", "has", "contains", "starts_with", "ends_with", "=~", "exists", "is"};

// Different texts are quoted differently: a backslash is escaped before anything else.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const std::size_t plain = std::min(text.find_first_of("\"\\"), text.size());
    out += escape_unseen(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    out += {'\\', text.front()};
    text.remove_prefix(1);
  }
  return out + "\"";
}

std::string text_of(const Literal& literal) {
  switch (literal.kind) {
    case LiteralKind::string:
      return quoted(literal.text);
    case LiteralKind::json:
      return "json " + quoted(literal.text);
    case LiteralKind::range:
      return std::string(literal.text) + ".." + std::string(literal.upper);
    case LiteralKind::regex:
      return "/" + std::string(literal.text) + "/" + std::string(literal.upper);
    case LiteralKind::number:
    case LiteralKind::boolean:
    case LiteralKind::word:
    case LiteralKind::window:
    case LiteralKind::instant:
      return std::string(literal.text);
  }
  return "";
}

std::string text_of(std::span<const Literal> literals) {
  std::string out = "[";
  for (std::size_t i = 0; i < literals.size(); ++i) {
    if (i > 0) out += ", ";
    out += text_of(literals[i]);
  }
  return out + "]";
}

std::string text_of(const Operand& operand) {
  if (operand.bracketed) return text_of(operand.literals);
  if (operand.window) {
    std::string out = "(window";
    for (const Literal& part : operand.literals) {
      if (!part.text.empty()) out += " " + text_of(part);
    }
    return out + ")";
  }
  return operand.literals.empty() ? "" : text_of(operand.literals.front());
}

bool is_plain_step(std::string_view step) {
  const auto plain = [](char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !step.empty() && !(step[0] >= '0' && step[0] <= '9') &&
         std::all_of(step.begin(), step.end(), plain);
}

std::string text_of(const Path& path) {
  std::string out;
  for (std::size_t i = 0; i < path.steps.size(); ++i) {
    const Name& step = path.steps[i];
    if (path.star > 0 && i == path.star) out += "[*]";
    if (!out.empty()) out += ".";
    out += is_plain_step(step.text) ? std::string(step.text) : quoted(step.text);
  }
  return path.star == path.steps.size() ? out + "[*]" : out;
}

std::string text_of(const Argument& argument) {
  return argument.path.steps.empty() ? text_of(argument.value) : text_of(argument.path);
}

class Dump {
 public:
  explicit Dump(const Ast& ast) : ast_(ast) {}

  std::string take() {
    for (const Decl& decl : ast_.order) declaration(decl);
    return std::move(out_);
  }

 private:
  void line(int indent, const std::string& text) {
    out_.append(static_cast<std::size_t>(indent) * 2, ' ');
    out_ += text + "\n";
  }

  void declaration(const Decl& decl) {
    switch (decl.kind) {
      case DeclKind::policy:
        return line(0, "policy " + std::string(ast_.policy->text));
      case DeclKind::language:
        return line(0, "language " + std::string(ast_.language->text));
      case DeclKind::import_:
        return import(ast_.imports[decl.index]);
      case DeclKind::list: {
        const ListNode& list = ast_.lists[decl.index];
        return line(0, "list " + std::string(list.name.text) + " " + text_of(list.entries));
      }
      case DeclKind::tier:
        return tier(ast_.tiers[decl.index]);
      case DeclKind::rule:
        return;  // dumped with the implicit tier
      case DeclKind::default_:
        return default_effect(ast_.defaults[decl.index]);
      case DeclKind::test:
        return test(0, ast_.tests[decl.index]);
      case DeclKind::test_table:
        return table(ast_.test_tables[decl.index]);
      case DeclKind::condition: {
        const ConditionNode& node = ast_.conditions[decl.index];
        std::string head = "condition " + std::string(node.name.text);
        for (const Name& parameter : node.parameters) head += " " + std::string(parameter.text);
        return line(0, head + " = " + condition(node.body));
      }
      case DeclKind::proof:
        return proof(ast_.proofs[decl.index]);
    }
  }

  void import(const ImportNode& node) {
    line(0, "import " + std::string(node.name.text) +
                (node.alias ? " as " + std::string(node.alias->text) : ""));
  }

  void tier(const TierNode& node) {
    if (node.implicit) {
      line(0, "implicit tier");
    } else {
      line(0, (node.guard ? "guard tier " : "tier ") + std::string(node.name.text));
    }
    for (const RuleNode& rule : node.rules) this->rule(rule);
  }

  void rule(const RuleNode& node) {
    const std::string name(node.name.text);
    if (node.kind == RuleKind::also) {
      line(1, "also rule " + name);
    } else {
      line(1, (node.kind == RuleKind::shadow ? "shadow rule " : "rule ") + name + " " +
                  std::string(name_of(node.outcome)));
    }
    if (node.approval) approval(2, *node.approval);
    if (node.priority) line(2, "priority " + text_of(*node.priority));
    if (node.on) {
      line(2, std::string("on") + (node.on->response ? " response" : "") +
                  (node.on->tool ? " " + text_of(*node.on->tool) : "") +
                  (node.on->actions.empty() ? "" : " " + text_of(node.on->actions)));
    }
    if (node.when) line(2, "when " + condition(*node.when));
    if (node.unless) line(2, "unless " + condition(*node.unless));
    if (node.because) line(2, "because " + text_of(*node.because));
    if (node.owner) line(2, "owner " + text_of(*node.owner));
    if (node.ticket) line(2, "ticket " + text_of(*node.ticket));
    if (node.until) line(2, "until " + text_of(*node.until));
    for (const LimitNode& one : node.limits) limit(one);
    obligations(2, node.then);
  }

  void limit(const LimitNode& node) {
    std::string out = "limit ";
    if (node.amount) out += "sum " + text_of(*node.amount) + " ";
    out += text_of(node.most) + " per " + text_of(node.per);
    for (const Path& key : node.keys) out += " by " + text_of(key);
    if (node.otherwise) out += " else " + std::string(name_of(*node.otherwise));
    line(2, out);
    if (node.approval) approval(3, *node.approval);
  }

  void obligations(int indent, const std::vector<ObligationNode>& nodes) {
    for (const ObligationNode& node : nodes) {
      std::string out = "then " + std::string(node.word.text);
      if (!node.path.steps.empty()) out += " " + text_of(node.path);
      if (!node.channel.text.empty()) out += " " + std::string(node.channel.text);
      if (node.text) out += " " + text_of(*node.text);
      line(indent, out);
    }
  }

  std::string left_side(const Path& path) const {
    if (path.count == 0) return text_of(path);
    const CountNode& count = ast_.count_of(path);
    return text_of(path) + "(" + condition(count.test) + ") within " + text_of(count.within);
  }

  // Depth is bounded by the grammar (limits::kNestingMax).
  static std::string quantifier(const Quantifier& node) {
    return (node.all ? "(all " : "(any ") + std::string(node.binder.text) + " in " +
           text_of(node.list) + ":";
  }

  std::string condition(ExprId id) const {
    const Expr& expr = ast_.exprs[id];
    std::string out;
    switch (expr.kind) {
      case ExprKind::always:
        return "always";
      case ExprKind::test: {
        const std::string operand = text_of(expr.test.operand);
        out = "(" + left_side(expr.test.path) + " ";
        if (expr.test.sized) out = "(size(" + text_of(expr.test.path) + ") ";
        out += kOpNames[static_cast<std::size_t>(expr.test.op)];
        return out + (operand.empty() ? "" : " " + operand) + ")";
      }
      case ExprKind::use:
        out = "(use " + text_of(expr.test.path);
        for (const Argument& argument : expr.arguments) out += " " + text_of(argument);
        return out + ")";
      case ExprKind::not_:
        out = "(not";
        break;
      case ExprKind::quantified:
        out = quantifier(ast_.quantifiers[expr.quantifier]);
        break;
      case ExprKind::and_:
        out = "(and";
        break;
      case ExprKind::or_:
        out = "(or";
        break;
    }
    for (const ExprId child : expr.children) out += " " + condition(child);
    return out + ")";
  }

  void approval(int indent, const ApprovalNode& node) {
    for (const SeatsNode& seats : node.seats) {
      line(indent, "from " + (seats.people ? text_of(*seats.people) + " of " : "") +
                       (seats.role ? "role " : "group ") + text_of(seats.name));
    }
    if (node.within) line(indent, "within " + text_of(*node.within));
  }

  void default_effect(const DefaultNode& node) {
    line(0, "default " + std::string(name_of(node.effect)) +
                (node.because ? " because " + text_of(*node.because) : ""));
    if (node.approval) approval(1, *node.approval);
  }

  void proof(const ProofNode& node) {
    line(0, "prove " + text_of(node.name) + " never " + std::string(name_of(node.never)));
    line(1, "when " + condition(node.when));
  }

  void test(int indent, const TestNode& node) {
    line(indent, "test " + text_of(node.name));
    const Given& given = node.given;
    std::string request = "given";
    if (given.tool) request += " " + std::string(given.tool->text);
    if (given.method) request += " " + std::string(given.method->text);
    if (given.target) request += " " + text_of(*given.target);
    line(indent + 1, request);
    if (given.body) line(indent + 2, "body " + text_of(*given.body));
    if (given.answer) {
      line(indent + 2, "answered " + text_of(given.answer->status));
      if (given.answer->body) line(indent + 3, "body " + text_of(*given.answer->body));
    }
    for (const GivenAssignment& assignment : given.with) {
      line(indent + 2, "with " + left_side(assignment.path) + " = " +
                           (assignment.unreadable ? "unreadable!" : text_of(assignment.value)));
    }
    for (const GivenUsed& used : given.used) {
      line(indent + 2, "used " + std::string(used.rule.text) +
                           (used.number ? " limit " + text_of(*used.number) : "") + " = " +
                           text_of(used.amount));
    }
    if (given.calls) line(indent + 2, "after " + text_of(*given.calls) + " calls");
    line(indent + 1, "expect " + std::string(name_of(node.expect.effect)) +
                         (node.expect.rule ? " by " + std::string(node.expect.rule->text) : ""));
    for (const ApprovalNode& one : node.expect.approvals) {
      line(indent + 2, "approval");
      approval(indent + 3, one);
    }
    obligations(indent + 2, node.expect.then);
  }

  void table(const TestTableNode& node) {
    line(0, "test table " + text_of(node.name) + " for " + std::string(node.tool.text));
    std::string columns = "columns";
    for (const Name& column : node.columns) columns += " " + std::string(column.text);
    line(1, columns);
    for (const TestNode& row : node.tests) test(1, row);
  }

  const Ast& ast_;
  std::string out_;
};

class Verify {
 public:
  Verify(const Ast& ast) : ast_(ast) {}

  Status run() {
    SENTRAIL_TRY(exprs());
    SENTRAIL_TRY(order());
    for (const TierNode& tier : ast_.tiers) {
      for (const RuleNode& rule : tier.rules) {
        if (rule.on && !rule.on->tool && !rule.on->response) return bad("an `on` of nothing");
        SENTRAIL_TRY(condition(rule.when));
        SENTRAIL_TRY(condition(rule.unless));
      }
    }
    for (const ConditionNode& node : ast_.conditions) SENTRAIL_TRY(condition(node.body));
    for (const ProofNode& proof : ast_.proofs) SENTRAIL_TRY(condition(proof.when));
    for (const TestTableNode& table : ast_.test_tables) {
      if (table.tests.size() != table.rows.size()) return bad("a table whose rows are not tests");
      for (const auto& row : table.rows) {
        if (row.size() != table.columns.size()) return bad("a row that does not fit its columns");
      }
    }
    return {};
  }

 private:
  static Status bad(const char* what) { return fail(Errc::corrupt, std::string("tree: ") + what); }

  Status exprs() const {
    std::uint32_t index = 0;
    for (const Expr& expr : ast_.exprs) {
      const bool counts = expr.kind == ExprKind::test && expr.test.path.count != 0;
      const bool single =
          counts || expr.kind == ExprKind::not_ || expr.kind == ExprKind::quantified;
      const std::size_t least = single                                                      ? 1
                                : expr.kind == ExprKind::and_ || expr.kind == ExprKind::or_ ? 2
                                                                                            : 0;
      const bool many = least == 2;
      if (many ? expr.children.size() < least : expr.children.size() != least) {
        return bad("a condition with the wrong number of operands");
      }
      for (const ExprId child : expr.children) {
        if (child.value >= index) return bad("a condition before its operand");
        const Span inner = ast_.exprs[child].span;
        if (inner.begin < expr.span.begin || inner.end > expr.span.end) {
          return bad("an operand outside its condition");
        }
      }
      if (expr.span.begin > expr.span.end) return bad("a span that ends before it begins");
      if (expr.kind == ExprKind::test) SENTRAIL_TRY(test(expr.test));
      if (expr.kind == ExprKind::use) SENTRAIL_TRY(use(expr));
      if (expr.kind == ExprKind::quantified && expr.quantifier.value >= ast_.quantifiers.size()) {
        return bad("a quantifier that does not exist");
      }
      ++index;
    }
    return {};
  }

  static Status test(const Test& test) {
    if (test.path.steps.empty()) return bad("a test of no attribute");
    const std::size_t values = test.operand.literals.size();
    const std::size_t wanted = test.operand.window ? 3 : 1;
    if (test.op == TestOp::exists ? values != 0 : !test.operand.bracketed && values != wanted) {
      return bad("a test with the wrong number of values");
    }
    return {};
  }

  static Status use(const Expr& expr) {
    if (expr.test.path.steps.empty()) return bad("a use of no condition");
    for (const Argument& argument : expr.arguments) {
      const bool value = argument.value.bracketed || !argument.value.literals.empty();
      if (argument.path.steps.empty() && !value) return bad("an argument that is nothing");
    }
    return {};
  }

  Status condition(const std::optional<ExprId>& id) const {
    if (id && id->value >= ast_.exprs.size()) return bad("a rule whose condition does not exist");
    return {};
  }

  // Every declaration stands in the order exactly once.
  Status order() const {
    std::array<std::size_t, 11> counts{};
    std::uint32_t last = 0;
    for (const Decl& decl : ast_.order) {
      ++counts[static_cast<std::size_t>(decl.kind)];
      if (decl.span.begin < last || decl.span.end < decl.span.begin) {
        return bad("declarations out of order");
      }
      last = decl.span.begin;
    }
    std::size_t implicit_rules = 0;
    for (const TierNode& tier : ast_.tiers) {
      if (tier.implicit) implicit_rules += tier.rules.size();
    }
    const std::array<std::size_t, 11> expected = {
        ast_.policy ? 1u : 0u,   ast_.language ? 1u : 0u, ast_.imports.size(),  ast_.lists.size(),
        ast_.tiers.size(),       implicit_rules,          ast_.defaults.size(), ast_.tests.size(),
        ast_.test_tables.size(), ast_.conditions.size(),  ast_.proofs.size()};
    return counts == expected ? Status{} : bad("a declaration outside the order");
  }

  const Ast& ast_;
};

}  // namespace

DottedWord dotted(const Literal& word) {
  DottedWord parts{word.span, {}};
  std::uint32_t begin = 0;
  for (std::uint32_t i = 0; i <= word.text.size(); ++i) {
    if (i < word.text.size() && word.text[i] != '.') continue;
    parts.steps.push_back({{word.span.source, word.span.begin + begin, word.span.begin + i},
                           word.text.substr(begin, i - begin)});
    begin = i + 1;
  }
  return parts;
}

std::string Ast::dump() const {
  return Dump(*this).take();
}

Status Ast::verify() const {
  return Verify(*this).run();
}

}  // namespace sentrail::compiler
