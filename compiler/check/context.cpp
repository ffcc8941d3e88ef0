// Reporting, suggestions and names. See context.hpp.
#include "compiler/check/context.hpp"

#include <utility>

#include "core/text.hpp"

namespace sentrail::compiler::checking {

void Context::report(DiagnosticKind kind, Span span, std::string message, std::string help,
                     std::vector<DiagnosticNote> notes) {
  if (row_of(kind).severity == Severity::error) ++error_count;
  sink.report({kind, span, std::move(message), std::move(notes), std::move(help)});
}

std::string ticked(std::string_view text) {
  return "`" + std::string(text) + "`";
}

std::string suggestion(std::string_view name, const std::vector<std::string_view>& candidates,
                       std::string otherwise) {
  if (const auto found = closest(name, candidates)) return "did you mean " + ticked(*found) + "?";
  return otherwise;
}

std::string enumerate(const std::vector<std::string_view>& names, std::size_t count_max) {
  std::string out;
  const std::size_t shown = names.size() > count_max ? count_max - 1 : names.size();
  for (std::size_t i = 0; i < shown; ++i) {
    if (i != 0) out += i + 1 == names.size() ? " and " : ", ";
    out += ticked(names[i]);
  }
  if (shown < names.size()) out += " and " + std::to_string(names.size() - shown) + " more";
  return out;
}

bool declare_once(Context& context, std::map<std::string_view, Span>& seen, std::string_view kind,
                  std::string_view name, Span span) {
  const auto [found, is_new] = seen.emplace(name, span);
  if (!is_new) {
    context.report(DiagnosticKind::duplicate_name, span,
                   "a second " + std::string(kind) + " is called " + ticked(name),
                   "choose another name: decisions and tests name it",
                   {{found->second, "the first one"}});
  }
  return is_new;
}

ir::ConditionId append(Context& context, ir::ConditionKind kind,
                       std::vector<ir::ConditionId> children, Span span) {
  ir::Condition condition;
  condition.kind = kind;
  condition.children = std::move(children);
  condition.span = span;
  return context.policy.conditions.push_back(std::move(condition));
}

ir::ConditionId append(Context& context, ir::Atom atom, Span span) {
  ir::Condition condition;
  condition.kind = ir::ConditionKind::atom;
  condition.atom = std::move(atom);
  condition.span = span;
  return context.policy.conditions.push_back(std::move(condition));
}

}  // namespace sentrail::compiler::checking
