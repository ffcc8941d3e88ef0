// What `then` says, and what `also` rules may not. See builder.hpp.
#include <string>
#include <utility>

#include "compiler/syntax/builder.hpp"

namespace sentrail::compiler {
namespace {

std::string ticked(std::string_view text) {
  return "`" + std::string(text) + "`";
}

}  // namespace

void AstBuilder::obligation_word(ObligationKind kind, Span span) {
  obligation_ = {{}, {until_end(span), word_of(kind)}, kind};
}

void AstBuilder::obligation(Span span) {
  obligation_.span = until_end(span);
  obligations_.push_back(std::exchange(obligation_, {}));
}

void AstBuilder::expect(Span span) {
  expect_.span = until_end(span);
  expect_.then = std::exchange(obligations_, {});
}

// L15.2.
void AstBuilder::check_also() {
  const std::string name = ticked(rule_.name.text);
  if (also_outcome_) {
    errors_.report(DiagnosticKind::also_with_outcome, *also_outcome_,
                   "the `also` rule " + name + " has an outcome",
                   Help::write("take it away: an `also` rule decides nothing", ""));
  }
  for (const auto& [clause, word] :
       {std::pair(Clause::because, "because"), std::pair(Clause::priority, "priority")}) {
    const std::optional<Span>& at = clauses_[static_cast<std::size_t>(clause)];
    if (!at) continue;
    errors_.report(DiagnosticKind::misplaced_also_clause, *at,
                   "the `also` rule " + name + " has a " + ticked(word),
                   "take it away: an `also` rule gives no reasons and has no turn");
  }
  for (const LimitNode& limit : rule_.limits) {
    errors_.report(DiagnosticKind::misplaced_also_clause, limit.span,
                   "the `also` rule " + name + " has a `limit`",
                   "take it away: an `also` rule lets nothing through and counts nothing");
  }
  if (rule_.then.empty()) {
    errors_.report(DiagnosticKind::also_without_then, rule_.name.span,
                   "the `also` rule " + name + " obliges to nothing",
                   "write what it adds: `then tag \"pii\", log full`");
  }
}

}  // namespace sentrail::compiler
