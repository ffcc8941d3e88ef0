// See command_findings.hpp.
#include "compiler/driver/command_findings.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "compiler/tester/mistakes.hpp"
#include "core/text.hpp"

namespace sentrail::compiler {
namespace {

using analysis::Verdict;

// A request is one line of a help, and some are long.
std::string example_of(const oracle::Request& request) {
  return "for example " + cap_characters(analysis::request_json(request), 2000);
}

Diagnostic made(DiagnosticKind kind, Span span, std::string message, std::string help) {
  return diagnose(kind, span, std::move(message), std::move(help), {}, "");
}

// Where a rule of that name stands, if its text is at hand.
Span place_of_rule(const std::string& name, const ComparedPolicies& policies) {
  Span place = policies.place;
  for (const ir::Tier& tier : policies.after.tiers) {
    ir::for_each_written(tier, [&](const ir::Rule& rule) {
      if (rule.qualified_name == name && rule.span.source.has_value()) place = rule.span;
    });
  }
  return place;
}

// Where a text stands in a source, in its quotes if it has any; its beginning if nowhere.
Span place_in(const Source& source, SourceId id, const std::string& text) {
  if (text.empty()) return {id, 0, 0};
  const std::string quoted = '"' + text + '"';
  std::size_t at = source.text().find(quoted);
  const std::size_t size = at == std::string::npos ? text.size() : quoted.size();
  if (at == std::string::npos) at = source.text().find(text);
  if (at == std::string::npos) return {id, 0, 0};
  return {id, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + size)};
}

}  // namespace

std::string decision_text(const ir::Policy& policy, const oracle::Decision& decision) {
  return std::string(name_of(decision.effect)) + " by " +
         (decision.rule ? rule_at(policy, *decision.rule).qualified_name : "default");
}

std::vector<Diagnostic> findings_of(const std::vector<analysis::ProofOutcome>& outcomes,
                                    const ir::Policy& policy) {
  std::vector<Diagnostic> found;
  for (const analysis::ProofOutcome& outcome : outcomes) {
    const analysis::Existence& existence = outcome.existence;
    const std::string claim = "the claim `" + escape_display(outcome.proof->name) + "` ";
    if (existence.verdict == Verdict::refuted && existence.witness) {
      const analysis::Witness& witness = *existence.witness;
      found.push_back(made(
          DiagnosticKind::claim_refuted, outcome.proof->span,
          claim + "is refuted: some request is decided " + decision_text(policy, witness.decision),
          example_of(witness.request)));
    } else if (existence.verdict == Verdict::unknown) {
      found.push_back(made(DiagnosticKind::claim_unknown, outcome.proof->span,
                           claim + "is neither proved nor refuted", "because " + existence.why));
    }
  }
  return found;
}

std::vector<Diagnostic> findings_of(const analysis::Difference& difference,
                                    const ComparedPolicies& policies) {
  std::vector<Diagnostic> found;
  for (const analysis::ChangeGroup& group : difference.groups) {
    const auto kind =
        group.widens() ? DiagnosticKind::decision_widened : DiagnosticKind::decision_changed;
    for (const analysis::Change& change : group.changes) {
      const std::optional<std::size_t> rule = change.after.decision.rule;
      const Span place =
          rule ? place_of_rule(rule_at(policies.after, *rule).qualified_name, policies)
               : policies.place;
      found.push_back(
          made(kind, place,
               "some requests are decided " + decision_text(policies.after, change.after.decision) +
                   ", that were " + decision_text(policies.before, change.before.decision),
               example_of(change.before.request)));
    }
    if (group.why.empty()) continue;
    found.push_back(made(DiagnosticKind::analysis_unknown, policies.place,
                         "it is not known whether other requests become " +
                             std::string(name_of(group.to)) + " that were " +
                             std::string(name_of(group.from)),
                         "because " + group.why));
  }
  return found;
}

Diagnostic change_finding(bool widens, const std::string& rule, std::string message,
                          const ComparedPolicies& policies) {
  return made(widens ? DiagnosticKind::decision_widened : DiagnosticKind::decision_changed,
              place_of_rule(rule, policies), std::move(message), "");
}

std::string subject_of(const analysis::AspectChange& change) {
  switch (change.kind) {
    case analysis::AspectKind::approval:
      return "where approval is asked for " + change.what;
    case analysis::AspectKind::obligation:
      return "where the gate is obliged to " + change.what;
    case analysis::AspectKind::limit:
      return "where the limits of " + change.what + " count";
  }
  return change.what;
}

bool widens(const analysis::AspectChange& change) {
  return change.kind != analysis::AspectKind::approval && !change.lost.empty();
}

Diagnostic finding_of(const analysis::AspectChange& change, const ComparedPolicies& policies) {
  const bool lost = !change.lost.empty();
  if (!lost && change.gained.empty()) {
    return made(DiagnosticKind::analysis_unknown, policies.place,
                "it is not known " + subject_of(change), "because " + change.why);
  }
  Diagnostic found = change_finding(
      widens(change), change.what,
      subject_of(change) + ": some requests " + (lost ? "are no longer among them" : "are now too"),
      policies);
  found.help = example_of(lost ? change.lost.front() : change.gained.front());
  return found;
}

std::vector<Diagnostic> findings_of(const std::vector<import_::Finding>& findings,
                                    const Source& source, SourceId id) {
  std::vector<Diagnostic> found;
  for (const import_::Finding& one : findings) {
    if (one.carried) continue;
    found.push_back(made(DiagnosticKind::not_carried, place_in(source, id, one.rule),
                         (one.rule.empty() ? "" : "`" + one.rule + "`: ") + one.message,
                         "it stands in the policy as a comment; docs/importers.md says why"));
  }
  return found;
}

std::vector<Diagnostic> findings_of(const LockChanges& changes, const std::string& server,
                                    const Source& source, SourceId id) {
  std::vector<Diagnostic> found;
  const auto add = [&](const std::vector<std::string>& tools, const char* what) {
    for (const std::string& tool : tools) {
      found.push_back(made(DiagnosticKind::tool_changed, place_in(source, id, tool),
                           "the tool `" + tool + "` of server `" + server + "` " + what,
                           "look at what changed, then run `sentrailc lock` without --check"));
    }
  };
  add(changes.added, "is new");
  add(changes.changed, "is not as it was locked");
  add(changes.removed, "is there no more");
  return found;
}

SourceId add_log(const std::string& name, const Recorded& recorded, Sources& sources) {
  const std::size_t lines = recorded.broken.empty() ? 0 : recorded.broken.back().line;
  return sources.add(name, std::string(lines, '\n'));
}

std::vector<Diagnostic> findings_of(const Recorded& recorded, SourceId log) {
  std::vector<Diagnostic> found;
  for (const BrokenLine& one : recorded.broken) {
    const auto at = static_cast<std::uint32_t>(one.line - 1);
    found.push_back(made(DiagnosticKind::broken_record, {log, at, at},
                         "the line is no request: " + one.why,
                         "it is left out of all counts; docs/request_format.md has the form"));
  }
  const std::size_t more = recorded.broken_count - recorded.broken.size();
  if (more > 0) {
    found.push_back(made(DiagnosticKind::broken_record, {log, 0, 0},
                         "other lines are no requests: " + std::to_string(more),
                         "they are left out of all counts too"));
  }
  return found;
}

}  // namespace sentrail::compiler
