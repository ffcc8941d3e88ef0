// `diff`: the requests that two policies, or two revisions of one, decide differently.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>

#include "compiler/analysis/aspects.hpp"
#include "compiler/analysis/diff.hpp"
#include "compiler/driver/approval_changes.hpp"
#include "compiler/driver/commands.hpp"
#include "compiler/driver/day.hpp"
#include "compiler/driver/limit_changes.hpp"
#include "compiler/driver/load.hpp"
#include "compiler/driver/obligation_changes.hpp"
#include "compiler/driver/output.hpp"
#include "compiler/driver/revision.hpp"
#include "compiler/driver/traffic.hpp"
#include "compiler/lower/raise.hpp"
#include "compiler/tester/compiled.hpp"
#include "compiler/tester/mistakes.hpp"
#include "core/json_writer.hpp"
#include "core/text.hpp"
#include "runtime/bundles/loaded_bundle.hpp"

namespace sentrail::compiler {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string before;
  std::string after;
  std::string git_path;
  std::string log;
  std::string now;
};

// One side of a comparison: policy text or a bundle, and who decides on it if there is a log.
struct Side {
  Loaded loaded;  // of a bundle only its policy
  std::shared_ptr<const bundles::LoadedBundle> bundle;
  std::unique_ptr<Compiled> compiled;

  [[nodiscard]] const ir::Policy& policy() const { return *loaded.policy; }
  [[nodiscard]] TrafficSide traffic() const {
    if (bundle) return {Decider(bundle->engine()), bundle->catalogs()};
    return {Decider(compiled->engine()), compiled->catalogs()};
  }
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
  [[nodiscard]] bool is_fine() const {
    return equivalent() && (!traffic || traffic->recorded.broken_count == 0);
  }
};

std::string rule_name(const ir::Policy& policy, const oracle::Decision& decision) {
  if (!decision.rule) return "default";
  return rule_at(policy, *decision.rule).qualified_name;
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

// Who is asked instead may be stricter or not.
bool widens(const analysis::AspectChange& change) {
  return change.kind != analysis::AspectKind::approval && !change.lost.empty();
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

// A policy, a folder of them, or `REVISION:PATH`, which is brought into `folder`.
Result<std::string> locate(const std::string& what, const Options& options,
                           const TemporaryFolder& folder) {
  if (!options.git_path.empty()) return export_revision(what, options.git_path, folder);
  std::error_code error;
  const std::size_t colon = what.find(':');
  if (fs::exists(what, error) || colon == std::string::npos) return what;
  return export_revision(what.substr(0, colon), what.substr(colon + 1), folder);
}

// The policy of a bundle, whoever signed it.
Status load_bundle(const std::string& file, Side& side) {
  bundles::LoadOptions options;
  options.allow_unsigned = true;
  SENTRAIL_ASSIGN_OR_RETURN(side.bundle, bundles::LoadedBundle::from_file(file, options));
  SENTRAIL_ASSIGN_OR_RETURN(side.loaded.policy, raise(side.bundle->program()));
  return {};
}

// Loads one side. out: an exit code if it cannot be compared.
std::optional<int> load_side(const std::string& file, bool decides, const LoadOptions& load,
                             Side& side, const OutputOptions& output) {
  const bool is_bundle = fs::path(file).extension() == ".bundle";
  const Status status = is_bundle ? load_bundle(file, side) : load_policy(file, load, side.loaded);
  if (!status) return report(status.error(), output);
  const Loaded& loaded = side.loaded;
  if (!loaded.policy) {
    (void)report(loaded.sink, loaded.sources, output);
    return kCouldNot;
  }
  if (is_bundle || !decides) return std::nullopt;
  auto compiled = Compiled::of(*loaded.policy, loaded.catalogs, loaded.sources);
  if (!compiled) return report(compiled.error(), output);
  side.compiled = *std::move(compiled);
  return std::nullopt;
}

std::optional<int> compare(const std::string& before, const std::string& after,
                           const std::string& log, const LoadOptions& load, Compared& compared,
                           const OutputOptions& output) {
  const bool decides = !log.empty();
  if (const auto code = load_side(before, decides, load, compared.before, output)) return code;
  if (const auto code = load_side(after, decides, load, compared.after, output)) return code;
  compared.difference = analysis::diff(compared.before.policy(), compared.after.policy());
  compared.approvals = approval_changes(compared.before.policy(), compared.after.policy());
  compared.limits = limit_changes(compared.before.policy(), compared.after.policy());
  compared.obligations = obligation_changes(compared.before.policy(), compared.after.policy());
  compared.aspects = analysis::aspect_changes(compared.before.policy(), compared.after.policy(),
                                              {compared.difference.equivalent(), true});
  if (!decides) return std::nullopt;
  Result<Traffic> traffic = traffic_of(log, compared.before.traffic(), compared.after.traffic());
  if (!traffic) return report(traffic.error(), output);
  compared.traffic = std::move(*traffic);
  return std::nullopt;
}

// The policies of both sides by what pairs them: two files are one pair, folders go by name.
using Pairs = std::map<std::string, std::pair<std::string, std::string>>;
Result<Pairs> pairs_of(const std::string& before, const std::string& after) {
  std::error_code error;
  if (!fs::is_directory(before, error) && !fs::is_directory(after, error)) {
    return Pairs{{fs::path(after).filename().string(), {before, after}}};
  }
  Pairs pairs;
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<std::string> old_files, policy_files(before));
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<std::string> new_files, policy_files(after));
  for (const std::string& file : old_files) {
    pairs[fs::path(file).filename().string()].first = file;
  }
  for (const std::string& file : new_files) {
    pairs[fs::path(file).filename().string()].second = file;
  }
  return pairs;
}

