// `man`: manual pages, made from the command tree itself.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/driver/commands.hpp"

namespace sentrail::compiler {
namespace {

// As one line of text for troff. source: groff_man(7), groff_char(7).
std::string escaped(std::string_view text) {
  std::string out = text.starts_with('.') || text.starts_with('\'') ? "\\&" : "";
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  return out;
}

std::string upper(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

// The lines behind a command's help: what is indented is shown as it stands.
std::string paragraphs(std::string_view text) {
  std::string out;
  bool literal = false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const bool indented = line.starts_with("  ");
    if (indented != literal && !line.empty()) {
      out += indented ? ".PP\n.nf\n" : ".fi\n.PP\n";
      literal = indented;
    }
    if (line.empty()) {
      out += literal ? "" : ".PP\n";
    } else {
      out += escaped(line) + "\n";
    }
  }
  return literal ? out + ".fi\n" : out;
}

std::string name_of(const CLI::Option& option) {
  if (option.get_positional()) return "\\fI" + escaped(option.get_name(true)) + "\\fR";
  std::string out;
  for (const std::string& name : option.get_snames()) {
    out += (out.empty() ? "" : ", ") + ("\\fB\\-" + escaped(name)) + "\\fR";
  }
  for (const std::string& name : option.get_lnames()) {
    out += (out.empty() ? "" : ", ") + ("\\fB\\-\\-" + escaped(name)) + "\\fR";
  }
  return option.get_type_size() == 0 ? out
                                     : out + " \\fI" + escaped(option.get_type_name()) + "\\fR";
}

// `but` is left out.
std::string options_of(const CLI::App& app, bool positional, const CLI::Option* but = nullptr) {
  std::string out;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional() != positional || option == but) continue;
    out += ".TP\n" + name_of(*option) + "\n" + escaped(option->get_description());
    if (!option->get_default_str().empty()) {
      out += " (default: " + escaped(option->get_default_str()) + ")";
    }
    out += "\n";
  }
  return out;
}

std::vector<const CLI::App*> commands_of(const CLI::App& root) {
  return root.get_subcommands([](const CLI::App*) { return true; });
}

std::string head(const std::string& page, const std::string& what) {
  return ".TH " + escaped(upper(page)) +
         " 1 \"\" \"sentrailc " SENTRAIL_VERSION "\" \"Sentrail\"\n.SH NAME\n" + escaped(page) +
         " \\- " + escaped(what) + "\n.SH SYNOPSIS\n";
}

std::string section(const char* title, const std::string& text) {
  return text.empty() ? "" : std::string(".SH ") + title + "\n" + text;
}

std::string page_of(const CLI::App& command, const CLI::App& root) {
  std::string out = head("sentrailc-" + command.get_name(), command.get_description());
  out += ".B sentrailc " + escaped(command.get_name()) + "\n[\\fIOPTIONS\\fR]";
  for (const CLI::Option* option : command.get_options()) {
    if (!option->get_positional()) continue;
    const std::string name = "\\fI" + escaped(option->get_name(true)) + "\\fR";
    out += option->get_required() ? " " + name : " [" + name + "]";
  }
  const std::string footer = command.get_footer();
  return out + "\n" +
         section("DESCRIPTION", paragraphs(footer.empty() ? root.get_footer() : footer)) +
         section("ARGUMENTS", options_of(command, true)) +
         section("OPTIONS", options_of(command, false)) +
         section("COMMON OPTIONS", options_of(root, false, root.get_help_ptr())) +
         ".SH SEE ALSO\n.BR sentrailc (1)\n";
}

std::string page_of(const CLI::App& root) {
  std::string commands;
  std::string others;
  for (const CLI::App* command : commands_of(root)) {
    const std::string name = escaped(command->get_name());
    commands += ".TP\n\\fB" + name + "\\fR\n" + escaped(command->get_description()) + "\n";
    others += (others.empty() ? "" : ",\n") + (".BR sentrailc\\-" + name) + " (1)";
  }
  return head("sentrailc", root.get_description()) + ".B sentrailc\n[\\fIOPTIONS\\fR] " +
         "\\fICOMMAND\\fR [\\fIARGUMENTS\\fR]\n" +
         section("DESCRIPTION", paragraphs(root.get_footer())) + section("COMMANDS", commands) +
         section("OPTIONS", options_of(root, false)) + section("SEE ALSO", others + "\n");
}

int write_pages(const CLI::App& root, const std::string& folder, const OutputOptions& output) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return report(Error{Errc::io, "cannot make " + folder}, output);
  const auto write = [&](const std::string& name, const std::string& text) {
    return write_bytes(folder + "/" + name + ".1", text);
  };
  Status status = write("sentrailc", page_of(root));
  for (const CLI::App* command : commands_of(root)) {
    if (status) status = write("sentrailc-" + command->get_name(), page_of(*command, root));
  }
  if (!status) return report(status.error(), output);
  if (output.json) print_made("folder", folder);
  return kFine;
}

int print_page(const std::string& page, const OutputOptions& output) {
  if (output.json) {
    print_made("page", page);
  } else {
    std::fputs(page.c_str(), stdout);
  }
  return kFine;
}

int run(const CLI::App& root, const std::string& page, const std::string& folder,
        const OutputOptions& output) {
  if (!folder.empty()) return write_pages(root, folder, output);
  if (page.empty()) return print_page(page_of(root), output);
  for (const CLI::App* command : commands_of(root)) {
    if (command->get_name() == page) return print_page(page_of(*command, root), output);
  }
  return report(Error{Errc::not_found, "there is no command `" + page + "`"}, output);
}

}  // namespace

void add_man(CLI::App& app, CommandLine& program) {
  auto page = std::make_shared<std::string>();
  auto folder = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("man", "print a manual page");
  command->add_option("command", *page, "whose page; without one, that of sentrailc");
  command->add_option("-o,--out", *folder, "write all pages into this folder instead");
  command->footer(
      "Pages are for man(1). To read one, and to install them for yourself:\n\n"
      "  sentrailc man diff | man -l -\n"
      "  sentrailc man -o ~/.local/share/man/man1");
  command->callback([&app, &program, page, folder] {
    program.exit_code = run(app, *page, *folder, program.output());
  });
}

}  // namespace sentrail::compiler
