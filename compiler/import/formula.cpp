// Building, bounding and writing formulas. See formula.hpp.
#include "compiler/import/formula.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/check.hpp"

namespace sentrail::compiler::import_ {
namespace {

// Nodes of one rule's condition, and their nesting: the language takes 64 levels of parentheses,
// and nobody reviews a rule of a thousand tests.
constexpr std::uint32_t kFormulaSizeMax = 1'000;
constexpr std::uint32_t kFormulaDepthMax = 40;
// Parts of a join that are compared with each other.
constexpr std::size_t kSearchedMax = 64;

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

// Whether two formulas are written the same, looking no deeper than tests.
bool same(const FormulaRef& a, const FormulaRef& b) {
  if (a == b) return true;
  if (a->kind != b->kind) return false;
  switch (a->kind) {
    case FormulaKind::never:
    case FormulaKind::always:
      return true;
    case FormulaKind::unknown:
      return a->reason == b->reason;
    case FormulaKind::test:
      return a->test == b->test;
    case FormulaKind::not_:
      return same(a->children.front(), b->children.front());
    case FormulaKind::and_:
    case FormulaKind::or_:
      return false;
  }
  return false;
}

// Long joins are not searched for repeats: they are lists in disguise, or too large anyway.
bool has_same(const std::vector<FormulaRef>& parts, const FormulaRef& formula) {
  return parts.size() <= kSearchedMax &&
         std::any_of(parts.begin(), parts.end(),
                     [&](const FormulaRef& part) { return same(part, formula); });
}

// Whether `part`, a join of the other kind, says nothing beside one of its own parts: `a or (a and
// b)`.
bool is_absorbed(const std::vector<FormulaRef>& parts, const FormulaRef& part, FormulaKind other) {
  return part->kind == other &&
         std::any_of(part->children.begin(), part->children.end(), [&](const FormulaRef& child) {
           return std::any_of(parts.begin(), parts.end(), [&](const FormulaRef& beside) {
             return beside != part && same(beside, child);
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

// --- what tests imply ----------------------------------------------------------------------
bool is_positive(const FormulaRef& formula) {
  return formula->kind == FormulaKind::test;
}

bool is_negative(const FormulaRef& formula) {
  return formula->kind == FormulaKind::not_;
}

const FormulaTest& test_in(const FormulaRef& literal) {
  return is_negative(literal) ? literal->children.front()->test : literal->test;
}

// Whether `path` is `outer` or a member of it.
bool is_within(std::string_view path, std::string_view outer) {
  return path.starts_with(outer) && (path.size() == outer.size() || path[outer.size()] == '.');
}

// Asks a literal, or all or any children of a join.
template <typename Ask>
bool holds(const FormulaRef& formula, FormulaKind all, const Ask& ask) {
  if (formula->kind != FormulaKind::and_ && formula->kind != FormulaKind::or_) return ask(formula);
  const auto child = [&](const FormulaRef& part) { return holds(part, all, ask); };
  return formula->kind == all
             ? std::all_of(formula->children.begin(), formula->children.end(), child)
             : std::any_of(formula->children.begin(), formula->children.end(), child);
}

// Whether the formula is not true unless the path is there.
bool needs_presence(const FormulaRef& formula, std::string_view path) {
  return holds(formula, FormulaKind::or_, [&](const FormulaRef& literal) {
    return is_positive(literal) && is_within(literal->test.path, path);
  });
}

// Whether the formula is true if the path is not there.
bool follows_absence(const FormulaRef& formula, std::string_view path) {
  return holds(formula, FormulaKind::and_, [&](const FormulaRef& literal) {
    return is_negative(literal) && is_within(test_in(literal).path, path);
  });
}

// Whether the formula is at most undecidable unless the value is of that kind.
bool needs_kind(const FormulaRef& formula, const std::string& path, ValueKind kind) {
  return holds(formula, FormulaKind::or_, [&](const FormulaRef& literal) {
    return is_positive(literal) && literal->test.path == path && literal->test.kind == kind &&
           literal->test.op != TestOp::is;
  });
}

// Whether the formula is at least undecidable if the value is there and of another kind.
bool leaves_other_kinds(const FormulaRef& formula, const std::string& path, ValueKind kind) {
  return holds(formula, FormulaKind::and_, [&](const FormulaRef& literal) {
    if (!is_positive(literal) && !is_negative(literal)) return false;
    const FormulaTest& test = test_in(literal);
    return test.path == path && test.kind == kind && test.op != TestOp::is;
  });
}

template <typename Ask>
bool any_other(const std::vector<FormulaRef>& parts, std::size_t but, const Ask& ask) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i != but && ask(parts[i])) return true;
  }
  return false;
}

// Whether a part of an `and` says nothing that another part does not.
bool is_implied(const std::vector<FormulaRef>& parts, std::size_t at, Leaning leaning) {
  if (!is_positive(parts[at])) return false;
  const FormulaTest& test = parts[at]->test;
  if (test.op == TestOp::exists) {
    return any_other(parts, at,
                     [&](const FormulaRef& other) { return needs_presence(other, test.path); });
  }
  return leaning == Leaning::allow && test.op == TestOp::is &&
         any_other(parts, at, [&](const FormulaRef& other) {
           return needs_kind(other, test.path, test.kind);
         });
}

bool is_literal(const FormulaRef& formula) {
  return is_positive(formula) || is_negative(formula);
}

bool are_opposite(const FormulaRef& a, const FormulaRef& b) {
  return is_literal(a) && is_literal(b) && a->kind != b->kind && test_in(a) == test_in(b);
}

// `a and (not a or b)` as `a and b`.
void resolve_units(std::vector<FormulaRef>& parts) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i]->kind != FormulaKind::or_) continue;
    std::vector<FormulaRef> kept;
    for (const FormulaRef& child : parts[i]->children) {
      if (!any_other(parts, i,
                     [&](const FormulaRef& other) { return are_opposite(other, child); })) {
        kept.push_back(child);
      }
    }
    if (kept.size() < parts[i]->children.size()) parts[i] = either(std::move(kept));
  }
}

