// Enumerates skeletons, truths and requests. See law_worlds.hpp.
#include "tests/exhaustive/law_worlds.hpp"

#include <array>

#include "tests/support/build_ir.hpp"

namespace sentrail::support {
namespace {

// Every way to give the rules of a shape outcomes.
std::vector<std::vector<Outcome>> outcomes_for(const Shape& shape) {
  std::vector<std::vector<Outcome>> found = {{}};
  for (const TierShape& tier : shape) {
    for (std::size_t i = 0; i < tier.rules; ++i) {
      std::vector<std::vector<Outcome>> longer;
      for (const std::vector<Outcome>& before : found) {
        for (const Outcome outcome : outcomes_of(tier.guard)) {
          longer.push_back(before);
          longer.back().push_back(outcome);
        }
      }
      found = std::move(longer);
    }
  }
  return found;
}

// A world with nothing but `always`.
World certain_world() {
  return {{{"always", [](ir::Policy& policy) { return always(policy); }}}, {}};
}

}  // namespace

std::string Skeleton::describe(std::span<const Truth> truths) const {
  constexpr std::array kTruths = {"F", "U", "T"};
  std::string out;
  std::size_t next = 0;
  for (const TierShape& tier : shape) {
    out += tier.guard ? "guard {" : "tier {";
    for (std::size_t i = 0; i < tier.rules; ++i, ++next) {
      out += ' ';
      out += name_of(outcomes[next]);
      out += '=';
      out += kTruths[static_cast<std::size_t>(truths[next])];
    }
    out += " } ";
  }
  out += "default ";
  return out += name_of(policy.default_effect);
}

std::vector<Skeleton> skeletons_of(std::size_t rules) {
  const World world = certain_world();
  std::vector<Skeleton> skeletons;
  for (const Shape& shape : shapes_of(rules)) {
    for (const std::vector<Outcome>& outcomes : outcomes_for(shape)) {
      for (const Effect effect : {Effect::allow, Effect::require_approval, Effect::block}) {
        std::vector<RuleChoice> choices;
        for (const Outcome outcome : outcomes) choices.push_back({0, outcome});
        skeletons.push_back({shape, outcomes, make_policy(world, shape, choices, effect)});
      }
    }
  }
  return skeletons;
}

std::vector<std::vector<Truth>> truths_of(std::size_t rules) {
  std::vector<std::vector<Truth>> all = {{}};
  for (std::size_t i = 0; i < rules; ++i) {
    std::vector<std::vector<Truth>> longer;
    for (const std::vector<Truth>& before : all) {
      for (const Truth truth : {Truth::f, Truth::u, Truth::t}) {
        longer.push_back(before);
        longer.back().push_back(truth);
      }
    }
    all = std::move(longer);
  }
  return all;
}

std::size_t number_of(std::span<const Truth> truths) {
  std::size_t number = 0;
  for (const Truth truth : truths) number = number * 3 + static_cast<std::size_t>(truth);
  return number;
}

Requests requests_of(const World& world) {
  const RequestSpace space(world);
  Requests requests;
  for (std::uint64_t i = 0; i < space.size(); ++i) requests.all.push_back(space.at(i));
  // Requests are numbered by mixed radices: others that differ in one value are steps of its radix.
  for (std::uint32_t i = 0; i < requests.all.size(); ++i) {
    std::uint32_t stride = 1;
    for (const Axis& axis : world.axes) {
      const auto count = static_cast<std::uint32_t>(axis.values.size());
      const std::uint32_t digit = i / stride % count;
      for (std::uint32_t other = 0; other < count; ++other) {
        const std::uint32_t k = i - digit * stride + other * stride;
        if (k == i || !reads_more(requests.all[i], requests.all[k])) continue;
        requests.steps.emplace_back(i, k);
      }
      stride *= count;
    }
  }
  return requests;
}

std::vector<std::vector<Truth>> condition_truths(const World& world, const Requests& requests) {
  std::vector<std::vector<Truth>> truths;
  for (const ConditionSeed& seed : world.conditions) {
    ir::Policy policy;
    const ir::ConditionId id = seed.make(policy);
    std::vector<Truth>& row = truths.emplace_back();
    for (const oracle::Request& request : requests.all) {
      row.push_back(oracle::evaluate(policy, id, request));
    }
  }
  return truths;
}

}  // namespace sentrail::support
