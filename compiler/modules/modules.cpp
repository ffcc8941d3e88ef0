// Follows imports with a stack of its own. See modules.hpp.
#include "compiler/modules/modules.hpp"

#include <algorithm>
#include <utility>

#include "compiler/syntax/parser.hpp"

namespace sentrail::compiler {
namespace {

std::string ticked(std::string_view text) {
  return "`" + std::string(text) + "`";
}

std::string joined(const std::vector<std::string>& files) {
  std::string out;
  for (const std::string& file : files) out += (out.empty() ? "" : ", ") + ticked(file);
  return out;
}

}  // namespace

ModuleSet::Module& ModuleSet::add(const Ast* ast, ImportedAt imported_at) {
  Module& module = *modules_.emplace_back(std::make_unique<Module>());
  module.ast = ast;
  module.imported_at = imported_at;
  return module;
}

Status ModuleSet::read(const Ast& root, const std::vector<CatalogInfo>* catalogs,
                       const ModuleFiles& files, Sources& sources, DiagnosticSink& sink) {
  catalogs_ = catalogs;
  files_ = &files;
  sources_ = &sources;
  Module& first = add(&root, std::nullopt);
  first.met = true;
  first.open = true;
  if (root.policy) by_name_.emplace(root.policy->text, &first);
  steps_.push_back({&first, 0});
  while (!steps_.empty()) {
    Module& module = *steps_.back().module;
    const std::size_t next = steps_.back().next++;
    if (next == module.ast->imports.size()) {
      module.open = false;
      order_.push_back(&module);
      steps_.pop_back();
      continue;
    }
    Imported import;
    SENTRAIL_ASSIGN_OR_RETURN(Module * found, imported(module.ast->imports[next], import, sink));
    module.modules.push_back(found);
    module.imports.push_back(std::move(import));
    if (found == nullptr || std::exchange(found->met, true)) continue;
    found->open = true;
    steps_.push_back({found, 0});
  }
  return {};
}

// What one import is; null if it is no module, or none that can be used.
Result<ModuleSet::Module*> ModuleSet::imported(const ImportNode& node, Imported& import,
                                               DiagnosticSink& sink) {
  const std::string name(node.name.text);
  const bool catalog =
      catalogs_ != nullptr &&
      std::ranges::any_of(*catalogs_, [&](const CatalogInfo& info) { return info.name == name; });
  const FoundModule found = files_->find(name);
  if (catalog && found.file) {
    import.reported = true;
    sink.report({DiagnosticKind::ambiguous_import,
                 node.name.span,
                 ticked(name) + " is a catalog, and there is a module of that name",
                 {},
                 "rename " + ticked(*found.file)});
    return nullptr;
  }
  if (catalog) return nullptr;
  import.looked_for = joined(found.looked_for);
  if (const auto known = by_name_.find(name); known != by_name_.end()) {
    Module* module = known->second;
    import.reported = module == nullptr || module->open;
    if (module != nullptr && module->open) report_cycle(*module, node, sink);
    return import.reported ? nullptr : module;
  }
  if (!found.file) return nullptr;
  SENTRAIL_ASSIGN_OR_RETURN(Module * module, parsed(node, *found.file, sink));
  by_name_.emplace(name, module);
  import.reported = module == nullptr;
  return module;
}

// Reads a module for the first time; null if it has errors of syntax or another name.
Result<ModuleSet::Module*> ModuleSet::parsed(const ImportNode& node, const std::string& file,
                                             DiagnosticSink& sink) {
  SENTRAIL_ASSIGN_OR_RETURN(const SourceId source, files_->read(file));
  std::optional<Ast> ast = parse(source, *sources_, sink);
  if (!ast) return nullptr;
  if (ast->policy && ast->policy->text != node.name.text) {
    sink.report({DiagnosticKind::wrong_module_name,
                 ast->policy->span,
                 "this file is imported as " + ticked(node.name.text) + " and says that it is " +
                     ticked(ast->policy->text),
                 {{node.name.span, "imported here"}},
                 "write `policy " + std::string(node.name.text) + "`, or import it by its name"});
    return nullptr;
  }
  Module& module = add(nullptr, node.name.span);
  module.own = std::move(ast);
  module.ast = &*module.own;
  return &module;
}

void ModuleSet::report_cycle(const Module& again, const ImportNode& node,
                             DiagnosticSink& sink) const {
  std::vector<DiagnosticNote> notes;
  std::string way;
  bool within = false;
  for (const Step& step : steps_) {
    within = within || step.module == &again;
    if (!within || &step == &steps_.back()) continue;
    const ImportNode& import = step.module->ast->imports[step.next - 1];
    notes.push_back({import.name.span, "which imports " + ticked(import.name.text) + " here"});
    way += (way.empty() ? ", by way of " : ", ") + ticked(import.name.text);
  }
  sink.report({DiagnosticKind::module_cycle, node.name.span,
               ticked(node.name.text) + " imports itself" + way, std::move(notes),
               "move what both need into a module of its own"});
}

bool ModuleSet::check(const Sources& sources, const std::vector<CatalogInfo>* catalogs,
                      DiagnosticSink& sink) {
  bool fine = !sink.has_errors();
  for (Module* module : order_) {
    for (std::size_t i = 0; i < module->imports.size(); ++i) {
      const Module* imported = module->modules[i];
      if (imported != nullptr) module->imports[i].module = imported->checked.get();
    }
    module->checked =
        check_module(*module->ast, sources, module->imports, module->imported_at, catalogs, sink);
    fine = fine && module->checked->fine;
  }
  return fine;
}

std::vector<ir::Policy> ModuleSet::tested_modules() const {
  std::vector<ir::Policy> policies;
  for (const Module* module : order_) {
    const bool root = module == modules_.front().get();
    if (!root && !module->checked->own.tests.empty()) policies.push_back(link(*module->checked));
  }
  return policies;
}

std::vector<const Ast*> ModuleSet::files() const {
  std::vector<const Ast*> files;
  for (const auto& module : modules_) files.push_back(module->ast);
  return files;
}

}  // namespace sentrail::compiler
