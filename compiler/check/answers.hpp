// What rules on answers, and tests and claims about answers, may say.
//
// Neighbours: rules.cpp, tests.cpp and check.cpp ask it; ir/phases.hpp says what it means. Must not
// know: engines. source: docs/language.md, section 19.
#pragma once

#include "compiler/check/context.hpp"

namespace sentrail::compiler::checking {

// Reports what a rule says of a phase that is not its own.
void check_phase(Context& context, const RuleNode& node, const ir::Rule& rule);

// Reports a reason of the default that shows a part of an answer.
void check_default_phase(Context& context, const Literal& because, const ir::Template& text);

// Whether the file, or a file that it imports, has a rule on answers.
[[nodiscard]] bool judges_answers(const Context& context);

// Whether one of them asks what a session has done.
[[nodiscard]] bool asks_of_session(const Context& context);

// Reports claims about answers where no rule is on answers.
void check_claimed_answers(Context& context);

// Adds what `answered STATUS body JSON` gives to the values of a test.
void check_given_answer(Context& context, const AnswerNode& node, ir::TestCase& made);

// Reports a value of a test that no answer has, and answers that nothing judges.
// in: `span` of the value.
void check_answer_value(Context& context, const ir::GivenValue& value, Span span);

// Whether a test is about an answer.
[[nodiscard]] bool is_about_answer(const ir::TestCase& test);

}  // namespace sentrail::compiler::checking
