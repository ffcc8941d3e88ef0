// Turns given values into JSON and expected rules into qualified names. See tests.hpp.
#include "compiler/check/tests.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "compiler/check/answers.hpp"
#include "compiler/check/approvals.hpp"
#include "compiler/check/conditions.hpp"
#include "compiler/check/counts.hpp"
#include "compiler/check/obligations.hpp"
#include "compiler/check/operands.hpp"
#include "compiler/check/paths.hpp"
#include "compiler/check/rule_limits.hpp"
#include "compiler/check/rules.hpp"
#include "compiler/check/windows.hpp"
#include "core/json_writer.hpp"

namespace sentrail::compiler::checking {
namespace {

// The JSON text of one operand.
std::string json_of(const ir::Operand& operand) {
  switch (operand.kind) {
    case ir::OperandKind::number:
      return operand.text;
    case ir::OperandKind::boolean:
      return operand.boolean ? "true" : "false";
    default:
      break;
  }
  std::string out;
  append_json_string(out, operand.text);
  return out;
}

// What a session counts.
bool is_count(const Literal& literal) {
  constexpr std::size_t kDigitsMax = 15;
  return literal.text.size() <= kDigitsMax &&
         literal.text.find_first_not_of("0123456789") == std::string::npos;
}

Help target_help(const Literal& target) {
  const std::uint32_t at = target.span.begin + 1;
  return Help("write the path, and the query if there is one, as the client sends it",
              {{{target.span.source, at, at}, "/"}});
}

class TestChecker {
 public:
  explicit TestChecker(Context& context)
      : context_(context), session_(asks_of_session(context)), counts_(counts_of(context)) {}

  void heading(const Literal& name) {
    declare_once(context_, names_, "test", name.text, name.span);
  }

  void test(const TestNode& node) {
    ir::TestCase made;
    made.name = node.name.text;
    made.span = node.span;
    made.expect_span = node.expect.span;
    made.effect = node.expect.effect;
    given(node.given, made);
    for (const GivenUsed& used : node.given.used) {
      const ir::Rule* rule = rule_named(used.rule);
      const auto given = rule == nullptr ? std::nullopt : check_used(context_, used, *rule);
      if (given) made.used.push_back(*given);
    }
    if (node.given.calls) made.calls_before = check_calls(context_, *node.given.calls);
    if (node.given.calls && is_about_answer(made)) {
      context_.report(DiagnosticKind::bad_answer, node.given.calls->span, "calls before an answer",
                      "`after` stands behind a request");
    }
    if (session_) begin_session(made);
    expected_approval(node.expect, made);
    if (node.expect.rule) made.rule = expected_rule(node.expect, made);
    made.obligations = check_obligations(context_, node.expect.then, is_about_answer(made));
    context_.policy.tests.push_back(std::move(made));
  }

 private:
  void given(const Given& node, ir::TestCase& made) {
    if (node.tool && node.method && node.target) {
      check_tool(context_, node.tool->text, node.tool->span);
      if (!node.target->text.starts_with('/')) {
        context_.report(DiagnosticKind::bad_target, node.target->span,
                        "the target does not begin with `/`", target_help(*node.target));
      }
      made.tool = node.tool->text;
      made.method = node.method->text;
      made.target = node.target->text;
    }
    if (node.body) made.body_json = node.body->text;
    std::vector<Span> spans;
    if (node.answer) check_given_answer(context_, *node.answer, made);
    spans.resize(made.with.size(), node.answer ? node.answer->span : Span{});
    for (const GivenAssignment& assignment : node.with) {
      auto value = given_value(assignment);
      if (!value || is_repeated(*value, made, spans, assignment.span)) continue;
      check_answer_value(context_, *value, assignment.span);
      made.with.push_back(std::move(*value));
      spans.push_back(assignment.span);
    }
  }

  bool is_repeated(const ir::GivenValue& value, const ir::TestCase& made,
                   const std::vector<Span>& spans, Span span) {
    for (std::size_t i = 0; i < made.with.size(); ++i) {
      if (!ir::overlap(made.with[i].attribute, value.attribute)) continue;
      context_.report(DiagnosticKind::repeated_value, span,
                      "this value, or a part of it, is given twice", "take one away",
                      {{spans[i], "given here first"}});
      return true;
    }
    return false;
  }

  // What is given: an attribute, or what the policy counts.
  std::optional<ir::AttributeRef> given_reference(const GivenAssignment& node) {
    if (node.path.count == 0) {
      return resolve(context_, node.path,
                     node.unreadable ? BareLists::accepted : BareLists::refused);
    }
    const std::optional<ir::Count> count = given_count(context_, node.path);
    if (!count) return std::nullopt;
    if (std::ranges::find(counts_, count->text) != counts_.end()) return reference_to(*count);
    const std::vector<std::string_view> names(counts_.begin(), counts_.end());
    context_.report(DiagnosticKind::unknown_count, node.path.span,
                    "the policy does not count " + ticked(count->text),
                    names.empty() ? Help("no rule asks for `session.count`: take it away")
                                  : Help("it counts " + enumerate(names)));
    return std::nullopt;
  }

