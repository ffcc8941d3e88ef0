// Walks each rule's condition with the tools that it can still be about. See arguments.hpp.
#include "compiler/check/arguments.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "compiler/catalog/input_shape.hpp"
#include "compiler/oracle/glob.hpp"

namespace sentrail::compiler::checking {
namespace {

using Tools = std::vector<const McpTool*>;

// A condition that is left to look at: what is known of the tools where it is asked.
struct Place {
  ir::ConditionId id;
  bool negated = false;
  bool named = false;  // tools were chosen by name, so all of them are locked
  Tools tools;
};

// Whether an operand of `==`, `in` or `~` is that name.
bool is_operand(const ir::Operand& operand, std::string_view name) {
  if (operand.kind != ir::OperandKind::pattern) return operand.text == name;
  return oracle::matches(operand.text, name, '.') == Truth::t;
}

// Whether a test names values that an attribute may have.
bool chooses(const ir::Atom& atom, AttributeId attribute) {
  const bool names =
      atom.op == ir::AtomOp::equal || atom.op == ir::AtomOp::in || atom.op == ir::AtomOp::matches;
  return names && !atom.sized && atom.attribute.attribute == attribute &&
         atom.attribute.binder == 0;
}

bool holds_of(const ir::Atom& atom, std::string_view name) {
  return std::ranges::any_of(atom.operands,
                             [&](const ir::Operand& operand) { return is_operand(operand, name); });
}

// The types of values on which a test can hold.
std::uint8_t types_needed(const ir::Atom& atom) {
  using namespace shape_types;
  if (atom.sized) return kString | kList | kObject;
  const auto type_of_operand = [](const ir::Operand& operand) -> std::uint8_t {
    switch (operand.kind) {
      case ir::OperandKind::number:
      case ir::OperandKind::number_range:
        return kNumber;
      case ir::OperandKind::boolean:
        return kBoolean;
      default:
        return kString;
    }
  };
  std::uint8_t types = 0;
  for (const ir::Operand& operand : atom.operands) types |= type_of_operand(operand);
  switch (atom.op) {
    case ir::AtomOp::exists:
      return kAll;
    case ir::AtomOp::is_type: {
      constexpr std::uint8_t kTested[] = {kString, kNumber, kBoolean, kList, kObject, kNull};
      return kTested[static_cast<std::size_t>(atom.tested_type)];
    }
    case ir::AtomOp::has:
      return kList;
    case ir::AtomOp::contains:
      return kString | kList;
    case ir::AtomOp::same:
      switch (type_of(*atom.other)) {
        case Type::boolean:
          return kBoolean;
        case Type::number:
          return kNumber;
        case Type::json:
          return kString | kNumber | kBoolean;
        default:
          return kString;
      }
    default:
      return types;
  }
}

class ArgumentChecker {
 public:
  explicit ArgumentChecker(Context& context) : context_(context) {
    for (const CatalogInfo* catalog : context.imported) {
      for (const McpTool& tool : catalog->mcp_tools) all_.push_back(&tool);
    }
  }

  [[nodiscard]] bool has_tools() const { return !all_.empty(); }

  void check(const ir::Rule& rule) {
    Place root{rule.when, false, false, all_};
    narrow(root);
    if (rule.unless) places_.push_back({*rule.unless, true, root.named, root.tools});
    places_.push_back(std::move(root));
    while (!places_.empty()) {
      const Place place = std::move(places_.back());
      places_.pop_back();
      visit(place);
    }
  }

 private:
  // Leaves the tools that the tests of a conjunction allow, those of servers first.
  void narrow(Place& place) {
    if (place.negated) return;
    const std::vector<const ir::Condition*> tests = joined_tests(place.id);
    for (const AttributeId by : {AttributeId::mcp_server, AttributeId::mcp_tool}) {
      for (const ir::Condition* test : tests) {
        if (chooses(test->atom, by)) narrow_by(*test, place);
      }
    }
  }

