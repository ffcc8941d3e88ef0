// See expiry.hpp.
#include "compiler/check/expiry.hpp"

#include <string>

#include "core/limits.hpp"

namespace sentrail::compiler {

bool check_ends(const ir::Policy& policy, Instant now, DiagnosticSink& sink) {
  bool fine = true;
  for (const ir::Tier& tier : policy.tiers) {
    ir::for_each_written(tier, [&](const ir::Rule& rule) {
      if (!rule.until_ms || now.unix_ms < *rule.until_ms) return;
      fine = false;
      sink.report({DiagnosticKind::expired_rule,
                   rule.until_span,
                   "rule " + checking::ticked(rule.name) + " has ended",
                   {},
                   rule.outcome == Outcome::allow
                       ? "take the rule away, as it allows nothing any more, or give it more time"
                       : "take the rule away, or give it more time: until then it still counts"});
    });
  }
  return fine;
}

namespace checking {

std::optional<std::int64_t> check_until(Context& context, const Literal& until) {
  const std::string text(until.text);
  const Result<Instant> day = parse_rfc3339(text + "T00:00:00Z");
  const bool whole = text.size() == std::string_view("2027-01-31").size();
  if (whole && day && day->unix_ms >= 0) return day->unix_ms + limits::kDayMs;
  context.report(DiagnosticKind::bad_until, until.span, ticked(text) + " is not a day",
                 "write the last day on which the rule counts, as `2027-01-31`");
  return std::nullopt;
}

}  // namespace checking
}  // namespace sentrail::compiler
