// Cedar expressions as conditions of ours.
//
// Neighbours: cedar.cpp makes rules of the conditions; mapping.hpp says what names mean. Must not
// know: rules. source: docs/importers.md, Cedar;
// docs.cedarpolicy.com/policies/syntax-operators.html
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/import/carried.hpp"
#include "compiler/import/cedar_parser.hpp"
#include "compiler/import/mapping.hpp"

namespace sentrail::compiler::import_ {

// Carries the conditions of one file. The map and the file outlive it. threads: one at a time.
class CedarConditions {
 public:
  CedarConditions(const CedarFile& file, const ImportMap& map);

  // The policy's scope and conditions together. What fails to evaluate is not true.
  [[nodiscard]] FormulaRef when_applies(const CedarPolicy& policy) const;

 private:
  [[nodiscard]] Carried condition(SourceExprId id) const;
  [[nodiscard]] Carried joined(const SourceExpr& node) const;
  [[nodiscard]] Carried conditional(const SourceExpr& node) const;
  [[nodiscard]] Carried binary(const SourceExpr& node) const;
  [[nodiscard]] Carried equality(SourceExprId left, SourceExprId right) const;
  [[nodiscard]] Carried ordered(Comparison comparison, SourceExprId left, SourceExprId right) const;
  [[nodiscard]] Carried within(SourceExprId left, SourceExprId right) const;
  [[nodiscard]] Carried method(const SourceExpr& node) const;
  [[nodiscard]] Carried contains(const SourceExpr& node) const;
  [[nodiscard]] Carried contains_each(const SourceExpr& node) const;
  [[nodiscard]] Carried has(const SourceExpr& node) const;
  [[nodiscard]] Carried like(const SourceExpr& node) const;
  [[nodiscard]] Carried boolean_term(SourceExprId id) const;

  [[nodiscard]] Term term(SourceExprId id) const;
  [[nodiscard]] Term member(std::string_view root, const std::vector<std::string>& names) const;
  [[nodiscard]] Term context_member(const std::vector<std::string>& names) const;

  [[nodiscard]] FormulaRef is_type(std::string_view root, std::string_view type) const;
  [[nodiscard]] FormulaRef is_entity(std::string_view root, const SourceExpr& entity) const;
  [[nodiscard]] FormulaRef is_in(std::string_view root, const SourceExpr& entity) const;
  [[nodiscard]] FormulaRef in_group(const SourceExpr& entity) const;
  [[nodiscard]] FormulaRef principal_is(std::string_view type) const;
  [[nodiscard]] FormulaRef resource_is(std::string_view type) const;

  const CedarFile& file_;
  const ImportMap& map_;
  std::vector<std::pair<std::string, Place>> principal_types_;
  PlaceMap principal_in_;
  PlaceMap principal_attributes_;
};

}  // namespace sentrail::compiler::import_
