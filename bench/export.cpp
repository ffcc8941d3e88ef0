// Policies and requests as JSON. See export.hpp.
#include "bench/export.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <system_error>

#include "bench/files.hpp"
#include "bench/workload.hpp"
#include "compiler/oracle/oracle.hpp"
#include "core/json_writer.hpp"

namespace sentrail::bench {
namespace {

namespace ir = compiler::ir;
namespace oracle = compiler::oracle;

std::string flat(std::string_view name) {
  std::string out(name);
  std::ranges::replace(out, '.', '_');
  return out;
}

std::optional<std::string_view> name_of_test(ir::AtomOp op) {
  switch (op) {
    case ir::AtomOp::equal:
      return "equal";
    case ir::AtomOp::greater_equal:
      return "at_least";
    case ir::AtomOp::matches:
      return "matches";
    case ir::AtomOp::has:
      return "has";
    default:
      return std::nullopt;
  }
}

void write_text(JsonWriter& json, bool risk, const std::string& text) {
  const std::optional<Risk> level = risk ? risk_named(text) : std::nullopt;
  level ? json.unsigned_integer(static_cast<std::uint64_t>(*level)) : json.string(text);
}

bool write_test(JsonWriter& json, const ir::Atom& atom) {
  const std::optional<std::string_view> op = name_of_test(atom.op);
  if (!op || atom.sized || atom.operands.size() != 1 || !atom.attribute.steps.empty()) return false;
  const Attribute& row = row_of(atom.attribute.attribute);
  json.begin_object().key("attribute").string(flat(row.name)).key("test").string(*op).key("value");
  write_text(json, row.type == Type::risk, atom.operands[0].text);
  json.end_object();
  return true;
}

// A conjunction of tests, or a test alone.
bool write_tests(JsonWriter& json, const ir::Policy& policy, ir::ConditionId id) {
  const ir::Condition& condition = policy.conditions[id];
  if (condition.kind == ir::ConditionKind::atom) return write_test(json, condition.atom);
  return condition.kind == ir::ConditionKind::all &&
         std::ranges::all_of(condition.children, [&](ir::ConditionId child) {
           return write_tests(json, policy, child);
         });
}

std::optional<std::string> policy_json(const Workload& workload, const ir::Policy& policy) {
  std::string out;
  JsonWriter json(&out);
  json.begin_object().key("workload").string(workload.name);
  json.key("default").string(name_of(policy.default_effect)).key("rules").begin_array();
  for (const ir::Tier& tier : policy.tiers) {
    for (const ir::Rule& rule : tier.rules) {
      const std::optional<Effect> effect = effect_named(name_of(rule.outcome));
      if (!effect || rule.unless) return std::nullopt;
      json.begin_object().key("effect").string(name_of(*effect)).key("tests").begin_array();
      if (!write_tests(json, policy, rule.when)) return std::nullopt;
      json.end_array().end_object();
    }
  }
  json.end_array().end_object();
  return out;
}

std::string request_line(const oracle::Request& request, std::optional<Effect> expected) {
  std::string out;
  JsonWriter json(&out);
  json.begin_object().key("request").begin_object();
  for (const auto& [name, value] : request.values) {
    json.key(flat(name));
    if (value.kind == oracle::ValueKind::list) {
      json.begin_array();
      for (const oracle::Value& element : value.elements) json.string(element.text);
      json.end_array();
    } else {
      write_text(json, name == "risk", value.text);
    }
  }
  json.end_object();
  if (expected) json.key("expect").string(name_of(*expected));
  json.end_object();
  return out + "\n";
}

}  // namespace

int run_export(const ExportOptions& options) {
  const auto& kinds = workload_kinds();
  if (std::ranges::find(kinds, options.workload, &WorkloadKind::name) == kinds.end()) {
    std::fprintf(stderr, "there is no workload '%s'\n", options.workload.c_str());
    return 2;
  }
  const Workload workload =
      make_workload(options.workload, options.rules, options.requests, options.seed);
  const ir::Policy policy = checked_policy(workload);
  const std::optional<std::string> rules = policy_json(workload, policy);
  if (!rules) {
    std::fprintf(stderr, "the rules of '%s' are no conjunctions of tests on attributes\n",
                 options.workload.c_str());
    return 1;
  }
  std::string lines;
  for (std::size_t i = 0; i < workload.requests.size(); ++i) {
    std::optional<Effect> expected;
    if (i < options.expected) expected = oracle::decide(policy, workload.requests[i]).effect;
    lines += request_line(workload.requests[i], expected);
  }
  std::error_code error;
  std::filesystem::create_directories(options.folder, error);
  write_file(options.folder + "/policy.sentrail", workload.policy_text);
  write_file(options.folder + "/policy.json", *rules);
  write_file(options.folder + "/requests.jsonl", lines);
  if (read_file(options.folder + "/requests.jsonl") == lines) return 0;
  std::fprintf(stderr, "cannot write to '%s'\n", options.folder.c_str());
  return 1;
}

}  // namespace sentrail::bench
