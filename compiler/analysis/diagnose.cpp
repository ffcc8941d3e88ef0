// One message for each finding. See diagnose.hpp.
#include "compiler/analysis/diagnose.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "compiler/analysis/asides.hpp"
#include "compiler/analysis/budgets.hpp"
#include "compiler/analysis/confirm.hpp"
#include "compiler/analysis/full_limits.hpp"
#include "compiler/ir/phases.hpp"

namespace sentrail::compiler::analysis {
namespace {

constexpr std::size_t kNamedMax = 8;  // rules that one message names, notes that it has
constexpr std::size_t kFirstMax = 3;  // notes of a kind that nobody asked for

std::string ticked(const std::string& name) {
  return "`" + name + "`";
}

// One run of diagnose().
class Diagnoser {
 public:
  Diagnoser(const ir::Policy& policy, const Findings& findings, DiagnosticSink& sink, Notes notes)
      : policy_(policy), findings_(findings), sink_(sink), notes_(notes), said_(sink.sorted()) {
    for (const ir::Tier& tier : policy.tiers) {
      for (const ir::Rule& rule : tier.rules) rules_.push_back(&rule);
      if (!tier.implied) written_ = rules_.size();
    }
  }

  void run() {
    for (std::size_t i = 0; i < findings_.rules.size(); ++i) {
      if (!is_implied(i)) reach(i, findings_.rules[i]);
    }
    if (notes_ == Notes::all) {
      uncovered();
      overlaps();
    }
    std::vector<Hole> holes;
    std::ranges::remove_copy_if(findings_.holes, std::back_inserter(holes),
                                [this](const Hole& one) { return is_implied(one.rule); });
    each(holes, [this](const Hole& one, const std::string& rest) { hole(one, rest); });
    each(findings_.exemptions,
         [this](const Exemption& one, const std::string& rest) { exemption(one, rest); });
    for (const VacuousLimit& one : vacuous_limits(policy_)) vacuous(one);
    for (const VacuousApproval& one : findings_.approvals) vacuous(one);
    if (notes_ == Notes::first) return;
    for (const std::string& why : findings_.unknown) unknown(place_of_policy(), why);
  }

 private:
  // Calls write(finding, rest) for as many as are to be shown; the last hears how to see the rest.
  template <class List, class Write>
  void each(const List& found, const Write& write) {
    const std::size_t shown =
        notes_ == Notes::all ? found.size() : std::min(found.size(), kFirstMax);
    const std::size_t left = found.size() - shown;
    for (std::size_t i = 0; i < shown; ++i) {
      const bool last = i + 1 == shown && left > 0;
      const std::string more =
          std::to_string(left) + (left == 1 ? " more note" : " more notes") + " like this: ";
      write(found[i], last ? more + "`--analysis full`" : std::string());
    }
  }

  [[nodiscard]] Span place_of_policy() const {
    if (written_ == 0) return {};
    return {rules_.front()->span.source, 0, 0};
  }

  void report(DiagnosticKind kind, Span span, std::string message, std::string help = {},
              std::vector<DiagnosticNote> notes = {}) {
    sink_.report({kind, span, std::move(message), std::move(notes), std::move(help)});
  }

  void unknown(Span span, const std::string& why) {
    report(DiagnosticKind::analysis_unknown, span, "not everything could be told: " + why,
           "what is exact and what is not: docs/analysis.md");
  }

  [[nodiscard]] bool lint_said(DiagnosticKind kind, Span within) const {
    return std::any_of(said_.begin(), said_.end(), [&](const Diagnostic& one) {
      return one.kind == kind && one.span.source == within.source &&
             one.span.begin >= within.begin && one.span.begin <= within.end;
    });
  }

  [[nodiscard]] bool matches_always(std::size_t i) const {
    return ir::matches_every_request(policy_, *rules_[i]);
  }
  // Nobody wrote it: nothing is said against it.
  [[nodiscard]] bool is_implied(std::size_t i) const { return i >= written_; }

