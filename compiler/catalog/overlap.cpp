// Settles templates that meet. See overlap.hpp.
#include "compiler/catalog/overlap.hpp"

#include <algorithm>
#include <compare>
#include <map>
#include <set>

namespace sentrail::compiler {
namespace {

constexpr std::size_t kExamplesMax = 64;
constexpr int kLiteralRank = -1;

bool is_integer(std::string_view text) {
  if (text.empty() || text.size() > 18 || (text.front() == '0' && text.size() > 1)) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// A template stretched over a path of `size` segments.
class Stretched {
 public:
  Stretched(const Catalog& catalog, const PathTemplate& path, std::size_t size)
      : catalog_(catalog), path_(path), stretch_(size - path.segments.size()) {}

  // Whether the template can take so many segments at all.
  static bool fits(const PathTemplate& path, std::size_t size) {
    return path.multi.has_value() ? size >= path.segments.size() : size == path.segments.size();
  }

  // The template's segment at an index of the path.
  [[nodiscard]] const TemplateSegment& at(std::size_t index) const {
    if (!path_.multi.has_value() || index <= *path_.multi) return path_.segments[index];
    return path_.segments[index <= *path_.multi + stretch_ ? *path_.multi : index - stretch_];
  }

  // The parameter at an index of the path, or null for a literal.
  [[nodiscard]] const CatalogParameterDef* parameter_at(std::size_t index) const {
    const TemplateSegment& segment = at(index);
    return segment.parameter.has_value() ? &catalog_.parameters[*segment.parameter] : nullptr;
  }

  [[nodiscard]] int rank_at(std::size_t index) const {
    const CatalogParameterDef* parameter = parameter_at(index);
    return parameter == nullptr ? kLiteralRank : static_cast<int>(parameter->kind);
  }

 private:
  const Catalog& catalog_;
  const PathTemplate& path_;
  std::size_t stretch_;
};

bool takes(const CatalogParameterDef& parameter, std::string_view text) {
  if (text.empty()) return false;
  switch (parameter.kind) {
    case ParameterKind::enumeration:
      return std::binary_search(parameter.values.begin(), parameter.values.end(), text);
    case ParameterKind::integer:
      return is_integer(text);
    case ParameterKind::plain:
      return text.find('/') == std::string_view::npos;
    case ParameterKind::encoded:
    case ParameterKind::multi:
      return true;
  }
  return false;
}

bool matches(const Catalog& catalog, const PathTemplate& path,
             const std::vector<std::string>& segments) {
  if (!Stretched::fits(path, segments.size())) return false;
  const Stretched stretched(catalog, path, segments.size());
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const CatalogParameterDef* parameter = stretched.parameter_at(i);
    const bool taken = parameter == nullptr ? stretched.at(i).literal == segments[i]
                                            : takes(*parameter, segments[i]);
    if (!taken) return false;
  }
  return true;
}

// Which of two templates is more particular on paths of `size` segments that both take. Two
// enumerations of different values tie: neither is more particular.
std::weak_ordering prefer(const Catalog& catalog, const PathTemplate& a, const PathTemplate& b,
                          std::size_t size) {
  const Stretched left(catalog, a, size);
  const Stretched right(catalog, b, size);
  for (std::size_t i = 0; i < size; ++i) {
    const int x = left.rank_at(i);
    const int y = right.rank_at(i);
    if (x != y) return x < y ? std::weak_ordering::less : std::weak_ordering::greater;
    if (x != static_cast<int>(ParameterKind::enumeration)) continue;
    if (left.parameter_at(i)->values != right.parameter_at(i)->values) break;
  }
  return std::weak_ordering::equivalent;
}

bool share_value(const CatalogParameterDef& a, const CatalogParameterDef& b) {
  if (a.kind == ParameterKind::enumeration) {
    return std::any_of(a.values.begin(), a.values.end(),
                       [&b](const std::string& value) { return takes(b, value); });
  }
  return b.kind != ParameterKind::enumeration || share_value(b, a);
}

bool meet(const Catalog& catalog, const PathTemplate& a, const PathTemplate& b, std::size_t size) {
  if (!Stretched::fits(a, size) || !Stretched::fits(b, size)) return false;
  const Stretched left(catalog, a, size);
  const Stretched right(catalog, b, size);
  for (std::size_t i = 0; i < size; ++i) {
    const CatalogParameterDef* x = left.parameter_at(i);
    const CatalogParameterDef* y = right.parameter_at(i);
    const bool common = x == nullptr && y == nullptr ? left.at(i).literal == right.at(i).literal
                        : x == nullptr               ? takes(*y, left.at(i).literal)
                        : y == nullptr               ? takes(*x, right.at(i).literal)
                                                     : share_value(*x, *y);
    if (!common) return false;
  }
  return true;
}

std::optional<bool> first_chosen(const Catalog& catalog, const CatalogOperation& a,
                                 const CatalogOperation& b) {
  for (const CatalogChoice& choice : catalog.choices) {
    if (choice.method != a.method) continue;
    if (choice.taken == a.path.text && choice.left == b.path.text) return true;
    if (choice.taken == b.path.text && choice.left == a.path.text) return false;
  }
  return std::nullopt;
}

// The path lengths at which two templates can meet in every way that they can.
std::pair<std::size_t, std::size_t> lengths(const PathTemplate& a, const PathTemplate& b) {
  const std::size_t most = std::max(a.segments.size(), b.segments.size());
  const bool both_multi = a.multi.has_value() && b.multi.has_value();
  return {most, both_multi ? a.segments.size() + b.segments.size() : most};
}

std::optional<Overlap> overlap_of(const Catalog& catalog, std::uint32_t first,
                                  std::uint32_t second) {
  const CatalogOperation& a = catalog.operations[first];
  const CatalogOperation& b = catalog.operations[second];
  std::optional<Overlap> found;
  const auto [least, most] = lengths(a.path, b.path);
  for (std::size_t size = least; size <= most; ++size) {
    if (!meet(catalog, a.path, b.path, size)) continue;
    const std::weak_ordering order = prefer(catalog, a.path, b.path, size);
    if (order == std::weak_ordering::equivalent) {
      const auto chosen = first_chosen(catalog, a, b);
      Overlap tie{first, second, std::nullopt};
      if (chosen.has_value()) tie.taken = *chosen ? first : second;
      return tie;
    }
    if (!found) {
      found = Overlap{first, second, order == std::weak_ordering::less ? first : second};
    }
  }
  return found;
}

// A text that no literal of the catalog equals.
std::string fresh(const std::set<std::string_view>& literals, std::string text) {
  while (literals.contains(text)) text += text.front() == '~' ? "~" : "0";
  return text;
}

std::set<std::string_view> literals_of(const Catalog& catalog) {
  std::set<std::string_view> literals;
  for (const CatalogOperation& operation : catalog.operations) {
    for (const TemplateSegment& segment : operation.path.segments) {
      if (!segment.parameter.has_value()) literals.insert(segment.literal);
    }
  }
  return literals;
}

std::vector<SegmentTexts> examples_with(const Catalog& catalog, const CatalogOperation& operation,
                                        const std::set<std::string_view>& literals) {
  std::vector<SegmentTexts> paths(1);
  for (const TemplateSegment& segment : operation.path.segments) {
    std::vector<SegmentTexts> ways = {{segment.literal}};
    if (segment.parameter.has_value()) {
      const CatalogParameterDef& parameter = catalog.parameters[*segment.parameter];
      const std::string text = fresh(literals, "~" + parameter.name);
      if (parameter.kind == ParameterKind::enumeration) {
        ways.clear();
        for (const std::string& value : parameter.values) ways.push_back({value});
      } else if (parameter.kind == ParameterKind::integer) {
        ways = {{fresh(literals, "1")}};
      } else if (parameter.kind == ParameterKind::multi) {
        ways = {{text}, {text, text}};
      } else {
        ways = {{text}};
      }
    }
    std::vector<SegmentTexts> longer;
    for (const auto& path : paths) {
      for (const auto& way : ways) {
        if (longer.size() == kExamplesMax) break;
        longer.push_back(path);
        longer.back().insert(longer.back().end(), way.begin(), way.end());
      }
    }
    paths = std::move(longer);
  }
  return paths;
}

class Checker {
 public:
  Checker(const Catalog& catalog, DiagnosticSink& sink) : catalog_(catalog), sink_(sink) {}

