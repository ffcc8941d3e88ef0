// Rules whose conditions are native code, as far as deciding needs to know of it.
//
// Neighbours: linear.hpp asks here before it judges a rule itself; runtime/jit makes the code. Must
// not know: how code is made. A block is up to 64 rules that one function answers at once, from
// inputs that are small integers: every rule is then certainly true, certainly false, or left to be
// judged as all others are. So native code never says `undecidable`, and without it no answer is
// another one. source: docs/engine.md, "Native code".
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/facts.hpp"
#include "core/program.hpp"
#include "core/truth.hpp"
#include "runtime/decide/bound.hpp"
#include "runtime/decide/scratch.hpp"

namespace sentrail::decide {

class RuleTable;

// What an input tells of a slot; `cell`: the value of one test.
enum class NativeInputKind : std::uint8_t { symbol, risk, boolean, kind, number, cell };

// One input. Its value is below kUndecidable, or the code is not run.
struct NativeInput {
  NativeInputKind kind = NativeInputKind::symbol;
  std::uint32_t slot = 0;  // or the cell
  // Of a number: BoundProgram::numbers that it is compared with, ascending by value, as a range of
  // NativeRules::bounds. Between the i-th and the one before it the value is 2i, equal to it 2i
  // + 1.
  std::uint32_t bounds_begin = 0;
  std::uint32_t bounds_end = 0;

  friend auto operator<=>(const NativeInput&, const NativeInput&) = default;
};

// Values of inputs whose attribute is absent: none that a test holds of.
inline constexpr std::uint32_t kAbsentBit = 31;           // of a risk or boolean
inline constexpr std::uint32_t kAbsentRank = 0x7fffffff;  // of a number
inline constexpr std::size_t kNativeBlockRules = 64;

// Answers a block: masks[0] has the bits of rules that are certainly true, masks[1] of those that
// are certainly false. The lower halves of `inputs` are their values. threads: any.
using NativeCode = void (*)(const std::uint64_t* inputs, std::uint64_t* masks);

// The rules of a program that have native code. threads: immutable.
struct NativeRules {
  struct Block {
    NativeCode code = nullptr;
    std::uint32_t inputs_begin = 0;  // into block_inputs
    std::uint32_t inputs_end = 0;
  };

  std::vector<NativeInput> inputs;
  std::vector<std::uint32_t> bounds;
  std::vector<std::uint32_t> block_inputs;
  std::vector<Block> blocks;
  std::vector<std::uint32_t> places;  // by rule: block * 64 + bit, or kNoRow
  bool whole = false;  // blocks are the rules in their order, and nothing is looked up
  std::shared_ptr<const void> keeps;  // the code alive

  // The truth of a rule's condition if native code can tell; else undecidable, which says nothing.
  // REQUIRES: as LinearEngine::judge.
  [[nodiscard]] Truth ask(const BoundProgram& bound, std::uint32_t rule, const Facts& facts,
                          Scratch& scratch) const noexcept {
    const std::uint32_t place = places.data()[rule];
    if (place == kNoRow) return Truth::u;
    const auto& masks = answers(place / kNativeBlockRules, bound, facts, scratch);
    const std::uint64_t bit = std::uint64_t{1} << place % kNativeBlockRules;
    if ((masks[1] & bit) != 0) return Truth::f;
    return (masks[0] & bit) != 0 ? Truth::t : Truth::u;
  }

  // What native code says of a block's rules: certainly true, certainly false. Nothing of a block
  // that a limit has left out. REQUIRES: as ask.
  [[nodiscard]] const std::array<std::uint64_t, 2>& answers(std::uint32_t block,
                                                            const BoundProgram& bound,
                                                            const Facts& facts,
                                                            Scratch& scratch) const noexcept {
    NativeAnswers& answers = scratch.native(block);
    if (!scratch.knows(answers)) answer(block, bound, facts, scratch);
    return answers.masks;
  }

 private:
  void answer(std::uint32_t block, const BoundProgram& bound, const Facts& facts,
              Scratch& scratch) const noexcept;
  [[nodiscard]] std::uint32_t read(const NativeInput& input, const BoundProgram& bound,
                                   const Facts& facts, Scratch& scratch) const noexcept;
};

// What became of the wish for native code.
struct NativeReport {
  bool chosen = false;    // by name, or by the model
  bool whole = false;     // no table beside it
  std::size_t rules = 0;  // that have native code
  std::size_t blocks = 0;
  std::size_t instructions = 0;  // of LLVM's representation
  std::size_t code_bytes = 0;
  std::size_t over_caps = 0;        // rules that would have it, but for a limit
  std::uint64_t expected_cost = 0;  // of a decision, by the model of runtime/jit
  std::uint64_t cost_without = 0;   // by the same model
  std::string complaint{};          // why there is none, or not more
};

// The code, if there is any, and the report.
struct NativeMade {
  std::shared_ptr<const NativeRules> rules;
  NativeReport report;
};

// Makes native code; runtime/jit has the one that does. threads: any.
class NativeMaker {
 public:
  NativeMaker() = default;
  NativeMaker(const NativeMaker&) = delete;
  NativeMaker& operator=(const NativeMaker&) = delete;
  virtual ~NativeMaker() = default;

  // in: `asked` if somebody wants it by name; else it is made where the model says that it pays.
  [[nodiscard]] virtual NativeMade make(const BoundProgram& bound, const RuleTable& table,
                                        bool asked) const = 0;
};

}  // namespace sentrail::decide
