// The generators of the workloads. See workload.hpp.
#include "bench/workload.hpp"

#include <array>
#include <random>

#include "core/check.hpp"
#include "tests/support/build_ir.hpp"

namespace sentrail::bench {
namespace {

using Random = std::mt19937_64;

constexpr std::array<std::string_view, 4> kTools = {"github", "linear", "slack", "mcp"};
constexpr std::array<std::string_view, 6> kNouns = {"issues", "pull_request", "ref",
                                                    "file",   "release",      "workflow"};
constexpr std::array<std::string_view, 5> kVerbs = {"create", "update", "delete", "merge", "run"};
constexpr std::array<std::string_view, 4> kRisks = {"low", "medium", "high", "critical"};
constexpr std::array<std::string_view, 2> kEnvironments = {"test", "live"};

std::size_t below(Random& random, std::size_t bound) {
  return static_cast<std::size_t>(random() % bound);
}

template <std::size_t N>
std::string_view pick(Random& random, const std::array<std::string_view, N>& from) {
  return from[below(random, N)];
}

std::string numbered(std::string_view stem, std::size_t number) {
  return std::string(stem) + std::to_string(number);
}

// One test on one of nine attributes; names are drawn from a vocabulary that grows with the rules,
// so that larger policies speak of more things instead of saying the same more often.
std::string mixed_test(Random& random, std::size_t attribute, std::size_t names) {
  const auto name = [&](std::string_view stem) { return numbered(stem, below(random, names)); };
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

std::string mixed_rule(Random& random, std::size_t index, std::size_t names) {
  constexpr std::array<std::string_view, 3> kEffects = {"allow", "require_approval", "block"};
  std::string text =
      "  rule r" + std::to_string(index) + ": " + std::string(pick(random, kEffects)) + " when ";
  // Two to four tests; the first is on a name, so that a rule concerns few requests.
  text += mixed_test(random, 1 + below(random, 6), names);
  for (std::size_t more = 1 + below(random, 3); more > 0; --more) {
    text += " and " + mixed_test(random, below(random, 9), names);
  }
  return text + "\n";
}

void fill_requests(Workload& workload, Random& random, std::size_t names, std::size_t count) {
  const auto name = [&](std::string_view stem) { return numbered(stem, below(random, names)); };
  for (std::size_t i = 0; i < count; ++i) {
    auto& values = workload.requests.emplace_back().values;
    values["tool"] = support::string_value(std::string(pick(random, kTools)));
    values["action"] = support::string_value(std::string(pick(random, kNouns)) + "." +
                                             std::string(pick(random, kVerbs)));
    values["risk"] = support::string_value(std::string(pick(random, kRisks)));
    values["env"] = support::string_value(std::string(pick(random, kEnvironments)));
    values["agent.id"] = support::string_value(name("team-") + numbered("-bot-", i));
    const std::string first = name("role-");
    const std::string second = name("role-");
    values["agent.roles"] = support::strings_value({first, second});
    values["resource.owner"] = support::string_value(name("org-"));
    values["resource.repo"] =
        support::string_value(name("svc-") + numbered("-", below(random, 100)));
    values["resource.ref"] = support::string_value(name("release-") + numbered("/v", i));
    values["resource.path"] =
        support::string_value("deploy/" + name("dir-") + numbered("/values-", i) + ".yaml");
  }
}

void fill_gateway_mixed(Workload& workload, std::uint64_t seed, std::size_t request_count) {
  Random random(seed);
  const std::size_t names = 8 + workload.rule_count / 10;
  std::string& text = workload.policy_text;
  text = "policy bench.gateway_mixed\nlanguage 1\ntier team {\n";
  for (std::size_t i = 0; i < workload.rule_count; ++i) text += mixed_rule(random, i, names);
  text += "}\ndefault require_approval\n";
  fill_requests(workload, random, names, request_count);
}

void fill_equality_rbac(Workload& workload, std::uint64_t seed, std::size_t request_count) {
  Random random(seed);
  const std::size_t names = 8 + workload.rule_count / 10;
  const auto name = [&](std::string_view stem) { return numbered(stem, below(random, names)); };
  std::string& text = workload.policy_text;
  text = "policy bench.equality_rbac\nlanguage 1\ntier team {\n";
  for (std::size_t i = 0; i < workload.rule_count; ++i) {
    text += "  rule r" + std::to_string(i) + ": allow when agent.id == \"" + name("agent-") +
            "\" and action == " + std::string(pick(random, kNouns)) + "." +
            std::string(pick(random, kVerbs)) + " and resource.repo == \"" + name("svc-") + "\"\n";
  }
  text += "}\ndefault block\n";
  for (std::size_t i = 0; i < request_count; ++i) {
    auto& values = workload.requests.emplace_back().values;
    values["agent.id"] = support::string_value(name("agent-"));
    values["action"] = support::string_value(std::string(pick(random, kNouns)) + "." +
                                             std::string(pick(random, kVerbs)));
    values["resource.repo"] = support::string_value(name("svc-"));
    values["resource.ref"] = support::string_value(numbered("refs-", i));
  }
}

void fill_bodies(Workload& workload, std::uint64_t seed, std::size_t request_count) {
  Random random(seed);
  const std::size_t names = 8 + workload.rule_count / 10;
  const auto name = [&](std::string_view stem) { return numbered(stem, below(random, names)); };
  std::string& text = workload.policy_text;
  text = "policy bench.bodies\nlanguage 1\ntier team {\n";
  for (std::size_t i = 0; i < workload.rule_count; ++i) {
    text += "  rule r" + std::to_string(i) + ": block when body.project.key == \"" + name("key-") +
            "\" and body.amount > " + std::to_string(below(random, 5000)) +
            " and body.labels has \"" + name("label-") + "\"\n";
  }
  text += "}\ndefault allow\n";
  for (std::size_t i = 0; i < request_count; ++i) {
    const std::string key = name("key-");
    const std::string amount = std::to_string(below(random, 5000)) + ".25";
    const std::string first = name("label-");
    const std::string second = name("label-");
    workload.requests.emplace_back().values["body"] = support::object_value(
        {{"project", support::object_value({{"key", support::string_value(key)},
                                            {"id", support::number_value(std::to_string(i))}})},
         {"amount", support::number_value(amount)},
         {"labels", support::strings_value({first, second})},
         {"note", support::string_value(numbered("n", i))}});
  }
}

}  // namespace

const std::vector<WorkloadKind>& workload_kinds() {
  static const std::vector<WorkloadKind> kKinds = {
      {"gateway-mixed", "wildcards over nine attributes, two to four tests a rule",
       fill_gateway_mixed},
      {"equality-rbac", "equality tests only, hardly ever a match", fill_equality_rbac},
      {"bodies", "members of JSON bodies: strings, exact decimals, lists", fill_bodies},
  };
  return kKinds;
}

Workload make_workload(std::string_view name, std::size_t rule_count, std::size_t request_count,
                       std::uint64_t seed) {
  for (const WorkloadKind& kind : workload_kinds()) {
    if (kind.name != name) continue;
    Workload workload;
    workload.name = name;
    workload.rule_count = rule_count;
    kind.fill(workload, seed, request_count);
    return workload;
  }
  SENTRAIL_UNREACHABLE("no such workload");
}

}  // namespace sentrail::bench
