// Runs the parts of the check in the order in which they need each other. See check.hpp.
#include "compiler/check/check.hpp"

#include <string>
#include <utility>

#include "compiler/check/answers.hpp"
#include "compiler/check/approvals.hpp"
#include "compiler/check/arguments.hpp"
#include "compiler/check/conditions.hpp"
#include "compiler/check/context.hpp"
#include "compiler/check/lints.hpp"
#include "compiler/check/operands.hpp"
#include "compiler/check/rules.hpp"
#include "compiler/check/templates.hpp"
#include "compiler/check/tests.hpp"
#include "compiler/check/uses.hpp"
#include "compiler/ir/phases.hpp"

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

void refuse_alias(Context& context, const ImportNode& node) {
  if (!node.alias) return;
  context.report(DiagnosticKind::import_alias, node.alias->span,
                 "a catalog takes no other name by `as`",
                 Help("its tool and actions keep their names: take `as` away",
                      {{{node.span.source, node.name.span.end, node.alias->span.end}, ""}}));
}

// Finds the catalog of one import among those that there are. Of what is not there nobody knows
// whether it may have another name.
void check_catalog(Context& context, const ImportNode& node, const std::string& looked_for) {
  if (context.catalogs != nullptr) {
    for (const CatalogInfo& catalog : *context.catalogs) {
      if (catalog.name != node.name.text) continue;
      refuse_alias(context, node);
      context.imported.push_back(&catalog);
      if (!catalog.is_lock) context.policy.catalogs.emplace_back(node.name.text);
      return;
    }
  }
  context.policy.catalogs.emplace_back(node.name.text);
  if (context.catalogs == nullptr) return;
  context.import_failed = true;
  std::vector<std::string_view> names;
  for (const CatalogInfo& catalog : *context.catalogs) names.push_back(catalog.name);
  const std::string available =
      names.empty() ? "no catalog is available" : "available are " + enumerate(names);
  Help help = suggestion(node.name.text, names, available);
  if (!looked_for.empty()) help.text += "; a module would be " + looked_for;
  context.report(DiagnosticKind::unknown_import, node.name.span,
                 "there is no catalog " + std::string(looked_for.empty() ? "" : "or module ") +
                     ticked(node.name.text),
                 std::move(help));
}

void check_module_import(Context& context, const ImportNode& node, const CheckedModule& module,
                         std::map<std::string_view, Span>& names) {
  const Name& name = node.alias ? *node.alias : node.name;
  if (!declare_once(context, names, "import", name.text, name.span)) return;
  context.scope.modules.emplace(name.text, &module.scope);
  context.modules.push_back(&module);
}

void check_imports(Context& context) {
  std::map<std::string_view, Span> seen;
  std::map<std::string_view, Span> names;
  for (std::size_t i = 0; i < context.ast.imports.size(); ++i) {
    const ImportNode& node = context.ast.imports[i];
    const auto [found, is_new] = seen.emplace(node.name.text, node.name.span);
    if (!is_new) {
      context.report(DiagnosticKind::repeated_import, node.name.span,
                     ticked(node.name.text) + " is imported twice",
                     Help("take one away", without(context.sources, node.span)),
                     {{found->second, "the first one"}});
      continue;
    }
    const Imported import = context.imports.empty() ? Imported{} : context.imports[i];
    if (import.module != nullptr) {
      check_module_import(context, node, *import.module, names);
    } else if (import.reported) {
      ++context.error_count;
    } else {
      check_catalog(context, node, import.looked_for);
    }
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
  if (context.imported_at && !context.ast.defaults.empty()) {
    context.report(DiagnosticKind::module_default, context.ast.defaults.front().span,
                   "a module has no default", "the policy that imports it decides: take it away",
                   {{*context.imported_at, "imported here"}});
    return;
  }
  for (std::size_t i = 0; i < context.ast.defaults.size(); ++i) {
    const DefaultNode& node = context.ast.defaults[i];
    if (i > 0) {
      context.report(DiagnosticKind::repeated_default, node.span, "a policy has one default",
                     "take one away", {{context.ast.defaults.front().span, "the first one"}});
      continue;
    }
    context.policy.default_effect = node.effect;
    context.policy.default_approval =
        check_approval(context, node.approval, static_cast<Outcome>(node.effect));
    if (!node.because) continue;
    context.policy.default_because = check_template(context, *node.because);
    if (!context.policy.default_because) continue;
    check_default_phase(context, *node.because, *context.policy.default_because);
  }
}

void check_proofs(Context& context, const std::vector<ir::ConditionId>& conditions) {
  std::map<std::string_view, Span> seen;
  for (const ProofNode& node : context.ast.proofs) {
    declare_once(context, seen, "proof", node.name.text, node.name.span);
    context.policy.proofs.push_back(
        {std::string(node.name.text), node.never, conditions[node.when.value], node.span});
  }
  check_claimed_answers(context);
}

void check_all(Context& context) {
  check_head(context);
  check_imports(context);
  check_lists(context);
  check_default(context);
  const std::vector<ir::ConditionId> conditions = check_conditions(context);
  check_tiers(context, conditions);
  check_proofs(context, conditions);
  check_tests(context);
  if (context.error_count == 0) check_arguments(context);
  // A use in a test that is wrong may not have been seen.
  if (context.error_count > 0) return;
  warn_of_unused_names(context);
  warn_of_rules(context);
  if (const Status status = context.policy.verify(); !status) {
    SENTRAIL_CHECK_NOTE(status.has_value(), status.error().message.c_str());
  }
}

}  // namespace
}  // namespace checking

std::unique_ptr<CheckedModule> check_module(const Ast& ast, const Sources& sources,
                                            std::span<const Imported> imports,
                                            const ImportedAt& imported_at,
                                            const std::vector<CatalogInfo>* catalogs,
                                            DiagnosticSink& sink) {
  auto module = std::make_unique<CheckedModule>();
  module->scope.ast = &ast;
  if (ast.policy) module->scope.module = ast.policy->text;
  checking::Context context{.ast = ast,
                            .sources = sources,
                            .catalogs = catalogs,
                            .sink = sink,
                            .scope = module->scope,
                            .imports = imports,
                            .imported_at = imported_at};
  const checking::Frame frame{&module->scope, nullptr, nullptr, nullptr};
  context.frame = &frame;
  checking::check_all(context);
  module->own = std::move(context.policy);
  module->imports = std::move(context.modules);
  module->fine = context.error_count == 0;
  return module;
}

std::optional<ir::Policy> check(const Ast& ast, const Sources& sources,
                                const std::vector<CatalogInfo>* catalogs, DiagnosticSink& sink) {
  std::unique_ptr<CheckedModule> checked =
      check_module(ast, sources, {}, std::nullopt, catalogs, sink);
  if (!checked->fine) return std::nullopt;
  return ir::with_phases(std::move(checked->own));
}

}  // namespace sentrail::compiler
