// Types literals and expands lists. See operands.hpp.
#include "compiler/check/operands.hpp"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "compiler/check/addresses.hpp"
#include "compiler/check/paths.hpp"
#include "compiler/check/uses.hpp"
#include "compiler/check/windows.hpp"
#include "compiler/ir/pattern.hpp"
#include "core/decimal.hpp"
#include "core/known_values.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

namespace sentrail::compiler::checking {
namespace {

// The author's spelling of a literal.
std::string spelled(const Context& context, const Literal& literal) {
  constexpr std::size_t kShownMax = 60;
  return ticked(cap_characters(context.sources.slice(literal.span), kShownMax));
}

std::string_view kind_name(const Literal& literal) {
  switch (literal.kind) {
    case LiteralKind::string:
      return "a string";
    case LiteralKind::number:
      return "a number";
    case LiteralKind::boolean:
      return "a bool";
    case LiteralKind::word:
      return "a word";
    case LiteralKind::range:
      return holds_instants(literal) ? "a range of instants" : "a range";
    case LiteralKind::json:
      return "JSON";
    case LiteralKind::regex:
      return "a regular expression";
    case LiteralKind::window:
      return "a window";
    case LiteralKind::instant:
      return "an instant";
  }
  return "";
}

// An instant in quotes loses them.
Help wanted_instant(const Literal& literal) {
  const std::string text(literal.text);
  if (literal.kind == LiteralKind::string && instant_named(text)) {
    return Help("write " + ticked(text) + " without quotes", {{literal.span, text}});
  }
  return "write an instant, as `2027-01-31T12:00:00Z`, or a day, as `2027-01-31`";
}

// What to write instead, by the type of the left side.
Help wanted(Type type, const Literal& literal, Place place) {
  if (place == Place::pattern && type == Type::json) return "write a string";
  const auto write = [&](const std::string& text, const std::string& words) {
    return Help(words, {{literal.span, text}});
  };
  const std::string in_quotes = "\"" + std::string(literal.text) + "\"";
  switch (type) {
    case Type::boolean:
      return "write `true` or `false`";
    case Type::number:
      return "write a number";
    case Type::risk:
      if (literal.kind == LiteralKind::string && risk_named(literal.text)) {
        return write(std::string(literal.text),
                     "write " + ticked(literal.text) + " without quotes");
      }
      return "the risks are `low`, `medium`, `high` and `critical`";
    case Type::string:
    case Type::string_set:
      return literal.kind == LiteralKind::range ? Help("write a string")
                                                : write(in_quotes, "write " + ticked(in_quotes));
    case Type::json:
      return literal.kind == LiteralKind::word
                 ? write(in_quotes, "write " + ticked(in_quotes))
                 : Help("write a string, a number, `true` or `false`");
    case Type::time:
      return wanted_instant(literal);
    case Type::ip:
      return "write an address or a network in quotes, as `\"10.0.0.0/8\"`";
  }
  return "";
}

std::nullopt_t mismatch(Context& context, const Left& left, const Literal& literal, Place place) {
  const Type type = left.type();
  std::string message = spelled(context, literal) + " is " + std::string(kind_name(literal));
  if (type == Type::json && literal.kind == LiteralKind::word) {
    message += ", which has no type of its own beside json";
  } else if (type == Type::string_set) {
    message += ", the elements of " + ticked(left.name()) + " are strings";
  } else {
    message += ", " + ticked(left.name()) + " is of type " + std::string(name_of(type));
  }
  context.report(DiagnosticKind::wrong_operand, literal.span, std::move(message),
                 wanted(type, literal, place));
  return std::nullopt;
}

bool check_number(Context& context, std::string_view text, Span span) {
  if (Decimal::parse(text)) return true;
  context.report(DiagnosticKind::number_out_of_range, span,
                 ticked(text) + " is past what numbers are compared by",
                 "numbers have at most " + std::to_string(limits::kDecimalDigitsMax) +
                     " significant digits and an exponent within " +
                     std::to_string(limits::kDecimalExponentMax));
  return false;
}

std::optional<ir::Operand> number_of(Context& context, const Literal& literal) {
  if (!check_number(context, literal.text, literal.span)) return std::nullopt;
  return ir::Operand{ir::OperandKind::number, std::string(literal.text), {}, false};
}

std::optional<ir::Operand> range_of(Context& context, const Left& left, const Literal& literal,
                                    Place place) {
  const Type type = left.type();
  if (place != Place::entry || holds_instants(literal) ||
      (type != Type::number && type != Type::json)) {
    return mismatch(context, left, literal, place);
  }
  if (!check_number(context, literal.text, literal.span) ||
      !check_number(context, literal.upper, literal.span)) {
    return std::nullopt;
  }
  if (compare(*Decimal::parse(literal.text), *Decimal::parse(literal.upper)) > 0) {
    context.report(DiagnosticKind::number_out_of_range, literal.span,
                   "the range " + spelled(context, literal) + " holds nothing",
                   Help::write("write the smaller end first: `" + std::string(literal.upper) +
                                   ".." + std::string(literal.text) + "`",
                               std::string(literal.upper) + ".." + std::string(literal.text)));
    return std::nullopt;
  }
  return ir::Operand{ir::OperandKind::number_range, std::string(literal.text),
                     std::string(literal.upper), false};
}

std::optional<ir::Operand> risk_of(Context& context, const Left& left, const Literal& literal,
                                   Place place) {
  if (literal.kind != LiteralKind::word) return mismatch(context, left, literal, place);
  if (!risk_named(literal.text)) {
    context.report(DiagnosticKind::wrong_operand, literal.span,
                   "there is no risk " + spelled(context, literal),
                   suggestion(literal.text, {"low", "medium", "high", "critical"},
                              "the risks are `low`, `medium`, `high` and `critical`"));
    return std::nullopt;
  }
  return ir::Operand{ir::OperandKind::risk, std::string(literal.text), {}, false};
}

// Warns of a text that its attribute never has: a test that never holds, by a slip of the pen.
void warn_of_unknown_value(Context& context, const Left& left, const Literal& literal) {
  if (left.ref.binder != 0) return;
  const auto known = known_values(left.ref.attribute);
  if (known.empty() || std::ranges::find(known, literal.text) != known.end()) return;
  const std::vector<std::string_view> names(known.begin(), known.end());
  context.report(DiagnosticKind::unknown_value, literal.span,
                 ticked(left.name()) + " is never " + spelled(context, literal),
                 suggestion(literal.text, names, "it is one of " + enumerate(names)));
}

std::optional<ir::Operand> text_of(Context& context, const Left& left, const Literal& literal,
                                   Place place) {
  const auto& lists = context.frame->scope->lists;
  if (literal.kind == LiteralKind::word && lists.contains(literal.text)) {
    context.report(DiagnosticKind::word_names_list, literal.span,
                   spelled(context, literal) + " is a string here, and also the name of a list",
                   "write `in " + std::string(literal.text) + "` for the list, or `\"" +
                       std::string(literal.text) + "\"` for the string",
                   {{lists.at(literal.text)->name.span, "the list"}});
  }
  ir::Operand made{ir::OperandKind::string, std::string(literal.text), {}, false};
  if (place == Place::value) {
    warn_of_unknown_value(context, left, literal);
    return made;
  }
  const char separator = row_of(left.ref.attribute).separator;
  if (const auto problem = ir::pattern_problem(literal.text, separator)) {
    context.report(DiagnosticKind::bad_pattern, literal.span,
                   "the pattern " + spelled(context, literal) + " " + problem->what, problem->help);
    return std::nullopt;
  }
  if (place == Place::pattern || ir::has_wildcard(literal.text)) {
    made.kind = ir::OperandKind::pattern;
  } else {
    made.text = ir::unescape_literal(literal.text);
    warn_of_unknown_value(context, left, literal);
  }
  return made;
}

bool is_text(const Literal& literal) {
  return literal.kind == LiteralKind::string || literal.kind == LiteralKind::word;
}

// A word that names an attribute stands where only values do.
std::nullopt_t report_attribute(Context& context, const Left& left, const Literal& literal) {
  const Type type = left.type();
  const bool text = type == Type::string || type == Type::string_set || type == Type::json;
  const std::string quoted = "\"" + std::string(literal.text) + "\"";
  context.report(DiagnosticKind::attribute_as_value, literal.span,
                 spelled(context, literal) + " names an attribute, and here stands a value",
                 text ? Help("write " + ticked(quoted) + " for the text", {{literal.span, quoted}})
                      : Help("attributes are compared by `==` and `!=` alone; write a value"));
  return std::nullopt;
}

// Takes an entry away with the comma before it, where nothing else stands between the two.
std::vector<Edit> without_entry(const Context& context, const Literal& before,
                                const Literal& entry) {
  const Span span{entry.span.source, before.span.end, entry.span.end};
  const Span gap{span.source, span.begin, entry.span.begin};
  const bool plain =
      context.sources.slice(gap).find_first_not_of(", \t\r\n") == std::string_view::npos;
  return plain ? std::vector<Edit>{{span, ""}} : std::vector<Edit>{};
}

}  // namespace

Type Left::type() const {
  return sized ? Type::number : type_of(ref);
}

std::string Left::name() const {
  return sized ? "size(" + to_string(ref) + ")" : to_string(ref);
}

std::optional<ir::Operand> operand_of(Context& context, const Left& left, const Literal& literal,
                                      Place place) {
  if (const ActualValue actual = actual_value(context, literal); actual.operand != nullptr) {
    const FrameGuard guard(context, *actual.frame);
    if (!actual.operand->bracketed) {
      return operand_of(context, left, actual.operand->literals.front(), place);
    }
    context.report(DiagnosticKind::wrong_argument, actual.operand->span,
                   "a list, where " + ticked(literal.text) + " stands for one value",
                   "give one value; a parameter that stands for a list is tested by `in`");
    return std::nullopt;
  }
  const Type type = left.type();
  if (type == Type::time && place == Place::entry) return range_of_instants(context, literal);
  if (literal.kind == LiteralKind::range) return range_of(context, left, literal, place);
  if (attribute_path(context, literal)) return report_attribute(context, left, literal);
  const bool boolean = literal.kind == LiteralKind::boolean;
  ir::Operand truth{ir::OperandKind::boolean, {}, {}, literal.text == "true"};
  switch (type) {
    case Type::boolean:
      if (boolean) return truth;
      break;
    case Type::number:
      if (literal.kind == LiteralKind::number) return number_of(context, literal);
      break;
    case Type::risk:
      return risk_of(context, left, literal, place);
    case Type::string:
    case Type::string_set:
      if (is_text(literal)) return text_of(context, left, literal, place);
      break;
    case Type::json:
      if (literal.kind == LiteralKind::string) return text_of(context, left, literal, place);
      if (place == Place::pattern) break;
      if (literal.kind == LiteralKind::number) return number_of(context, literal);
      if (boolean) return truth;
      break;
    case Type::time:
      if (literal.kind == LiteralKind::instant) return instant_operand(context, literal);
      break;
    case Type::ip:
      if (literal.kind == LiteralKind::string) return network_of(context, literal, place);
      break;
  }
  return mismatch(context, left, literal, place);
}

std::vector<ir::Operand> entries_of(Context& context, const Left& left,
                                    std::span<const Literal> entries, Span use) {
  std::vector<ir::Operand> operands;
  if (entries.empty() || !spend_operands(context, entries.size(), use)) {
    return operands;
  }
  operands.reserve(entries.size());
  for (const Literal& literal : entries) {
    if (auto operand = operand_of(context, left, literal, Place::entry)) {
      operands.push_back(std::move(*operand));
    }
  }
  return operands;
}

const ListNode* list_of(Context& context, const Literal& literal) {
  const Scope& scope = *context.frame->scope;
  const ScopedName name = look_up(scope, literal.text);
  const Scope& home = name.home == nullptr ? scope : *name.home;
  const auto found = home.lists.find(name.name);
  const bool known = name.home != nullptr && found != home.lists.end();
  if (known && (&home == &scope || !is_private(name.name))) {
    if (&home == &context.scope) context.used_lists.insert(found->first);
    return found->second;
  }
  if (known) {
    context.report(DiagnosticKind::unknown_list, literal.span,
                   ticked(literal.text) + " is for its own module alone",
                   "a name that begins with `_` cannot be used outside of its file",
                   {{found->second->name.span, "it is declared here"}});
    return nullptr;
  }
  context.report(DiagnosticKind::unknown_list, literal.span,
                 "there is no list " + ticked(literal.text),
                 suggestion_of(scope, literal.text, &list_names,
                               "declare it, or write `in [" + std::string(literal.text) +
                                   "]` for a single value"));
  return nullptr;
}

namespace {

// What `in` takes is a set: an argument in its place must be one.
bool is_set(const Left& left, const Operand& operand) {
  if (operand.bracketed) return true;
  const LiteralKind kind = operand.literals.front().kind;
  if (kind == LiteralKind::string) return left.type() == Type::ip;
  return kind == LiteralKind::word || kind == LiteralKind::range;
}

}  // namespace

std::vector<ir::Operand> entries_of(Context& context, const Left& left, const Operand& operand) {
  const Frame plain{context.frame->scope, nullptr, nullptr, nullptr};
  std::span<const Literal> entries = operand.literals;
  bool listed = false;
  if (!operand.bracketed) {
    const Literal& literal = operand.literals.front();
    if (const ActualValue actual = actual_value(context, literal); actual.operand != nullptr) {
      const FrameGuard guard(context, *actual.frame);
      if (is_set(left, *actual.operand)) return entries_of(context, left, *actual.operand);
      context.report(DiagnosticKind::wrong_argument, actual.operand->span,
                     "one value, where " + ticked(literal.text) + " stands for a list",
                     "write a list, a range or the name of a list");
      return {};
    }
    if (literal.kind == LiteralKind::string && left.type() != Type::ip) {
      report_misplaced_network(context, left.name(), literal);
      return {};
    }
    if (literal.kind == LiteralKind::word) {
      const ListNode* list = list_of(context, literal);
      if (list == nullptr) return {};
      entries = list->entries;
      listed = true;
    }
  } else if (context.sites.empty()) {  // those of a body are looked at with its declaration
    warn_of_repeats(context, operand.literals);
  }
  if (entries.empty()) {
    context.report(DiagnosticKind::empty_list, operand.span,
                   "this list is empty: the test never holds, and its `not` always does",
                   "give the list entries, or take the test away");
  }
  if (!listed) return entries_of(context, left, entries, operand.span);
  const FrameGuard guard(context, plain);  // the entries of a list know no parameters
  return entries_of(context, left, entries, operand.span);
}

bool spend_operands(Context& context, std::size_t more, Span use) {
  const bool before = context.operand_count <= limits::kOperandsMax;
  context.operand_count += more;
  if (context.operand_count <= limits::kOperandsMax) return true;
  if (before) {
    context.report(DiagnosticKind::too_many_operands, use,
                   "the lists and conditions of this policy are more than " +
                       std::to_string(limits::kOperandsMax) + " entries where they are used",
                   "use long ones in few rules, or patterns instead of single names");
  }
  return false;
}

void warn_of_repeats(Context& context, std::span<const Literal> entries) {
  // A word and the string of its letters mean the same wherever both may stand.
  std::map<std::tuple<LiteralKind, std::string_view, std::string_view>, Span> seen;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Literal& literal = entries[i];
    const LiteralKind kind = literal.kind == LiteralKind::word ? LiteralKind::string : literal.kind;
    const auto [found, is_new] =
        seen.emplace(std::tuple(kind, literal.text, literal.upper), literal.span);
    if (is_new) continue;
    context.report(DiagnosticKind::repeated_entry, literal.span,
                   "the entry " + spelled(context, literal) + " stands twice",
                   Help("take one away", without_entry(context, entries[i - 1], literal)),
                   {{found->second, "the first one"}});
  }
}

}  // namespace sentrail::compiler::checking
