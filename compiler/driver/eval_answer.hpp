// What `eval` answers: a request's evaluation with its grounds, and its JSON.
//
// Neighbours: eval_command.cpp prints it, and `explain` more. Must not know: files, output.
#pragma once

#include <cstdint>
#include <string>

#include "compiler/tester/compiled.hpp"
#include "compiler/tester/state.hpp"
#include "core/json_writer.hpp"
#include "core/result.hpp"
#include "runtime/decide/explain.hpp"

namespace sentrail::compiler {

// An evaluation and why it is what it is.
struct EvalAnswer {
  const Compiled* compiled = nullptr;
  State state;
  Evaluation evaluation;
  decide::Explanation explanation;  // of the action that decides
};

// Decides a request given as JSON, at an instant if it does not say its own; 0: nobody says. The
// policy outlives what is returned. source: docs/request_format.md.
// fails: invalid_argument for what is no request, or one that the policy does not decide.
[[nodiscard]] Result<EvalAnswer> eval_answer(const Compiled& compiled, const std::string& json,
                                             std::int64_t now_ms);

// Why it was decided so, as a gate would tell the agent.
[[nodiscard]] std::string reason_of(const EvalAnswer& answer);

// Writes the members of `eval --json` into an open object.
void write_head(JsonWriter& json, const EvalAnswer& answer);

}  // namespace sentrail::compiler
