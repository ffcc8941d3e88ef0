// Texts that tests demand of a string: what `contains`, `starts_with`, `ends_with` and regular
// expressions are looked up by.
//
// Neighbours: regex_texts.hpp (those of one regular expression), columns.hpp (files rules under
// them), text_finder.hpp (finds them in a value). Must not know: rules, values.
// source: docs/engine.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/program.hpp"
#include "runtime/decide/regex_texts.hpp"

namespace sentrail::decide {

// The texts of a program's tests. Equal texts have one number. threads: immutable.
class TextDemands {
 public:
  // REQUIRES: a verified program. cost: linear in the tests and their texts, but for sorting.
  explicit TextDemands(const Program& verified);

  // The numbers of the texts of which a value must have one for a test to hold, ascending. None:
  // the test demands nothing that is looked for.
  [[nodiscard]] std::span<const std::uint32_t> of(std::uint32_t atom) const noexcept {
    return {numbers_.data() + begins_[atom], numbers_.data() + begins_[atom + 1]};
  }
  [[nodiscard]] const DemandedText& operator[](std::uint32_t number) const noexcept {
    return texts_[number];
  }

  // How often tests name texts: no column has more of them.
  [[nodiscard]] std::size_t size() const noexcept { return numbers_.size(); }

 private:
  std::vector<DemandedText> texts_;
  std::vector<std::uint32_t> begins_;  // into numbers_, by atom, and the end
  std::vector<std::uint32_t> numbers_;
};

}  // namespace sentrail::decide
