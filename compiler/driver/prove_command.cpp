// `prove`: what a policy claims of itself.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>

#include "compiler/analysis/prove.hpp"
#include "compiler/driver/commands.hpp"
#include "compiler/driver/day.hpp"
#include "compiler/driver/load.hpp"
#include "compiler/driver/output.hpp"
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
  std::size_t index = *witness.decision.rule;
  for (const ir::Tier& tier : policy.tiers) {
    if (index < tier.rules.size()) return tier.rules[index].qualified_name;
    index -= tier.rules.size();
  }
  return "the default";
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

int prove_file(const std::string& file, const LoadOptions& load, const OutputOptions& options) {
  Loaded loaded;
  if (const Status status = load_policy(file, load, loaded); !status) {
    return report(status.error(), options);
  }
  if (!loaded.policy) {
    (void)report(loaded.sink, loaded.sources, options);
    return kCouldNot;
  }
  const std::vector<ProofOutcome> outcomes = analysis::prove(*loaded.policy);
  const bool proved = std::all_of(
      outcomes.begin(), outcomes.end(),
      [](const ProofOutcome& outcome) { return outcome.existence.verdict == Verdict::proved; });
  if (options.json) {
    print_json(outcomes, loaded, proved);
  } else {
    for (const ProofOutcome& outcome : outcomes) print_text(outcome, loaded);
    if (outcomes.empty()) std::printf("%s: claims nothing\n", file.c_str());
  }
  return proved ? kFine : kFindings;
}

int prove_path(const ProveOptions& prove, LoadOptions load, const OutputOptions& options) {
  if (const Status day = look_from(prove.now, load); !day) return report(day.error(), options);
  const Result<std::vector<std::string>> files = policy_files(prove.path);
  if (!files) return report(files.error(), options);
  int code = kFine;
  for (const std::string& file : *files) code = std::max(code, prove_file(file, load, options));
  return code;
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
  command->callback([&program, options] {
    program.exit_code = prove_path(*options, program.load, {program.json});
  });
}

}  // namespace sentrail::compiler
