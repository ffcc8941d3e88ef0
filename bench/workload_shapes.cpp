// Workloads of other shapes: bodies, many tiers, conditions that are no table. See
// workload_kinds.hpp.
#include <algorithm>

#include "bench/draw.hpp"
#include "bench/workload_kinds.hpp"
#include "tests/support/build_ir.hpp"

namespace sentrail::bench {
namespace {

constexpr std::size_t kGuardTiers = 6;
constexpr std::size_t kOrdinaryTiers = 2;

// A block rule of a guard tier: what it names is rarely asked for, so that every tier is gone
// through to its end.
std::string guard_test(Random& random, std::size_t names) {
  const std::string repo = drawn_name(random, "svc-", names);
  const std::string other = drawn_name(random, "svc-", names);
  switch (below(random, 4)) {
    case 0:
      return "agent.id == \"" + drawn_name(random, "agent-", names) + "\" and risk >= high";
    case 1:
      return "resource.repo in [\"" + repo + "\", \"" + other + "-*\"] and action ~ \"*.delete\"";
    case 2:
      return "resource.ref ~ \"release/" + drawn_name(random, "train-", names) +
             "/**\" and not agent.roles has \"release_manager\"";
    default:
      return "resource.owner == \"" + drawn_name(random, "org-", names) +
             "\" and env == live and resource.repo != \"" + repo + "\"";
  }
}

std::string ordinary_test(Random& random, std::size_t names) {
  const std::string role = drawn_name(random, "role-", names);
  return "resource.owner == \"" + drawn_name(random, "org-", names) + "\" and agent.roles has \"" +
         role + "\"";
}

void fill_tier_requests(Workload& workload, Random& random, std::size_t names, std::size_t count) {
  const auto name = [&](std::string_view stem) { return drawn_name(random, stem, names); };
  for (std::size_t i = 0; i < count; ++i) {
    auto& values = workload.requests.emplace_back().values;
    values["action"] = support::string_value(drawn_action(random));
    values["risk"] = support::string_value(std::string(pick(random, kRisks)));
    values["env"] = support::string_value(std::string(pick(random, kEnvironments)));
    values["agent.id"] = support::string_value(name("agent-"));
    const std::string role = name("role-");
    const bool manager = below(random, 4) == 0;
    values["agent.roles"] = support::strings_value({role, manager ? "release_manager" : "worker"});
    values["resource.owner"] = support::string_value(name("org-"));
    values["resource.repo"] = support::string_value(name("svc-"));
    values["resource.ref"] = support::string_value("release/" + name("train-") + numbered("/v", i));
  }
}

// What a table of classes cannot hold, in one of six shapes.
std::string residual_test(Random& random, std::size_t names) {
  const std::string org = drawn_name(random, "org-", names);
  const std::string word = drawn_name(random, "word-", names);
  const std::string other = drawn_name(random, "word-", names);
  const std::string number = std::to_string(1 + below(random, 500));
  const std::string risk(pick(random, kRisks));
  switch (below(random, 6)) {
    case 0:
      return "any l in body.labels: l starts_with \"" + drawn_name(random, "label-", names) + "\"";
    case 1:
      return "all f in body.files: (f.path ~ \"src/" + drawn_name(random, "dir-", names) +
             "/**\" or f.size < " + number + ")";
    case 2:
      return "agent.owner == user.id and resource.owner != \"" + org + "\"";
    case 3:
      return "size(body.files) > 2 and body.title contains \"" + word + "\"";
    case 4:
      return "((risk >= " + risk + " and body.title contains \"" + word +
             "\") or (env == live and not (resource.owner == \"" + org +
             "\" or not body.title ends_with \"" + other + "\")))";
    default:
      return "(body.title contains \"" + word + " of\" or body.title contains \"" + other +
             "\" or (resource.owner == \"" + org + "\" and not (risk < " + risk +
             " and env == test)))";
  }
}

compiler::oracle::Value residual_body(Random& random, std::size_t names, std::size_t number) {
  const auto name = [&](std::string_view stem) { return drawn_name(random, stem, names); };
  std::vector<compiler::oracle::Value> labels;
  for (std::size_t i = 1 + below(random, 3); i > 0; --i) {
    labels.push_back(support::string_value(name("label-")));
  }
  std::vector<compiler::oracle::Value> files;
  for (std::size_t i = 1 + below(random, 4); i > 0; --i) {
    const std::string path = "src/" + name("dir-") + numbered("/f", i) + ".cpp";
    files.push_back(support::object_value(
        {{"path", support::string_value(path)},
         {"size", support::number_value(std::to_string(below(random, 1000)))}}));
  }
  const std::string title = "change " + name("word-") + " of " + std::to_string(number) +
                            " for the sake of " + name("word-");
  return support::object_value({{"title", support::string_value(title)},
                                {"labels", support::list_value(std::move(labels))},
                                {"files", support::list_value(std::move(files))}});
}

}  // namespace

void fill_bodies(Workload& workload, std::uint64_t seed, std::size_t request_count) {
  Random random(seed);
  const std::size_t names = names_for(workload.rule_count);
  const auto name = [&](std::string_view stem) { return drawn_name(random, stem, names); };
  std::string& text = workload.policy_text;
  text = "policy bench.bodies\nlanguage 1\ntier team {\n";
  for (std::size_t i = 0; i < workload.rule_count; ++i) {
    const std::string key = name("key-");
    const std::string amount = std::to_string(below(random, 5000));
    text += "  rule r" + std::to_string(i) + ": block when body.project.key == \"" + key +
            "\" and body.amount > " + amount + " and body.labels has \"" + name("label-") + "\"\n";
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

void fill_deny_heavy_tiers(Workload& workload, std::uint64_t seed, std::size_t request_count) {
  Random random(seed);
  const std::size_t names = names_for(workload.rule_count);
  std::string& text = workload.policy_text;
  text = "policy bench.deny_heavy_tiers\nlanguage 1\n";
  // Four rules of five stand in guard tiers.
  const std::size_t guards = workload.rule_count * 4 / 5;
  std::size_t rule = 0;
  const auto add_tiers = [&](const char* head, std::size_t tiers, std::size_t rules, bool guard) {
    for (std::size_t tier = 0; tier < tiers; ++tier) {
      const std::size_t end = rules * (tier + 1) / tiers;
      text += head + std::to_string(tier) + " {\n";
      for (std::size_t i = rules * tier / tiers; i < end; ++i, ++rule) {
        text += "  rule r" + std::to_string(rule) + (guard ? ": block" : ": allow") + " when " +
                (guard ? guard_test(random, names) : ordinary_test(random, names)) + "\n";
      }
      text += "}\n";
    }
  };
  add_tiers("guard tier guard", std::min(kGuardTiers, guards), guards, true);
  add_tiers("tier team", kOrdinaryTiers, workload.rule_count - guards, false);
  text += "default require_approval\n";
  fill_tier_requests(workload, random, names, request_count);
}

void fill_residual_heavy(Workload& workload, std::uint64_t seed, std::size_t request_count) {
  Random random(seed);
  const std::size_t names = names_for(workload.rule_count);
  const auto name = [&](std::string_view stem) { return drawn_name(random, stem, names); };
  std::string& text = workload.policy_text;
  text = "policy bench.residual_heavy\nlanguage 1\ntier team {\n";
  for (std::size_t i = 0; i < workload.rule_count; ++i) {
    const std::string tool(pick(random, kTools));
    const std::string action = drawn_action(random);
    const bool blocks = below(random, 2) == 0;
    text += "  rule r" + std::to_string(i) + (blocks ? ": block on " : ": require_approval on ") +
            tool + " " + action + " when " + residual_test(random, names) + "\n";
  }
  text += "}\ndefault allow\n";
  for (std::size_t i = 0; i < request_count; ++i) {
    auto& values = workload.requests.emplace_back().values;
    values["tool"] = support::string_value(std::string(pick(random, kTools)));
    values["action"] = support::string_value(drawn_action(random));
    values["risk"] = support::string_value(std::string(pick(random, kRisks)));
    values["env"] = support::string_value(std::string(pick(random, kEnvironments)));
    values["agent.owner"] = support::string_value(name("person-"));
    values["user.id"] = support::string_value(name("person-"));
    values["resource.owner"] = support::string_value(name("org-"));
    values["body"] = residual_body(random, names, i);
  }
}

}  // namespace sentrail::bench
