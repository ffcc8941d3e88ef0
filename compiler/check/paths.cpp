// Looks attributes up, and says what was meant when there is none. See paths.hpp.
#include "compiler/check/paths.hpp"

#include <algorithm>
#include <string>

#include "compiler/check/quantifiers.hpp"
#include "compiler/check/uses.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

namespace sentrail::compiler::checking {
namespace {

// The first `count` steps, joined by dots.
std::string joined(const Path& path, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    if (i != 0) out += '.';
    out += path.steps[i].text;
  }
  return out;
}

// The written path from one step on; all of it where the step is an argument's.
Span span_from(const Path& path, std::size_t step) {
  const Span at = path.steps[step].span;
  const bool written =
      at.source == path.span.source && at.begin >= path.span.begin && at.end <= path.span.end;
  return written ? Span{at.source, at.begin, path.span.end} : path.span;
}

void report_unknown(Context& context, const Path& path) {
  const std::string_view first = path.steps.front().text;
  const std::string written = joined(path, path.steps.size() < 2 ? 1 : 2);
  const std::string prefix = std::string(first) + ".";
  std::vector<std::string_view> all;
  std::vector<std::string_view> group;      // `resource.…` for `resource`
  std::vector<std::string_view> last_part;  // `resource.ref` for `ref`
  for (const Attribute& row : kAttributes) {
    all.push_back(row.name);
    if (row.name.starts_with(prefix)) group.push_back(row.name);
    if (row.name.ends_with("." + std::string(first))) last_part.push_back(row.name);
  }
  if (path.steps.size() == 1 && !group.empty()) {
    context.report(DiagnosticKind::unknown_attribute, path.span,
                   ticked(first) + " is a group of attributes, not one of them",
                   "write one of " + enumerate(group, 16));
    return;
  }
  // The steps that are meant to be the attribute; those of a decoded text have no place of their
  // own.
  const Span last = path.steps[path.steps.size() < 2 ? 0 : 1].span;
  const bool exact = context.sources.slice(path.steps.front().span) == first;
  const auto write = [&](std::string words, std::string name, Span until) {
    const Span span{path.span.source, path.span.begin, until.end};
    return exact ? Help(std::move(words), {{span, std::move(name)}}) : Help(std::move(words));
  };
  Help help = suggestion(written, all, "");
  if (help.replacement) help = write(std::move(help.text), std::move(*help.replacement), last);
  if (help.text.empty() && !last_part.empty()) {
    std::string words = "did you mean " + enumerate(last_part) + "?";
    help = last_part.size() == 1
               ? write(std::move(words), std::string(last_part[0]), path.steps[0].span)
               : Help(std::move(words));
  }
  if (help.text.empty() && !group.empty()) help = "there are " + enumerate(group, 16);
  if (help.text.empty()) help = "the attributes are listed in docs/language.md, L4.2";
  context.report(DiagnosticKind::unknown_attribute, path.span,
                 "there is no attribute " + ticked(written), std::move(help));
}

// The attribute that the first steps of a path name, and how many of them.
struct Named {
  AttributeId attribute = AttributeId::tool;
  std::size_t steps = 0;
};

std::optional<Named> named_by(const Path& path) {
  for (const std::size_t count : {2u, 1u}) {
    if (path.steps.size() < count) continue;
    if (const auto found = attribute_named(joined(path, count))) return Named{*found, count};
  }
  return std::nullopt;
}

bool check_members(Context& context, const Path& path, const Attribute& row, std::size_t own,
                   BareLists bare) {
  const std::size_t members = path.steps.size() - own;
  if (!row.has_members && members > 0) {
    context.report(
        DiagnosticKind::bad_member, span_from(path, own),
        ticked(row.name) + " is a " + std::string(name_of(row.type)) + " and has no members",
        "write " + ticked(row.name) + " alone");
    return false;
  }
  const bool named_list = row.has_members && row.type == Type::string;
  if (named_list && members == 0 && bare == BareLists::refused) {
    context.report(DiagnosticKind::bad_member, path.span,
                   ticked(row.name) + " is a list of named values",
                   "name one of them: `" + std::string(row.name) + ".NAME`");
    return false;
  }
  const bool headers = row.name == row_of(AttributeId::response_headers).name;
  if ((named_list || headers) && members > 1) {
    context.report(DiagnosticKind::bad_member, span_from(path, own + 1),
                   "the entries of " + ticked(row.name) + " are strings and have no members",
                   "a name with dots is written in quotes: `" + std::string(row.name) + ".\"" +
                       joined(path, path.steps.size()).substr(row.name.size() + 1) + "\"`");
    return false;
  }
  return true;
}

// A path that begins with the name of an element. What is wrong with its list has been said.
std::optional<ir::AttributeRef> member_of(Context& context, const Path& path,
                                          const Element& element) {
  if (!element.sound) return std::nullopt;
  ir::AttributeRef ref = element.ref;
  const std::size_t members = path.steps.size() - 1;
  if (members > 0 && type_of(ref) != Type::json) {
    context.report(DiagnosticKind::bad_member, span_from(path, 1),
                   ticked(ref.element.str()) + " is a string and has no members",
                   "write " + ticked(ref.element.str()) + " alone");
    return std::nullopt;
  }
  if (ref.steps.size() + members > limits::kPathStepsMax) {
    context.report(DiagnosticKind::path_too_long, path.span,
                   "with what follows `[*]` this path has more than " +
                       std::to_string(limits::kPathStepsMax) + " steps",
                   "test something less deep");
    return std::nullopt;
  }
  for (std::size_t i = 1; i < path.steps.size(); ++i) ref.steps.emplace_back(path.steps[i].text);
  return ref;
}

}  // namespace