  void reach(std::size_t i, const RuleReach& found) {
    const ir::Rule& rule = *rules_[i];
    std::string help = "take it away, or change its condition";
    if (found.possible) help += "; it still counts where something cannot be read";
    switch (found.reach) {
      case Reach::reached:
        return;
      case Reach::unknown:
        return unknown(rule.span,
                       "whether rule " + ticked(rule.name) + " is reached: " + found.why);
      case Reach::never_matches:
        if (lint_said(DiagnosticKind::never_matches, rule.span)) return;
        return report(DiagnosticKind::never_certain, rule.span,
                      "rule " + ticked(rule.name) +
                          " never matches with certainty: no request makes its condition true",
                      help);
      case Reach::shadowed:
        break;
    }
    // A rule that matches always has its own lint.
    if (found.by.size() == 1 && matches_always(found.by[0])) return;
    std::vector<DiagnosticNote> notes;
    std::string by;
    for (std::size_t k = 0; k < found.by.size() && k < kNamedMax; ++k) {
      if (k > 0) by += k + 1 == found.by.size() ? " and " : ", ";
      by += ticked(rules_[found.by[k]]->name);
      notes.push_back({rules_[found.by[k]]->span, "this rule is tried before it"});
    }
    if (found.by.size() > kNamedMax) {
      by += " and " + std::to_string(found.by.size() - kNamedMax) + " more";
    }
    report(DiagnosticKind::shadowed_rule, rule.span,
           "rule " + ticked(rule.name) + " is never reached: wherever it matches, " +
               (found.by.size() == 1 ? "rule " + by + " before it matches"
                                     : "one of the rules " + by + " before it matches"),
           found.by.size() == 1 ? "move it before that rule; or " + help
                                : "move it before them; or " + help,
           std::move(notes));
  }

  void uncovered() {
    const Existence& found = findings_.uncovered;
    if (found.verdict == Verdict::unknown && !found.why.empty()) {
      unknown(place_of_policy(), "whether the default decides alone: " + found.why);
    }
    if (!found.witness) return;
    report(DiagnosticKind::uncovered_request, place_of_policy(),
           "the default alone decides some requests, for example: " +
               request_text(found.witness->request));
  }

  void overlaps() {
    std::size_t shown = 0;
    for (const Overlap& overlap : findings_.overlaps) {
      if (++shown > kNamedMax) break;
      const ir::Rule& first = *rules_[overlap.first];
      const ir::Rule& second = *rules_[overlap.second];
      report(DiagnosticKind::overlapping_rules, second.span,
             "rules " + ticked(first.name) + " and " + ticked(second.name) +
                 " match common requests and differ: the first one decides them",
             {}, {{first.span, "this is the first one"}});
    }
    if (findings_.overlap_count > kNamedMax) {
      unknown(place_of_policy(),
              std::to_string(findings_.overlap_count - kNamedMax) +
                  " more pairs of rules match common requests and differ; they are not listed");
    }
  }

  static std::string joined(std::string help, const std::string& rest) {
    if (!help.empty() && !rest.empty()) help += "; ";
    return help + rest;
  }

  void hole(const Hole& hole, const std::string& rest) {
    const ir::Rule& rule = *rules_[hole.rule];
    const bool allows = rule.outcome == Outcome::allow;
    report(
        DiagnosticKind::hole_by_absence, rule.span,
        "rule " + ticked(rule.name) + (allows ? " allows" : " does not match") + " because " +
            ticked(to_string(hole.absent)) + " is absent: " + request_text(hole.witness.request),
        joined(allows ? "add `" + to_string(hole.absent) + " exists` if it must be there"
                      : "add `or " + to_string(hole.absent) + " is absent` if that is to be caught",
               rest));
  }

  void vacuous(const VacuousLimit& found) {
    const std::string what = ticked(to_string(*found.limit));
    if (found.other == nullptr) {
      report(DiagnosticKind::vacuous_limit, found.limit->span,
             what + " never has room: its rule always answers " +
                 ticked(std::string(name_of(found.limit->otherwise))),
             "write that as the outcome of the rule, or give the limit some room");
      return;
    }
    report(DiagnosticKind::vacuous_limit, found.limit->span,
           what + " makes no difference: " + ticked(to_string(*found.other)) + " is met before",
           "take it away, or make the one that is met first less strict",
           {{found.other->span, "this limit is met before"}});
  }

