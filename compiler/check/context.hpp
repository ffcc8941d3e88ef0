// What is known while one file is checked, and the way to report.
//
// Neighbours: every file of this folder. Must not know: what any of them checks.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/catalog/catalog_info.hpp"
#include "compiler/check/module.hpp"
#include "compiler/check/scope.hpp"
#include "compiler/diag/diagnostic.hpp"
#include "compiler/ir/ir.hpp"
#include "compiler/syntax/ast.hpp"

namespace sentrail::compiler::checking {

struct Frame;

// A use that is being written out, for the diagnostics of what is in it.
struct UseSite {
  Span span;
  std::string condition;
};

// The state of one run of check(). Names view into the Ast.
struct Context {
  const Ast& ast;
  const Sources& sources;
  const std::vector<CatalogInfo>* catalogs;
  DiagnosticSink& sink;
  Scope& scope;  // the names of this file
  std::span<const Imported> imports;
  ImportedAt imported_at;

  ir::Policy policy{};
  const Frame* frame = nullptr;  // what is being read; never null once the scope is there
  std::vector<UseSite> sites{};  // the uses around it, outermost first
  std::optional<Span> site_test{};
  std::set<std::pair<DiagnosticKind, std::uint32_t>> warned_within{};
  std::set<std::string_view> used_lists{};
  std::set<std::string_view> used_conditions{};
  std::vector<const CatalogInfo*> imported{};
  std::size_t quantifier_depth = 0;  // of those around what is being written
  bool import_failed = false;        // tools that are not known may be of what was meant
  std::vector<const CheckedModule*> modules{};
  std::size_t operand_count = 0;
  std::size_t error_count = 0;

  // Reports one finding, and counts it if it is an error. An error within a use is reported at the
  // use, with notes at the test; a warning within one once, where it stands.
  void report(DiagnosticKind kind, Span span, std::string message, Help help = {},
              std::vector<DiagnosticNote> notes = {});
  // Moves a finding within a use to the use, with notes that lead to the test.
  void place_at_use(Diagnostic& made) const;
};

// Calls visit(policy) for the file and those that it imports, itself or by way of others, until it
// says true. out: whether it did.
bool for_each_policy(const Context& context, const std::function<bool(const ir::Policy&)>& visit);

// `text` in back-ticks, as messages show what the author wrote.
[[nodiscard]] std::string ticked(std::string_view text);

// "did you mean `x`?" for the closest of the candidates, and to write it where the finding is;
// `otherwise` if none is close.
[[nodiscard]] Help suggestion(std::string_view name,
                              const std::vector<std::string_view>& candidates, Help otherwise);

// Takes a declaration away, and its lines where nothing else stands on them; nothing where that
// would take a comment inside it away too.
[[nodiscard]] std::vector<Edit> without(const Sources& sources, Span span);

// As above for a list or condition that a scope does not know: the names of its module if it is
// `module.name`, or that no import is called so.
[[nodiscard]] Help suggestion_of(const Scope& scope, std::string_view name,
                                 std::vector<std::string_view> (*names_of)(const Scope&),
                                 Help otherwise);

// "`a`, `b` and `c`", at most `count_max` of them and then how many more.
[[nodiscard]] std::string enumerate(const std::vector<std::string_view>& names,
                                    std::size_t count_max = 8);

// Remembers a name in `seen`, or reports that this is the second of it. out: whether it is new.
bool declare_once(Context& context, std::map<std::string_view, Span>& seen, std::string_view kind,
                  std::string_view name, Span span);

// Appends a condition to the policy.
ir::ConditionId append(Context& context, ir::ConditionKind kind,
                       std::vector<ir::ConditionId> children, Span span);
ir::ConditionId append(Context& context, ir::Atom atom, Span span);

}  // namespace sentrail::compiler::checking