  // The tests that `and` joins in a condition, also those of an `and` within an `and`: a rule with
  // `on` and `when` is one.
  [[nodiscard]] std::vector<const ir::Condition*> joined_tests(ir::ConditionId root) const {
    std::vector<const ir::Condition*> tests;
    std::vector<ir::ConditionId> left = {root};
    while (!left.empty()) {
      const ir::Condition& condition = context_.policy.conditions[left.back()];
      left.pop_back();
      if (condition.kind == ir::ConditionKind::atom) tests.push_back(&condition);
      if (condition.kind != ir::ConditionKind::all) continue;
      left.insert(left.end(), condition.children.rbegin(), condition.children.rend());
    }
    return tests;
  }

  void narrow_by(const ir::Condition& test, Place& place) {
    const bool server = chooses(test.atom, AttributeId::mcp_server);
    if (place.tools.empty()) return;  // it is about a server that is not locked
    Tools left;
    std::ranges::copy_if(place.tools, std::back_inserter(left), [&](const McpTool* tool) {
      return holds_of(test.atom, server ? tool->server : tool->name);
    });
    // What such a server's tools take nobody knows.
    if (server && !names_locked_servers(test.atom)) left.clear();
    if (!server && left.empty()) warn_of_no_tool(test, place.tools);
    place.named = place.named || !left.empty();
    place.tools = std::move(left);
  }

  // Whether each of the operands is the name of some locked server.
  [[nodiscard]] bool names_locked_servers(const ir::Atom& atom) const {
    return std::ranges::all_of(atom.operands, [this](const ir::Operand& operand) {
      return std::ranges::any_of(
          all_, [&](const McpTool* tool) { return is_operand(operand, tool->server); });
    });
  }

  void warn_of_no_tool(const ir::Condition& test, const Tools& tools) {
    std::vector<std::string_view> names;
    for (const McpTool* tool : tools) names.emplace_back(tool->name);
    const std::string written = test.atom.operands.empty() ? "" : test.atom.operands[0].text;
    report(DiagnosticKind::tool_matches_nothing, test.span,
           test.atom.operands.size() == 1
               ? ticked(written) + " is no tool of the imported lock files"
               : "none of these is a tool of the imported lock files",
           suggestion(written, names, "their tools include " + enumerate(names)).text);
  }

  void visit(const Place& place) {
    const ir::Condition& condition = context_.policy.conditions[place.id];
    switch (condition.kind) {
      case ir::ConditionKind::always:
        return;
      case ir::ConditionKind::atom:
        check_test(condition, types_needed(condition.atom), place);
        if (condition.atom.other) {
          ir::Condition turned = condition;
          std::swap(turned.atom.attribute, *turned.atom.other);
          check_test(turned, types_needed(turned.atom), place);
        }
        return;
      case ir::ConditionKind::some_element:
      case ir::ConditionKind::every_element:
        check_test(condition, shape_types::kList, place);
        return;  // tests of its element are not looked at
      default:
        break;
    }
    const bool flips = condition.kind == ir::ConditionKind::not_;
    for (const ir::ConditionId child : condition.children) {
      Place next{child, place.negated != flips, place.named, place.tools};
      // What an `and` says of its parts was taken from all of it at once.
      if (condition.kind != ir::ConditionKind::all) narrow(next);
      places_.push_back(std::move(next));
    }
  }

  // What the tools say of the place that a test asks about, all together.
  struct Known {
    std::uint8_t types = 0;
    bool anything = false;  // some tool may have any value there
    bool closed = true;     // every tool refuses others than it lists
    std::vector<std::string_view> values;
    bool any_text = false;
    std::vector<std::string_view> names;  // of what could be meant
    std::size_t step = 0;
    bool found = false;
  };

