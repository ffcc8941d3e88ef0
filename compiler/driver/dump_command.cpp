// `dump`: the product of one phase, as stable text.
#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <memory>

#include "compiler/driver/commands.hpp"
#include "compiler/driver/load.hpp"
#include "compiler/driver/output.hpp"
#include "compiler/driver/roots.hpp"
#include "compiler/lower/lower.hpp"
#include "compiler/simplify/simplify.hpp"
#include "core/json_writer.hpp"

namespace sentrail::compiler {
namespace {

// The phases, in order: the map of the compiler.
struct Stage {
  const char* name;
  Result<std::string> (*dump)(const Loaded& loaded);
};

Result<std::string> dump_program(const Loaded& loaded) {
  SENTRAIL_ASSIGN_OR_RETURN(const ProgramStorage storage,
                            lower(simplify(*loaded.policy), &loaded.sources));
  return dump(storage.view());
}

constexpr std::array<Stage, 4> kStages = {{
    {"ast", [](const Loaded& loaded) -> Result<std::string> { return loaded.ast->dump(); }},
    {"ir", [](const Loaded& loaded) -> Result<std::string> { return loaded.policy->dump(); }},
    {"simplified",
     [](const Loaded& loaded) -> Result<std::string> { return simplify(*loaded.policy).dump(); }},
    {"program", dump_program},
}};

int dump_stage(const std::string& path, const std::string& name, const LoadOptions& load,
               const OutputOptions& options) {
  const Result<std::string> file = root_of(path, load);
  if (!file) return report(file.error(), options);
  Loaded loaded;
  if (const Status status = load_policy(*file, load, loaded); !status) {
    return report(status.error(), options);
  }
  if (!loaded.policy) {
    (void)report(loaded.sink, loaded.sources, options);
    return kCouldNot;
  }
  for (const Stage& stage : kStages) {
    if (name != stage.name) continue;
    const Result<std::string> text = stage.dump(loaded);
    if (!text) return report(text.error(), options);
    if (!options.json) {
      std::fputs(text->c_str(), stdout);
      continue;
    }
    std::string out;
    JsonWriter(&out)
        .begin_object()
        .key("ok")
        .boolean(true)
        .key("stage")
        .string(name)
        .key("dump")
        .string(*text)
        .end_object();
    std::printf("%s\n", out.c_str());
  }
  return kFine;
}

}  // namespace

void add_dump(CLI::App& app, CommandLine& program) {
  struct Options {
    std::string path = ".";
    std::string stage = "program";
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("dump", "the product of one phase");
  command->add_option("path", options->path, "a policy, or a folder with one");
  std::vector<std::string> names;
  for (const Stage& stage : kStages) names.emplace_back(stage.name);
  command->add_option("--stage", options->stage, "which phase")
      ->check(CLI::IsMember(names))
      ->capture_default_str();
  command->callback([&program, options] {
    program.exit_code = dump_stage(options->path, options->stage, program.load, program.output());
  });
}

}  // namespace sentrail::compiler