  void run() {
    std::set<std::pair<std::string, std::string>> tied;
    for (const Overlap& overlap : overlaps(catalog_)) {
      const CatalogOperation& a = catalog_.operations[overlap.first];
      const CatalogOperation& b = catalog_.operations[overlap.second];
      if (!overlap.taken.has_value()) {
        report_tie(a, b);
      } else if (first_chosen(catalog_, a, b).has_value() && is_tie(a, b)) {
        tied.insert(std::minmax(display(a), display(b)));
      }
    }
    for (const CatalogChoice& choice : catalog_.choices) {
      const std::string method(name_of(choice.method));
      if (tied.contains(std::minmax(method + " " + choice.taken, method + " " + choice.left))) {
        continue;
      }
      sink_.report({DiagnosticKind::catalog_bad_choice,
                    choice.span,
                    "no path leaves `" + choice.taken + "` and `" + choice.left + "` tied",
                    {},
                    "remove the choice, or name two templates that tie"});
    }
    check_contradictions();
    if (!sink_.has_errors()) check_reachable();
  }

 private:
  [[nodiscard]] bool is_tie(const CatalogOperation& a, const CatalogOperation& b) const {
    const auto [least, most] = lengths(a.path, b.path);
    for (std::size_t size = least; size <= most; ++size) {
      if (meet(catalog_, a.path, b.path, size) &&
          prefer(catalog_, a.path, b.path, size) == std::weak_ordering::equivalent) {
        return true;
      }
    }
    return false;
  }