  void vacuous(const VacuousApproval& found) {
    const ir::Rule& rule = *rules_[found.rule];
    std::string by;
    std::vector<DiagnosticNote> notes;
    for (std::size_t k = 0; k < found.by.size() && k < kNamedMax; ++k) {
      if (k > 0) by += k + 1 == found.by.size() ? " or " : ", ";
      const bool is_default = found.by[k] == rules_.size();
      by += is_default ? "the default" : ticked(rules_[found.by[k]]->name);
      if (is_default) continue;
      const bool blocks = rules_[found.by[k]]->outcome == Outcome::block;
      notes.push_back(
          {rules_[found.by[k]]->span, blocks ? "this rule blocks it" : "this rule asks for it"});
    }
    if (found.by.size() > kNamedMax) {
      by += " and " + std::to_string(found.by.size() - kNamedMax) + " more";
    }
    if (found.what == Vacuity::asked) {
      return report(DiagnosticKind::nobody_asked, rule.span,
                    "nobody is ever asked by rule " + ticked(rule.name) +
                        ": wherever it matches, " + by + " blocks",
                    "take it away, make it `block`, or let those that block leave something to it",
                    std::move(notes));
    }
    const bool seats = found.what == Vacuity::seats;
    report(DiagnosticKind::vacuous_approval, rule.span,
           std::string(seats ? "whom" : "how soon") + " rule " + ticked(rule.name) +
               " asks makes no difference: wherever it asks, " + by +
               (seats ? " asks for as much, or blocks" : " asks as soon, or blocks"),
           seats ? "leave its `from` out, or ask for more"
                 : "leave its `within` out, or give less time",
           std::move(notes));
  }

  void exemption(const Exemption& found, const std::string& rest) {
    const ir::Rule& rule = *rules_[found.rule];
    std::string by;
    std::vector<DiagnosticNote> notes;
    for (std::size_t k = 0; k < found.caught.size(); ++k) {
      if (k > 0) by += k + 1 == found.caught.size() ? " and " : ", ";
      const Catch& one = found.caught[k];
      const bool named = one.rule && !is_implied(*one.rule);
      by += named ? ticked(rules_[*one.rule]->name) : "the default";
      by += " (" + std::string(name_of(one.witness.decision.effect)) + ")";
      if (named)
        notes.push_back(
            {rules_[*one.rule]->span, "for example: " + request_text(one.witness.request)});
    }
    if (by.empty()) by = "nothing: there are no such requests";
    report(DiagnosticKind::exempted_requests, rule.span,
           "what `unless` takes from rule " + ticked(rule.name) + " is decided by " + by, rest,
           std::move(notes));
    if (!found.why.empty()) unknown(rule.span, "who decides it: " + found.why);
  }

  const ir::Policy& policy_;
  const Findings& findings_;
  DiagnosticSink& sink_;
  Notes notes_;
  std::vector<Diagnostic> said_;
  std::vector<const ir::Rule*> rules_;
  std::size_t written_ = 0;  // the first rules that somebody wrote
};

std::size_t rule_count(const ir::Policy& policy) {
  std::size_t count = 0;
  for (const ir::Tier& tier : policy.tiers) count += tier.implied ? 0 : tier.rules.size();
  return count;
}

bool is_within(const ir::Policy& policy, std::size_t rules, std::size_t conditions) {
  return rule_count(policy) <= rules && policy.conditions.size() <= conditions;
}

Findings diagnosed(const ir::Policy& policy, Depth depth, DiagnosticSink& sink, Notes notes) {
  Findings findings = analyse(policy, depth);
  Diagnoser(policy, findings, sink, notes).run();
  diagnose_asides(policy, sink);
  return findings;
}

}  // namespace

std::size_t diagnose(const ir::Policy& policy, Depth depth, DiagnosticSink& sink, Notes notes) {
  return diagnosed(policy, depth, sink, notes).unconfirmed;
}

Unasked diagnose_unasked(const ir::Policy& policy, SourceId root, DiagnosticSink& sink) {
  if (!is_within(policy, limits::kAnalysisRulesUnasked, limits::kAnalysisConditionsUnasked)) {
    sink.report({DiagnosticKind::analysis_unknown,
                 {root, 0, 0},
                 "so large a policy is analysed only when asked",
                 {},
                 "say `--analysis quick` or `--analysis full`"});
    return {{}, true};
  }
  const bool small =
      is_within(policy, limits::kAnalysisRulesFullUnasked, limits::kAnalysisConditionsFullUnasked);
  return {
      diagnosed(policy, small ? Depth::full : Depth::quick, sink, Notes::first).rules,
      false,
  };
}

}  // namespace sentrail::compiler::analysis
