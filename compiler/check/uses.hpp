// Uses of conditions: what stands for their parameters, and their bodies written out.
//
// Neighbours: scope.hpp has the conditions; paths.hpp and operands.hpp ask here what a path or a
// literal stands for; conditions.cpp writes tests. Must not know: operators, rules.
// source: docs/language.md, L12.3 to L12.8.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "compiler/check/context.hpp"

namespace sentrail::compiler::checking {

struct Element;

// The body that is being read, and what its parameters stand for. Outside of bodies: the scope of
// the file, and no parameters.
struct Frame {
  const Scope* scope = nullptr;
  const NamedCondition* named = nullptr;
  const std::vector<Argument>* arguments = nullptr;
  const Frame* caller = nullptr;      // where the arguments are read
  const Element* elements = nullptr;  // of the quantifiers around, in the body itself
};

// Reads under another frame for as long as it lives.
class FrameGuard {
 public:
  FrameGuard(Context& context, const Frame& frame) : context_(context), before_(context.frame) {
    context.frame = &frame;
  }
  FrameGuard(const FrameGuard&) = delete;
  FrameGuard& operator=(const FrameGuard&) = delete;
  ~FrameGuard() { context_.frame = before_; }

 private:
  Context& context_;
  const Frame* before_;
};

// The place of a parameter among those of a condition; nothing if it has none of that name.
[[nodiscard]] std::optional<std::size_t> parameter_of(const NamedCondition* named,
                                                      std::string_view name);

// A path with the argument in the place of a parameter, and the frame in which its first step is
// written. Its span stays the written one's.
struct ActualPath {
  Path path;
  const Frame* frame = nullptr;
  std::vector<Name> joined{};  // an argument's steps and those behind the parameter
};
[[nodiscard]] ActualPath actual_path(const Context& context, const Path& path);

// What stands right of an operator where a parameter is written, and the frame to read it in.
struct ActualValue {
  const Operand* operand = nullptr;  // null: the literal is no parameter
  const Frame* frame = nullptr;
};
[[nodiscard]] ActualValue actual_value(const Context& context, const Literal& literal);

// The literal itself, or the one that stands for it.
[[nodiscard]] const Literal& actual_literal(const Context& context, const Literal& literal);

// Writes one test of a body with the parameters of the current frame.
using WriteTest = std::function<ir::ConditionId(const Expr&)>;

// Writes a condition of a rule, with the bodies of those that it uses in the place of the uses.
// Reports what is wrong with a use; a broken one stands as `always`.
[[nodiscard]] ir::ConditionId write_condition(Context& context, ExprId id, const WriteTest& write);

// As above, a part of the body that is being read, in its file.
[[nodiscard]] ir::ConditionId write_part(Context& context, const Scope& scope, ExprId id,
                                         const WriteTest& write);

// Finds the condition that a use names, and reports if there is none or the arguments do not fit.
// out: null then.
[[nodiscard]] const NamedCondition* check_use(Context& context, const Expr& expr);

// The name of a path as written with dots: `lists.ci`.
[[nodiscard]] std::string dotted(const Path& path);

}  // namespace sentrail::compiler::checking