FormulaRef tidy_and(std::vector<FormulaRef> parts, Leaning leaning);

// `(a or b) and (a or c)` as `a or (b and c)`, the inner parts tidied.
void join_alternatives(std::vector<FormulaRef>& parts, Leaning leaning) {
  const auto is_small_or = [](const FormulaRef& part) {
    return part->kind == FormulaKind::or_ && part->children.size() <= kSearchedMax;
  };
  for (std::size_t i = 0; i < parts.size(); ++i) {
    for (std::size_t j = parts.size(); is_small_or(parts[i]) && --j > i;) {
      if (!is_small_or(parts[j])) continue;
      std::vector<FormulaRef> common;
      std::vector<FormulaRef> left;
      std::vector<FormulaRef> right;
      for (const FormulaRef& child : parts[i]->children) {
        (has_same(parts[j]->children, child) ? common : left).push_back(child);
      }
      if (common.empty()) continue;
      for (const FormulaRef& child : parts[j]->children) {
        if (!has_same(common, child)) right.push_back(child);
      }
      const FormulaRef inner = both({either(std::move(left)), either(std::move(right))});
      common.push_back(inner->kind == FormulaKind::and_ ? tidy_and(inner->children, leaning)
                                                        : inner);
      parts[i] = either(std::move(common));
      parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(j));
    }
  }
}

FormulaRef tidy_and(std::vector<FormulaRef> parts, Leaning leaning) {
  if (parts.size() <= kSearchedMax) {
    resolve_units(parts);
    join_alternatives(parts, leaning);
    const FormulaRef joined = both(parts);
    if (joined->kind != FormulaKind::and_) return joined;
    parts = joined->children;
  }
  for (std::size_t i = parts.size(); i-- > 0;) {
    if (is_implied(parts, i, leaning)) parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return both(std::move(parts));
}

// `(a and b) or (a and c)` as `a and (b or c)`.
FormulaRef without_common_parts(std::vector<FormulaRef> parts) {
  const FormulaRef whole = either(parts);
  if (whole->kind != FormulaKind::or_ || whole->children.size() > kSearchedMax) return whole;
  const auto is_conjunction = [](const FormulaRef& part) {
    return part->kind == FormulaKind::and_ && part->children.size() <= kSearchedMax;
  };
  if (!std::all_of(whole->children.begin(), whole->children.end(), is_conjunction)) return whole;
  std::vector<FormulaRef> common;
  for (const FormulaRef& candidate : whole->children.front()->children) {
    const bool everywhere =
        std::all_of(whole->children.begin(), whole->children.end(),
                    [&](const FormulaRef& part) { return has_same(part->children, candidate); });
    if (everywhere) common.push_back(candidate);
  }
  if (common.empty()) return whole;
  std::vector<FormulaRef> rests;
  for (const FormulaRef& part : whole->children) {
    std::vector<FormulaRef> rest;
    for (const FormulaRef& child : part->children) {
      if (!has_same(common, child)) rest.push_back(child);
    }
    rests.push_back(both(std::move(rest)));
  }
  common.push_back(either(std::move(rests)));
  return both(std::move(common));
}

FormulaRef tidy_or(std::vector<FormulaRef> parts, Leaning leaning) {
  for (std::size_t i = parts.size(); i-- > 0;) {
    if (!is_negative(parts[i])) continue;
    const FormulaTest test = test_in(parts[i]);
    if (leaning == Leaning::block && test.op == TestOp::is &&
        any_other(parts, i, [&](const FormulaRef& other) {
          return leaves_other_kinds(other, test.path, test.kind);
        })) {
      parts[i] = negation(exists(test.path));
    }
    if (test_in(parts[i]).op == TestOp::exists && any_other(parts, i, [&](const FormulaRef& other) {
          return follows_absence(other, test.path);
        })) {
      parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  // A path is there or not.
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (is_positive(parts[i]) && parts[i]->test.op == TestOp::exists &&
        any_other(parts, i,
                  [&](const FormulaRef& other) { return are_opposite(other, parts[i]); })) {
      return always();
    }
  }
  return without_common_parts(std::move(parts));
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
  if (same(one, other)) return one;
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
