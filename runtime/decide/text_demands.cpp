// Gathers texts test by test. See text_demands.hpp.
#include "runtime/decide/text_demands.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "core/limits.hpp"

namespace sentrail::decide {
namespace {

// What a choice is worth less for a text that many values have by chance, as if so many other
// expressions demanded it.
constexpr std::size_t kChancePenalty[] = {0, 64, 16, 4};

// How many expressions demand each text.
using Sharing = std::map<DemandedText, std::size_t>;

// Of the choices that an expression demands the one that fewest others share; of those the one with
// the longer texts, then one that need not be looked for everywhere.
const TextChoice* rarest_of(const std::vector<TextChoice>& choices, const Sharing& sharing) {
  const auto rank = [&](const TextChoice& choice) {
    std::size_t shared = 0;
    std::size_t shortest = limits::kTextLookedForMax;
    bool anywhere = false;
    for (const DemandedText& one : choice) {
      const std::size_t bytes = one.text.size();
      shared += sharing.at(one) + (bytes < std::size(kChancePenalty) ? kChancePenalty[bytes] : 0);
      shortest = std::min(shortest, bytes);
      anywhere = anywhere || one.place == TextPlace::anywhere;
    }
    return std::tuple(shared, limits::kTextLookedForMax - shortest, anywhere);
  };
  const auto best = std::ranges::min_element(choices, {}, rank);
  return best == choices.end() ? nullptr : &*best;
}

// The choice of each regular expression; empty if it demands none.
std::vector<TextChoice> choices_of(const Program& program) {
  std::vector<std::vector<TextChoice>> all;
  Sharing sharing;
  for (std::uint32_t i = 0; i < program.regexes.size(); ++i) {
    for (const TextChoice& choice : all.emplace_back(texts_of(program, i))) {
      for (const DemandedText& one : choice) ++sharing[one];
    }
  }
  std::vector<TextChoice> chosen;
  for (const std::vector<TextChoice>& choices : all) {
    const TextChoice* const rarest = rarest_of(choices, sharing);
    chosen.push_back(rarest == nullptr ? TextChoice{} : *rarest);
  }
  return chosen;
}

TextChoice choice_of(const Program& program, const AtomRow& atom,
                     const std::vector<TextChoice>& of_regexes) {
  const auto part = [&](TextPlace place) {
    const std::uint32_t symbol = program.operands[atom.operands_begin].index;
    std::string text(program.view(program.symbols[symbol]));
    // Every string has the empty part.
    return text.empty() ? TextChoice{} : TextChoice{{place, false, std::move(text)}};
  };
  switch (static_cast<TestOp>(atom.op)) {
    case TestOp::contains:
      return part(TextPlace::anywhere);
    case TestOp::starts_with:
      return part(TextPlace::head);
    case TestOp::ends_with:
      return part(TextPlace::tail);
    case TestOp::search:
      return of_regexes[program.operands[atom.operands_begin].index];
    default:
      return {};
  }
}

}  // namespace

TextDemands::TextDemands(const Program& verified) {
  const std::vector<TextChoice> of_regexes = choices_of(verified);
  std::map<DemandedText, std::uint32_t> known;
  std::size_t bytes = 0;
  begins_.reserve(verified.atoms.size() + 1);
  for (const AtomRow& atom : verified.atoms) {
    begins_.push_back(static_cast<std::uint32_t>(numbers_.size()));
    const TextChoice choice = choice_of(verified, atom, of_regexes);
    for (const DemandedText& one : choice) {
      bytes += std::min(one.text.size(), limits::kTextLookedForMax);
    }
    // The same tests are left out whenever the same policy is loaded.
    if (bytes > limits::kTextStatesMax) continue;
    for (const DemandedText& one : choice) {
      const auto [at, fresh] = known.try_emplace(one, static_cast<std::uint32_t>(texts_.size()));
      if (fresh) texts_.push_back(one);
      numbers_.push_back(at->second);
    }
    std::sort(numbers_.begin() + begins_.back(), numbers_.end());
  }
  begins_.push_back(static_cast<std::uint32_t>(numbers_.size()));
}

}  // namespace sentrail::decide
