// See usage.hpp.
#include "compiler/driver/usage.hpp"

#include <CLI/CLI.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "core/text.hpp"

namespace sentrail::compiler {
namespace {

bool is_option(std::string_view argument) {
  return argument.size() > 1 && argument.front() == '-';
}

// `; did you mean …?`, or where all of them are.
std::string meant(std::string_view name, const std::vector<std::string>& known,
                  const std::string& command) {
  const std::vector<std::string_view> views(known.begin(), known.end());
  if (const auto found = closest(name, views))
    return "; did you mean `" + std::string(*found) + "`?";
  return "; `" + command + " --help` lists what there is";
}

void add_options(const CLI::App& app, std::vector<std::string>& names) {
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
}

Error no_command(const CLI::App& app, std::span<const std::string> arguments) {
  std::vector<std::string> known;
  for (const CLI::App* command : app.get_subcommands(nullptr)) known.push_back(command->get_name());
  std::string message = "a command is missing; `sentrailc --help` lists them";
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& one = arguments[i];
    if (one == "--format" || one == "--include") {
      ++i;
    } else if (!is_option(one)) {
      message =
          "there is no command `" + escape_display(one) + "`" + meant(one, known, "sentrailc");
      break;
    }
  }
  return {Errc::invalid_argument, message};
}

}  // namespace

Error usage_error(const CLI::App& app, const CLI::ParseError& error,
                  std::span<const std::string> arguments) {
  const std::vector<const CLI::App*> commands =
      app.get_subcommands([](const CLI::App* command) { return command->parsed(); });
  if (commands.empty()) return no_command(app, arguments);
  const CLI::App& command = *commands.front();
  const std::string name = "sentrailc " + command.get_name();
  const std::vector<std::string> left = app.remaining(true);
  if (!left.empty()) {
    const std::string& one = left.front();
    if (!is_option(one)) {
      return {Errc::invalid_argument, "`" + name + "` has no use for `" + escape_display(one) +
                                          "`; `" + name + " --help` says what it takes"};
    }
    std::vector<std::string> known;
    add_options(command, known);
    add_options(app, known);
    return {Errc::invalid_argument,
            "`" + name + "` has no option `" + escape_display(one) + "`" + meant(one, known, name)};
  }
  return {Errc::invalid_argument,
          std::string(error.what()) + "; `" + name + " --help` says what it takes"};
}

OutputOptions output_asked_by(std::span<const std::string> arguments,
                              const CLI::ParseError& error) {
  OutputOptions options;
  if (std::string_view(error.what()).starts_with("--format")) return options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string_view name;
    if (arguments[i] == "--json") name = "json";
    if (arguments[i] == "--format" && i + 1 < arguments.size()) name = arguments[i + 1];
    if (arguments[i].starts_with("--format=")) name = std::string_view(arguments[i]).substr(9);
    if (const auto format = format_named(name)) options.format = *format;
  }
  options.json = options.format == Format::json;
  return options;
}

}  // namespace sentrail::compiler
