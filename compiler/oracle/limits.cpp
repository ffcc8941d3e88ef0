// See limits.hpp.
#include "compiler/oracle/limits.hpp"

#include <algorithm>

#include "compiler/oracle/atom.hpp"
#include "compiler/oracle/number.hpp"

namespace sentrail::compiler::oracle {
namespace {

const ir::Rule& rule_of(const ir::Policy& policy, std::size_t index) {
  for (const ir::Tier& tier : policy.tiers) {
    if (index < tier.rules.size()) return tier.rules[index];
    index -= tier.rules.size();
  }
  return policy.tiers.back().rules.back();
}

// Whether a > b, both digits without leading zeros but for `0`.
bool is_more(const std::string& a, const std::string& b) {
  return a.size() != b.size() ? a.size() > b.size() : a > b;
}

// A number that is not negative in millionths, rounded up.
std::string millionths(const Number& number) {
  if (number.digits.empty()) return "0";
  const long long zeros = number.exponent + 6;
  if (zeros >= 0) return number.digits + std::string(static_cast<std::size_t>(zeros), '0');
  const auto cut = static_cast<std::size_t>(-zeros);
  // The last digit is no 0, so what is cut off is more than nothing.
  if (cut >= number.digits.size()) return "1";
  return sum(number.digits.substr(0, number.digits.size() - cut), "1");
}

bool is_in(const Full& full, LimitId id) {
  return std::find(full.begin(), full.end(), id) != full.end();
}

}  // namespace

std::string sum(const std::string& a, const std::string& b) {
  std::string out;
  int carry = 0;
  for (std::size_t i = 0; i < std::max(a.size(), b.size()) || carry > 0; ++i) {
    if (i < a.size()) carry += a[a.size() - 1 - i] - '0';
    if (i < b.size()) carry += b[b.size() - 1 - i] - '0';
    out.insert(out.begin(), static_cast<char>('0' + carry % 10));
    carry /= 10;
  }
  return out;
}

std::optional<std::string> charged(const ir::Limit& limit, const Request& request) {
  for (const ir::AttributeRef& key : limit.keys) {
    if (look_up(request, key).kind != ValueKind::string) return std::nullopt;
  }
  if (!limit.amount) return "1000000";
  const Value amount = look_up(request, *limit.amount);
  if (amount.kind != ValueKind::number) return std::nullopt;
  const std::optional<Number> number = number_of(amount.text);
  if (!number || number->negative) return std::nullopt;
  return millionths(*number);
}

Full full_limits(const ir::Policy& policy, const Decision& decision, const Request& request,
                 const Used& used) {
  Full full;
  for (const std::size_t index : decision.candidates) {
    const ir::Rule& rule = rule_of(policy, index);
    for (std::size_t i = 0; i < rule.limits.size(); ++i) {
      const LimitId id{index, i};
      const std::optional<std::string> more = charged(rule.limits[i], request);
      const auto held = used.find(id);
      const std::string all = sum(more.value_or("0"), held == used.end() ? "0" : held->second);
      if (!more || is_more(all, std::to_string(rule.limits[i].most))) full.push_back(id);
    }
  }
  return full;
}

Decision decide_fresh(const ir::Policy& policy, const Request& request) {
  const Decision decision = decide(policy, request);
  return with_full(policy, decision, full_limits(policy, decision, request, {}));
}

Decision with_full(const ir::Policy& policy, const Decision& decision, const Full& full) {
  Decision out = decision;
  out.effect = decision.default_joined ? policy.default_effect : Effect::allow;
  std::vector<std::pair<std::size_t, Effect>> answers;
  for (const std::size_t index : decision.candidates) {
    const ir::Rule& rule = rule_of(policy, index);
    std::optional<Effect> answer = effect_of(rule.outcome);
    if (!answer) continue;
    for (std::size_t i = 0; i < rule.limits.size(); ++i) {
      if (is_in(full, {index, i})) answer = stricter(*answer, rule.limits[i].otherwise);
    }
    out.effect = stricter(out.effect, *answer);
    answers.emplace_back(index, *answer);
  }
  out.rule.reset();
  for (const auto& [index, answer] : answers) {
    if (answer != out.effect) continue;
    out.rule = index;
    break;
  }
  return out;
}

std::optional<Approval> approval_of(const ir::Policy& policy, const Decision& decision,
                                    const Full& full) {
  std::optional<Approval> all = approval_of(policy, decision);
  if (!all) return all;
  for (const std::size_t index : decision.candidates) {
    const ir::Rule& rule = rule_of(policy, index);
    for (std::size_t i = 0; i < rule.limits.size(); ++i) {
      const ir::Limit& limit = rule.limits[i];
      if (!is_in(full, {index, i}) || limit.otherwise != Effect::require_approval) continue;
      const ir::Approval& one = limit.approval;
      all = join(*all, {{one.seats}, one.within_ms, !one.within_ms.has_value()});
    }
  }
  return all;
}

}  // namespace sentrail::compiler::oracle
