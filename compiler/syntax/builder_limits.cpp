// Limits of rules, and what a test says of them, from matches to nodes.
//
// Neighbours: builder.hpp, builder.cpp. Must not know: PEGTL, what is counted.
#include "compiler/syntax/builder.hpp"

namespace sentrail::compiler {

// An `else` is read by the same rules of the grammar as the head of the rule.
void AstBuilder::limit_begin() {
  limit_.emplace();
  head_ = {outcome_, outcome_span_, std::exchange(approval_, std::nullopt)};
}

void AstBuilder::limit_else() {
  limit_->otherwise = static_cast<Effect>(outcome_);
  limit_->otherwise_span = outcome_span_;
}

void AstBuilder::limit(Span span) {
  limit_->span = until_end(span);
  limit_->approval = std::exchange(approval_, std::nullopt);
  rule_.limits.push_back(*std::move(limit_));
  limit_end();
}

void AstBuilder::limit_end() {
  limit_.reset();
  outcome_ = head_.outcome;
  outcome_span_ = head_.outcome_span;
  approval_ = std::exchange(head_.approval, std::nullopt);
}

void AstBuilder::used(Span span) {
  used_.span = until_end(span);
  used_.amount = literal_;
  given_.used.push_back(std::exchange(used_, {}));
}

}  // namespace sentrail::compiler
