// See obligations.hpp.
#include "compiler/check/obligations.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "compiler/check/paths.hpp"
#include "core/limits.hpp"

namespace sentrail::compiler::checking {
namespace {

const std::vector<std::string_view> kWords = {"redact", "mask",  "notify",  "tag",
                                              "taint",  "alert", "log full"};

bool check_text(Context& context, const Literal& text) {
  const bool control = std::ranges::any_of(
      text.text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (!text.text.empty() && text.text.size() <= limits::kObligationTextBytesMax && !control) {
    return true;
  }
  context.report(
      DiagnosticKind::bad_obligation_text, text.span,
      text.text.empty() ? "this text is empty"
      : control         ? "this text has a control character"
                        : "this text has " + std::to_string(text.text.size()) + " bytes",
      "write 1 to " + std::to_string(limits::kObligationTextBytesMax) + " bytes on one line");
  return false;
}

// What a rule leaves out is carried by what it is about.
bool check_hidden(Context& context, const ir::AttributeRef& path, Span span, bool answers) {
  const bool of_answer = path.attribute == AttributeId::response_body;
  const bool of_request =
      path.attribute == AttributeId::body || path.attribute == AttributeId::args;
  if (!of_answer && !of_request) {
    context.report(DiagnosticKind::bad_redaction, span,
                   ticked(to_string(path)) + " is no part of `body` or `args`" +
                       (answers ? ", nor of `response.body`" : ""),
                   "only what a request carries is left out of records; everything else says "
                   "what was decided about");
    return false;
  }
  if (of_answer == answers) return true;
  context.report(DiagnosticKind::other_redaction, span,
                 answers ? "a rule about answers leaves " + ticked(to_string(path)) + " alone"
                         : "a rule about requests leaves " + ticked(to_string(path)) + " alone",
                 answers ? "the request was recorded before its answer came: write this on a rule "
                           "about requests"
                         : "there is no answer yet: write this on a rule `on response`");
  return false;
}

// Looks one obligation up; nothing if something is wrong with it.
std::optional<ir::Obligation> check_obligation(Context& context, const ObligationNode& node,
                                               bool answers) {
  if (!node.kind) {
    std::string_view word = node.word.text;
    Help help = suggestion(word, kWords, "the obligations are " + enumerate(kWords));
    context.report(DiagnosticKind::unknown_obligation, node.word.span,
                   "there is no obligation " + ticked(word), std::move(help));
    return std::nullopt;
  }
  ir::Obligation made;
  made.kind = *node.kind;
  if (hides(made.kind)) {
    made.path = resolve(context, node.path);
    if (!made.path) return std::nullopt;
    if (!check_hidden(context, *made.path, node.path.span, answers)) return std::nullopt;
  }
  made.channel = node.channel.text;
  if (node.text) {
    if (!check_text(context, *node.text)) return std::nullopt;
    made.text = node.text->text;
  }
  return made;
}

}  // namespace

std::vector<ir::Obligation> check_obligations(Context& context,
                                              const std::vector<ObligationNode>& nodes,
                                              bool answers) {
  std::vector<ir::Obligation> all;
  for (const ObligationNode& node : nodes) {
    std::optional<ir::Obligation> made = check_obligation(context, node, answers);
    if (!made) continue;
    const auto at = std::ranges::lower_bound(all, *made, ir::comes_before);
    if (at != all.end() && *at == *made) {
      context.report(DiagnosticKind::repeated_obligation, node.span,
                     ticked(to_string(*made)) + " stands twice", "take one away");
      continue;
    }
    all.insert(at, *std::move(made));
  }
  return all;
}

void check_obligation_count(Context& context) {
  std::set<std::string> obligations;
  std::size_t shadows = 0;
  for (const ir::Tier& tier : context.policy.tiers) {
    shadows += tier.shadows.size();
    ir::for_each_written(tier, [&](const ir::Rule& rule) {
      const std::size_t before = obligations.size();
      for (const ir::Obligation& one : rule.obligations) obligations.insert(to_string(one));
      if (before > limits::kObligationsMax || obligations.size() <= limits::kObligationsMax) return;
      context.report(DiagnosticKind::too_many_obligations, rule.span,
                     "here the policy has more than " + std::to_string(limits::kObligationsMax) +
                         " different obligations",
                     "share tags and targets between rules");
    });
    if (shadows <= limits::kShadowRulesMax || tier.shadows.empty()) continue;
    context.report(DiagnosticKind::too_many_obligations, tier.shadows.back().rule.span,
                   "the policy has " + std::to_string(shadows) + " shadow rules, at most " +
                       std::to_string(limits::kShadowRulesMax) + " are allowed",
                   "let those that proved themselves decide, and take others away");
  }
}

}  // namespace sentrail::compiler::checking
