// `explain-code`: what each diagnostic means, with a wrong and a right example.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/diag/explain.hpp"
#include "compiler/driver/commands.hpp"
#include "compiler/driver/output.hpp"
#include "core/json_writer.hpp"
#include "core/text.hpp"

namespace sentrail::compiler {
namespace {

constexpr std::size_t kWidth = 78;

void write_row(JsonWriter& json, const KindRow& row) {
  json.key("code").string(row.code);
  json.key("name").string(row.name);
  json.key("severity").string(name_of(row.severity));
  json.key("summary").string(row.summary);
}

std::string row_text(const KindRow& row) {
  std::string severity(name_of(row.severity));
  severity.resize(9, ' ');
  return std::string(row.code) + "  " + severity + std::string(row.summary) + "\n";
}

// Breaks a text at its blanks.
std::string wrapped(std::string_view text) {
  std::string out;
  std::size_t column = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (column > 0 && column + 1 + end > kWidth) {
      out += '\n';
      column = 0;
    } else if (column > 0) {
      out += ' ';
      ++column;
    }
    out += text.substr(0, end);
    column += end;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out + "\n";
}

std::string indented(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out += "    " + std::string(text.substr(0, end)) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

void print_kind(DiagnosticKind kind, bool json) {
  const KindRow& row = row_of(kind);
  const Explanation& explanation = explanation_of(kind);
  std::string out;
  if (json) {
    JsonWriter writer(&out);
    writer.begin_object();
    write_row(writer, row);
    writer.key("meaning").string(explanation.meaning);
    writer.key("wrong").string(explanation.wrong);
    writer.key("right").string(explanation.right);
    writer.end_object();
    out += "\n";
  } else {
    const std::string examples = std::string(explanation.wrong) + std::string(explanation.right);
    out = row_text(row) + "\n" + wrapped(explanation.meaning) + "\nWrong:\n" +
          indented(explanation.wrong) + "Right:\n" + indented(explanation.right);
    if (examples.find("@{") != std::string::npos) {
      out += "\n`@{9*x}` stands for nine times `x`, `@{hex 1b}` for the byte 1b.\n";
    }
  }
  std::fwrite(out.data(), 1, out.size(), stdout);
}

void print_list(bool json) {
  for (const KindRow& row : all_diagnostic_kinds()) {
    std::string out;
    if (json) {
      JsonWriter writer(&out);
      writer.begin_object();
      write_row(writer, row);
      writer.end_object();
      out += "\n";
    } else {
      out = row_text(row);
    }
    std::fwrite(out.data(), 1, out.size(), stdout);
  }
}

int explain(const std::string& code, const OutputOptions& options) {
  std::vector<std::string_view> known;
  const std::vector<KindRow>& rows = all_diagnostic_kinds();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    known.push_back(rows[i].name);
    if (rows[i].code != code && rows[i].name != code) continue;
    print_kind(static_cast<DiagnosticKind>(i), options.json);
    return kFine;
  }
  const std::optional<std::string_view> meant = closest(code, known);
  return report(Error{Errc::not_found, "no diagnostic `" + code + "`; " +
                                           (meant ? "did you mean `" + std::string(*meant) + "`?"
                                                  : "`explain-code --list` has them all")},
                options);
}

}  // namespace

void add_explain_code(CLI::App& app, CommandLine& program) {
  struct Options {
    std::string code;
    bool list = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("explain-code", "what a diagnostic means");
  CLI::Option* code = command->add_option("code", options->code, "a code or a name, as S0210");
  command->add_flag("--list", options->list, "every code with its sentence")->excludes(code);
  command->callback([&program, options] {
    if (options->list) {
      print_list(program.json);
    } else if (options->code.empty()) {
      throw CLI::RequiredError("a code, or --list");
    } else {
      program.exit_code = explain(options->code, program.output());
    }
  });
}

}  // namespace sentrail::compiler
