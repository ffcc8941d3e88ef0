// Reasons of decisions.
//
// Neighbours: reasons.hpp. Must not know: who decides.
#include "runtime/approvals/reasons.hpp"

#include <string>

#include "core/text.hpp"

namespace sentrail::approvals {
namespace {

std::size_t visible_characters(std::string_view text) noexcept {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = decode_utf8(text, at);
    if (point.valid && point.value != U' ' && !is_invisible(point.value)) ++count;
    at += point.size;
  }
  return count;
}

}  // namespace

bool needs_reason(const ReasonRule& rule, store::Verdict verdict) noexcept {
  return rule.asked == ReasonsAsked::always ||
         (rule.asked == ReasonsAsked::denials && verdict == store::Verdict::deny);
}

Status check_reason(const ReasonRule& rule, store::Verdict verdict, std::string_view reason) {
  if (!needs_reason(rule, verdict) || visible_characters(reason) >= rule.characters_min) return {};
  return fail(Errc::invalid_argument, "say why: this decision needs a reason of at least " +
                                          std::to_string(rule.characters_min) +
                                          " visible characters");
}

}  // namespace sentrail::approvals
