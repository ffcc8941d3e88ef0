// Reporting, suggestions and names. See context.hpp.
#include "compiler/check/context.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"

namespace sentrail::compiler::checking {

void Context::report(DiagnosticKind kind, Span span, std::string message, Help help,
                     std::vector<DiagnosticNote> notes) {
  if (row_of(kind).severity == Severity::error) ++error_count;
  sink.report(diagnose(kind, span, std::move(message), std::move(help), std::move(notes),
                       sources.slice(span)));
}

std::string ticked(std::string_view text) {
  return "`" + std::string(text) + "`";
}

Help suggestion(std::string_view name, const std::vector<std::string_view>& candidates,
                Help otherwise) {
  if (const auto found = closest(name, candidates)) {
    return Help::write("did you mean " + ticked(*found) + "?", std::string(*found));
  }
  return otherwise;
}

std::vector<Edit> without(const Sources& sources, Span span) {
  if (sources.slice(span).find('#') != std::string_view::npos) return {};
  const std::string_view text = sources[span.source].text();
  const std::size_t before = text.substr(0, span.begin).find_last_not_of(" \t");
  const std::size_t after = text.find_first_not_of(" \t\r", span.end);
  const bool begins = before == std::string_view::npos || text[before] == '\n';
  if (begins && (after == std::string_view::npos || text[after] == '\n')) {
    span.begin = before == std::string_view::npos ? 0 : static_cast<std::uint32_t>(before) + 1;
    span.end = static_cast<std::uint32_t>(std::min(after, text.size() - 1) + 1);
  }
  return {{span, ""}};
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
