// `diff`: the requests that two policies, or two revisions of one, decide differently.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/analysis/aspects.hpp"
#include "compiler/analysis/diff.hpp"
#include "compiler/driver/approval_changes.hpp"
#include "compiler/driver/command_findings.hpp"
#include "compiler/driver/commands.hpp"
#include "compiler/driver/day.hpp"
#include "compiler/driver/diff_side.hpp"
#include "compiler/driver/limit_changes.hpp"
#include "compiler/driver/obligation_changes.hpp"
#include "compiler/driver/reporter.hpp"
#include "compiler/driver/traffic.hpp"
#include "compiler/ir/phases.hpp"
#include "compiler/tester/mistakes.hpp"
#include "core/json_writer.hpp"
#include "core/text.hpp"

namespace sentrail::compiler {
namespace {

struct Options {
  std::string before;
  std::string after;
  std::string git_path;
  std::string log;
  std::string now;
  std::string fail_on = "any";
};

// What was compared, and what came of it.
struct Compared {
  std::string name;
  bool only_before = false;
  bool only_after = false;
  analysis::Difference difference;
  std::vector<ApprovalChange> approvals;
  std::vector<LimitChange> limits;
  std::vector<ObligationChange> obligations;
  std::vector<analysis::AspectChange> aspects;
  Side before;
  Side after;
  std::optional<Traffic> traffic;

