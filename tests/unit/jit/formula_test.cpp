// Formulas of three values: what they say is Kleene's, whatever is unknown. See
// runtime/jit/formula.hpp.
#include "runtime/jit/formula.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "core/truth.hpp"
#include "tests/support/interpreted_native.hpp"
#include "tests/support/random_policy.hpp"

namespace sentrail::support {
namespace {

using jit::Condition;
using jit::FormulaBuilder;

// The truth of a condition for such inputs: undecidable where it says nothing.
Truth truth_of(const FormulaBuilder& formulas, Condition condition, const std::uint64_t* inputs) {
  const jit::FormulaRule rule{condition.yes, condition.no};
  jit::JitRequest request;
  request.nodes = formulas.nodes().data();
  request.node_count = static_cast<std::uint32_t>(formulas.nodes().size());
  request.rules = &rule;
  request.rule_count = 1;
  const auto masks = masks_of(request, inputs);
  EXPECT_FALSE(masks[0] == 1 && masks[1] == 1) << "certainly true and certainly false";
  return masks[0] == 1 ? Truth::t : masks[1] == 1 ? Truth::f : Truth::u;
}

// A tree with its meaning for every value of three inputs below 4; what is unknown is `u` there.
struct Drawn {
  Condition condition;
  std::array<Truth, 64> truths{};
};

Drawn draw(Random& random, FormulaBuilder& formulas, int depth) {
  Drawn out;
  const auto fill = [&](const auto& truth) {
    for (std::size_t i = 0; i < 64; ++i) {
      out.truths[i] = truth(std::array<std::uint32_t, 3>{static_cast<std::uint32_t>(i % 4),
                                                         static_cast<std::uint32_t>(i / 4 % 4),
                                                         static_cast<std::uint32_t>(i / 16)});
    }
  };
  const auto input = static_cast<std::uint32_t>((random() % 3));
  const auto value = static_cast<std::uint32_t>((random() % 5));
  switch (depth == 0 ? random() % 5 : 5 + random() % 3) {
    case 0:
      out.condition = FormulaBuilder::unknown();
      fill([](const auto&) { return Truth::u; });
      break;
    case 1:
      out.condition = {formulas.equals(input, value)};
      fill([&](const auto& values) { return certain(values[input] == value); });
      break;
    case 2: {
      const auto end = static_cast<std::uint32_t>((random() % 6));
      out.condition = {formulas.within(input, value, end)};
      fill([&](const auto& values) {
        return certain(values[input] >= value && values[input] < end);
      });
      break;
    }
    case 3:
      out.condition = {formulas.among(input, value)};
      fill([&](const auto& values) { return certain((value >> values[input] & 1) != 0); });
      break;
    case 4:
      out.condition = {FormulaBuilder::constant(value < 2)};
      fill([&](const auto&) { return certain(value < 2); });
      break;
    case 5: {
      const Drawn inner = draw(random, formulas, depth - 1);
      out.condition = formulas.negate(inner.condition);
      for (std::size_t i = 0; i < 64; ++i) out.truths[i] = negate(inner.truths[i]);
      break;
    }
    default: {
      const Drawn a = draw(random, formulas, depth - 1);
      const Drawn b = draw(random, formulas, depth - 1);
      const bool all = value < 2;
      out.condition =
          all ? formulas.both(a.condition, b.condition) : formulas.either(a.condition, b.condition);
      for (std::size_t i = 0; i < 64; ++i) {
        out.truths[i] = all ? both(a.truths[i], b.truths[i]) : either(a.truths[i], b.truths[i]);
      }
    }
  }
  return out;
}

TEST(Formulas, SayWhatKleenesConnectivesSay) {
  Random random(61);
  std::array<std::size_t, 3> said{};
  for (int i = 0; i < 3'000; ++i) {
    FormulaBuilder formulas;
    const Drawn drawn = draw(random, formulas, 1 + i % 5);
    for (std::size_t k = 0; k < 64; ++k) {
      const std::array<std::uint64_t, 3> inputs{k % 4, k / 4 % 4, k / 16};
      const Truth truth = truth_of(formulas, drawn.condition, inputs.data());
      ASSERT_EQ(truth, drawn.truths[k]) << "tree " << i << " of values " << k;
      ++said[static_cast<std::size_t>(truth)];
    }
  }
  for (const std::size_t count : said) EXPECT_GT(count, 10'000u);
}

TEST(Formulas, HaveEqualNodesOnce) {
  FormulaBuilder formulas;
  const std::uint32_t a = formulas.equals(0, 7);
  const std::uint32_t b = formulas.equals(1, 7);
  const std::size_t before = formulas.nodes().size();
  EXPECT_EQ(formulas.equals(0, 7), a);
  EXPECT_EQ(formulas.both(a, b), formulas.both(b, a));
  EXPECT_EQ(formulas.negation(formulas.negation(a)), a);
  EXPECT_EQ(formulas.both(a, a), a);
  EXPECT_EQ(formulas.both(a, FormulaBuilder::constant(true)), a);
  EXPECT_EQ(formulas.either(a, FormulaBuilder::constant(true)), FormulaBuilder::constant(true));
  EXPECT_EQ(formulas.within(0, 3, 3), FormulaBuilder::constant(false));
  EXPECT_EQ(formulas.nodes().size(), before + 2);
}

TEST(Formulas, OfWhatIsExactCostNothingMore) {
  FormulaBuilder formulas;
  const Condition a{formulas.equals(0, 1)};
  const Condition b{formulas.equals(1, 1)};
  EXPECT_TRUE(formulas.either(formulas.both(a, formulas.negate(b)), b).is_exact());
  EXPECT_FALSE(formulas.both(a, FormulaBuilder::unknown()).is_exact());
  // What settles it makes it exact again.
  const Condition never{FormulaBuilder::constant(false)};
  EXPECT_TRUE(formulas.both(never, FormulaBuilder::unknown()).is_exact());
  EXPECT_TRUE(formulas.either(formulas.negate(never), FormulaBuilder::unknown()).is_exact());
}

}  // namespace
}  // namespace sentrail::support