  [[nodiscard]] bool same_shape(const PathTemplate& a, const PathTemplate& b) const {
    if (a.segments.size() != b.segments.size()) return false;
    for (std::size_t i = 0; i < a.segments.size(); ++i) {
      const TemplateSegment& x = a.segments[i];
      const TemplateSegment& y = b.segments[i];
      if (x.parameter.has_value() != y.parameter.has_value() || x.literal != y.literal)
        return false;
      if (!x.parameter.has_value()) continue;
      const CatalogParameterDef& p = catalog_.parameters[*x.parameter];
      const CatalogParameterDef& q = catalog_.parameters[*y.parameter];
      if (p.kind != q.kind || p.values != q.values) return false;
    }
    return true;
  }

  void report_tie(const CatalogOperation& a, const CatalogOperation& b) {
    if (same_shape(a.path, b.path)) {
      sink_.report({DiagnosticKind::catalog_duplicate_operation,
                    b.span,
                    "`" + display(b) + "` takes the same paths as `" + a.path.text + "`",
                    {{a.span, "the other is here"}},
                    "keep one of them"});
      return;
    }
    sink_.report({DiagnosticKind::catalog_tied_templates,
                  b.span,
                  "a path can mean both `" + display(b) + "` and `" + a.path.text + "`",
                  {{a.span, "the other is here"}},
                  "list the pair under `choices` with the one to take"});
  }

  // Where a choice's templates part: what stands before, and the values that each takes there.
  [[nodiscard]] std::optional<std::pair<std::string, std::string>> parting(
      const CatalogChoice& choice) const {
    const PathTemplate* taken = template_of(choice.method, choice.taken);
    const PathTemplate* left = template_of(choice.method, choice.left);
    if (taken == nullptr || left == nullptr) return std::nullopt;
    std::string before(name_of(choice.method));
    for (std::size_t i = 0; i < taken->segments.size() && i < left->segments.size(); ++i) {
      const std::string x = shape(taken->segments[i]);
      const std::string y = shape(left->segments[i]);
      if (x != y) return std::pair(before + x, before + y);
      before += x;
    }
    return std::nullopt;
  }

  [[nodiscard]] const PathTemplate* template_of(CatalogMethod method,
                                                const std::string& text) const {
    for (const CatalogOperation& operation : catalog_.operations) {
      if (operation.method == method && operation.path.text == text) return &operation.path;
    }
    return nullptr;
  }

  [[nodiscard]] std::string shape(const TemplateSegment& segment) const {
    if (!segment.parameter.has_value()) return "/" + segment.literal;
    const CatalogParameterDef& parameter = catalog_.parameters[*segment.parameter];
    std::string text = "/{" + std::to_string(static_cast<int>(parameter.kind));
    for (const std::string& value : parameter.values) text += "," + value;
    return text + "}";
  }