int run(const Options& options, LoadOptions load, const OutputOptions& output) {
  if (const Status day = look_from(options.now, load); !day) return report(day.error(), output);
  load.refuse_ended = false;  // a change that repairs an ended rule is one to look at
  Result<TemporaryFolder> old_folder = TemporaryFolder::make();
  if (!old_folder) return report(old_folder.error(), output);
  Result<TemporaryFolder> new_folder = TemporaryFolder::make();
  if (!new_folder) return report(new_folder.error(), output);
  const Result<std::string> before = locate(options.before, options, *old_folder);
  if (!before) return report(before.error(), output);
  const Result<std::string> after = locate(options.after, options, *new_folder);
  if (!after) return report(after.error(), output);
  const Result<Pairs> pairs = pairs_of(*before, *after);
  if (!pairs) return report(pairs.error(), output);
  if (options.log == "-" && pairs->size() > 1) {
    return report(Error{Errc::invalid_argument,
                        "a log on standard input is read once: give a file "
                        "where several policies are compared"},
                  output);
  }
  std::vector<std::unique_ptr<Compared>> all;
  bool equivalent = true;
  bool fine = true;
  for (const auto& [name, files] : *pairs) {
    Compared& compared = *all.emplace_back(std::make_unique<Compared>());
    compared.name = name;
    compared.only_before = files.second.empty();
    compared.only_after = files.first.empty();
    if (compared.only_before || compared.only_after) {
      equivalent = false;
      continue;
    }
    if (const auto code = compare(files.first, files.second, options.log, load, compared, output)) {
      return *code;
    }
    equivalent = equivalent && compared.equivalent();
    fine = fine && compared.is_fine();
  }
  if (output.json) {
    print_json(all, equivalent && fine);
  } else {
    for (const auto& compared : all) print_text(*compared);
  }
  return equivalent && fine ? kFine : kFindings;
}

}  // namespace

void add_diff(CLI::App& app, CommandLine& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("diff", "requests that two policies decide differently");
  command
      ->add_option("before", options->before,
                   "a policy, a bundle, a folder of policies, or REVISION:PATH")
      ->required();
  command->add_option("after", options->after, "the same, as it is now")->required();
  command->add_option("--git", options->git_path,
                      "a policy or folder; BEFORE and AFTER are then git revisions of it");
  command->add_option(
      "--log", options->log,
      "recorded requests as JSON, one a line, - for stdin: how many of them change");
  add_day(*command, options->now);
  command->footer(
      "Compares the effect (allow, require_approval, block) of every request. Changes are grouped\n"
      "by old and new effect, those that widen first, each with the rules that decide and a\n"
      "request that `sentrailc eval` answers so. Rules that ask other people for approval, or "
      "give\n"
      "another time, limits that change, and rules that oblige to something else, are listed by\n"
      "name, and where limits count, obligations hold or people are asked at other requests, with\n"
      "such a request. Folders are compared file by file.\n\n"
      "  sentrailc diff old.sentrail new.sentrail\n"
      "  sentrailc diff HEAD~1:policies/acme.sentrail policies/acme.sentrail\n"
      "  sentrailc diff main HEAD --git policies --log requests.jsonl\n\n"
      "Exit codes: 0 proved that nothing changes, 1 changes or something unknown, 2 could not\n"
      "compare. What is exact: docs/analysis.md.");
  command->callback(
      [&program, options] { program.exit_code = run(*options, program.load, {program.json}); });
}

}  // namespace sentrail::compiler
