// Workloads of names: wildcards over nine attributes, and equality alone. See workload_kinds.hpp.
#include "bench/draw.hpp"
#include "bench/workload_kinds.hpp"
#include "tests/support/build_ir.hpp"

namespace sentrail::bench {
namespace {

// One test on one of nine attributes.
std::string mixed_test(Random& random, std::size_t attribute, std::size_t names) {
  const auto name = [&](std::string_view stem) { return drawn_name(random, stem, names); };
  switch (attribute) {
    case 0:
      return "action ~ \"" + std::string(pick(random, kNouns)) + ".*\"";
    case 1:
      return "agent.id ~ \"" + name("team-") + "-*\"";
    case 2:
      return "resource.owner == \"" + name("org-") + "\"";
    case 3:
      return "resource.repo ~ \"" + name("svc-") + "*\"";
    case 4:
      return "resource.ref ~ \"" + name("release-") + "/**\"";
    case 5:
      return "resource.path ~ \"**/" + name("dir-") + "/*.yaml\"";
    case 6:
      return "agent.roles has \"" + name("role-") + "\"";
    case 7:
      return "risk >= " + std::string(pick(random, kRisks));
    default:
      return "env == " + std::string(pick(random, kEnvironments));
  }
}

// Two to four tests; the first is on a name, so that a rule concerns few requests.
std::string mixed_tests(Random& random, std::size_t names) {
  std::string text = mixed_test(random, 1 + below(random, 6), names);
  for (std::size_t more = 1 + below(random, 3); more > 0; --more) {
    text += " and " + mixed_test(random, below(random, 9), names);
  }
  return text;
}

std::string mixed_rule(Random& random, std::size_t index, std::size_t names) {
  constexpr std::array<std::string_view, 3> kEffects = {"allow", "require_approval", "block"};
  const std::string effect(pick(random, kEffects));
  return "  rule r" + std::to_string(index) + ": " + effect + " when " +
         mixed_tests(random, names) + "\n";
}

void fill_mixed_requests(Workload& workload, Random& random, std::size_t names, std::size_t count) {
  const auto name = [&](std::string_view stem) { return drawn_name(random, stem, names); };
  for (std::size_t i = 0; i < count; ++i) {
    auto& values = workload.requests.emplace_back().values;
    values["tool"] = support::string_value(std::string(pick(random, kTools)));
    values["action"] = support::string_value(drawn_action(random));
    values["risk"] = support::string_value(std::string(pick(random, kRisks)));
    values["env"] = support::string_value(std::string(pick(random, kEnvironments)));
    values["agent.id"] = support::string_value(name("team-") + numbered("-bot-", i));
    const std::string first = name("role-");
    const std::string second = name("role-");
    values["agent.roles"] = support::strings_value({first, second});
    values["resource.owner"] = support::string_value(name("org-"));
    const std::string repo = name("svc-");
    values["resource.repo"] = support::string_value(repo + numbered("-", below(random, 100)));
    values["resource.ref"] = support::string_value(name("release-") + numbered("/v", i));
    values["resource.path"] =
        support::string_value("deploy/" + name("dir-") + numbered("/values-", i) + ".yaml");
  }
}

}  // namespace

void fill_gateway_mixed(Workload& workload, std::uint64_t seed, std::size_t request_count) {
  Random random(seed);
  const std::size_t names = names_for(workload.rule_count);
  std::string& text = workload.policy_text;
  text = "policy bench.gateway_mixed\nlanguage 1\ntier team {\n";
  for (std::size_t i = 0; i < workload.rule_count; ++i) text += mixed_rule(random, i, names);
  text += "}\ndefault require_approval\n";
  fill_mixed_requests(workload, random, names, request_count);
}

void fill_gateway_globs(Workload& workload, std::uint64_t seed, std::size_t request_count) {
  Random random(seed);
  const std::size_t names = names_for(workload.rule_count);
  std::string& text = workload.policy_text;
  text = "policy bench.gateway_globs\nlanguage 1\n";
  // One rule of three blocks, and every block comes before every allow: what matches in any order.
  const std::size_t blocks = workload.rule_count / 3;
  const auto add_rules = [&](std::size_t begin, std::size_t end, const char* effect) {
    for (std::size_t i = begin; i < end; ++i) {
      text += "  rule r" + std::to_string(i) + effect + mixed_tests(random, names) + "\n";
    }
  };
  text += "guard tier never {\n";
  add_rules(0, blocks, ": block when ");
  text += "}\ntier team {\n";
  add_rules(blocks, workload.rule_count, ": allow when ");
  text += "}\ndefault block\n";
  fill_mixed_requests(workload, random, names, request_count);
}

void fill_equality_rbac(Workload& workload, std::uint64_t seed, std::size_t request_count) {
  Random random(seed);
  const std::size_t names = names_for(workload.rule_count);
  const auto name = [&](std::string_view stem) { return drawn_name(random, stem, names); };
  std::string& text = workload.policy_text;
  text = "policy bench.equality_rbac\nlanguage 1\ntier team {\n";
  for (std::size_t i = 0; i < workload.rule_count; ++i) {
    const std::string agent = name("agent-");
    const std::string action = drawn_action(random);
    text += "  rule r" + std::to_string(i) + ": allow when agent.id == \"" + agent +
            "\" and action == " + action + " and resource.repo == \"" + name("svc-") + "\"\n";
  }
  text += "}\ndefault block\n";
  for (std::size_t i = 0; i < request_count; ++i) {
    auto& values = workload.requests.emplace_back().values;
    values["agent.id"] = support::string_value(name("agent-"));
    values["action"] = support::string_value(drawn_action(random));
    values["resource.repo"] = support::string_value(name("svc-"));
    values["resource.ref"] = support::string_value(numbered("refs-", i));
  }
}

}  // namespace sentrail::bench
