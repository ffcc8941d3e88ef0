// `import`: a policy of another language as a policy of ours, and what could not be carried.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "compiler/driver/command_findings.hpp"
#include "compiler/driver/commands.hpp"
#include "compiler/driver/reporter.hpp"
#include "compiler/import/import.hpp"
#include "core/json_writer.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

namespace sentrail::compiler {
namespace {

struct Options {
  std::string format;
  std::string file;
  std::string out;
  std::string map;
  std::string default_effect;
};

std::optional<Effect> effect_named(const std::string& name) {
  for (const Effect effect : {Effect::allow, Effect::require_approval, Effect::block}) {
    if (name == name_of(effect)) return effect;
  }
  return std::nullopt;
}

// in: `text` gets that of the source.
Result<import_::ImportResult> import_file(const Options& options, std::string& text) {
  const std::optional<import_::ImportFormat> format = import_::import_format_named(options.format);
  if (!format) {
    return fail(Errc::invalid_argument,
                "no format `" + options.format + "`; there are sentrail, sentinelgate and cedar");
  }
  import_::ImportRequest request;
  request.format = *format;
  SENTRAIL_ASSIGN_OR_RETURN(text, read_bytes(options.file, limits::kJsonBytesMax));
  request.text = text;
  const std::string name = std::filesystem::path(options.file).stem().string();
  request.name = name;
  std::string map;
  if (!options.map.empty()) {
    SENTRAIL_ASSIGN_OR_RETURN(map, read_bytes(options.map, limits::kYamlBytesMax));
    request.map = map;
  }
  request.default_effect = effect_named(options.default_effect);
  Result<import_::ImportResult> result = import_policy(request);
  if (!result) return fail(result.error().code, options.file + ": " + result.error().message);
  if (!options.out.empty()) SENTRAIL_TRY(write_bytes(options.out, result->policy));
  return result;
}

void print_text(const import_::ImportResult& result, const Options& options) {
  if (options.out.empty()) std::fputs(result.policy.c_str(), stdout);
  std::size_t lost = 0;
  for (const import_::Finding& finding : result.findings) {
    lost += finding.carried ? 0u : 1u;
    const std::string where =
        finding.rule.empty() ? std::string() : " `" + escape_display(finding.rule) + "`:";
    std::fprintf(stderr, "%s: %s:%s %s\n", options.file.c_str(),
                 finding.carried ? "note" : "not carried", where.c_str(),
                 escape_display(finding.message).c_str());
  }
  std::size_t rules = 0;
  for (const import_::SourceOutcome& outcome : result.outcomes) rules += outcome.rules.size();
  std::fprintf(stderr, "%s: %zu rules written, %zu things not carried\n", options.file.c_str(),
               rules, lost);
}

void print_json(const import_::ImportResult& result, const Options& options) {
  std::string out;
  JsonWriter json(&out);
  json.begin_object().key("ok").boolean(true).key("exact").boolean(result.exact());
  if (options.out.empty()) {
    json.key("policy").string(result.policy);
  } else {
    json.key("file").string(options.out);
  }
  json.key("rules").begin_array();
  for (const import_::SourceOutcome& outcome : result.outcomes) {
    json.begin_object().key("source").string(outcome.source);
    json.key("exact").boolean(outcome.exact).key("rules").begin_array();
    for (const std::string& rule : outcome.rules) json.string(rule);
    json.end_array().end_object();
  }
  json.end_array().key("findings").begin_array();
  for (const import_::Finding& finding : result.findings) {
    json.begin_object().key("kind").string(finding.carried ? "note" : "not_carried");
    json.key("source").string(finding.rule).key("message").string(finding.message).end_object();
  }
  json.end_array().end_object();
  std::printf("%s\n", out.c_str());
}

// A document has no room for the policy: it goes to a file.
int report_import(const import_::ImportResult& result, const Options& options, std::string text,
                  const OutputOptions& output) {
  Reporter reporter(output);
  Sources sources;
  const SourceId id = sources.add(options.file, std::move(text));
  for (const Diagnostic& one : findings_of(result.findings, sources[id], id)) {
    reporter.finding(one, sources);
  }
  reporter.answer(options.out, options.out + ": written");
  if (!result.exact()) reporter.exit_with(kFindings);
  return reporter.finish();
}

int run_import(const Options& options, const OutputOptions& output) {
  const bool document = output.format != Format::text && output.format != Format::json;
  if (document && options.out.empty()) {
    return report(Error{Errc::invalid_argument,
                        "a report of findings has no room for the policy: say with --out where "
                        "to write it"},
                  output);
  }
  std::string text;
  const Result<import_::ImportResult> result = import_file(options, text);
  if (!result) return report(result.error(), output);
  if (document) return report_import(*result, options, std::move(text), output);
  if (output.json) {
    print_json(*result, options);
  } else {
    print_text(*result, options);
  }
  return result->exact() ? kFine : kFindings;
}

}  // namespace

void add_import(CLI::App& app, CommandLine& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("import", "a policy of another language as one of ours");
  command->add_option("format", options->format, "sentrail, sentinelgate or cedar")
      ->required()
      ->check(CLI::IsMember({"sentrail", "sentinelgate", "cedar"}));
  command->add_option("file", options->file, "the policy to import; - is standard input")
      ->required();
  command->add_option("-o,--out", options->out, "the policy to write; without it, to the terminal");
  command->add_option("--map", options->map, "what the source's names mean (docs/importers.md)");
  command
      ->add_option("--default", options->default_effect,
                   "what decides where no rule does, if the source does not say")
      ->check(CLI::IsMember({"allow", "require_approval", "block"}));
  command->footer("Exit codes: 0 all was carried, 1 something was not, 2 could not run.");
  program.reporting.push_back(command);
  command->callback(
      [&program, options] { program.exit_code = run_import(*options, program.output()); });
}

}  // namespace sentrail::compiler
