// Answers searches for agree.py: each line of the input has an expression and a text, both in
// hexadecimal; each line of the output the engine's answer and the oracle's, `t`, `f`, `u`, or what
// is wrong with the expression.
#include <iostream>
#include <string>
#include <string_view>

#include "compiler/oracle/regex.hpp"
#include "tests/unit/regex/searched.hpp"

namespace {

std::string unhex(std::string_view digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

char letter_of(sentrail::Truth truth) {
  return "fut"[static_cast<std::size_t>(truth)];
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    const std::size_t blank = line.find(' ');
    const std::string expression = unhex(std::string_view(line).substr(0, blank));
    const std::string text = unhex(std::string_view(line).substr(blank + 1));
    const auto steps = sentrail::support::steps_of(expression);
    if (!steps) {
      std::cout << "refused " << steps.error().offset << ": " << steps.error().what << '\n';
      continue;
    }
    const sentrail::support::Searched searched(expression);
    std::cout << letter_of(searched.search(text))
              << letter_of(sentrail::compiler::oracle::search(expression, text)) << '\n';
  }
}