  std::optional<ir::GivenValue> given_value(const GivenAssignment& node) {
    auto ref = given_reference(node);
    if (!ref) return std::nullopt;
    if (node.unreadable) return ir::GivenValue{std::move(*ref), "", true};
    const Type type = type_of(*ref);
    const bool list = node.value.bracketed;
    if (type != Type::json && list != (type == Type::string_set)) {
      context_.report(DiagnosticKind::bad_given_value, node.value.span,
                      ticked(to_string(*ref)) + " is of type " + std::string(name_of(type)) +
                          (list ? ", this is a list" : ""),
                      list ? "write one value without brackets" : "write a list: `[a, b]`");
      return std::nullopt;
    }
    if (type == Type::time) {
      auto instant = instant_of(context_, node.value.literals.front());
      if (!instant) return std::nullopt;
      return ir::GivenValue{std::move(*ref), std::move(*instant), false};
    }
    if (is_of_session(ref->attribute) && type == Type::number &&
        !is_count(node.value.literals.front())) {
      context_.report(DiagnosticKind::bad_given_value, node.value.span,
                      ticked(to_string(*ref)) + " is a number of calls",
                      "write a whole number from 0, of at most 15 digits");
      return std::nullopt;
    }
    std::string json = list ? "[" : "";
    for (const Literal& literal : node.value.literals) {
      const auto operand = operand_of(context_, *ref, literal, Place::value);
      if (!operand) return std::nullopt;
      if (json.size() > 1) json += ',';
      json += json_of(*operand);
    }
    if (list) json += ']';
    return ir::GivenValue{std::move(*ref), std::move(json), false};
  }

  // L11.6: equal quorums are one, in any order.
  void expected_approval(const Expect& node, ir::TestCase& made) {
    for (const ApprovalNode& one : node.approvals) {
      ir::Approval approval = check_approval(context_, one, static_cast<Outcome>(node.effect));
      if (node.effect != Effect::require_approval) return;
      if (approval.within_ms) made.within_ms = approval.within_ms;
      if (!one.seats.empty()) made.quorums.push_back(std::move(approval.seats));
    }
    std::ranges::sort(made.quorums);
    const auto twins = std::ranges::unique(made.quorums);
    made.quorums.erase(twins.begin(), twins.end());
  }

  // Who decides asks for its own quorum, and leaves no more time than its own.
  void check_asked(const ir::TestCase& made, const ir::Approval& own, const Name& name,
                   std::vector<DiagnosticNote> notes) {
    const bool asked =
        made.quorums.empty() || std::ranges::find(made.quorums, own.seats) != made.quorums.end();
    const bool in_time = !made.within_ms || !own.within_ms || *made.within_ms <= *own.within_ms;
    if (made.effect != Effect::require_approval || (asked && in_time)) return;
    context_.report(DiagnosticKind::impossible_expectation, name.span,
                    ticked(name.text) +
                        (asked ? " gives less time than this" : " asks other people than these"),
                    "what the deciding rule asks for is always among what a decision asks for",
                    std::move(notes));
  }

  // The qualified name of the rule that is meant, or `default`.
  std::optional<std::string> expected_rule(const Expect& node, const ir::TestCase& made) {
    const Name& name = *node.rule;
    const Effect effect = node.effect;
    if (name.text == "default") {
      const bool answer = is_about_answer(made);
      const Effect default_effect = answer ? Effect::allow : context_.policy.default_effect;
      if (default_effect != effect) {
        impossible(name.span, answer ? "what no rule decides of an answer" : "the default",
                   name_of(default_effect), effect,
                   answer ? std::vector<DiagnosticNote>{} : default_note());
      } else {
        check_asked(made, context_.policy.default_approval, name, default_note());
      }
      return "default";
    }
    const ir::Rule* meant = rule_named(name, "default");
    if (meant == nullptr) return std::nullopt;
    const bool limited =
        std::ranges::find(meant->limits, effect, &ir::Limit::otherwise) != meant->limits.end();
    if (effect_of(meant->outcome) != effect && !limited) {
      impossible(name.span, "rule " + ticked(meant->name), name_of(meant->outcome), effect,
                 {{meant->span, "this rule"}});
    } else if (!limited) {
      check_asked(made, meant->approval, name, {{meant->span, "this rule"}});
    }
    return meant->qualified_name;
  }

