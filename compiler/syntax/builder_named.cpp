// Conditions with a name, and their uses.
//
// Neighbours: builder.hpp; builder.cpp has the tests around them. Must not know: PEGTL.
#include <utility>

#include "compiler/syntax/builder.hpp"

namespace sentrail::compiler {

void AstBuilder::use_begin() {
  use_.emplace();
  use_->kind = ExprKind::use;
  use_->test.path = std::exchange(path_, {});
}

void AstBuilder::argument(Span span) {
  Argument argument{until_end(span), {}, {}};
  if (!std::exchange(argument_is_path_, false)) {
    argument.value = take_operand();
  } else {
    // Without quotes the same letters are a word.
    const std::string_view text = text_of(path_.span);
    const Literal word{LiteralKind::word, path_.span, text, {}};
    if (text.find('"') == std::string_view::npos) {
      argument.value = {path_.span, false, false, ast_.literals.keep({&word, 1})};
    }
    argument.path = std::exchange(path_, {});
  }
  use_->arguments.push_back(std::move(argument));
}

void AstBuilder::condition_declaration(Span span) {
  condition_.span = until_end(span);
  condition_.body = take_condition();
  declare(DeclKind::condition, ast_.conditions.size(), condition_.span);
  ast_.conditions.push_back(std::move(condition_));
  condition_ = {};
}

}  // namespace sentrail::compiler
