// Collects tests, makes dimensions, says what excludes what. See space.hpp.
#include "compiler/analysis/space.hpp"

#include <algorithm>
#include <string_view>

#include "compiler/analysis/budgets.hpp"
#include "compiler/analysis/possible_values.hpp"
#include "compiler/analysis/scalar_classes.hpp"
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
    if (within[i]) continue;
    if (condition.kind == ir::ConditionKind::atom) ask(condition.atom);
    if (ir::is_quantified(condition.kind)) ask_quantifier(policy, ir::ConditionId{i});
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

// What a member is a part of says whether it can be there, and so does the answer.
Space::Asked& Space::asked_of(const ir::AttributeRef& ref) {
  for (ir::AttributeRef part = ref;;) {
    asked_[{part.attribute, part.steps}].ref = part;
    if (part.steps.empty()) {
      const bool of_answer = part.binder == 0 && is_of_answers(part.attribute);
      if (!of_answer || part.attribute == AttributeId::response) break;
      part.attribute = AttributeId::response;
    } else if (has_json_members(part)) {
      part.steps.pop_back();
    } else {
      break;
    }
  }
  return asked_.at({ref.attribute, ref.steps});
}

void Space::ask(const ir::Atom& atom) {
  const std::string key = key_text(atom);
  if (!atoms_.try_emplace(key).second) return;
  Asked& asked = asked_of(atom.attribute);
  if (atom.other) {
    asked_of(*atom.other).compared = true;
    asked.compared = true;
    const RefKey first{atom.attribute.attribute, atom.attribute.steps};
    pairs_.push_back({key, first, {atom.other->attribute, atom.other->steps}});
    return;
  }
  const bool has = atom.op == ir::AtomOp::has;
  (atom.sized ? asked.sizes : has ? asked.elements : asked.tests).emplace_back(key, atom);
}

void Space::build() {
  for (auto& [key, asked] : asked_) divide_parts(asked);
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
  bind_sizes();
  asked_.clear();
}

DimensionId Space::append(Dimension dimension) {
  parts_.emplace_back();
  equalities_.emplace_back();
  exclusions_.emplace_back();
  bounds_.emplace_back();
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

std::optional<ScalarClasses> Space::classes_of_quick(const Asked& asked, Tests& tests,
                                                     ListDetail lists) {
  Tests quick;
  for (std::size_t i = 0; i < tests.keys.size(); ++i) {
    if (is_quick(*tests.atoms[i])) quick.add(tests.keys[i], *tests.atoms[i]);
  }
  if (quick.keys.size() == tests.keys.size()) return std::nullopt;
  auto classes = scalar_classes(asked.ref, quick.atoms, lists, {});
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
  for (const auto& [key, atom] : asked.tests) tests.add(key, atom);
  return tests;
}

// Where sizes are too much, they are taken to be anything; then so are tests that are not quick.
ScalarClasses Space::classes_of(Asked& asked, Tests& tests) {
  const ListDetail lists = asked.detail();
  std::optional<ScalarClasses> classes;
  if (asked.sizes_told) {
    classes = scalar_classes(asked.ref, tests.atoms, lists, asked.sizes_told->ranges);
    if (classes) return *std::move(classes);
    make_sizes_opaque(asked, too_much());
    asked.sizes_told.reset();
  }
  classes = scalar_classes(asked.ref, tests.atoms, lists, {});
  if (!classes) classes = classes_of_quick(asked, tests, lists);
  if (classes) return *std::move(classes);
  for (const std::string& key : tests.keys) make_opaque(key, asked.ref, too_much());
  tests = {};
  return *scalar_classes(asked.ref, {}, lists, {});
}

void Space::build_value(Asked& asked) {
  Tests tests = known_tests(asked);
  if (tests.keys.size() < asked.tests.size()) {
    for (const auto& [key, atom] : asked.tests) {
      make_opaque(key, asked.ref, "this kind of test is not analysed");
    }
  }
  if (asked.ref.attribute == AttributeId::time) {
    build_time(asked, tests);
    return;
  }
  const auto prepared = prepared_.find({asked.ref.attribute, asked.ref.steps});
  const bool compared = prepared != prepared_.end();
  const bool texts = compared || tells_texts(asked);
  ScalarClasses classes = compared ? std::move(prepared->second) : classes_of(asked, tests);
  keep_possible(asked.ref, classes);
  const DimensionId root = add_value(asked, tests, std::move(classes));
  const bool is_listed = asked.elements_told.has_value();
  if (is_listed) {
    build_presence(asked, root, *std::move(asked.elements_told));
  } else {
    build_elements(asked, root);
  }
  if (!asked.sizes_told) return;
  const DimensionId size = build_size(asked, root, *std::move(asked.sizes_told));
  exclude_sizes(size, root, is_listed, texts);
  if (is_listed) exclude_no_elements(size, *lists_.back());
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

const AtomSets* Space::find_sets(const ir::Atom& atom) const {
  const std::string key = key_text(atom);
  const auto found = atoms_.find(key);
  return found == atoms_.end() || elements_.contains(key) ? nullptr : &found->second;
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
  // What a session has done is never absent: unreadable is the last class, of elements and sizes
  // too.
  if (is_of_session(dimension.ref.attribute)) return dimension.classes - 1;
  if (dimension.kind == DimensionKind::size) return dimension.classes - 2;
  if (dimension.kind == DimensionKind::element) return kClassFalse;
  return absent_class(id).value_or(0);
}

}  // namespace sentrail::compiler::analysis
