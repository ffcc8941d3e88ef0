// Runs the parts of the check in the order in which they need each other. See check.hpp.
#include "compiler/check/check.hpp"

#include <string>
#include <utility>

#include "compiler/check/conditions.hpp"
#include "compiler/check/context.hpp"
#include "compiler/check/lints.hpp"
#include "compiler/check/operands.hpp"
#include "compiler/check/rules.hpp"
#include "compiler/check/templates.hpp"
#include "compiler/check/tests.hpp"
#include "compiler/check/uses.hpp"

namespace sentrail::compiler {
namespace checking {
namespace {

// A policy's name from its file's: behind a dot, where keywords are names.
std::string name_from(std::string_view file) {
  file.remove_prefix(file.find_last_of('/') + 1);
  file = file.substr(0, file.find('.'));
  std::string name = "local.";
  if (file.empty() || (file[0] >= '0' && file[0] <= '9')) name += '_';
  for (const char c : file.substr(0, 64)) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    name += letter ? c : '_';
  }
  return name;
}

void check_head(Context& context) {
  if (context.ast.policy) {
    context.policy.name = context.ast.policy->text;
    return;
  }
  context.report(
      DiagnosticKind::missing_policy, {context.ast.source, 0, 0},
      "the file does not say which policy it is",
      Help::write("begin it with `policy NAME`: decisions and the audit log name rules by it",
                  "policy " + name_from(context.sources[context.ast.source].name()) + "\n"));
}

// Finds the catalog of one import among those that there are.
void check_import(Context& context, const ImportNode& node) {
  for (const CatalogInfo& catalog : *context.catalogs) {
    if (catalog.name != node.name.text) continue;
    context.imported.push_back(&catalog);
    return;
  }
  context.import_failed = true;
  std::vector<std::string_view> names;
  for (const CatalogInfo& catalog : *context.catalogs) names.push_back(catalog.name);
  const std::string available =
      names.empty() ? "no catalog is available" : "available are " + enumerate(names);
  context.report(DiagnosticKind::unknown_import, node.name.span,
                 "there is no catalog " + ticked(node.name.text),
                 suggestion(node.name.text, names, available));
}

void check_imports(Context& context) {
  std::map<std::string_view, Span> seen;
  for (const ImportNode& node : context.ast.imports) {
    if (node.alias) {
      context.report(DiagnosticKind::import_alias, node.alias->span,
                     "a catalog takes no other name by `as`",
                     Help("its tool and actions keep their names: take `as` away",
                          {{{node.span.source, node.name.span.end, node.alias->span.end}, ""}}));
    }
    const auto [found, is_new] = seen.emplace(node.name.text, node.name.span);
    if (!is_new) {
      context.report(DiagnosticKind::repeated_import, node.name.span,
                     ticked(node.name.text) + " is imported twice",
                     Help("take one away", without(context.sources, node.span)),
                     {{found->second, "the first one"}});
      continue;
    }
    context.policy.catalogs.emplace_back(node.name.text);
    if (context.catalogs != nullptr) check_import(context, node);
  }
}

void check_lists(Context& context) {
  std::map<std::string_view, Span> seen;
  for (const ListNode& node : context.ast.lists) {
    if (declare_once(context, seen, "list", node.name.text, node.name.span)) {
      context.scope.lists.emplace(node.name.text, &node);
    }
    warn_of_repeats(context, node.entries);
  }
}

void check_default(Context& context) {
  for (std::size_t i = 0; i < context.ast.defaults.size(); ++i) {
    const DefaultNode& node = context.ast.defaults[i];
    if (i > 0) {
      context.report(DiagnosticKind::repeated_default, node.span, "a policy has one default",
                     "take one away", {{context.ast.defaults.front().span, "the first one"}});
      continue;
    }
    context.policy.default_effect = node.effect;
    if (node.because) context.policy.default_because = check_template(context, *node.because);
  }
}

}  // namespace
}  // namespace checking

std::optional<ir::Policy> check(const Ast& ast, const Sources& sources,
                                const std::vector<CatalogInfo>* catalogs, DiagnosticSink& sink) {
  checking::Context context{.ast = ast, .sources = sources, .catalogs = catalogs, .sink = sink};
  context.scope.ast = &ast;
  const checking::Frame frame{&context.scope, nullptr, nullptr, nullptr};
  context.frame = &frame;
  checking::check_head(context);
  checking::check_imports(context);
  checking::check_lists(context);
  checking::check_default(context);
  checking::check_tiers(context, checking::check_conditions(context));
  checking::check_tests(context);
  checking::warn_of_unused_names(context);
  // A use in a test that is wrong may not have been seen.
  if (context.error_count > 0) return std::nullopt;
  checking::warn_of_unused_lists(context);
  checking::warn_of_rules(context);
  if (const Status status = context.policy.verify(); !status) {
    SENTRAIL_CHECK_NOTE(status.has_value(), status.error().message.c_str());
  }
  return std::move(context.policy);
}

}  // namespace sentrail::compiler
