// One row of results: a step, the numbers that were measured, and what was asked of one of them.
//
// Neighbours: audit_bench.hpp, approvals_bench.hpp print rows; run.py reads them. Must not know:
// what a number means. As JSON a row is one object on one line, `step` first, then the numbers in
// the order in which they were added. source: docs/benchmarks.md.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace sentrail::bench {

// See the top of the file.
class Row {
 public:
  explicit Row(std::string step) : step_(std::move(step)) {}

  // Adds a number; its unit ends the name.
  Row& number(const std::string& name, double value);
  Row& count(const std::string& name, std::uint64_t value);
  // Says what was asked of the number added last. REQUIRES: there is one.
  Row& at_least(double bound);
  Row& at_most(double bound);

  // Whether every number is as it was asked for; true where nothing was.
  [[nodiscard]] bool reached() const noexcept { return reached_; }
  // The row as one line, without its end.
  [[nodiscard]] std::string text(bool json) const;
  // Prints that line now: later rows take minutes.
  void print(bool json) const;

 private:
  struct Number {
    std::string name;
    std::string value;  // as JSON writes it
    double exact = 0;
  };

  void ask(const char* how, double bound, bool reached);

  std::string step_;
  std::vector<Number> numbers_;
  std::string asked_;
  bool reached_ = true;
};

}  // namespace sentrail::bench
