// Looks names up. See scope.hpp.
#include "compiler/check/scope.hpp"

namespace sentrail::compiler::checking {

ScopedName look_up(const Scope& scope, std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return {&scope, {}, name};
  const std::string_view module = name.substr(0, dot);
  const auto found = scope.modules.find(module);
  return {found == scope.modules.end() ? nullptr : found->second, module, name.substr(dot + 1)};
}

std::vector<std::string_view> list_names(const Scope& scope) {
  std::vector<std::string_view> names;
  for (const auto& [name, node] : scope.lists) names.push_back(name);
  return names;
}

std::vector<std::string_view> condition_names(const Scope& scope) {
  std::vector<std::string_view> names;
  for (const auto& [name, named] : scope.conditions) names.push_back(name);
  return names;
}

}  // namespace sentrail::compiler::checking