  // The rule that is meant; reports that there is none. `other` is a name that may stand too.
  const ir::Rule* rule_named(const Name& name, std::string_view other = "") {
    const ir::Rule* meant = own_rule(name.text);
    if (meant == nullptr) meant = imported_rule(name.text);
    if (meant != nullptr) return meant;
    if (const ir::Rule* aside = own_aside(name.text)) {
      context_.report(DiagnosticKind::expected_aside, name.span,
                      "rule " + ticked(aside->name) + " never decides",
                      "name a rule without `also` or `shadow` before it" +
                          std::string(other.empty() ? "" : ", or what it adds by `then`"),
                      {{aside->span, "this rule"}});
      return nullptr;
    }
    std::vector<std::string_view> names;
    if (!other.empty()) names.push_back(other);
    for (const ir::Tier& tier : context_.policy.tiers) {
      for (const ir::Rule& rule : tier.rules) names.push_back(rule.name);
    }
    context_.report(DiagnosticKind::unknown_rule, name.span,
                    "there is no rule " + ticked(name.text),
                    suggestion(name.text, names,
                               other.empty() ? "name a rule of this policy"
                                             : "name a rule of this policy, or `default`"));
    return nullptr;
  }

  static bool is_called(const ir::Tier& tier, const ir::Rule& rule, std::string_view name) {
    return name == rule.name || name == tier.name + "." + rule.name || name == rule.qualified_name;
  }

  [[nodiscard]] const ir::Rule* own_rule(std::string_view name) const {
    for (const ir::Tier& tier : context_.policy.tiers) {
      for (const ir::Rule& rule : tier.rules) {
        if (is_called(tier, rule, name)) return &rule;
      }
    }
    return nullptr;
  }

  // An `also` or shadow rule of the file.
  [[nodiscard]] const ir::Rule* own_aside(std::string_view name) const {
    const ir::Rule* found = nullptr;
    for (const ir::Tier& tier : context_.policy.tiers) {
      ir::for_each_written(tier, [&](const ir::Rule& rule) {
        if (is_called(tier, rule, name)) found = &rule;
      });
    }
    return found;
  }

  // `MODULE.TIER.RULE`, of what the file imports itself or by way of others.
  [[nodiscard]] const ir::Rule* imported_rule(std::string_view name) const {
    std::vector<const CheckedModule*> left = context_.modules;
    std::set<const CheckedModule*> met(left.begin(), left.end());
    while (!left.empty()) {
      const CheckedModule& module = *left.back();
      left.pop_back();
      for (const ir::Tier& tier : module.own.tiers) {
        const auto found = std::ranges::find(tier.rules, name, &ir::Rule::qualified_name);
        if (found != tier.rules.end()) return &*found;
      }
      for (const CheckedModule* imported : module.imports) {
        if (met.insert(imported).second) left.push_back(imported);
      }
    }
    return nullptr;
  }

  [[nodiscard]] std::vector<DiagnosticNote> default_note() const {
    if (context_.ast.defaults.empty()) return {};
    return {{context_.ast.defaults.front().span, "the default"}};
  }

  void impossible(Span span, const std::string& what, std::string_view has, Effect expected,
                  std::vector<DiagnosticNote> notes) {
    context_.report(DiagnosticKind::impossible_expectation, span,
                    what + " is " + ticked(has) + " and never decides " + ticked(name_of(expected)),
                    "a deciding rule has the effect of the decision", std::move(notes));
  }

  // L20.4: what is not given of a session is that of a fresh one.
  void begin_session(ir::TestCase& made) const {
    for (const std::string& count : counts_) {
      const ir::AttributeRef ref{AttributeId::session_count, {count}};
      const bool given = std::ranges::any_of(
          made.with, [&](const ir::GivenValue& value) { return overlap(value.attribute, ref); });
      if (!given) made.with.push_back({ref, "0", false});
    }
    for (const auto& [id, json] :
         {std::pair{AttributeId::session_calls, "0"}, std::pair{AttributeId::session_writes, "0"},
          std::pair{AttributeId::session_taints, "[]"}}) {
      const bool given = std::ranges::any_of(
          made.with, [id](const ir::GivenValue& value) { return value.attribute.attribute == id; });
      if (!given) made.with.push_back({{id, {}}, json, false});
    }
  }

  Context& context_;
  bool session_;
  std::vector<std::string> counts_;
  std::map<std::string_view, Span> names_;
};

}  // namespace

void check_tests(Context& context) {
  TestChecker checker(context);
  std::size_t count = context.ast.tests.size();
  for (const TestTableNode& table : context.ast.test_tables) count += table.tests.size();
  context.policy.tests.reserve(count);
  for (const Decl& decl : context.ast.order) {
    if (decl.kind == DeclKind::test) {
      const TestNode& node = context.ast.tests.at(decl.index);
      checker.heading(node.name);
      checker.test(node);
    } else if (decl.kind == DeclKind::test_table) {
      const TestTableNode& table = context.ast.test_tables.at(decl.index);
      checker.heading(table.name);
      for (const TestNode& row : table.tests) checker.test(row);
    }
  }
}

}  // namespace sentrail::compiler::checking
