// Building, bounding and writing formulas. See formula.hpp.
#include "compiler/import/formula.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "compiler/import/formula_tidy.hpp"
#include "core/check.hpp"

namespace sentrail::compiler::import_ {
namespace {

// Nodes of one rule's condition, and their nesting: the language takes 64 levels of parentheses,
// and nobody reviews a rule of a thousand tests.
constexpr std::uint32_t kFormulaSizeMax = 1'000;
constexpr std::uint32_t kFormulaDepthMax = 40;

FormulaRef made(Formula formula) {
  std::uint64_t size = 1;
  std::uint32_t depth = 0;
  for (const FormulaRef& child : formula.children) {
    size += child->size;
    depth = std::max(depth, child->depth);
  }
  formula.size = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(size, std::numeric_limits<std::uint32_t>::max()));
  formula.depth = depth + 1;
  return std::make_shared<const Formula>(std::move(formula));
}

// Whether `part`, a join of the other kind, says nothing beside one of its own parts: `a or (a and
// b)`.
bool is_absorbed(const std::vector<FormulaRef>& parts, const FormulaRef& part, FormulaKind other) {
  return part->kind == other &&
         std::any_of(part->children.begin(), part->children.end(), [&](const FormulaRef& child) {
           return std::any_of(parts.begin(), parts.end(), [&](const FormulaRef& beside) {
             return beside != part && is_same(beside, child);
           });
         });
}

void absorb(std::vector<FormulaRef>& parts, FormulaKind other) {
  if (parts.size() > kSearchedMax) return;
  for (std::size_t i = parts.size(); i-- > 0;) {
    if (parts[i]->children.size() <= kSearchedMax && is_absorbed(parts, parts[i], other)) {
      parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
}

// `neutral` disappears, `absorbing` is the answer.
FormulaRef join(FormulaKind kind, const std::vector<FormulaRef>& parts) {
  const FormulaKind neutral = kind == FormulaKind::and_ ? FormulaKind::always : FormulaKind::never;
  const FormulaKind absorbing =
      kind == FormulaKind::and_ ? FormulaKind::never : FormulaKind::always;
  std::vector<FormulaRef> flat;
  const auto add = [&](const FormulaRef& part) {
    if (part->kind != neutral && !has_same(flat, part)) flat.push_back(part);
  };
  for (const FormulaRef& part : parts) {
    if (part->kind == absorbing) return part;
    if (part->kind == kind) {
      for (const FormulaRef& child : part->children) add(child);
    } else {
      add(part);
    }
  }
  absorb(flat, kind == FormulaKind::and_ ? FormulaKind::or_ : FormulaKind::and_);
  if (flat.empty()) return kind == FormulaKind::and_ ? always() : never();
  if (flat.size() == 1) return flat.front();
  return made({kind, {}, {}, std::move(flat)});
}

// --- bounds --------------------------------------------------------------------------------
struct Bound {
  bool unknown_holds;
  Leaning leaning;

  // Recursion is bounded by kFormulaDepthMax. Cost: the formula's size.
  [[nodiscard]] FormulaRef of(const FormulaRef& formula, bool negated) const {
    switch (formula->kind) {
      case FormulaKind::never:
        return negated ? always() : formula;
      case FormulaKind::always:
        return negated ? never() : formula;
      case FormulaKind::unknown:
        return unknown_holds ? always() : never();
      case FormulaKind::test:
        return negated ? negation(formula) : formula;
      case FormulaKind::not_:
        return of(formula->children.front(), !negated);
      case FormulaKind::and_:
      case FormulaKind::or_:
        break;
    }
    std::vector<FormulaRef> parts;
    for (const FormulaRef& child : formula->children) parts.push_back(of(child, negated));
    const bool conjunction = (formula->kind == FormulaKind::and_) != negated;
    const FormulaRef joined = conjunction ? both(std::move(parts)) : either(std::move(parts));
    if (joined->kind == FormulaKind::and_) return tidy_and(joined->children, leaning);
    if (joined->kind == FormulaKind::or_) return tidy_or(joined->children, leaning);
    return joined;
  }
};

// --- writing -------------------------------------------------------------------------------
std::string_view spelling_of(TestOp op, bool negated) {
  switch (op) {
    case TestOp::equal:
      return negated ? "!=" : "==";
    case TestOp::in:
      return negated ? "not in" : "in";
    case TestOp::matches:
      return negated ? "!~" : "~";
    case TestOp::exists:
      return negated ? "is absent" : "exists";
    case TestOp::less:
      return "<";
    case TestOp::less_equal:
      return "<=";
    case TestOp::greater:
      return ">";
    case TestOp::greater_equal:
      return ">=";
    case TestOp::has:
      return "has";
    case TestOp::contains:
      return "contains";
    case TestOp::starts_with:
      return "starts_with";
    case TestOp::ends_with:
      return "ends_with";
    case TestOp::search:
      return "=~";
    case TestOp::is:
      return "is";
    case TestOp::not_equal:
    case TestOp::not_in:
    case TestOp::not_matches:
      break;
  }
  SENTRAIL_CHECK_NOTE(false, "a formula has positive tests only");
  return "";
}

std::string written_test(const FormulaTest& test, bool negated) {
  const bool own_negative = test.op == TestOp::equal || test.op == TestOp::in ||
                            test.op == TestOp::matches || test.op == TestOp::exists;
  std::string text = negated && !own_negative ? "not " : "";
  text += test.sized ? "size(" + test.path + ")" : test.path;
  text += ' ';
  text += spelling_of(test.op, negated);
  if (test.operands.empty()) return text;
  text += test.bracketed ? " [" : " ";
  for (std::size_t i = 0; i < test.operands.size(); ++i) {
    if (i > 0) text += ", ";
    text += test.operands[i];
  }
  return test.bracketed ? text + "]" : text;
}

void collect_reasons(const FormulaRef& formula, std::vector<std::string>& reasons) {
  if (formula->kind == FormulaKind::unknown &&
      std::find(reasons.begin(), reasons.end(), formula->reason) == reasons.end()) {
    reasons.push_back(formula->reason);
  }
  for (const FormulaRef& child : formula->children) collect_reasons(child, reasons);
}

std::string_view name_of_kind(ValueKind kind) {
  switch (kind) {
    case ValueKind::any:
      break;
    case ValueKind::string:
      return "string";
    case ValueKind::number:
      return "number";
    case ValueKind::boolean:
      return "bool";
    case ValueKind::list:
      return "list";
    case ValueKind::object:
      return "object";
  }
  SENTRAIL_CHECK_NOTE(false, "no test asks whether a value is any kind");
  return "";
}

}  // namespace

FormulaRef never() {
  static const FormulaRef kNever = made({FormulaKind::never, {}, {}, {}});
  return kNever;
}

FormulaRef always() {
  static const FormulaRef kAlways = made({FormulaKind::always, {}, {}, {}});
  return kAlways;
}

FormulaRef unknown(std::string reason) {
  return made({FormulaKind::unknown, {}, std::move(reason), {}});
}

FormulaRef test_of(FormulaTest test) {
  return made({FormulaKind::test, std::move(test), {}, {}});
}

FormulaRef exists(std::string path) {
  return test_of({std::move(path), false, TestOp::exists, {}, false, ValueKind::any});
}

FormulaRef is_kind(std::string path, ValueKind kind) {
  return test_of(
      {std::move(path), false, TestOp::is, {std::string(name_of_kind(kind))}, false, kind});
}

FormulaRef both(std::vector<FormulaRef> parts) {
  return join(FormulaKind::and_, parts);
}

FormulaRef either(std::vector<FormulaRef> parts) {
  return join(FormulaKind::or_, parts);
}

FormulaRef negation(const FormulaRef& formula) {
  if (formula->kind == FormulaKind::never) return always();
  if (formula->kind == FormulaKind::always) return never();
  if (formula->kind == FormulaKind::not_) return formula->children.front();
  return made({FormulaKind::not_, {}, {}, {formula}});
}

FormulaRef ambiguous(const FormulaRef& one, const FormulaRef& other, const std::string& reason) {
  if (is_same(one, other)) return one;
  return either({both({one, other}), both({unknown(reason), either({one, other})})});
}

bool is_exact(const FormulaRef& formula) {
  return formula->kind != FormulaKind::unknown &&
         std::all_of(formula->children.begin(), formula->children.end(), is_exact);
}

std::vector<std::string> reasons_of(const FormulaRef& formula) {
  std::vector<std::string> reasons;
  collect_reasons(formula, reasons);
  return reasons;
}

FormulaRef lower_bound(const FormulaRef& formula, Leaning leaning) {
  SENTRAIL_CHECK(fits(formula));
  return Bound{false, leaning}.of(formula, false);
}

FormulaRef upper_bound(const FormulaRef& formula, Leaning leaning) {
  SENTRAIL_CHECK(fits(formula));
  return Bound{true, leaning}.of(formula, false);
}

bool fits(const FormulaRef& formula) {
  return formula->size <= kFormulaSizeMax && formula->depth <= kFormulaDepthMax;
}

std::string write_condition(const FormulaRef& formula) {
  switch (formula->kind) {
    case FormulaKind::always:
      return "always";
    case FormulaKind::test:
      return written_test(formula->test, false);
    case FormulaKind::not_:
      return written_test(formula->children.front()->test, true);
    case FormulaKind::never:
    case FormulaKind::unknown:
      SENTRAIL_CHECK_NOTE(false, "only a bound that may hold is written");
      return "";
    case FormulaKind::and_:
    case FormulaKind::or_:
      break;
  }
  std::string text;
  for (const FormulaRef& child : formula->children) {
    if (!text.empty()) text += formula->kind == FormulaKind::and_ ? " and " : " or ";
    const bool joined = child->kind == FormulaKind::and_ || child->kind == FormulaKind::or_;
    text += joined ? "(" + write_condition(child) + ")" : write_condition(child);
  }
  return text;
}

}  // namespace sentrail::compiler::import_
