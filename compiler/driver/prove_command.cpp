// `prove`: what a policy claims of itself.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>

#include "compiler/analysis/prove.hpp"
#include "compiler/driver/command_findings.hpp"
#include "compiler/driver/commands.hpp"
#include "compiler/driver/day.hpp"
#include "compiler/driver/load.hpp"
#include "compiler/driver/reporter.hpp"
#include "compiler/driver/roots.hpp"
#include "compiler/ir/phases.hpp"
#include "compiler/tester/mistakes.hpp"
#include "core/json_writer.hpp"
#include "core/text.hpp"

namespace sentrail::compiler {
namespace {

using analysis::ProofOutcome;
using analysis::Verdict;

struct ProveOptions {
  std::string path = ".";
  std::string now;
};

const char* word(Verdict verdict) {
  switch (verdict) {
    case Verdict::proved:
      return "proved";
    case Verdict::refuted:
      return "refuted";
    case Verdict::unknown:
      break;
  }
  return "unknown";
}

std::string decider(const ir::Policy& policy, const analysis::Witness& witness) {
  if (!witness.decision.rule) return "the default";
  const std::string& name = rule_at(policy, *witness.decision.rule).qualified_name;
  return name == ir::answers_rule_of(policy.name) ? "the default" : name;
}

void print_text(const ProofOutcome& outcome, const Loaded& loaded) {
  const Source& source = loaded.sources[outcome.proof->span.source];
  std::printf("%s:%u: %s: %s\n", std::string(source.name()).c_str(),
              source.locate(outcome.proof->span.begin).line, word(outcome.existence.verdict),
              escape_display(outcome.proof->name).c_str());
  if (outcome.existence.witness) {
    const analysis::Witness& witness = *outcome.existence.witness;
    std::printf("    %s by %s: %s\n    %s\n", std::string(name_of(witness.decision.effect)).c_str(),
                decider(*loaded.policy, witness).c_str(),
                analysis::request_text(witness.request).c_str(),
                cap_characters(analysis::request_json(witness.request), 2000).c_str());
  }
  if (outcome.existence.verdict == Verdict::unknown) {
    std::printf("    because %s\n", outcome.existence.why.c_str());
  }
}

void print_json(const std::vector<ProofOutcome>& outcomes, const Loaded& loaded, bool proved) {
  std::string out;
  JsonWriter json(&out);
  json.begin_object().key("ok").boolean(proved).key("proofs").begin_array();
  for (const ProofOutcome& outcome : outcomes) {
    json.begin_object()
        .key("name")
        .string(outcome.proof->name)
        .key("verdict")
        .string(word(outcome.existence.verdict));
    if (outcome.existence.witness) {
      const analysis::Witness& witness = *outcome.existence.witness;
      json.key("effect").string(name_of(witness.decision.effect));
      json.key("rule").string(decider(*loaded.policy, witness));
      json.key("request").string(analysis::request_json(witness.request));
    }
    if (outcome.existence.verdict == Verdict::unknown) {
      json.key("because").string(outcome.existence.why);
    }
    json.end_object();
  }
  json.end_array().end_object();
  std::printf("%s\n", out.c_str());
}

void report_outcomes(const std::vector<ProofOutcome>& outcomes, const Loaded& loaded,
                     const std::string& file, Reporter& reporter) {
  for (const Diagnostic& one : findings_of(outcomes, *loaded.policy)) {
    reporter.finding(one, loaded.sources);
  }
  const auto proved = std::ranges::count_if(outcomes, [](const ProofOutcome& outcome) {
    return outcome.existence.verdict == Verdict::proved;
  });
  reporter.answer(file, file + ": " + std::to_string(proved) + " of " +
                            std::to_string(outcomes.size()) + " claims proved");
}

void prove_file(const std::string& file, const LoadOptions& load, Reporter& reporter) {
  Loaded loaded;
  if (const Status status = load_policy(file, load, loaded); !status) {
    reporter.failure(status.error());
    return;
  }
  if (!loaded.policy) {
    reporter.findings(loaded.sink, loaded.sources);
    reporter.exit_with(kCouldNot);
    return;
  }
  const std::vector<ProofOutcome> outcomes = analysis::prove(*loaded.policy);
  const bool proved = std::ranges::all_of(outcomes, [](const ProofOutcome& outcome) {
    return outcome.existence.verdict == Verdict::proved;
  });
  if (!proved) reporter.exit_with(kFindings);
  if (reporter.format() == Format::json) {
    print_json(outcomes, loaded, proved);
  } else if (reporter.format() == Format::text) {
    for (const ProofOutcome& outcome : outcomes) print_text(outcome, loaded);
    if (outcomes.empty()) std::printf("%s: claims nothing\n", file.c_str());
  } else {
    report_outcomes(outcomes, loaded, file, reporter);
  }
}

int prove_path(const ProveOptions& prove, LoadOptions load, const OutputOptions& options) {
  if (const Status day = look_from(prove.now, load); !day) return report(day.error(), options);
  const Result<std::vector<std::string>> files = roots_of(prove.path, load);
  if (!files) return report(files.error(), options);
  Reporter reporter(options);
  for (const std::string& file : *files) prove_file(file, load, reporter);
  return reporter.finish();
}

}  // namespace

void add_prove(CLI::App& app, CommandLine& program) {
  auto options = std::make_shared<ProveOptions>();
  CLI::App* command = app.add_subcommand("prove", "try what the policy claims of itself");
  command->add_option("path", options->path, "a policy, or a folder of them");
  add_day(*command, options->now);
  command->footer(
      "A policy claims with `prove \"NAME\" never EFFECT when CONDITION` that no request for "
      "which\n"
      "the condition holds, or may hold because something is unreadable, has that effect. Each\n"
      "claim is proved, refuted with a request that `sentrailc eval` answers so, or unknown with\n"
      "the reason.\n\n"
      "Exit codes: 0 all proved, 1 one is not, 2 could not run. What is exact: docs/analysis.md.");
  program.reporting.push_back(command);
  command->callback([&program, options] {
    program.exit_code = prove_path(*options, program.load, program.output());
  });
}

}  // namespace sentrail::compiler
