// See obligations.hpp.
#include "tests/support/obligations.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "tests/support/approvals.hpp"
#include "tests/support/build_ir.hpp"

namespace sentrail::support {
namespace {

std::size_t below(Random& random, std::size_t count) {
  return static_cast<std::size_t>(random() % count);
}

std::vector<ir::Obligation> random_obligations(Random& random, std::size_t count) {
  using Kind = ObligationKind;
  static const std::array<ir::Obligation, 11> kPool = {{
      {Kind::redact, ref("args.a"), "", ""},
      {Kind::redact, ref("body"), "", ""},
      {Kind::redact, ref("body.a.b"), "", ""},
      {Kind::mask, ref("args"), "", ""},
      {Kind::mask, ref("body.a"), "", ""},
      {Kind::notify, std::nullopt, "slack", "#fin"},
      {Kind::tag, std::nullopt, "", "pii"},
      {Kind::tag, std::nullopt, "", "a \"quoted\" tag"},
      {Kind::taint, std::nullopt, "", "pii"},
      {Kind::alert, std::nullopt, "", ""},
      {Kind::log_full, std::nullopt, "", ""},
  }};
  std::vector<ir::Obligation> made;
  for (std::size_t i = 0; i < count; ++i) {
    const ir::Obligation& one = kPool[below(random, kPool.size())];
    if (std::find(made.begin(), made.end(), one) == made.end()) made.push_back(one);
  }
  std::sort(made.begin(), made.end(), ir::comes_before);
  return made;
}

// What a rule on answers hides is of them.
void of_answers(std::vector<ir::Obligation>& obligations) {
  for (ir::Obligation& one : obligations) {
    if (one.path) one.path->attribute = AttributeId::response_body;
  }
  std::ranges::sort(obligations, ir::comes_before);
  const auto twins = std::ranges::unique(obligations);
  obligations.erase(twins.begin(), twins.end());
}

}  // namespace

void add_random_obligations(const Random& random, ir::Policy& policy) {
  Random aside = random;
  for (ir::Tier& tier : policy.tiers) {
    std::vector<ir::Rule> rules;
    for (ir::Rule& rule : std::exchange(tier.rules, {})) {
      const std::size_t drawn = below(aside, 8);
      if (drawn < 4) rule.obligations = random_obligations(aside, 1 + drawn);
      if (rule.on_response) of_answers(rule.obligations);
      if (drawn == 0) {
        rule.outcome = Outcome::pass;
        rule.approval = {};
        rule.because.reset();
        rule.limits.clear();
        tier.alsos.push_back(std::move(rule));
      } else if (drawn == 1 || drawn == 7) {
        tier.shadows.push_back({std::move(rule), rules.size()});
      } else {
        rules.push_back(std::move(rule));
      }
    }
    tier.rules = std::move(rules);
  }
}

std::string written_obligations(const std::vector<ir::Obligation>& obligations) {
  std::string out;
  for (const ir::Obligation& one : obligations) {
    out += (out.empty() ? "then " : ", ") + to_string(one);
  }
  return out;
}

std::string describe(const oracle::Answer& answer) {
  std::string out(name_of(answer.effect));
  out += " by " + describe(answer.approval);
  for (const ir::Obligation& one : answer.obligations) out += ", " + to_string(one);
  return out;
}

std::string describe(const oracle::Answer& answer,
                     const std::vector<oracle::ShadowAnswer>& shadows) {
  std::string out = describe(answer);
  for (const oracle::ShadowAnswer& one : shadows) {
    out +=
        "\n" + one.rule.substr(one.rule.rfind('.') + 1) + " would make it " + describe(one.answer);
  }
  return out;
}

}  // namespace sentrail::support