  static Known known_of(const Tools& tools, const ir::AttributeRef& ref) {
    Known known;
    for (const McpTool* tool : tools) {
      const ShapeAt at = shape_at(tool->input, ref.steps);
      if (at.rest != ShapeMembers::any) {
        known.closed = known.closed && at.rest == ShapeMembers::closed;
        known.step = std::max(known.step, at.step);
        for (const auto& [name, index] : at.in->members) known.names.emplace_back(name);
        continue;
      }
      known.found = true;
      known.anything = known.anything || at.shape == nullptr;
      if (at.shape == nullptr) continue;
      known.types |= at.shape->types;
      const bool texts = (at.shape->types & shape_types::kString) != 0;
      known.any_text = known.any_text || (texts && at.shape->values.empty());
      known.values.insert(known.values.end(), at.shape->values.begin(), at.shape->values.end());
    }
    std::ranges::sort(known.names);
    known.names.erase(std::ranges::unique(known.names).begin(), known.names.end());
    return known;
  }

  void check_test(const ir::Condition& test, std::uint8_t needed, const Place& place) {
    const ir::AttributeRef& ref = test.atom.attribute;
    if (ref.attribute != AttributeId::args || ref.binder != 0 || ref.steps.empty()) return;
    if (place.tools.empty()) return;
    const Known known = known_of(place.tools, ref);
    if (!known.found) {
      report_unknown(test, known, place.named);
    } else if (place.named && !known.anything) {
      check_values(test, needed, known);
    }
  }

  void report_unknown(const ir::Condition& test, const Known& known, bool named) {
    const ir::AttributeRef& ref = test.atom.attribute;
    const bool refused = named && known.closed;
    const std::string help = suggestion(ref.steps[known.step], known.names,
                                        known.names.empty() ? "they take no arguments"
                                                            : "they list " + enumerate(known.names))
                                 .text;
    report(refused ? DiagnosticKind::unknown_argument : DiagnosticKind::unlisted_argument,
           place_of(test),
           (named ? "no tool that this is about " : "no tool of the imported lock files ") +
               std::string(refused ? "has an argument " : "lists an argument ") +
               ticked(to_string(ref)),
           help);
  }

  void check_values(const ir::Condition& test, std::uint8_t needed, const Known& known) {
    const ir::AttributeRef& ref = test.atom.attribute;
    if ((known.types & needed) == 0) {
      report(DiagnosticKind::argument_type, test.span,
             ticked(to_string(ref)) + " is " + describe_types(known.types) +
                 ", of which this test never holds",
             "test it as " + describe_types(known.types));
      return;
    }
    const bool literal = test.atom.op == ir::AtomOp::equal || test.atom.op == ir::AtomOp::in;
    if (!literal || test.atom.sized || known.any_text || needed != shape_types::kString) return;
    const auto is_value = [&](std::string_view value) { return holds_of(test.atom, value); };
    if (std::ranges::any_of(known.values, is_value)) return;
    report(DiagnosticKind::argument_type, test.span,
           ticked(to_string(ref)) + " is never " +
               ticked(test.atom.operands.empty() ? std::string() : test.atom.operands[0].text),
           "its values are " + enumerate(known.values));
  }

  // The path that a test begins with; all of it where it begins otherwise.
  [[nodiscard]] Span place_of(const ir::Condition& test) const {
    const std::string path = to_string(test.atom.attribute);
    if (!context_.sources[test.span.source].slice(test.span).starts_with(path)) return test.span;
    return {test.span.source, test.span.begin,
            test.span.begin + static_cast<std::uint32_t>(path.size())};
  }

  // A condition with a name is written out at each use: what is wrong within is said once.
  void report(DiagnosticKind kind, Span span, std::string message, std::string help) {
    if (!said_.insert({kind, span.source.value, span.begin}).second) return;
    context_.report(kind, span, std::move(message), std::move(help));
  }

  Context& context_;
  Tools all_;
  std::vector<Place> places_;
  std::set<std::tuple<DiagnosticKind, std::uint32_t, std::uint32_t>> said_;
};

}  // namespace

void check_arguments(Context& context) {
  ArgumentChecker checker(context);
  if (!checker.has_tools()) return;
  for (const ir::Tier& tier : context.policy.tiers) {
    for (const ir::Rule& rule : tier.rules) checker.check(rule);
  }
}

}  // namespace sentrail::compiler::checking