  // The tree takes one whole branch before another, so choices must order branches.
  void check_contradictions() {
    std::map<std::string, std::set<std::string>> behind;
    for (const CatalogChoice& choice : catalog_.choices) {
      const auto parts = parting(choice);
      if (!parts.has_value()) continue;
      behind[parts->first].insert(parts->second);
      if (!leads(behind, parts->second, parts->first)) continue;
      sink_.report({DiagnosticKind::catalog_bad_choice,
                    choice.span,
                    "the choice of `" + choice.taken + "` contradicts another",
                    {},
                    "where two enumerations meet, choose the same one for all templates"});
      behind[parts->first].erase(parts->second);
    }
  }

  static bool leads(const std::map<std::string, std::set<std::string>>& behind,
                    const std::string& from, const std::string& to) {
    std::vector<std::string> open = {from};
    std::set<std::string> seen;
    while (!open.empty()) {
      const std::string at = open.back();
      open.pop_back();
      if (at == to) return true;
      const auto found = behind.find(at);
      if (!seen.insert(at).second || found == behind.end()) continue;
      open.insert(open.end(), found->second.begin(), found->second.end());
    }
    return false;
  }

  void check_reachable() {
    const auto literals = literals_of(catalog_);
    for (std::uint32_t i = 0; i < catalog_.operations.size(); ++i) {
      const CatalogOperation& operation = catalog_.operations[i];
      std::optional<std::uint32_t> instead;
      bool reached = false;
      for (const auto& path : examples_with(catalog_, operation, literals)) {
        const auto found = resolve(catalog_, operation.method, path);
        reached = reached || found == i;
        if (found != i) instead = found;
      }
      if (reached) continue;
      Diagnostic diagnostic{DiagnosticKind::catalog_unreachable_template,
                            operation.span,
                            "no path means `" + display(operation) + "`",
                            {},
                            "remove it, or the more particular templates before it"};
      if (instead.has_value()) {
        diagnostic.notes.push_back({catalog_.operations[*instead].span, "its paths mean this"});
      }
      sink_.report(std::move(diagnostic));
    }
  }

  const Catalog& catalog_;
  DiagnosticSink& sink_;
};

}  // namespace

std::optional<std::uint32_t> resolve(const Catalog& catalog, CatalogMethod method,
                                     const std::vector<std::string>& segments) {
  std::optional<std::uint32_t> best;
  for (std::uint32_t i = 0; i < catalog.operations.size(); ++i) {
    const CatalogOperation& operation = catalog.operations[i];
    if (operation.method != method || !matches(catalog, operation.path, segments)) continue;
    if (!best.has_value()) {
      best = i;
      continue;
    }
    const CatalogOperation& other = catalog.operations[*best];
    const auto order = prefer(catalog, operation.path, other.path, segments.size());
    const bool better = order == std::weak_ordering::less ||
                        (order == std::weak_ordering::equivalent &&
                         first_chosen(catalog, operation, other).value_or(false));
    if (better) best = i;
  }
  return best;
}

std::vector<std::vector<SegmentTexts>> examples(const Catalog& catalog) {
  const auto literals = literals_of(catalog);
  std::vector<std::vector<SegmentTexts>> out;
  out.reserve(catalog.operations.size());
  for (const CatalogOperation& operation : catalog.operations) {
    out.push_back(examples_with(catalog, operation, literals));
  }
  return out;
}

std::vector<Overlap> overlaps(const Catalog& catalog) {
  std::vector<Overlap> found;
  for (std::uint32_t a = 0; a < catalog.operations.size(); ++a) {
    for (std::uint32_t b = a + 1; b < catalog.operations.size(); ++b) {
      if (catalog.operations[a].method != catalog.operations[b].method) continue;
      if (const auto overlap = overlap_of(catalog, a, b)) found.push_back(*overlap);
    }
  }
  return found;
}

void check_overlaps(const Catalog& catalog, DiagnosticSink& sink) {
  Checker(catalog, sink).run();
}

}  // namespace sentrail::compiler
