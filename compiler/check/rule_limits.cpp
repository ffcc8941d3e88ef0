// See rule_limits.hpp.
#include "compiler/check/rule_limits.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "compiler/check/approvals.hpp"
#include "compiler/check/paths.hpp"
#include "core/decimal.hpp"
#include "core/duration.hpp"
#include "core/limits.hpp"
#include "core/units.hpp"

namespace sentrail::compiler::checking {
namespace {

// A whole number without sign; nothing if it is none or does not fit.
std::optional<std::uint32_t> whole(const Literal& literal) {
  std::uint32_t value = 0;
  const char* const end = literal.text.data() + literal.text.size();
  const auto [stop, error] = std::from_chars(literal.text.data(), end, value);
  if (literal.kind != LiteralKind::number || error != std::errc{} || stop != end) {
    return std::nullopt;
  }
  return value;
}

// A number that a limit can count to, or have counted.
std::optional<std::int64_t> check_units(Context& context, const Literal& literal, bool sum) {
  const std::optional<Decimal> number =
      literal.kind == LiteralKind::number ? Decimal::parse(literal.text) : std::nullopt;
  const std::optional<std::int64_t> units =
      number && is_whole_units(*number) ? units_of(*number) : std::nullopt;
  const bool fine =
      units && *units <= limits::kLimitMostMax * kUnit && (sum || *units % kUnit == 0);
  if (fine) return units;
  context.report(DiagnosticKind::bad_limit, literal.span,
                 ticked(context.sources.slice(literal.span)) +
                     (sum ? " is not a sum" : " is not a number of requests"),
                 (sum ? "write a number with at most 6 decimals from 0 to "
                      : "write a whole number from 0 to ") +
                     std::to_string(limits::kLimitMostMax));
  return std::nullopt;
}

std::optional<std::int64_t> check_per(Context& context, const Literal& per) {
  const std::optional<std::int64_t> ms = parse_duration_ms(per.text);
  if (ms && *ms >= limits::kLimitPerMsMin && *ms <= limits::kLimitPerMsMax) return ms;
  context.report(DiagnosticKind::bad_limit_time, per.span,
                 "a limit cannot look back " + ticked(per.text),
                 "write a whole number and `s`, `m`, `h` or `d`, from " +
                     print_duration_ms(limits::kLimitPerMsMin) + " to " +
                     print_duration_ms(limits::kLimitPerMsMax));
  return std::nullopt;
}

// The number that is added up: of the request, and not what the other side merely claims.
std::optional<ir::AttributeRef> check_amount(Context& context, const Path& path) {
  std::optional<ir::AttributeRef> ref = resolve(context, path);
  if (!ref) return std::nullopt;
  const Type type = type_of(*ref);
  if (type != Type::json && type != Type::number) {
    context.report(
        DiagnosticKind::bad_limit_amount, path.span,
        ticked(to_string(*ref)) + " is a " + std::string(name_of(type)) + " and cannot be added up",
        "add up a number of the request, as `args.amount`");
    return std::nullopt;
  }
  if (row_of(ref->attribute).trust == Trust::asserted) {
    context.report(DiagnosticKind::bad_limit_amount, path.span,
                   ticked(to_string(*ref)) + " is what the other side claims",
                   "add up a number of the request itself, as `args.amount`");
    return std::nullopt;
  }
  return ref;
}

std::optional<std::vector<ir::AttributeRef>> check_keys(Context& context, const LimitNode& node) {
  std::vector<ir::AttributeRef> keys;
  bool fine = true;
  for (const Path& path : node.keys) {
    std::optional<ir::AttributeRef> ref = resolve(context, path);
    const auto report = [&](const std::string& what, const std::string& help) {
      context.report(DiagnosticKind::bad_limit_key, path.span, what, help);
      ref.reset();
    };
    if (!ref) {
      fine = false;
      continue;
    }
    const Type type = type_of(*ref);
    const bool text = type == Type::string || type == Type::ip;
    if (row_of(ref->attribute).trust != Trust::authenticated || !text) {
      report("a limit cannot count by " + ticked(to_string(*ref)),
             "count by `agent.id`, `agent.name`, `agent.owner`, `agent.ip`, `user.id`, `env` or "
             "`workspace`: who calls cannot choose these");
    } else if (std::ranges::find(keys, *ref) != keys.end()) {
      report("this limit counts by " + ticked(to_string(*ref)) + " twice", "take one away");
    }
    fine = fine && ref.has_value();
    if (ref) keys.push_back(std::move(*ref));
  }
  if (keys.size() > limits::kLimitKeysMax) {
    context.report(
        DiagnosticKind::bad_limit_key, node.keys[limits::kLimitKeysMax].span,
        "this limit counts by more than " + std::to_string(limits::kLimitKeysMax) + " attributes",
        "count by fewer");
    fine = false;
  }
  if (!fine) return std::nullopt;
  return keys;
}

// L14.2: never weaker than the rule, and never without effect.
void check_else(Context& context, const LimitNode& node, const RuleNode& rule, ir::Limit& limit) {
  if (!node.otherwise) return;
  limit.otherwise = *node.otherwise;
  limit.approval = check_approval(context, node.approval, static_cast<Outcome>(*node.otherwise));
  if (*node.otherwise == Effect::allow) {
    context.report(DiagnosticKind::weak_else, node.otherwise_span,
                   "a limit with `else allow` limits nothing",
                   "write `else require_approval`, or take `else` away to block");
  } else if (static_cast<Outcome>(*node.otherwise) < rule.outcome) {
    context.report(DiagnosticKind::weak_else, node.otherwise_span,
                   ticked(name_of(*node.otherwise)) + " is weaker than the rule, which is " +
                       ticked(name_of(rule.outcome)),
                   "write an effect that is at least as strict");
  }
}

}  // namespace

std::vector<ir::Limit> check_limits(Context& context, const RuleNode& node) {
  std::vector<ir::Limit> limits;
  if (node.kind == RuleKind::also) return limits;  // reported where it was read
  for (const LimitNode& written : node.limits) {
    if (node.outcome > Outcome::require_approval) {
      context.report(DiagnosticKind::misplaced_limit, written.span,
                     "a limit stands on a rule that is " + ticked(name_of(node.outcome)),
                     "only what `allow` and `require_approval` let through is counted");
      continue;
    }
    const std::size_t errors = context.error_count;
    ir::Limit limit;
    limit.span = written.span;
    limit.most = check_units(context, written.most, written.amount.has_value()).value_or(0);
    limit.per_ms = check_per(context, written.per).value_or(limits::kLimitPerMsMin);
    if (written.amount) limit.amount = check_amount(context, *written.amount);
    if (auto keys = check_keys(context, written)) limit.keys = std::move(*keys);
    check_else(context, written, node, limit);
    if (context.error_count == errors) limits.push_back(std::move(limit));
  }
  if (limits.size() > limits::kRuleLimitsMax) {
    context.report(DiagnosticKind::bad_limit, node.limits[limits::kRuleLimitsMax].span,
                   "rule " + ticked(node.name.text) + " has more than " +
                       std::to_string(limits::kRuleLimitsMax) + " limits",
                   "keep those that are met first");
    limits.clear();
  }
  return limits;
}

std::optional<ir::GivenUsed> check_used(Context& context, const GivenUsed& node,
                                        const ir::Rule& rule) {
  const std::optional<std::uint32_t> number = node.number ? whole(*node.number) : 1;
  if (!number || *number == 0 || *number > rule.limits.size()) {
    context.report(
        DiagnosticKind::unknown_limit, node.number ? node.number->span : node.rule.span,
        "rule " + ticked(rule.name) + " has " +
            (rule.limits.empty() ? "no limit" : std::to_string(rule.limits.size()) + " limits"),
        "limits are counted from 1, in the order of the text");
    return std::nullopt;
  }
  const std::size_t limit = *number - 1;
  const bool sum = rule.limits[limit].amount.has_value();
  const std::optional<std::int64_t> amount = check_units(context, node.amount, sum);
  if (!amount) return std::nullopt;
  return ir::GivenUsed{rule.qualified_name, limit, *amount};
}

std::uint32_t check_calls(Context& context, const Literal& calls) {
  const std::optional<std::uint32_t> count = whole(calls);
  if (count && *count > 0 && *count <= limits::kCallsBeforeMax) return *count;
  context.report(DiagnosticKind::bad_limit, calls.span,
                 ticked(calls.text) + " is not a number of calls",
                 "write a whole number from 1 to " + std::to_string(limits::kCallsBeforeMax));
  return 0;
}

}  // namespace sentrail::compiler::checking
