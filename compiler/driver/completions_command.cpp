// `completions`: scripts for bash, zsh and fish, made from the command tree itself.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "compiler/driver/commands.hpp"

namespace sentrail::compiler {
namespace {

std::string words_of(const CLI::App& app, const CLI::App& root) {
  std::string words;
  for (const CLI::App* level : {&app, &root}) {
    for (const CLI::Option* option : level->get_options()) {
      for (const std::string& name : option->get_lnames()) words += "--" + name + " ";
    }
  }
  if (!words.empty()) words.pop_back();
  return words;
}

std::string subcommands_of(const CLI::App& root) {
  std::string names;
  for (const CLI::App* command : root.get_subcommands([](const CLI::App*) { return true; })) {
    names += (names.empty() ? "" : " ") + command->get_name();
  }
  return names;
}

std::string bash_script(const CLI::App& root) {
  std::string out =
      "_sentrailc() {\n  local word=${COMP_WORDS[COMP_CWORD]}\n  case $COMP_CWORD in\n";
  out +=
      "    1) COMPREPLY=($(compgen -W \"" + subcommands_of(root) + "\" -- \"$word\")); return;;\n";
  out += "  esac\n  case ${COMP_WORDS[1]} in\n";
  for (const CLI::App* command : root.get_subcommands([](const CLI::App*) { return true; })) {
    out += "    " + command->get_name() + ") words=\"" + words_of(*command, root) + "\";;\n";
  }
  out += "    *) words=\"\";;\n  esac\n";
  out += "  if [[ $word == -* ]]; then COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n";
  out += "  else COMPREPLY=($(compgen -f -- \"$word\")); fi\n}\n";
  return out + "complete -o filenames -F _sentrailc sentrailc\n";
}

// As one word of fish and of POSIX shells.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

std::string fish_script(const CLI::App& root) {
  std::string out;
  for (const CLI::App* command : root.get_subcommands([](const CLI::App*) { return true; })) {
    out += "complete -c sentrailc -n __fish_use_subcommand -a " + command->get_name() + " -d " +
           quoted(command->get_description()) + "\n";
    for (const CLI::Option* option : command->get_options()) {
      for (const std::string& name : option->get_lnames()) {
        out += "complete -c sentrailc -n '__fish_seen_subcommand_from " + command->get_name() +
               "' -l " + name + "\n";
      }
    }
  }
  return out;
}

}  // namespace

void add_completions(CLI::App& app, CommandLine& program) {
  auto shell = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("completions", "print a completion script");
  command->add_option("shell", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->callback([&app, &program, shell] {
    std::string script = *shell == "fish" ? fish_script(app) : bash_script(app);
    // zsh reads bash's completions through its own compatibility layer.
    if (*shell == "zsh") script = "autoload -U +X bashcompinit && bashcompinit\n" + script;
    if (program.json) {
      print_made("script", script);
    } else {
      std::fputs(script.c_str(), stdout);
    }
    program.exit_code = kFine;
  });
}

}  // namespace sentrail::compiler
