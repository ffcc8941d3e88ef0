// `gen-tests`: tests of the policy as it is, to be reviewed.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "compiler/driver/commands.hpp"
#include "compiler/driver/ready.hpp"
#include "compiler/driver/written_tests.hpp"
#include "compiler/tester/generate.hpp"
#include "core/json_writer.hpp"

namespace sentrail::compiler {
namespace {

struct Options {
  std::string path = ".";
  bool append = false;
  GenerateOptions generate;
};

void print(const GeneratedTests& tests, const std::string& text, bool json) {
  if (json) {
    std::string out;
    JsonWriter writer(&out);
    writer.begin_object()
        .key("ok")
        .boolean(true)
        .key("tests")
        .unsigned_integer(tests.count)
        .key("text")
        .string(text);
    writer.key("without").begin_array();
    for (const std::string& rule : tests.without) writer.string(rule);
    writer.end_array().end_object();
    std::printf("%s\n", out.c_str());
    return;
  }
  std::fputs(text.c_str(), stdout);
  for (const std::string& rule : tests.without) {
    std::fprintf(stderr, "note: no test was found that %s decides\n", rule.c_str());
  }
}

int run(const Options& options, const LoadOptions& load, const OutputOptions& output) {
  Ready ready;
  if (const int code = make_ready(options.path, load, output, ready); code != kFine) return code;
  const Loaded& loaded = ready.loaded;
  const GeneratedTests tests = generate_tests(*loaded.policy, *ready.compiled, loaded.catalogs,
                                              loaded.sources, options.generate);
  const Result<std::string> text = laid_out(tests.text);
  if (!text) return report(text.error(), output);
  if (!options.append || tests.count == 0) {
    print(tests, *text, output.json);
    return kFine;
  }
  std::string whole(loaded.sources[loaded.ast->source].text());
  if (!whole.ends_with('\n')) whole += '\n';
  if (const Status status = write_bytes(ready.file, whole + "\n" + *text); !status) {
    return report(status.error(), output);
  }
  print(tests, output.json ? *text : "", output.json);
  if (!output.json)
    std::printf("%s: %zu tests added; review them\n", ready.file.c_str(), tests.count);
  return kFine;
}

}  // namespace

void add_gen_tests(CLI::App& app, CommandLine& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("gen-tests", "write tests of the policy as it decides now, for review");
  command->add_option("path", options->path, "a policy, or a folder with one")
      ->capture_default_str();
  command->add_flag("--all", options->generate.everything,
                    "also for rules and boundaries that tests reach already");
  command->add_flag("--append", options->append, "put them behind the policy's own tests");
  command->add_option("--seed", options->generate.seed, "of the search for requests")
      ->capture_default_str();
  command->callback(
      [&program, options] { program.exit_code = run(*options, program.load, program.output()); });
}

}  // namespace sentrail::compiler
