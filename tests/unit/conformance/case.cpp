// Reads files of the corpus. See case.hpp.
#include "tests/unit/conformance/case.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

#include "tests/support/file_test.hpp"
#include "tests/support/policy_files.hpp"

namespace sentrail::conformance {
namespace {

using Note = std::pair<std::string, std::string>;  // severity, code

constexpr std::pair<std::string_view, std::string_view> kMarks[] = {
    {"# refused: ", "error"}, {"# warned: ", "warning"}, {"# noted: ", "note"}};
constexpr std::size_t kCodeLength = 5;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

bool is_code(std::string_view text) {
  return text.size() == kCodeLength && text[0] == 'S' &&
         text.find_first_not_of("0123456789", 1) == text.npos;
}

// What a line notes, wherever on it.
std::vector<Note> notes_on(std::string_view line) {
  std::vector<Note> notes;
  for (const auto& [mark, severity] : kMarks) {
    for (std::size_t at = line.find(mark); at != line.npos; at = line.find(mark, at)) {
      at += mark.size();
      while (is_code(line.substr(at, kCodeLength))) {
        notes.emplace_back(severity, line.substr(at, kCodeLength));
        at += kCodeLength;
        if (line.substr(at, 3) != ", S") break;
        at += 2;
      }
    }
  }
  return notes;
}

// Whether nothing but an expectation stands on a line: then it is of the next.
bool is_alone(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  return std::ranges::any_of(kMarks,
                             [&](const auto& mark) { return line.starts_with(mark.first); });
}

Status add_expected(const std::string& file, const std::string& text, Findings& expected) {
  std::vector<Note> waiting;
  std::size_t number = 0;
  for (const std::string& line : lines_of(text)) {
    ++number;
    const std::vector<Note> notes = notes_on(line);
    waiting.insert(waiting.end(), notes.begin(), notes.end());
    if (is_alone(line)) continue;
    for (const auto& [severity, code] : waiting) {
      expected.insert(finding(file, number, severity, code));
    }
    waiting.clear();
  }
  if (waiting.empty()) return {};
  return fail(Errc::invalid_argument, file + ": the last expectation is of no line");
}

// The paragraphs of `# L5.5, L5.6: what is held.`
Result<std::vector<std::string>> paragraphs_of(const std::string& line) {
  const std::size_t colon = line.find(": ");
  std::vector<std::string> paragraphs;
  if (line.starts_with("# L") && colon != line.npos && colon + 2 < line.size()) {
    std::istringstream names(line.substr(2, colon - 2));
    for (std::string name; names >> name;) {
      if (name.ends_with(',')) name.pop_back();
      paragraphs.push_back(name);
    }
  }
  if (!paragraphs.empty()) return paragraphs;
  return fail(Errc::invalid_argument, "the first line is not `# L5.5, L5.6: what is held.`");
}

}  // namespace

std::string finding(std::string_view file, std::size_t line, std::string_view severity,
                    std::string_view code) {
  std::string out(file);
  out += ":" + std::to_string(line) + ": ";
  out += severity;
  out += " ";
  return out += code;
}

Result<Case> read_case(const std::string& text) {
  Case one;
  SENTRAIL_ASSIGN_OR_RETURN(one.paragraphs, paragraphs_of(text.substr(0, text.find('\n'))));
  one.files = tests::divided_files(tests::expand_golden(text));
  auto root = one.files.extract("");
  root.key() = kRoot;
  one.files.insert(std::move(root));
  for (const auto& [file, content] : one.files) {
    if (file.ends_with(".json")) continue;
    SENTRAIL_TRY(add_expected(file, content, one.expected));
  }
  return one;
}

std::vector<std::size_t> idle_tests(const Case& one, const std::string& file) {
  std::vector<std::size_t> idle;
  const std::vector<std::string> lines = lines_of(one.files.at(file));
  const auto begins_test = [](const std::string& line) {
    return line.starts_with("test ") || line.starts_with("prove ");
  };
  const auto goes_on = [](const std::string& line) {
    return line.starts_with(' ') || line.starts_with('}');
  };
  const auto is_expected = [&](std::size_t index) {
    const std::string place = finding(file, index + 1, "", "");
    const auto at = one.expected.lower_bound(place.substr(0, place.size() - 1));
    return at != one.expected.end() && at->starts_with(place.substr(0, place.size() - 1));
  };
  for (std::size_t i = 0; i < lines.size();) {
    const std::size_t begin = i;
    bool expected = is_expected(i);
    for (++i; i < lines.size() && goes_on(lines[i]); ++i) expected = expected || is_expected(i);
    if (begins_test(lines[begin]) && !expected) idle.push_back(begin + 1);
  }
  return idle;
}

}  // namespace sentrail::conformance
