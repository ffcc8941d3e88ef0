// Looks for parts of answers in conditions, reasons and tests. See answers.hpp.
#include "compiler/check/answers.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "compiler/ir/phases.hpp"
#include "core/limits.hpp"
#include "wire/json.hpp"

namespace sentrail::compiler::checking {
namespace {

// What of an answer a condition asks about first.
struct Asked {
  ir::AttributeRef ref;
  Span span;
};

std::optional<Asked> asked_below(const ir::Policy& policy, ir::ConditionId root) {
  std::vector<ir::ConditionId> left = {root};
  while (!left.empty()) {
    const ir::Condition& condition = policy.conditions[left.back()];
    left.pop_back();
    const bool asks =
        condition.kind == ir::ConditionKind::atom || ir::is_quantified(condition.kind);
    if (asks && is_of_answers(condition.atom.attribute.attribute)) {
      return Asked{condition.atom.attribute, condition.span};
    }
    left.insert(left.end(), condition.children.rbegin(), condition.children.rend());
  }
  return std::nullopt;
}

std::optional<Asked> asked_in(const ir::Template& text, Span span) {
  const auto found = std::ranges::find_if(
      text.holes, [](const ir::AttributeRef& hole) { return is_of_answers(hole.attribute); });
  if (found == text.holes.end()) return std::nullopt;
  return Asked{*found, span};
}

// `on response` in front of the tool, or behind the outcome.
std::vector<Edit> on_response(const RuleNode& node) {
  if (node.on) {
    const std::uint32_t at = begin_of(*node.on);
    return {{{node.span.source, at, at}, "response "}};
  }
  const bool also = node.kind == RuleKind::also;
  const std::uint32_t at = also ? node.name.span.end : node.outcome_span.end;
  return {{{node.span.source, at, at}, " on response"}};
}

void report_request_rule(Context& context, const RuleNode& node, const Asked& asked) {
  const bool here = asked.span.source == node.span.source;
  context.report(DiagnosticKind::answer_in_request, here ? asked.span : node.name.span,
                 "rule " + ticked(node.name.text) + " is about requests, which have no " +
                     ticked(to_string(asked.ref)),
                 Help("write `on response` to decide about answers", on_response(node)),
                 {{node.name.span, "this rule"}});
}

void check_response_rule(Context& context, const RuleNode& node) {
  if (node.kind != RuleKind::also && node.outcome == Outcome::require_approval) {
    context.report(DiagnosticKind::held_answer, node.outcome_span,
                   "rule " + ticked(node.name.text) + " holds an answer for approval",
                   "the call has happened, and its answer does not wait for people: write "
                   "`block`, or ask for approval before the call");
  }
  for (const LimitNode& one : node.limits) {
    context.report(DiagnosticKind::limited_answer, one.span,
                   "a limit stands on a rule about answers",
                   "calls are counted when they are decided: put it on a rule about requests");
  }
}

}  // namespace

void check_phase(Context& context, const RuleNode& node, const ir::Rule& rule) {
  if (rule.on_response) {
    check_response_rule(context, node);
    return;
  }
  std::optional<Asked> asked = asked_below(context.policy, rule.when);
  if (!asked && rule.unless) asked = asked_below(context.policy, *rule.unless);
  if (!asked && rule.because) asked = asked_in(*rule.because, node.because->span);
  if (asked) report_request_rule(context, node, *asked);
}

void check_default_phase(Context& context, const Literal& because, const ir::Template& text) {
  const std::optional<Asked> asked = asked_in(text, because.span);
  if (!asked) return;
  context.report(DiagnosticKind::answer_in_request, asked->span,
                 "the default is about requests, which have no " + ticked(to_string(asked->ref)),
                 "an answer that no rule decides passes, and nothing is said of it");
}

bool judges_answers(const Context& context) {
  return for_each_policy(context, ir::judges_answers);
}

bool asks_of_session(const Context& context) {
  return for_each_policy(context, [](const ir::Policy& policy) {
    return std::ranges::any_of(policy.conditions, [](const ir::Condition& condition) {
      const bool asks =
          condition.kind == ir::ConditionKind::atom || ir::is_quantified(condition.kind);
      return asks && is_of_session(condition.atom.attribute.attribute);
    });
  });
}

void check_claimed_answers(Context& context) {
  if (judges_answers(context)) return;
  for (const ir::Proof& proof : context.policy.proofs) {
    const std::optional<Asked> asked = asked_below(context.policy, proof.when);
    if (!asked) continue;
    context.report(DiagnosticKind::unjudged_answer, proof.span,
                   "the claim is about answers, and no rule is",
                   "every answer passes: write a rule `on response`, or take the claim away");
  }
}

void check_given_answer(Context& context, const AnswerNode& node, ir::TestCase& made) {
  const std::string status(node.status.text);
  made.with.push_back({{AttributeId::response_status, {}}, status, false});
  check_answer_value(context, made.with.back(), node.status.span);
  if (status.size() != 3 || status < "100" || status > "599" ||
      status.find_first_not_of("0123456789") != std::string::npos) {
    context.report(DiagnosticKind::bad_answer, node.status.span,
                   ticked(status) + " is not the status of an answer",
                   "a status is a whole number from 100 to 599");
  }
  if (!node.body) return;
  // A body that is no JSON cannot be read, as that of a request.
  ir::GivenValue body{{AttributeId::response_body, {}}, std::string(node.body->text), false};
  if (!wire::parse_json(body.json).has_value()) body = {std::move(body.attribute), "", true};
  made.with.push_back(std::move(body));
}

void check_answer_value(Context& context, const ir::GivenValue& value, Span span) {
  if (!is_of_answers(value.attribute.attribute)) return;
  if (!judges_answers(context)) {
    context.report(DiagnosticKind::unjudged_answer, span,
                   "the test is about an answer, and no rule is",
                   "every answer passes: write a rule `on response`, or take the test away");
    return;
  }
  const bool phase = value.attribute.attribute == AttributeId::response;
  if (!phase || (!value.unreadable && value.json == "true")) return;
  context.report(DiagnosticKind::bad_answer, span, "an answer is there, or it is not",
                 "write `response = true`, or nothing where it is not");
}

bool is_about_answer(const ir::TestCase& test) {
  return std::ranges::any_of(test.with, [](const ir::GivenValue& value) {
    return is_of_answers(value.attribute.attribute);
  });
}

}  // namespace sentrail::compiler::checking
