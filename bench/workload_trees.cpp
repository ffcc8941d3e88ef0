// A workload of trees: conditions over a dozen facts, none of which a rule insists on. See
// workload_kinds.hpp.
#include "bench/draw.hpp"
#include "bench/workload_kinds.hpp"
#include "tests/support/build_ir.hpp"

namespace sentrail::bench {
namespace {

constexpr std::array<std::string_view, 6> kCountries = {"de", "fr", "pl", "in", "us", "br"};
constexpr std::array<std::string_view, 4> kPlans = {"free", "team", "business", "enterprise"};

// One comparison of one fact, as an analyst writes it: what is tested for is out of the ordinary,
// and holds of one request in two to fifty.
std::string tree_test(Random& random, std::size_t names) {
  const auto number = [&](std::size_t from, std::size_t until) {
    return std::to_string(from + below(random, until - from));
  };
  switch (below(random, 12)) {
    case 0:
      return "body.amount > " + number(6'000, 10'000);
    case 1:
      return "body.amount <= " + number(100, 2'000);
    case 2:
      return "body.items >= " + number(70, 100);
    case 3:
      return "body.account.age_days < " + number(1, 400);
    case 4:
      return "body.account.refunds in " + number(6, 10) + "..9";
    case 5:
      return "body.verified == false";
    case 6:
      return "body.gift == true";
    case 7:
      return "risk >= " + std::string(pick(random, kRisks));
    case 8:
      return "env == " + std::string(pick(random, kEnvironments));
    case 9: {
      const std::string country(pick(random, kCountries));
      return "body.country in [\"" + country + "\", \"" + std::string(pick(random, kCountries)) +
             "\"]";
    }
    case 10:
      return "body.account.plan != \"" + std::string(pick(random, kPlans)) + "\"";
    default:
      return "resource.owner == \"" + drawn_name(random, "org-", names) + "\"";
  }
}

// Four to six tests that must hold together, one of them a choice of two.
std::string tree_branch(Random& random, std::size_t names) {
  std::string text = "(" + tree_test(random, names);
  text += " and (" + tree_test(random, names);
  text += " or not " + tree_test(random, names) + ")";
  for (std::size_t more = 2 + below(random, 3); more > 0; --more) {
    text += " and " + tree_test(random, names);
  }
  return text + ")";
}

// Two or three such branches, and an exception.
std::string tree_of_tests(Random& random, std::size_t names) {
  std::string text = "(" + tree_branch(random, names);
  for (std::size_t more = 1 + below(random, 2); more > 0; --more) {
    text += " or " + tree_branch(random, names);
  }
  text += ") and not (" + tree_test(random, names);
  return text + " or " + tree_test(random, names) + ")";
}

}  // namespace

void fill_residual_trees(Workload& workload, std::uint64_t seed, std::size_t request_count) {
  Random random(seed);
  const std::size_t names = names_for(workload.rule_count);
  std::string& text = workload.policy_text;
  text = "policy bench.residual_trees\nlanguage 1\ntier team {\n";
  for (std::size_t i = 0; i < workload.rule_count; ++i) {
    const bool blocks = below(random, 2) == 0;
    text +=
        "  rule r" + std::to_string(i) + (blocks ? ": block when " : ": require_approval when ");
    text += tree_of_tests(random, names) + "\n";
  }
  text += "}\ndefault allow\n";
  const auto word = [&](const auto& from) {
    return support::string_value(std::string(pick(random, from)));
  };
  const auto number = [&](std::size_t below_this) {
    return support::number_value(std::to_string(below(random, below_this)));
  };
  for (std::size_t i = 0; i < request_count; ++i) {
    auto& values = workload.requests.emplace_back().values;
    values["risk"] = word(kRisks);
    values["env"] = word(kEnvironments);
    values["resource.owner"] = support::string_value(drawn_name(random, "org-", names));
    values["body"] =
        support::object_value({{"id", support::number_value(std::to_string(i))},
                               {"amount", number(10'000)},
                               {"items", number(100)},
                               {"verified", support::boolean_value(below(random, 4) != 0)},
                               {"gift", support::boolean_value(below(random, 8) == 0)},
                               {"country", word(kCountries)},
                               {"account", support::object_value({{"age_days", number(2'000)},
                                                                  {"refunds", number(10)},
                                                                  {"plan", word(kPlans)}})}});
  }
}

}  // namespace sentrail::bench
