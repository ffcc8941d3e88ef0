// The workload of policies that people start from: all packs of policies/ as one policy. See
// workload_kinds.hpp.
//
// A module has no default, and every pack has one, so the packs are put together as checked
// policies: the tiers of each, one pack after the other, with the default of the first. Requests
// are drawn from the values that each pack's own tests and their neighbours single out.
#include <filesystem>

#include "bench/draw.hpp"
#include "bench/files.hpp"
#include "bench/workload_kinds.hpp"
#include "compiler/probe/domains.hpp"
#include "compiler/probe/requests.hpp"
#include "core/check.hpp"
#include "tests/support/facts_of.hpp"

namespace sentrail::bench {
namespace {

namespace ir = compiler::ir;

constexpr std::array<std::string_view, 6> kPacks = {
    "starter/starter.sentrail",         "strict/strict.sentrail",
    "github-team/github_team.sentrail", "mcp-safe/mcp_safe.sentrail",
    "read-only/read_only.sentrail",     "production-database/production_database.sentrail"};

ir::Policy pack(std::string_view file) {
  const std::string path = std::string(SENTRAIL_SOURCE_DIR) + "/policies/" + std::string(file);
  const std::string text = read_file(path);
  SENTRAIL_CHECK_NOTE(!text.empty(), "a pack of policies/ can be read");
  return checked_policy(std::string(file), text);
}

// Adds the tiers of another policy behind those of `policy`.
void append(ir::Policy& policy, ir::Policy other) {
  const auto shift = static_cast<std::uint32_t>(policy.conditions.size());
  const auto moved = [shift](ir::ConditionId id) { return ir::ConditionId{id.value + shift}; };
  for (std::uint32_t i = 0; i < other.conditions.size(); ++i) {
    ir::Condition condition = std::move(other.conditions[ir::ConditionId{i}]);
    for (ir::ConditionId& child : condition.children) child = moved(child);
    policy.conditions.push_back(std::move(condition));
  }
  for (ir::Tier& tier : other.tiers) {
    ir::for_each_written(tier, [&](ir::Rule& rule) {
      rule.when = moved(rule.when);
      if (rule.unless) rule.unless = moved(*rule.unless);
    });
    policy.tiers.push_back(std::move(tier));
  }
  for (ir::Count& count : other.counts) ir::add_count(policy, std::move(count));
}

// A request about what a pack tests: of most attributes a value that some test singles out.
compiler::oracle::Request drawn_request(Random& random,
                                        const std::vector<compiler::probe::Domain>& domains,
                                        std::size_t number) {
  compiler::oracle::Request request;
  request.now_ms = 1'795'000'000'000 + static_cast<std::int64_t>(number) * 1'000'003;
  for (const compiler::probe::Domain& domain : domains) {
    // One in eight is absent; nothing is unreadable.
    if (below(random, 8) == 0 || domain.values.empty()) continue;
    const compiler::oracle::Value& value = domain.values[below(random, domain.values.size())];
    if (value.kind == compiler::oracle::ValueKind::unreadable) continue;
    compiler::probe::put(request, domain.ref, value);
  }
  request.values["resource.name"] =
      compiler::probe::text_value(numbered("request-", number));  // no two are the same
  return request;
}

}  // namespace

void fill_real_packs(Workload& workload, std::uint64_t seed, std::size_t request_count) {
  Random random(seed);
  std::vector<std::vector<compiler::probe::Domain>> domains;
  for (const std::string_view file : kPacks) {
    ir::Policy one = pack(file);
    domains.push_back(compiler::probe::domains_of(one, {}));
    one.tests.clear();
    one.proofs.clear();
    if (!workload.policy) {
      workload.policy = std::move(one);
    } else {
      append(*workload.policy, std::move(one));
    }
  }
  workload.policy->name = "bench.real_packs";
  workload.rule_count = 0;
  for (const ir::Tier& tier : workload.policy->tiers) workload.rule_count += tier.rules.size();
  while (workload.requests.size() < request_count) {
    compiler::oracle::Request request =
        drawn_request(random, domains[below(random, domains.size())], workload.requests.size());
    if (!support::OwnedFacts::of(request)) continue;
    workload.requests.push_back(std::move(request));
  }
}

}  // namespace sentrail::bench
