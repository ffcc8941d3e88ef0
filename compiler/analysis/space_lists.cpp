// What is said of lists, their elements and sizes. See space.hpp.
#include <algorithm>
#include <array>
#include <utility>

#include "compiler/analysis/budgets.hpp"
#include "compiler/analysis/space.hpp"
#include "compiler/simplify/forms.hpp"
#include "core/decimal.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

namespace sentrail::compiler::analysis {
namespace {

using oracle::Value;
using oracle::ValueKind;

Value element_of(const ir::Operand& operand) {
  Value value;
  value.text = operand.text;
  value.boolean = operand.boolean;
  switch (operand.kind) {
    case ir::OperandKind::number:
      value.kind = ValueKind::number;
      value.text = Decimal::parse(operand.text)->to_string();
      break;
    case ir::OperandKind::boolean:
      value.kind = ValueKind::boolean;
      break;
    default:
      value.kind = ValueKind::string;
      break;
  }
  return value;
}

bool is_absent(const Value& value) {
  return value.kind == ValueKind::absent;
}
// Members of what is no object are unreadable, and not counted.
bool is_there(const Value& value) {
  return value.kind != ValueKind::absent && value.kind != ValueKind::unreadable;
}
bool is_short_list(const Value& value) {
  return value.kind == ValueKind::list && list_kind_of(value) != ListKind::endless;
}
bool is_undecidable_list(const Value& value) {
  return !is_absent(value) && !is_short_list(value);
}

// Whether a value of a class may have a size of a range. `elements`: lists are told apart by
// whether their elements are looked at; `texts`: texts by their sizes.
bool may_have(const Value& value, const SizeRange& range, bool elements, bool texts) {
  switch (value.kind) {
    case ValueKind::string:
      if (!is_valid_utf8(value.text)) return false;
      return !texts || range.has(count_code_points(value.text));
    case ValueKind::list:
      if (!elements) return true;
      return list_kind_of(value) == ListKind::endless ? range.high > limits::kListElementsMax
                                                      : range.low <= limits::kListElementsMax;
    case ValueKind::object:
      return true;
    default:
      return false;
  }
}

bool has_size(const Value& value) {
  return value.kind == ValueKind::list || value.kind == ValueKind::object ||
         (value.kind == ValueKind::string && is_valid_utf8(value.text));
}

// Why a body is not known, if it is not. Recursion: conditions nest at most kConditionDepthMax
// deep.
std::optional<std::string> why_unknown(const ir::Policy& policy, ir::ConditionId id) {
  const ir::Condition& condition = policy.conditions[id];
  if (ir::is_quantified(condition.kind)) return "quantifiers within quantifiers are not analysed";
  const ir::Rare<ir::AttributeRef>& other = condition.atom.other;
  if (other && (condition.atom.attribute.binder > 0 || other->binder > 0)) {
    return "elements that are compared with other values are not analysed";
  }
  for (const ir::ConditionId child : condition.children) {
    if (std::optional<std::string> why = why_unknown(policy, child)) return why;
  }
  return std::nullopt;
}

}  // namespace

ir::Atom element_test_of(const ir::Atom& has) {
  ir::Atom test = has;
  test.op = ir::AtomOp::equal;
  test.attribute.steps.clear();
  test.attribute.binder = 1;
  return test;
}

ir::ConditionId Space::copy(const ir::Policy& policy, ir::ConditionId id) {
  ir::Condition condition = policy.conditions[id];
  for (ir::ConditionId& child : condition.children) child = copy(policy, child);
  if (condition.kind == ir::ConditionKind::atom && condition.atom.attribute.binder == 0) {
    ask(condition.atom);
  }
  return bodies_.conditions.push_back(std::move(condition));
}

void Space::ask_quantifier(const ir::Policy& policy, ir::ConditionId id) {
  const std::string key = key_text(policy, id);
  if (!refused_.try_emplace(key, "elements are not analysed").second) return;
  const ir::Condition& condition = policy.conditions[id];
  if (auto why = why_unknown(policy, condition.children.at(0))) {
    refused_[key] = *std::move(why);
    return;
  }
  const ir::ConditionId body = copy(policy, condition.children.at(0));
  asked_of(condition.atom.attribute).quantifiers.emplace_back(key, body);
}

// Whether texts are told apart by other tests than of their sizes.
bool Space::tells_texts(const Asked& asked) {
  return std::ranges::any_of(asked.tests, [](const auto& one) {
    return std::ranges::any_of(one.second.operands, [](const ir::Operand& operand) {
      return operand.kind == ir::OperandKind::string || operand.kind == ir::OperandKind::pattern ||
             operand.kind == ir::OperandKind::regex;
    });
  });
}

void Space::divide_parts(Asked& asked) {
  asked.elements_told = element_classes_of(asked);
  asked.sizes_told = size_classes_of(asked);
}

std::optional<ElementClasses> Space::element_classes_of(const Asked& asked) {
  const bool has_beside_size = !asked.elements.empty() && !asked.sizes.empty();
  if (asked.quantifiers.empty() && !has_beside_size) return std::nullopt;
  std::vector<ir::ConditionId> bodies;
  for (const auto& [key, body] : asked.quantifiers) bodies.push_back(body);
  for (const auto& [key, atom] : asked.elements) {
    ir::Condition test;
    test.kind = ir::ConditionKind::atom;
    test.atom = element_test_of(atom);
    bodies.push_back(bodies_.conditions.push_back(std::move(test)));
  }
  std::string why;
  auto classes = element_classes(bodies_, bodies, why);
  if (classes && classes->examples.size() * bodies.size() > limits::kAnalysisElementFormulasMax) {
    why = "they are too many for " + std::to_string(classes->examples.size()) +
          " classes of elements";
    classes.reset();
  }
  if (classes) return classes;
  for (const auto& [key, body] : asked.quantifiers) refused_[key] = why;
  return std::nullopt;
}

void Space::build_presence(const Asked& asked, DimensionId root, ElementClasses classes) {
  auto made = std::make_unique<Elements>();
  made->list = root;
  made->lists = classes_where(root, is_short_list);
  made->undecidable = classes_where(root, is_undecidable_list);
  Bits no_lists = set(made->lists);
  no_lists.flip();
  const SetId others = intern(std::move(no_lists));
  Bits there(2);
  there.set(kClassTrue);
  const SetId is_there = intern(std::move(there));
  for (const Value& example : classes.examples) {
    Dimension dimension;
    dimension.kind = DimensionKind::element;
    dimension.ref = asked.ref;
    dimension.classes = 2;
    dimension.element = example;
    dimension.parent = root;
    const DimensionId id = append(std::move(dimension));
    parts_[root.value].push_back(id);
    exclusions_[id.value].push_back({{{root, others}, {id, is_there}}});
    made->present.push_back(id);
  }
  made->classes = std::move(classes);
  for (const auto& [key, body] : asked.quantifiers) elements_[key] = made.get();
  for (const auto& [key, atom] : asked.elements) elements_[key] = made.get();
  lists_.push_back(std::move(made));
}

const Elements* Space::elements_of(const ir::Policy& policy, ir::ConditionId id) const {
  const auto found = elements_.find(key_text(policy, id));
  return found == elements_.end() ? nullptr : found->second;
}

const Elements* Space::elements_of(const ir::Atom& has) const {
  if (elements_.empty() || has.op != ir::AtomOp::has) return nullptr;
  const auto found = elements_.find(key_text(has));
  return found == elements_.end() ? nullptr : found->second;
}

const AtomSets& Space::sets_of_quantifier(const ir::Policy& policy, ir::ConditionId id) {
  const std::string key = key_text(policy, id);
  const auto [found, is_new] = quantifiers_.try_emplace(key);
  if (is_new) {
    found->second =
        add_opaque("`any` or `all` over `" + to_string(policy.conditions[id].atom.attribute) +
                   "`: " + refused_.at(key));
  }
  return found->second;
}

void Space::build_elements(const Asked& asked, DimensionId root) {
  std::map<std::pair<ValueKind, std::string>, DimensionId> made;
  std::vector<DimensionId> booleans;
  for (const auto& [key, atom] : asked.elements) {
    Value element = element_of(atom.operands[0]);
    const std::string text =
        element.kind == ValueKind::boolean ? (element.boolean ? "true" : "false") : element.text;
    const auto [found, is_new] = made.try_emplace({element.kind, text});
    if (is_new) {
      Dimension dimension;
      dimension.kind = DimensionKind::element;
      dimension.ref = asked.ref;
      dimension.classes = 3;
      dimension.element = std::move(element);
      dimension.parent = root;
      found->second = append(std::move(dimension));
      parts_[root.value].push_back(found->second);
      exclude_element(found->second, root);
      if (found->first.first == ValueKind::boolean) booleans.push_back(found->second);
    }
    AtomSets sets;
    sets.dimension = found->second;
    Bits certain(3);
    certain.set(kClassTrue);
    Bits possible = certain;
    possible.set(kClassUndecidable);
    sets.certain = intern(std::move(certain));
    sets.possible = intern(std::move(possible));
    atoms_[key] = sets;
  }
  if (booleans.size() < 2) return;
  // A list of booleans alone holds one of the two.
  const SetId lists = classes_where(
      root, [](const Value& value) { return list_kind_of(value) == ListKind::booleans; });
  Bits is_false(3);
  is_false.set(kClassFalse);
  const SetId none = intern(std::move(is_false));
  exclusions_[booleans[1].value].push_back(
      {{{root, lists}, {booleans[0], none}, {booleans[1], none}}});
}

// source: docs/language.md, L5.9.
void Space::exclude_element(DimensionId element, DimensionId list) {
  const Dimension& root = dimensions_[list];
  const bool set_of_string = row_of(root.ref.attribute).type == Type::string_set;
  const ValueKind kind = dimensions_[element].element.kind;
  const ListKind same = kind == ValueKind::string   ? ListKind::strings
                        : kind == ValueKind::number ? ListKind::numbers
                                                    : ListKind::booleans;
  std::array<Bits, 3> refused = {Bits(root.classes), Bits(root.classes), Bits(root.classes)};
  for (std::uint32_t i = 0; i < root.classes; ++i) {
    const Value& value = root.values[i];
    const ListKind found = list_kind_of(value);
    const bool absent = is_absent(value);
    const bool plain = found == same;
    if (!plain && (set_of_string || found != ListKind::mixed)) refused[kClassTrue].set(i);
    if (!plain && !absent && found != ListKind::empty) refused[kClassFalse].set(i);
    if (plain || absent || found == ListKind::empty) refused[kClassUndecidable].set(i);
  }
  for (std::uint32_t truth = 0; truth < 3; ++truth) {
    Bits one(3);
    one.set(truth);
    exclusions_[element.value].push_back(
        {{{list, intern(std::move(refused[truth]))}, {element, intern(std::move(one))}}});
  }
}

void Space::make_sizes_opaque(const Asked& asked, const std::string& why) {
  for (const auto& [key, atom] : asked.sizes) {
    atoms_[key] = add_opaque("sizes of `" + to_string(asked.ref) + "`: " + why);
  }
}

std::optional<SizeClasses> Space::size_classes_of(const Asked& asked) {
  if (asked.sizes.empty()) return std::nullopt;
  const bool elements = asked.elements_told.has_value();
  if (!elements && !(asked.elements.empty() && asked.quantifiers.empty())) {
    make_sizes_opaque(asked, "its elements are not analysed");
    return std::nullopt;
  }
  std::vector<const ir::Atom*> tests;
  for (const auto& [key, atom] : asked.sizes) tests.push_back(&atom);
  std::vector<std::uint64_t> begins;
  if (elements) begins = {1, limits::kListElementsMax + 1};
  std::optional<SizeClasses> classes = size_classes(tests, begins);
  const bool texts = asked.compared || tells_texts(asked);
  if (!classes) {
    make_sizes_opaque(asked, "they are tested above " + std::to_string(limits::kAnalysisSizeMax));
  } else if (texts && classes->ranges.back().low > limits::kAnalysisTextSizeMax + 1) {
    make_sizes_opaque(asked, "beside other tests of its text they are tested above " +
                                 std::to_string(limits::kAnalysisTextSizeMax));
    classes.reset();
  }
  return classes;
}

DimensionId Space::build_size(const Asked& asked, DimensionId root, SizeClasses classes) {
  const auto none = static_cast<std::uint32_t>(classes.ranges.size());
  Dimension dimension;
  dimension.kind = DimensionKind::size;
  dimension.ref = asked.ref;
  dimension.classes = none + 2;
  dimension.sizes = std::move(classes.ranges);
  dimension.parent = root;
  const DimensionId id = append(std::move(dimension));
  parts_[root.value].push_back(id);
  for (std::size_t i = 0; i < asked.sizes.size(); ++i) {
    Bits certain(none + 2);
    classes.tests[i].for_each([&](std::uint32_t one) { certain.set(one); });
    Bits possible = certain;
    possible.set(none + 1);
    AtomSets& sets = atoms_[asked.sizes[i].first];
    sets.dimension = id;
    sets.certain = intern(std::move(certain));
    sets.possible = intern(std::move(possible));
  }
  return id;
}

// source: docs/language.md, L5.13.
void Space::exclude_sizes(DimensionId size, DimensionId root, bool elements, bool texts) {
  const std::uint32_t count = dimensions_[size].classes;
  for (std::uint32_t one = 0; one < count; ++one) {
    Bits refused(dimensions_[root].classes);
    for (std::uint32_t i = 0; i < refused.size(); ++i) {
      const Value& value = dimensions_[root].values[i];
      const bool fits = one + 2 == count ? is_absent(value)
                        : one + 1 == count
                            ? !is_absent(value) && !has_size(value)
                            : may_have(value, dimensions_[size].sizes[one], elements, texts);
      if (!fits) refused.set(i);
    }
    Bits this_one(count);
    this_one.set(one);
    exclusions_[size.value].push_back(
        {{{root, intern(std::move(refused))}, {size, intern(std::move(this_one))}}});
  }
}

// A list that has a size has an element of some class.
void Space::exclude_no_elements(DimensionId size, const Elements& elements) {
  Bits some(dimensions_[size].classes);
  for (std::uint32_t i = 0; i < dimensions_[size].sizes.size(); ++i) {
    if (dimensions_[size].sizes[i].low > 0) some.set(i);
  }
  Bits no(2);
  no.set(kClassFalse);
  const SetId is_not_there = intern(std::move(no));
  Exclusion exclusion{{{elements.list, elements.lists}, {size, intern(std::move(some))}}};
  for (const DimensionId one : elements.present) exclusion.parts.emplace_back(one, is_not_there);
  exclusions_[size.value].push_back(std::move(exclusion));
}

// What stands in a value is counted: members that are there, elements of different classes.
void Space::bind_sizes() {
  for (const auto& [key, root] : by_ref_) {
    Bound bound;
    std::optional<DimensionId> size;
    for (const DimensionId part : parts_[root.value]) {
      const DimensionKind kind = dimensions_[part].kind;
      if (kind == DimensionKind::size) size = part;
      if (kind == DimensionKind::value) {
        bound.parts.emplace_back(part, classes_where(part, is_there));
      }
      if (kind != DimensionKind::element) continue;
      Bits there(dimensions_[part].classes);
      there.set(kClassTrue);
      bound.parts.emplace_back(part, intern(std::move(there)));
    }
    if (!size || bound.parts.empty()) continue;
    std::size_t most = 0;
    for (std::uint32_t i = 0; i < dimensions_[*size].sizes.size(); ++i) {
      const std::uint64_t high = dimensions_[*size].sizes[i].high;
      if (high >= bound.parts.size()) break;
      Bits one(dimensions_[*size].classes);
      one.set(i);
      most = static_cast<std::size_t>(high);
      bound.limits.emplace_back(intern(std::move(one)), most);
    }
    if (bound.parts.size() * (most + 1) > limits::kAnalysisCountsMax) {
      make_sizes_opaque(asked_.at(key), "they count too many members or elements");
    } else if (!bound.limits.empty()) {
      bounds_[size->value] = std::move(bound);
    }
  }
}

bool Space::is_bound(const Assignment& assignment) const {
  return std::all_of(assignment.begin(), assignment.end(), [&](const auto& one) {
    const std::optional<Bound>& bound = bounds_[one.first.value];
    if (!bound) return true;
    std::size_t count = 0;
    for (const auto& [part, there] : bound->parts) {
      if (set(there).test(assignment.at(part))) ++count;
    }
    return std::none_of(bound->limits.begin(), bound->limits.end(), [&](const auto& limit) {
      return set(limit.first).test(one.second) && count > limit.second;
    });
  });
}

}  // namespace sentrail::compiler::analysis
