// One run's findings in the format that was asked for, over as many files as there are.
//
// Neighbours: diag/reports.hpp has the documents; check, test and fmt use it, output.hpp wraps it
// for commands with one policy. Must not know: phases, command lines.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/diag/reports.hpp"
#include "compiler/driver/output.hpp"
#include "core/result.hpp"

namespace sentrail::compiler {

// Takes what a command finds and prints it: text and JSON at once, one object a file, documents at
// the end. threads: one.
class Reporter {
 public:
  explicit Reporter(const OutputOptions& options) : options_(options) {}

  // What `check --fix` did to a file: a line for each fix, and the diff if it was only asked.
  struct Fixes {
    std::vector<std::string> made;
    std::string diff;
  };

  // Takes the findings of one file, and the fixes made before. out: as report().
  int findings(const DiagnosticSink& sink, const Sources& sources) {
    return findings(sink, sources, {});
  }
  int findings(const DiagnosticSink& sink, const Sources& sources, const Fixes& fixes);
  // Takes one finding; the caller has printed it if the format is text or JSON.
  void finding(const Diagnostic& diagnostic, const Sources& sources);
  // Takes why something could not be done. out: the code.
  int failure(const Error& error, int code = kCouldNot);
  // Takes what was fine: the name of it, and in text mode the line to print. out: kFine.
  int answer(std::string_view title, std::string_view text);
  // Takes a test that ran, for the JUnit report; other formats have its failures as findings.
  void test_case(std::string_view suite, JunitCase test_case);
  // Makes the run exit with at least this code.
  void exit_with(int code);

  // Prints what is left. out: the exit code of all.
  int finish();
  // The same for a run that ends with another code, such as a build in spite of warnings.
  int finish_with(int code);

  [[nodiscard]] Format format() const noexcept { return options_.format; }
  [[nodiscard]] const OutputOptions& options() const noexcept { return options_; }

 private:
  void print_text(const DiagnosticSink& sink, const Sources& sources) const;

  OutputOptions options_;
  SarifLog sarif_;
  JunitReport junit_;
  int code_ = kFine;
};

}  // namespace sentrail::compiler
