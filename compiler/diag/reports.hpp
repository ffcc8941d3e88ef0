// Diagnostics as whole documents for other programs: SARIF, JUnit, annotations of GitHub.
//
// Neighbours: diagnostic.hpp; the driver's reporter chooses one and prints it. Must not know:
// phases, commands, files. Text of policies is escaped twice: what cannot be seen as people read it
// (`\u{202e}`), then what the format demands.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diag/diagnostic.hpp"

namespace sentrail::compiler {

// One run as a SARIF 2.1.0 log. Rules are the whole registry, so that an index means the same in
// every log. Columns count code points. source: OASIS SARIF 2.1.0, sections 3.13 to 3.55.
class SarifLog {
 public:
  // Adds one finding, with its notes as related locations and its fix.
  void add(const Diagnostic& diagnostic, const Sources& sources);
  // Adds an answer that is no finding, such as a decision.
  void add_answer(std::string_view text);
  // Adds why the program could not do what it was asked.
  void add_failure(std::string_view message);
  // Gives the log of a run that ended so.
  [[nodiscard]] std::string finish(std::string_view version, int exit_code) const;

 private:
  std::vector<std::string> results_;
  std::vector<std::string> failures_;
};

// One test case of a JUnit report.
struct JunitCase {
  enum class Verdict : std::uint8_t { passed, failed, error };
  std::string name;
  std::string class_name;
  std::string file;  // with its line, if there is one
  std::uint32_t line = 0;
  double seconds = 0;
  Verdict verdict = Verdict::passed;
  std::string type;     // of a failure: a code
  std::string message;  // of a failure, in one line
  std::string text;     // of a failure, at length; else what the case put out
};

// Gives a diagnostic as a case that failed, or that passed if it is a note.
[[nodiscard]] JunitCase junit_case(const Diagnostic& diagnostic, const Sources& sources);

// A JUnit report: suites of cases, as CI servers read it.
class JunitReport {
 public:
  // Adds a case to the suite of that name, which is made when it is not there.
  void add(std::string_view suite, JunitCase test_case);
  [[nodiscard]] std::string finish() const;

 private:
  struct Suite {
    std::string name;
    std::vector<JunitCase> cases;
  };
  std::vector<Suite> suites_;
};

// `::error file=…,line=…,col=…,title=…::message`, a line that GitHub shows beside the text. Notes
// and help follow in the message. source: GitHub's "Workflow commands".
[[nodiscard]] std::string render_github(const Diagnostic& diagnostic, const Sources& sources);

// `::LEVEL title=…::message` without a place. in: level is `error`, `warning` or `notice`.
[[nodiscard]] std::string github_annotation(std::string_view level, std::string_view title,
                                            std::string_view message);

}  // namespace sentrail::compiler
