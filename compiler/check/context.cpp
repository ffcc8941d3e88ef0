// Reporting, suggestions and names. See context.hpp.
#include "compiler/check/context.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"

namespace sentrail::compiler::checking {
namespace {

bool holds(Span outer, Span inner) {
  return inner.source == outer.source && inner.begin >= outer.begin && inner.end <= outer.end;
}

}  // namespace

void Context::report(DiagnosticKind kind, Span span, std::string message, Help help,
                     std::vector<DiagnosticNote> notes) {
  const bool error = row_of(kind).severity == Severity::error;
  if (error) ++error_count;
  if (!sites.empty() && !error && !warned_within.emplace(kind, span.begin).second) return;
  Diagnostic made = diagnose(kind, span, std::move(message), std::move(help), std::move(notes),
                             sources.slice(span));
  if (!sites.empty() && error) place_at_use(made);
  sink.report(std::move(made));
}

void Context::place_at_use(Diagnostic& made) const {
  const Span use = sites.front().span;
  const Span span = made.span;
  std::vector<DiagnosticNote> all;
  for (std::size_t i = 1; i < sites.size(); ++i) {
    all.push_back({sites[i].span, "which uses " + ticked(sites[i].condition) + " here"});
  }
  const bool inside = holds(use, span);
  const bool tested = site_test && holds(*site_test, span);
  if (site_test) {
    all.push_back(
        {tested ? span : *site_test, "in this test of " + ticked(sites.back().condition)});
  }
  if (!inside && !tested) all.push_back({span, "this is what does not fit"});
  all.insert(all.end(), made.notes.begin(), made.notes.end());
  made.notes = std::move(all);
  if (!inside) made.span = use;
}

bool for_each_policy(const Context& context, const std::function<bool(const ir::Policy&)>& visit) {
  if (visit(context.policy)) return true;
  std::vector<const CheckedModule*> left = context.modules;
  std::set<const CheckedModule*> met(left.begin(), left.end());
  while (!left.empty()) {
    const CheckedModule& module = *left.back();
    left.pop_back();
    if (visit(module.own)) return true;
    for (const CheckedModule* imported : module.imports) {
      if (met.insert(imported).second) left.push_back(imported);
    }
  }
  return false;
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

Help suggestion_of(const Scope& scope, std::string_view name,
                   std::vector<std::string_view> (*names_of)(const Scope&), Help otherwise) {
  const ScopedName divided = look_up(scope, name);
  if (divided.home == nullptr) {
    std::vector<std::string_view> imports;
    for (const auto& [import, module] : scope.modules) imports.push_back(import);
    Help help =
        suggestion(divided.module, imports, "no import is called " + ticked(divided.module));
    if (help.replacement) *help.replacement += "." + std::string(divided.name);
    return help;
  }
  std::vector<std::string_view> names = names_of(*divided.home);
  if (divided.home == &scope) return suggestion(name, names, std::move(otherwise));
  std::erase_if(names, is_private);
  const auto found = closest(divided.name, names);
  if (!found) return ticked(divided.module) + " declares " + enumerate(names);
  const std::string meant = std::string(divided.module) + "." + std::string(*found);
  return Help::write("did you mean " + ticked(meant) + "?", meant);
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