std::optional<DottedWord> attribute_path(const Context& context, const Literal& word) {
  if (word.kind != LiteralKind::word || word.text.find('*') != word.text.npos) return std::nullopt;
  DottedWord written = dotted(word);
  const auto [path, frame, joined_steps] = actual_path(context, written.path());
  const bool parameter = frame != context.frame;
  if (parameter || element_named(frame->elements, path.steps.front().text)) return written;
  const auto named = named_by(path);
  if (!named) return std::nullopt;
  if (path.steps.size() > named->steps && !row_of(named->attribute).has_members) {
    return std::nullopt;
  }
  return written;
}

std::optional<ir::AttributeRef> resolve(Context& context, const Path& written, BareLists bare) {
  const auto [path, frame, joined_steps] = actual_path(context, written);
  if (const Element* one = element_named(frame->elements, path.steps.front().text)) {
    return member_of(context, path, *one);
  }
  const auto named = named_by(path);
  if (!named) {
    report_unknown(context, path);
    return std::nullopt;
  }
  if (path.steps.size() > limits::kPathStepsMax) {
    context.report(DiagnosticKind::path_too_long, path.span,
                   "with its argument this path has " + std::to_string(path.steps.size()) +
                       " steps, at most " + std::to_string(limits::kPathStepsMax) + " are allowed",
                   "test something less deep");
    return std::nullopt;
  }
  const std::size_t own = named->steps;
  ir::AttributeRef ref{named->attribute, {}};
  if (ref.attribute == AttributeId::session_count && bare == BareLists::refused) {
    context.report(DiagnosticKind::bad_member, path.span,
                   ticked(joined(path, path.steps.size())) + " does not say what is counted",
                   "write `session.count(action == issues.create) within 10m` left of an operator");
    return std::nullopt;
  }
  if (!check_members(context, path, row_of(ref.attribute), own, bare)) return std::nullopt;
  for (std::size_t i = own; i < path.steps.size(); ++i) {
    const std::string_view step = path.steps[i].text;
    const bool header = ref.attribute == AttributeId::http_headers ||
                        ref.attribute == AttributeId::response_headers;
    ref.steps.push_back(header ? to_lower_ascii(step) : std::string(step));
  }
  return ref;
}

}  // namespace sentrail::compiler::checking
