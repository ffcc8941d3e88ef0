// Collects tests, makes dimensions, says what excludes what, writes requests. See space.hpp.
#include "compiler/analysis/space.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "compiler/analysis/budgets.hpp"
#include "compiler/analysis/possible_values.hpp"
#include "compiler/analysis/scalar_classes.hpp"
#include "compiler/probe/requests.hpp"
#include "compiler/simplify/forms.hpp"
#include "core/check.hpp"
#include "core/decimal.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

namespace sentrail::compiler::analysis {
namespace {

using oracle::Value;
using oracle::ValueKind;

bool has_json_members(const ir::AttributeRef& ref) {
  return row_of(ref.attribute).type == Type::json;
}

bool is_known_type(Type type) {
  switch (type) {
    case Type::boolean:
    case Type::number:
    case Type::string:
    case Type::risk:
    case Type::string_set:
    case Type::json:
    case Type::time:
    case Type::ip:
      return true;
    default:
      return false;
  }
}

// Why tests are not known where there are too many for classes.
std::string too_much() {
  return "they exceed together " + std::to_string(limits::kAnalysisStatesMax) + " states, with " +
         "parts or regular expressions " + std::to_string(limits::kAnalysisProductStatesMax) +
         ", or " + std::to_string(limits::kAnalysisBitsMax) + " classes times tests";
}

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

bool same_element(const Value& a, const Value& b) {
  if (a.kind != b.kind) return false;
  return a.kind == ValueKind::number ? Decimal::parse(a.text) == Decimal::parse(b.text)
                                     : a.text == b.text;
}

bool is_absent(const Value& value) {
  return value.kind == ValueKind::absent;
}
bool is_present(const Value& value) {
  return value.kind != ValueKind::absent;
}
bool is_object(const Value& value) {
  return value.kind == ValueKind::object;
}
bool is_unreadable(const Value& value) {
  return value.kind == ValueKind::unreadable;
}
bool is_readable(const Value& value) {
  return value.kind != ValueKind::unreadable;
}
bool has_no_members(const Value& value) {
  return !is_absent(value) && !is_object(value);
}

}  // namespace

std::size_t Space::BitsHash::operator()(const Bits& bits) const noexcept {
  const auto& words = bits.words();
  return std::hash<std::string_view>{}(
      {reinterpret_cast<const char*>(words.data()), words.size() * sizeof(words[0])});
}

void Space::add(const ir::Policy& policy) {
  const std::vector<bool> within = policy.within_quantifiers();
  for (std::uint32_t i = 0; i < within.size(); ++i) {
    const ir::Condition& condition = policy.conditions[ir::ConditionId{i}];
    if (condition.kind == ir::ConditionKind::atom && !within[i]) ask(condition.atom);
  }
  for (const ir::Tier& tier : policy.tiers) {
    for (const ir::Rule& rule : tier.rules) {
      if (rule.outcome == Outcome::allow && rule.until_ms) ends_.try_emplace(*rule.until_ms);
    }
  }
  if (ends_.empty()) return;
  const ir::AttributeRef time{AttributeId::time, {}};
  asked_[{time.attribute, time.steps}].ref = time;
}

void Space::ask(const ir::Atom& atom) {
  const std::string key = key_text(atom);
  if (!atoms_.try_emplace(key).second) return;
  ask(atom.attribute);
  const RefKey first{atom.attribute.attribute, atom.attribute.steps};
  if (atom.other) {
    ask(*atom.other);
    pairs_.push_back({key, first, {atom.other->attribute, atom.other->steps}});
    return;
  }
  Asked& asked = asked_[first];
  (atom.op == ir::AtomOp::has ? asked.elements : asked.tests).emplace_back(key, atom);
}

void Space::ask(ir::AttributeRef ref) {
  for (;;) {
    asked_[{ref.attribute, ref.steps}].ref = ref;
    // What a member is a part of says whether it can be there, and so does the answer.
    if (ref.steps.empty()) {
      if (!is_of_answers(ref.attribute) || ref.attribute == AttributeId::response) break;
      ref.attribute = AttributeId::response;
      continue;
    }
    if (!has_json_members(ref)) break;
    ref.steps.pop_back();
  }
}

void Space::build() {
  prepare_compared();
  for (auto& [key, asked] : asked_) build_value(asked);
  for (const Pair& pair : pairs_) build_pair(pair);
  for (const auto& [key, id] : by_ref_) {
    const bool root = key.second.empty();
    if (root && is_of_answers(key.first) && key.first != AttributeId::response) {
      exclude_without_answer(id, by_ref_.at({AttributeId::response, {}}));
    }
    if (!has_json_members(dimensions_[id].ref) || root) continue;
    RefKey above = key;
    above.second.pop_back();
    exclude_by_parent(id, by_ref_.at(above));
  }
  for (const auto& [key, id] : by_ref_) exclude_same_but_case(id);
  asked_.clear();
}

DimensionId Space::append(Dimension dimension) {
  parts_.emplace_back();
  equalities_.emplace_back();
  exclusions_.emplace_back();
  return dimensions_.push_back(std::move(dimension));
}

AtomSets Space::add_opaque(std::string why) {
  Dimension dimension;
  dimension.kind = DimensionKind::opaque;
  dimension.classes = 3;
  dimension.why = std::move(why);
  AtomSets sets;
  sets.dimension = append(std::move(dimension));
  Bits certain(3);
  certain.set(kClassTrue);
  Bits possible = certain;
  possible.set(kClassUndecidable);
  sets.certain = intern(std::move(certain));
  sets.possible = intern(std::move(possible));
  return sets;
}

void Space::make_opaque(const std::string& key, const ir::AttributeRef& ref, std::string why) {
  atoms_[key] = add_opaque("tests of `" + to_string(ref) + "`: " + std::move(why));
}

std::optional<ScalarClasses> Space::classes_of_quick(const Asked& asked, Tests& tests) {
  Tests quick;
  for (std::size_t i = 0; i < tests.keys.size(); ++i) {
    if (is_quick(*tests.atoms[i])) quick.add(tests.keys[i], *tests.atoms[i]);
  }
  if (quick.keys.size() == tests.keys.size()) return std::nullopt;
  auto classes = scalar_classes(asked.ref, quick.atoms, !asked.elements.empty());
  if (!classes) return classes;
  for (std::size_t i = 0; i < tests.keys.size(); ++i) {
    if (!is_quick(*tests.atoms[i])) make_opaque(tests.keys[i], asked.ref, too_much());
  }
  tests = std::move(quick);
  return classes;
}

Space::Tests Space::known_tests(const Asked& asked) {
  Tests tests;
  if (!is_known_type(row_of(asked.ref.attribute).type)) return tests;
  for (const auto& [key, atom] : asked.tests) {
    if (is_known(atom)) tests.add(key, atom);
  }
  return tests;
}

void Space::build_value(const Asked& asked) {
  Tests tests = known_tests(asked);
  const bool known_type = is_known_type(row_of(asked.ref.attribute).type);
  for (const auto& [key, atom] : asked.tests) {
    if (known_type && is_known(atom)) continue;
    make_opaque(key, asked.ref, "this kind of test is not analysed");
  }
  if (asked.ref.attribute == AttributeId::time) {
    build_time(asked, tests);
    return;
  }
  std::optional<ScalarClasses> classes;
  const auto prepared = prepared_.find({asked.ref.attribute, asked.ref.steps});
  if (prepared != prepared_.end()) {
    classes = std::move(prepared->second);
  } else if (known_type) {
    classes = scalar_classes(asked.ref, tests.atoms, !asked.elements.empty());
    // What is quick is known even where the rest is too much.
    if (!classes) classes = classes_of_quick(asked, tests);
  }
  if (!classes) {
    for (const std::string& key : tests.keys) make_opaque(key, asked.ref, too_much());
    tests = {};
    classes = scalar_classes(asked.ref, {}, !asked.elements.empty());
  }
  keep_possible(asked.ref, *classes);
  build_elements(asked, add_value(asked, tests, *std::move(classes)));
}

DimensionId Space::add_value(const Asked& asked, const Tests& tests, ScalarClasses classes) {
  Dimension dimension;
  dimension.ref = asked.ref;
  dimension.classes = static_cast<std::uint32_t>(classes.values.size());
  dimension.values = std::move(classes.values);
  const DimensionId id = append(std::move(dimension));
  by_ref_[{asked.ref.attribute, asked.ref.steps}] = id;
  for (std::size_t i = 0; i < tests.keys.size(); ++i) {
    TestTruth& truth = classes.tests[i];
    AtomSets sets;
    sets.dimension = id;
    truth.undecidable |= truth.certain;
    sets.possible = intern(std::move(truth.undecidable));
    sets.certain = intern(std::move(truth.certain));
    atoms_[tests.keys[i]] = sets;
  }
  return id;
}

void Space::build_elements(const Asked& asked, DimensionId root) {
  std::map<std::pair<ValueKind, std::string>, DimensionId> made;
  std::vector<DimensionId> booleans;
  for (const auto& [key, atom] : asked.elements) {
    if (!is_known(atom)) {
      make_opaque(key, asked.ref, "this kind of test is not analysed");
      continue;
    }
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

SetId Space::classes_where(DimensionId id, bool (*holds)(const Value&)) {
  const Dimension& dimension = dimensions_[id];
  Bits set(dimension.classes);
  for (std::uint32_t i = 0; i < dimension.classes; ++i) {
    if (holds(dimension.values[i])) set.set(i);
  }
  return intern(std::move(set));
}

// source: docs/language.md, L5.2. A part of a readable body is readable (L4.8).
void Space::exclude_by_parent(DimensionId child, DimensionId parent) {
  dimensions_[child].parent = parent;
  parts_[parent.value].push_back(child);
  const auto exclude = [&](bool (*above)(const Value&), bool (*below)(const Value&)) {
    exclusions_[child.value].push_back(
        {{{parent, classes_where(parent, above)}, {child, classes_where(child, below)}}});
  };
  exclude(is_absent, is_present);
  exclude(is_object, is_unreadable);
  exclude(has_no_members, is_readable);
}

// source: docs/language.md, L19.3.
void Space::exclude_without_answer(DimensionId part, DimensionId answer) {
  dimensions_[part].parent = answer;
  parts_[answer.value].push_back(part);
  exclusions_[part.value].push_back(
      {{{answer, classes_where(answer, is_absent)}, {part, classes_where(part, is_present)}}});
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

// source: docs/language.md, L4.8: of names that differ only in case one is there.
void Space::exclude_same_but_case(DimensionId id) {
  const Dimension& dimension = dimensions_[id];
  if (!dimension.parent || dimension.ref.steps.empty()) return;
  const std::string name = to_lower_ascii(dimension.ref.steps.back());
  for (const DimensionId other : parts_[dimension.parent->value]) {
    if (other >= id || dimensions_[other].kind != DimensionKind::value) continue;
    if (to_lower_ascii(dimensions_[other].ref.steps.back()) != name) continue;
    // Where their parent cannot be read, both are unreadable.
    const auto there = [](const Value& value) { return is_present(value) && is_readable(value); };
    exclusions_[id.value].push_back(
        {{{id, classes_where(id, there)}, {other, classes_where(other, there)}}});
  }
}

SetId Space::intern(Bits set) {
  const auto [found, is_new] =
      numbers_.try_emplace(std::move(set), static_cast<SetId>(sets_.size()));
  if (is_new) sets_.push_back(&found->first);
  return found->second;
}

const AtomSets& Space::sets_of(const ir::Atom& atom) const {
  const auto found = atoms_.find(key_text(atom));
  SENTRAIL_CHECK(found != atoms_.end());
  return found->second;
}

const AtomSets& Space::sets_of_quantifier(const ir::Policy& policy, ir::ConditionId id) {
  const auto [found, is_new] = quantifiers_.try_emplace(key_text(policy, id));
  if (is_new) {
    found->second =
        add_opaque("`any` or `all` over `" + to_string(policy.conditions[id].atom.attribute) +
                   "`: elements are not analysed");
  }
  return found->second;
}

std::span<const Exclusion> Space::exclusions_of(DimensionId id) const {
  return exclusions_.at(id.value);
}

std::optional<std::uint32_t> Space::absent_class(DimensionId id) const {
  const Dimension& dimension = dimensions_[id];
  for (std::uint32_t i = 0; i < dimension.values.size(); ++i) {
    if (is_absent(dimension.values[i])) return i;
  }
  return std::nullopt;
}

std::uint32_t Space::empty_class(DimensionId id) const {
  const Dimension& dimension = dimensions_[id];
  // What a session has done is never absent: unreadable is the last class, of elements too.
  if (is_of_session(dimension.ref.attribute)) return dimension.classes - 1;
  if (dimension.kind == DimensionKind::element) return kClassFalse;
  return absent_class(id).value_or(0);
}

Value Space::value_of(DimensionId id, const Assignment& assignment) const {
  const auto found = assignment.find(id);
  if (found == assignment.end()) return {};
  Value value = dimensions_[id].values.at(found->second);
  add_parts(value, id, assignment);
  return value;
}

// Puts the members and elements that matter into an object or list.
void Space::add_parts(Value& value, DimensionId id, const Assignment& assignment) const {
  const ListKind list = list_kind_of(value);
  std::vector<Value> elements;
  bool no_true = false;
  for (const DimensionId part : parts_[id.value]) {
    const Dimension& dimension = dimensions_[part];
    const auto found = assignment.find(part);
    if (found == assignment.end()) continue;
    if (dimension.kind == DimensionKind::element) {
      if (found->second == kClassTrue) elements.push_back(dimension.element);
      no_true = no_true || (found->second == kClassFalse && dimension.element.boolean);
    } else if (value.kind == ValueKind::object) {
      Value member = value_of(part, assignment);
      if (is_absent(member)) continue;
      value.names.push_back(dimension.ref.steps.back());
      value.elements.push_back(std::move(member));
    }
  }
  if (list == ListKind::mixed) {
    value.elements.insert(value.elements.end(), elements.begin(), elements.end());
  } else if (!elements.empty()) {
    value.elements = std::move(elements);
  } else if (list == ListKind::booleans) {
    value.elements[0].boolean = !no_true;
  } else if (list == ListKind::strings || list == ListKind::numbers) {
    // Nothing that is asked for may be in it.
    const auto asked = [&](const Value& element) {
      return std::any_of(parts_[id.value].begin(), parts_[id.value].end(), [&](DimensionId part) {
        return dimensions_[part].kind == DimensionKind::element &&
               same_element(dimensions_[part].element, element);
      });
    };
    const char more = list == ListKind::strings ? 'x' : '1';
    while (asked(value.elements[0])) value.elements[0].text.insert(0, 1, more);
  }
}

oracle::Request Space::request_of(const Assignment& assignment) const {
  oracle::Request request;
  for (const auto& [id, class_] : assignment) {
    const Dimension& dimension = dimensions_[id];
    if (dimension.kind != DimensionKind::value) continue;
    const ir::AttributeRef& ref = dimension.ref;
    const bool query = ref.attribute == AttributeId::http_query;
    if (query || ref.attribute == AttributeId::http_headers) {
      oracle::NameList& list = query ? request.query : request.headers;
      const Value& value = dimension.values.at(class_);
      if (is_absent(value)) continue;
      list.entries.emplace_back(ref.steps.at(0), value.text);
      // What stands twice has no one value.
      if (is_unreadable(value)) list.entries.emplace_back(ref.steps.at(0), value.text);
      continue;
    }
    if (ref.attribute == AttributeId::session_count) {
      probe::put(request, ref, dimension.values.at(class_));
      continue;
    }
    if (!ref.steps.empty()) continue;
    Value value = value_of(id, assignment);
    if (is_present(value)) {
      request.values.emplace(std::string(row_of(ref.attribute).name), std::move(value));
    }
  }
  return request;
}

}  // namespace sentrail::compiler::analysis
