// Tests by type. See attributes.hpp.
#include "compiler/import/attributes.hpp"

#include <algorithm>
#include <array>

#include "compiler/code_points.hpp"
#include "compiler/regex/compile.hpp"
#include "core/limits.hpp"

namespace sentrail::compiler::import_ {
namespace {

// Entries of one list: past it a policy is data.
constexpr std::size_t kListEntriesMax = 10'000;
constexpr std::array<std::string_view, 4> kRisks = {"low", "medium", "high", "critical"};

TestOp op_of(Comparison comparison) {
  switch (comparison) {
    case Comparison::equal:
      return TestOp::equal;
    case Comparison::less:
      return TestOp::less;
    case Comparison::less_equal:
      return TestOp::less_equal;
    case Comparison::greater:
      return TestOp::greater;
    case Comparison::greater_equal:
      break;
  }
  return TestOp::greater_equal;
}

ValueKind kind_of(ConstantKind kind) {
  switch (kind) {
    case ConstantKind::string:
      return ValueKind::string;
    case ConstantKind::number:
      return ValueKind::number;
    case ConstantKind::boolean:
      return ValueKind::boolean;
    case ConstantKind::null:
      break;
  }
  return ValueKind::any;
}

std::string described(const Constant& constant) {
  switch (constant.kind) {
    case ConstantKind::string:
      return "a string";
    case ConstantKind::number:
      return "a number";
    case ConstantKind::boolean:
      return "a bool";
    case ConstantKind::null:
      break;
  }
  return "null";
}

FormulaRef no_test(const Place& place, const Constant& constant) {
  return unknown("`" + place.path + "`, a " + std::string(name_of(place.type)) +
                 ", cannot be compared so with " + described(constant));
}

FormulaRef unwritable(const Place& place) {
  return unknown("a constant beside `" + place.path + "` is too long or too precise to be written");
}

// Whether `==` and `in` between the type and the constant pass `check`.
bool is_comparable(Type type, const Constant& constant) {
  switch (type) {
    case Type::boolean:
      return constant.kind == ConstantKind::boolean;
    case Type::number:
      return constant.kind == ConstantKind::number;
    case Type::string:
      return constant.kind == ConstantKind::string;
    case Type::risk:
      return constant.kind == ConstantKind::string &&
             std::find(kRisks.begin(), kRisks.end(), constant.text) != kRisks.end();
    case Type::string_set:
    case Type::time:
    case Type::ip:
      return false;
    case Type::json:
      return constant.kind != ConstantKind::null;
  }
  return false;
}

// Why the language does not take an expression, if it does not.
std::optional<std::string> regex_problem(std::string_view expression) {
  if (expression.empty()) return "is empty";
  for (std::size_t at = 0; at < expression.size();) {
    const CodePoint point = decode_utf8(expression, at);
    if (!point.valid || is_control(point.value) || is_invisible(point.value)) {
      return "holds a character that cannot be seen";
    }
    at += point.length;
  }
  const auto tree = regex::parse(expression);
  if (!tree) return tree.error().what;
  if (const auto program = regex::compile(*tree); !program) return program.error().what;
  return std::nullopt;
}

FormulaRef test_on(const Place& place, TestOp op, std::string operand, ValueKind kind) {
  return test_of({place.path, false, op, {std::move(operand)}, false, kind});
}

}  // namespace

std::optional<Place> place_named(std::string_view path) {
  for (const Attribute& row : kAttributes) {
    // What a count counts is said behind it, in policy text alone.
    const bool count = row.name == row_of(AttributeId::session_count).name;
    if (path == row.name && !count) return Place{std::string(path), row.type, 0};
  }
  const std::size_t dot = path.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const std::optional<Place> outer = place_named(path.substr(0, dot));
  if (!outer) return std::nullopt;
  return member_of(*outer, path.substr(dot + 1));
}

std::optional<Place> member_of(const Place& place, std::string_view member) {
  if (place.steps + 2 >= limits::kPathStepsMax) return std::nullopt;
  if (place.steps == 0) {
    const std::optional<AttributeId> id = attribute_named(place.path);
    if (!id || !row_of(*id).has_members) return std::nullopt;
  } else if (place.type != Type::json) {
    return std::nullopt;
  }
  std::optional<std::string> path = with_member(place.path, member);
  if (!path) return std::nullopt;
  return Place{std::move(*path), place.type, place.steps + 1};
}

FormulaRef compare(const Place& place, Comparison comparison, const Constant& constant) {
  if (constant.kind == ConstantKind::null) {
    if (comparison != Comparison::equal || place.type != Type::json) {
      return no_test(place, constant);
    }
    return test_of({place.path, false, TestOp::is, {"null"}, false, ValueKind::any});
  }
  const bool ordered = comparison != Comparison::equal;
  if (!is_comparable(place.type, constant)) return no_test(place, constant);
  if (ordered && place.type != Type::risk && constant.kind != ConstantKind::number) {
    return no_test(place, constant);
  }
  // Risks are words; everything else is written as it is.
  std::optional<std::string> operand = place.type == Type::risk ? constant.text : written(constant);
  if (!operand) return unwritable(place);
  return test_on(place, op_of(comparison), std::move(*operand), kind_of(constant.kind));
}

FormulaRef compare_size(const Place& place, Comparison comparison, const Constant& constant) {
  const bool sizable =
      place.type == Type::string || place.type == Type::string_set || place.type == Type::json;
  if (!sizable || constant.kind != ConstantKind::number) return no_test(place, constant);
  std::optional<std::string> operand = written(constant);
  if (!operand) return unwritable(place);
  return test_of(
      {place.path, true, op_of(comparison), {std::move(*operand)}, false, ValueKind::any});
}

FormulaRef is_one_of(const Place& place, const std::vector<Constant>& constants) {
  if (constants.empty()) return never();
  if (constants.size() > kListEntriesMax) {
    return unknown("the list beside `" + place.path + "` is longer than a rule may be");
  }
  if (constants.size() == 1) return compare(place, Comparison::equal, constants.front());
  FormulaTest test{place.path, false, TestOp::in, {}, true, kind_of(constants.front().kind)};
  for (const Constant& constant : constants) {
    if (!is_comparable(place.type, constant)) return no_test(place, constant);
    std::optional<std::string> entry;
    if (place.type == Type::risk) {
      entry = constant.text;
    } else if (constant.kind == ConstantKind::string) {
      entry = quoted_entry(constant.text);
    } else {
      entry = written(constant);
    }
    if (!entry) return unwritable(place);
    if (kind_of(constant.kind) != test.kind) test.kind = ValueKind::any;
    test.operands.push_back(std::move(*entry));
  }
  return test_of(std::move(test));
}

FormulaRef has_element(const Place& place, const Constant& constant) {
  const bool possible = place.type == Type::json ? constant.kind != ConstantKind::null
                                                 : place.type == Type::string_set &&
                                                       constant.kind == ConstantKind::string;
  if (!possible) return no_test(place, constant);
  std::optional<std::string> operand = written(constant);
  if (!operand) return unwritable(place);
  return test_on(place, TestOp::has, std::move(*operand), ValueKind::list);
}

FormulaRef has_part(const Place& place, TestOp op, std::string_view part) {
  const Constant constant{ConstantKind::string, std::string(part)};
  if (place.type != Type::string && place.type != Type::json) return no_test(place, constant);
  std::optional<std::string> operand = written(constant);
  if (!operand) return unwritable(place);
  return test_on(place, op, std::move(*operand), ValueKind::string);
}

FormulaRef finds(const Place& place, std::string_view expression) {
  const Constant constant{ConstantKind::string, {}};
  if (place.type != Type::string && place.type != Type::json) return no_test(place, constant);
  std::string text = "/";
  for (std::size_t i = 0; i < expression.size(); ++i) {
    if (expression[i] == '\\' && i + 1 < expression.size()) {
      text += expression[i++];
      text += expression[i];
    } else {
      if (expression[i] == '/') text += '\\';
      text += expression[i];
    }
  }
  text += '/';
  if (const std::optional<std::string> problem = regex_problem(expression)) {
    return unknown("a regular expression beside `" + place.path + "` " + *problem);
  }
  return test_on(place, TestOp::search, std::move(text), ValueKind::string);
}

FormulaRef is_true(const Place& place) {
  return compare(place, Comparison::equal, {ConstantKind::boolean, "true"});
}

FormulaRef has_kind(const Place& place, ValueKind kind) {
  return place.type == Type::json ? is_kind(place.path, kind) : exists(place.path);
}

std::string regex_escaped(std::string_view text) {
  constexpr std::string_view kSpecial = "\\^$.|?*+()[]{}";
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (kSpecial.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

}  // namespace sentrail::compiler::import_