  [[nodiscard]] bool equivalent() const {
    return difference.equivalent() && approvals.empty() && limits.empty() && obligations.empty() &&
           aspects.empty();
  }
};

std::string rule_name(const ir::Policy& policy, const oracle::Decision& decision) {
  if (!decision.rule) return "default";
  const std::string& name = rule_at(policy, *decision.rule).qualified_name;
  return name == ir::answers_rule_of(policy.name) ? "default" : name;
}

// Who approves, or by when, has no order: a change of it may ask less.
bool may_widen(const Compared& compared) {
  const auto any = [](const auto& changes, const auto& is) {
    return std::ranges::any_of(changes, is);
  };
  return compared.only_before || !compared.approvals.empty() ||
         any(compared.difference.groups, [](const auto& group) { return group.widens(); }) ||
         any(compared.limits, [](const auto& change) { return change.widens; }) ||
         any(compared.obligations, [](const auto& change) { return change.widens; }) ||
         any(compared.aspects, [](const analysis::AspectChange& change) {
           return change.kind == analysis::AspectKind::approval || widens(change) ||
                  !change.why.empty();
         });
}

void print_group(const Compared& compared, const analysis::ChangeGroup& group) {
  std::printf("%s -> %s%s\n", std::string(name_of(group.from)).c_str(),
              std::string(name_of(group.to)).c_str(), group.widens() ? "  (widens)" : "");
  for (const analysis::Change& change : group.changes) {
    std::printf("  %s -> %s\n    %s\n    %s\n",
                rule_name(compared.before.policy(), change.before.decision).c_str(),
                rule_name(compared.after.policy(), change.after.decision).c_str(),
                analysis::request_text(change.before.request).c_str(),
                cap_characters(analysis::request_json(change.before.request), 2000).c_str());
  }
  if (group.more) std::printf("  and changes by other pairs of rules\n");
  if (!group.why.empty()) std::printf("  unknown: %s\n", group.why.c_str());
}

// The first request of each kind says what it is about.
void print_aspect(const analysis::AspectChange& change) {
  std::printf("%s%s\n", subject_of(change).c_str(), widens(change) ? "  (widens)" : "");
  for (const auto& [requests, when] :
       {std::pair(&change.lost, "no longer"), std::pair(&change.gained, "now also")}) {
    if (requests->empty()) continue;
    std::printf("  %s\n    %s\n    %s\n", when, analysis::request_text(requests->front()).c_str(),
                cap_characters(analysis::request_json(requests->front()), 2000).c_str());
  }
  if (!change.why.empty()) std::printf("  unknown: %s\n", change.why.c_str());
}

void print_text(const Compared& compared) {
  if (compared.only_before || compared.only_after) {
    std::printf("%s: only %s\n", compared.name.c_str(), compared.only_before ? "before" : "after");
    return;
  }
  const bool same = compared.difference.equivalent();
  std::printf("%s:%s\n", compared.name.c_str(), same ? " every request has the same effect" : "");
  for (const analysis::ChangeGroup& group : compared.difference.groups) {
    print_group(compared, group);
  }
  for (const ApprovalChange& change : compared.approvals) {
    std::printf("approval by %s\n  %s -> %s\n", change.rule.c_str(), change.before.c_str(),
                change.after.c_str());
  }
  for (const LimitChange& change : compared.limits) {
    std::printf("limit of %s%s\n  %s -> %s\n", change.rule.c_str(),
                change.widens ? "  (widens)" : "",
                change.before.empty() ? "none" : change.before.c_str(),
                change.after.empty() ? "none" : change.after.c_str());
  }
  for (const ObligationChange& change : compared.obligations) {
    std::printf("obligations of %s%s\n  %s -> %s\n", change.rule.c_str(),
                change.widens ? "  (widens)" : "", change.before.c_str(), change.after.c_str());
  }
  for (const analysis::AspectChange& change : compared.aspects) print_aspect(change);
  if (compared.traffic) print_traffic(*compared.traffic);
}

void write_group(JsonWriter& json, const Compared& compared, const analysis::ChangeGroup& group,
                 std::string& raw) {
  json.begin_object()
      .key("from")
      .string(name_of(group.from))
      .key("to")
      .string(name_of(group.to))
      .key("widens")
      .boolean(group.widens())
      .key("more")
      .boolean(group.more)
      .key("unknown")
      .string(group.why)
      .key("changes")
      .begin_array();
  for (const analysis::Change& change : group.changes) {
    raw = analysis::request_json(change.before.request);
    json.begin_object()
        .key("before")
        .string(rule_name(compared.before.policy(), change.before.decision))
        .key("after")
        .string(rule_name(compared.after.policy(), change.after.decision))
        .key("request")
        .string(raw)
        .end_object();
  }
  json.end_array().end_object();
}

void write_aspect(JsonWriter& json, const analysis::AspectChange& change, std::string& raw) {
  constexpr std::array<std::string_view, 3> kKinds = {"approval", "obligation", "limit"};
  json.begin_object().key("of").string(kKinds[static_cast<std::size_t>(change.kind)]);
  json.key("what").string(change.what).key("widens").boolean(widens(change));
  for (const auto& [name, requests] :
       {std::pair("lost", &change.lost), std::pair("gained", &change.gained)}) {
    json.key(name).begin_array();
    for (const oracle::Request& request : *requests) {
      raw = analysis::request_json(request);
      json.string(raw);
    }
    json.end_array();
  }
  json.key("unknown").string(change.why).end_object();
}

void print_json(const std::vector<std::unique_ptr<Compared>>& all, bool ok) {
  std::string out;
  std::string raw;
  JsonWriter json(&out);
  json.begin_object().key("ok").boolean(ok).key("policies").begin_array();
  for (const auto& compared : all) {
    const char* state = compared->only_before    ? "removed"
                        : compared->only_after   ? "added"
                        : compared->equivalent() ? "equivalent"
                                                 : "changed";
    json.begin_object().key("policy").string(compared->name).key("state").string(state);
    json.key("widens").boolean(may_widen(*compared));
    json.key("groups").begin_array();
    for (const analysis::ChangeGroup& group : compared->difference.groups) {
      write_group(json, *compared, group, raw);
    }
    json.end_array().key("approvals").begin_array();
    for (const ApprovalChange& change : compared->approvals) {
      json.begin_object().key("rule").string(change.rule);
      json.key("before").string(change.before).key("after").string(change.after).end_object();
    }
    json.end_array().key("limits").begin_array();
    for (const LimitChange& change : compared->limits) {
      json.begin_object().key("rule").string(change.rule).key("widens").boolean(change.widens);
      json.key("before").string(change.before).key("after").string(change.after).end_object();
    }
    json.end_array().key("obligations").begin_array();
    for (const ObligationChange& change : compared->obligations) {
      json.begin_object().key("rule").string(change.rule).key("before").string(change.before);
      json.key("after").string(change.after).key("widens").boolean(change.widens).end_object();
    }
    json.end_array().key("aspects").begin_array();
    for (const analysis::AspectChange& change : compared->aspects) write_aspect(json, change, raw);
    json.end_array();
    if (compared->traffic) write_traffic(json, *compared->traffic);
    json.end_object();
  }
  json.end_array().end_object();
  std::printf("%s\n", out.c_str());
}

// What two policies do otherwise, as findings in the one that is there now.
void report_compared(const Compared& compared, Reporter& reporter) {
  Sources named;  // of what has no text: a policy that is not on both sides, a bundle
  const bool gone = compared.only_before || compared.only_after;
  const Loaded& after = compared.after.loaded;
  const bool placed = !gone && after.ast.has_value();
  const Sources& sources = placed ? after.sources : named;
  const Span place{placed ? after.ast->source : named.add(compared.name, ""), 0, 0};
  if (gone) {
    reporter.finding(diagnose(DiagnosticKind::decision_changed, place,
                              std::string("the policy is there only ") +
                                  (compared.only_before ? "before" : "after"),
                              "", {}, ""),
                     sources);
    return;
  }
  const ComparedPolicies policies{compared.before.policy(), compared.after.policy(), place};
  const auto report_change = [&](bool looser, const std::string& rule, const std::string& what,
                                 const std::string& old_text, const std::string& text) {
    reporter.finding(change_finding(looser, rule,
                                    what + " of " + rule + ": " + (text.empty() ? "none" : text) +
                                        ", was " + (old_text.empty() ? "none" : old_text),
                                    policies),
                     sources);
  };
  for (const Diagnostic& one : findings_of(compared.difference, policies)) {
    reporter.finding(one, sources);
  }
  for (const ApprovalChange& one : compared.approvals) {
    report_change(false, one.rule, "approval", one.before, one.after);
  }
  for (const LimitChange& one : compared.limits) {
    report_change(one.widens, one.rule, "limit", one.before, one.after);
  }
  for (const ObligationChange& one : compared.obligations) {
    report_change(one.widens, one.rule, "obligations", one.before, one.after);
  }
  for (const analysis::AspectChange& one : compared.aspects) {
    reporter.finding(finding_of(one, policies), sources);
  }
  if (compared.equivalent()) {
    reporter.answer(compared.name, compared.name + ": every request has the same effect");
  }
}

// The lines of a log that are no requests are the same for every pair.
void report_log(const std::vector<std::unique_ptr<Compared>>& all, const std::string& log,
                Reporter& reporter) {
  const auto read =
      std::ranges::find_if(all, [](const auto& one) { return one->traffic.has_value(); });
  if (read == all.end()) return;
  Sources sources;
  const Recorded& recorded = (*read)->traffic->recorded;
  const SourceId id = add_log(log, recorded, sources);
  for (const Diagnostic& one : findings_of(recorded, id)) reporter.finding(one, sources);
}

std::optional<int> compare(const Files& files, const Options& options, Compared& compared,
                           const OutputOptions& output) {
  const bool decides = !options.log.empty();
  if (const auto code =
          load_side(files.before, *files.from_before, decides, compared.before, output)) {
    return code;
  }
  if (const auto code =
          load_side(files.after, *files.from_after, decides, compared.after, output)) {
    return code;
  }
  compared.difference = analysis::diff(compared.before.policy(), compared.after.policy());
  compared.approvals = approval_changes(compared.before.policy(), compared.after.policy());
  compared.limits = limit_changes(compared.before.policy(), compared.after.policy());
  compared.obligations = obligation_changes(compared.before.policy(), compared.after.policy());
  compared.aspects = analysis::aspect_changes(compared.before.policy(), compared.after.policy(),
                                              {compared.difference.equivalent(), true});
  if (!decides) return std::nullopt;
  Result<Traffic> traffic =
      traffic_of(options.log, compared.before.traffic(), compared.after.traffic());
  if (!traffic) return report(traffic.error(), output);
  compared.traffic = std::move(*traffic);
  return std::nullopt;
}

// Whether the exit code is 1 for what was found of one policy.
bool fails(const Compared& compared, const Options& options) {
  if (compared.traffic && compared.traffic->recorded.broken_count > 0) return true;
  if (options.fail_on == "widening") return may_widen(compared);
  return compared.only_before || compared.only_after || !compared.equivalent();
}

int compare_all(const Pairs& pairs, const Options& options, const OutputOptions& output) {
  std::vector<std::unique_ptr<Compared>> all;
  bool fine = true;
  for (const auto& [name, files] : pairs) {
    Compared& compared = *all.emplace_back(std::make_unique<Compared>());
    compared.name = name;
    compared.only_before = files.after.empty();
    compared.only_after = files.before.empty();
    if (!compared.only_before && !compared.only_after) {
      if (const auto code = compare(files, options, compared, output)) return *code;
    }
    fine = fine && !fails(compared, options);
  }
  Reporter reporter(output);
  if (output.format == Format::json) {
    print_json(all, fine);
  } else if (output.format == Format::text) {
    for (const auto& compared : all) print_text(*compared);
  } else {
    for (const auto& compared : all) report_compared(*compared, reporter);
    report_log(all, options.log, reporter);
  }
  if (!fine) reporter.exit_with(kFindings);
  return reporter.finish();
}

int run(const Options& options, LoadOptions load, const OutputOptions& output) {
  if (const Status day = look_from(options.now, load); !day) return report(day.error(), output);
  load.refuse_ended = false;  // a change that repairs an ended rule is one to look at
  const Result<Sides> sides =
      options.git_path.empty()
          ? locate(options.before, options.after, load)
          : locate_revisions(options.before, options.after, options.git_path, load);
  if (!sides) return report(sides.error(), output);
  const Result<Pairs> pairs = pairs_of(*sides);
  if (!pairs) return report(pairs.error(), output);
  if (options.log == "-" && pairs->size() > 1) {
    return report(Error{Errc::invalid_argument,
                        "a log on standard input is read once: give a file "
                        "where several policies are compared"},
                  output);
  }
  return compare_all(*pairs, options, output);
}

}  // namespace

void add_diff(CLI::App& app, CommandLine& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("diff", "requests that two policies decide differently");
  command
      ->add_option("before", options->before,
                   "a policy, a bundle, a folder of policies, REVISION:PATH, or REVISION")
      ->required();
  command->add_option("after", options->after, "the same, as it is now")->required();
  command->add_option("--git", options->git_path,
                      "a policy or folder; BEFORE and AFTER are then git revisions of it");
  command->add_option(
      "--log", options->log,
      "recorded requests as JSON, one a line, - for stdin: how many of them change");
  command
      ->add_option("--fail-on", options->fail_on,
                   "which changes exit 1: any, or widening: what may let more through than before")
      ->capture_default_str()
      ->check(CLI::IsMember({"any", "widening"}));
  add_day(*command, options->now);
  command->footer(
      "Compares the effect (allow, require_approval, block) of every request. Changes are grouped\n"
      "by old and new effect, those that widen first, each with the rules that decide and a\n"
      "request that `sentrailc eval` answers so. Rules that ask other people for approval, or\n"
      "give another time, limits that change, and rules that oblige to something else, are listed\n"
      "by name, and where limits count, obligations hold or people are asked at other requests,\n"
      "with such a request. Folders are compared policy by policy, modules with those that import\n"
      "them. A REVISION alone is the other side's path as it was then, or this folder. Modules,\n"
      "catalogs and locks of a revision are its own; messages name its files REVISION:./PATH.\n\n"
      "  sentrailc diff old.sentrail new.sentrail\n"
      "  sentrailc diff HEAD~1:policies/acme.sentrail policies/acme.sentrail\n"
      "  sentrailc diff main HEAD --git policies --log requests.jsonl\n"
      "  sentrailc diff --fail-on widening main HEAD\n\n"
      "Exit codes: 0 proved that nothing changes, 1 changes or something unknown, 2 could not\n"
      "compare. --fail-on widening: 0 also if no change may let more through; a change of who\n"
      "approves may, and so may a policy that is gone. What is exact: docs/analysis.md.");
  program.reporting.push_back(command);
  command->callback(
      [&program, options] { program.exit_code = run(*options, program.load, program.output()); });
}

}  // namespace sentrail::compiler
