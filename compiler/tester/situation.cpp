// See situation.hpp.
#include "compiler/tester/situation.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>
#include <utility>

#include "compiler/oracle/atom.hpp"
#include "compiler/probe/requests.hpp"
#include "core/json_writer.hpp"
#include "core/units.hpp"

namespace sentrail::compiler {
namespace {

using oracle::ValueKind;

// Calls visit(number, rule) for each rule of all tiers.
template <class Visit>
void for_each_rule(const ir::Policy& policy, const Visit& visit) {
  std::size_t number = 0;
  for (const ir::Tier& tier : policy.tiers) {
    for (const ir::Rule& rule : tier.rules) visit(number++, rule);
  }
}

std::string last_of(const std::string& qualified, std::size_t words) {
  std::size_t at = qualified.size();
  for (std::size_t i = 0; i < words && at != std::string::npos; ++i) {
    at = at == 0 ? std::string::npos : qualified.rfind('.', at - 1);
  }
  return at == std::string::npos ? qualified : qualified.substr(at + 1);
}

// The shortest name of a rule that is no other's too.
std::string name_for_tests(const ir::Policy& policy, const std::string& qualified) {
  for (std::size_t words = 1; words < 3; ++words) {
    const std::string name = last_of(qualified, words);
    std::size_t called = 0;
    for (const ir::Tier& tier : policy.tiers) {
      ir::for_each_written(tier, [&](const ir::Rule& rule) {
        if (last_of(rule.qualified_name, words) == name) ++called;
      });
    }
    if (called == 1) return name;
  }
  return qualified;
}

}  // namespace

bool operator==(const Situation& a, const Situation& b) {
  const auto same = [](const ir::GivenUsed& one, const ir::GivenUsed& two) {
    return std::tie(one.rule, one.limit, one.amount) == std::tie(two.rule, two.limit, two.amount);
  };
  return a.request == b.request && std::ranges::equal(a.used, b.used, same);
}

oracle::Used used_in(const ir::Policy& policy, const std::vector<ir::GivenUsed>& used) {
  oracle::Used out;
  if (used.empty()) return out;
  for_each_rule(policy, [&](std::size_t number, const ir::Rule& rule) {
    for (const ir::GivenUsed& one : used) {
      if (one.rule != rule.qualified_name || one.limit >= rule.limits.size()) continue;
      out[{number, one.limit}] = std::to_string(one.amount);
    }
  });
  return out;
}

oracle::Decision decision_in(const ir::Policy& policy, const Situation& situation) {
  const oracle::Decision plain = oracle::decide(policy, situation.request);
  return oracle::with_full(
      policy, plain,
      oracle::full_limits(policy, plain, situation.request, used_in(policy, situation.used)));
}

oracle::Answer answer_in(const ir::Policy& policy, const Situation& situation) {
  return oracle::answer(policy, situation.request, used_in(policy, situation.used));
}

std::optional<std::string> json_of(const Situation& situation) {
  std::optional<std::string> text = probe::request_json(situation.request);
  if (!text || situation.used.empty()) return text;
  text->pop_back();  // the brace that ends it
  *text += ",\"state\":{\"used\":{";
  for (const ir::GivenUsed& one : situation.used) {
    if (&one != &situation.used.front()) *text += ',';
    append_json_string(*text, one.rule + "#" + std::to_string(one.limit + 1));
    *text += ":" + print_units(one.amount);
  }
  return *text + "}}}";
}

std::string used_text(const ir::Policy& policy, const std::vector<ir::GivenUsed>& used) {
  std::string out;
  for (const ir::GivenUsed& one : used) {
    out += (out.empty() ? "used " : ", ") + name_for_tests(policy, one.rule);
    if (one.limit > 0) out += " limit " + std::to_string(one.limit + 1);
    out += " = " + print_units(one.amount);
  }
  return out;
}

std::int64_t step_of(const ir::Limit& limit) {
  std::int64_t step = kUnit;
  while (limit.most % step != 0) step /= 10;
  return step;
}

std::optional<std::int64_t> charge_of(const ir::Limit& limit, const oracle::Request& request) {
  const std::optional<std::string> digits = oracle::charged(limit, request);
  if (!digits) return std::nullopt;
  std::int64_t amount = 0;
  const auto [end, error] =
      std::from_chars(digits->data(), digits->data() + digits->size(), amount);
  if (error != std::errc() || amount > kUnitsMax) return std::nullopt;
  return amount;
}

oracle::Request countable(const ir::Rule& rule, oracle::Request request) {
  for (const ir::Limit& limit : rule.limits) {
    for (const ir::AttributeRef& key : limit.keys) {
      if (oracle::look_up(request, key).kind == ValueKind::string) continue;
      probe::put(request, key, probe::text_value("x"));
    }
    if (!limit.amount || charge_of(limit, request)) continue;
    probe::put(request, *limit.amount, probe::number_value("1"));
  }
  return request;
}

}  // namespace sentrail::compiler
