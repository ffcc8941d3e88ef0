// What is left out of joins. See formula_tidy.hpp.
#include "compiler/import/formula_tidy.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace sentrail::compiler::import_ {
namespace {

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

// Whether the test is true or false of every value that can be read.
bool is_two_valued(const FormulaRef& literal) {
  const TestOp op = test_in(literal).op;
  return op == TestOp::exists || op == TestOp::is;
}

// `a and (not a or b)` as `a and b`. Where `a` is undecidable the first is undecidable, the second
// may be false: that is no matter to an allow alone.
void resolve_units(std::vector<FormulaRef>& parts, Leaning leaning) {
  const auto settles = [&](const FormulaRef& other, const FormulaRef& child) {
    return are_opposite(other, child) && (leaning == Leaning::allow || is_two_valued(child));
  };
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i]->kind != FormulaKind::or_) continue;
    std::vector<FormulaRef> kept;
    for (const FormulaRef& child : parts[i]->children) {
      if (!any_other(parts, i, [&](const FormulaRef& other) { return settles(other, child); })) {
        kept.push_back(child);
      }
    }
    if (kept.size() < parts[i]->children.size()) parts[i] = either(std::move(kept));
  }
}

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

// `(a and b) or (a and c)` as `a and (b or c)`.
FormulaRef without_common_parts(std::vector<FormulaRef> parts) {
  FormulaRef whole = either(parts);
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

}  // namespace

// Whether two formulas are written the same, looking no deeper than tests.
bool is_same(const FormulaRef& a, const FormulaRef& b) {
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
      return is_same(a->children.front(), b->children.front());
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
                     [&](const FormulaRef& part) { return is_same(part, formula); });
}

FormulaRef tidy_and(std::vector<FormulaRef> parts, Leaning leaning) {
  if (parts.size() <= kSearchedMax) {
    resolve_units(parts, leaning);
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

}  // namespace sentrail::compiler::import_
