// One regular expression brought from text to the engine that runs it.
//
// Neighbours: compiler/regex lays out steps, runtime/decide/regex.hpp runs them. Must not know:
// policies.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "compiler/regex/tree.hpp"
#include "core/program.hpp"
#include "core/truth.hpp"
#include "runtime/decide/regex.hpp"

namespace sentrail::support {

// The steps of an expression as a bundle has them. fails: what parse or compile refuses.
[[nodiscard]] tl::expected<ProgramStorage, compiler::regex::Problem> steps_of(
    std::string_view expression);

// An expression that can be asked. REQUIRES: it is well formed.
class Searched {
 public:
  explicit Searched(std::string_view expression);

  // The engine's answer, and the looks that it took.
  [[nodiscard]] Truth search(std::string_view text) const;
  [[nodiscard]] std::uint64_t looks(std::string_view text) const;

  [[nodiscard]] std::size_t step_count() const { return storage_.regex_steps.size(); }

 private:
  ProgramStorage storage_;
  decide::RegexSet set_;
};

}  // namespace sentrail::support
