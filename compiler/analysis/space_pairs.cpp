// Equality between attributes: classes that compared values have in common, and which of them are
// the same. See space.hpp.
//
// A formula over n attributes that are compared with each other cannot tell more than n values of a
// class apart. So each class of their common tests is divided into n single values and the rest,
// and every equality then is a table of two finite sets.
#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "compiler/analysis/budgets.hpp"
#include "compiler/analysis/space.hpp"
#include "compiler/oracle/atom.hpp"
#include "core/decimal.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

namespace sentrail::compiler::analysis {
namespace {

using oracle::Value;
using oracle::ValueKind;

// Texts that are longer are examples of their class, and not divided from it, where expressions
// and parts of texts are looked for: those automata have a step for each byte.
bool is_long(const Value& value) {
  return value.kind == ValueKind::string && value.text.size() > limits::kMatchedBytesMax;
}

// Those that are not UTF-8 are classes of their own where sizes are told apart, and are then not
// divided either.
bool is_divided(const Value& value) {
  return !is_long(value) && (value.kind != ValueKind::string || is_valid_utf8(value.text));
}

// `== value`: divides a class.
std::optional<ir::Atom> example_of(const Value& value) {
  if (value.kind != ValueKind::string && value.kind != ValueKind::number) return std::nullopt;
  ir::Atom atom;
  atom.attribute = {AttributeId::body, {}};
  atom.op = ir::AtomOp::equal;
  const bool number = value.kind == ValueKind::number;
  if (number && !Decimal::parse(value.text)) return std::nullopt;
  ir::Operand& operand = atom.operands.emplace_back();
  operand.kind = number ? ir::OperandKind::number : ir::OperandKind::string;
  operand.text = value.text;
  return atom;
}

bool has_patterns(const ir::Atom& atom) {
  return std::ranges::any_of(atom.operands, [](const ir::Operand& operand) {
    return operand.kind == ir::OperandKind::pattern;
  });
}

std::string too_much(const std::string& why) {
  return "whether they are the same was not found out: " + why;
}

}  // namespace

void Space::prepare_compared() {
  std::map<RefKey, std::size_t> group_of;
  std::vector<std::vector<RefKey>> groups;
  const auto find = [&](const RefKey& key) {
    const auto [found, is_new] = group_of.try_emplace(key, groups.size());
    if (is_new) groups.push_back({key});
    return found->second;
  };
  for (const Pair& pair : pairs_) {
    const std::size_t first = find(pair.first);
    const std::size_t second = find(pair.second);
    if (first == second) continue;
    for (const RefKey& key : groups[second]) group_of[key] = first;
    groups[first].insert(groups[first].end(), groups[second].begin(), groups[second].end());
    groups[second].clear();
  }
  for (const std::vector<RefKey>& group : groups) {
    if (group.size() > 1) prepare(group);
  }
}

void Space::prepare(const std::vector<RefKey>& group) {
  const std::optional<Compared> compared = compared_of(group);
  if (!compared) return;
  std::map<RefKey, ScalarClasses> made;
  for (const RefKey& key : group) {
    const Asked& asked = asked_.at(key);
    const Tests tests = known_tests(asked);
    auto classes =
        scalar_classes(asked.ref, tests.atoms, asked.detail(), compared->sizes, &compared->shared);
    if (!classes) return;
    made.emplace(key, *std::move(classes));
  }
  prepared_.merge(made);
}

std::optional<Space::Compared> Space::compared_of(const std::vector<RefKey>& group) {
  Compared compared;
  Shared& shared = compared.shared;
  std::set<std::uint64_t> begins;
  shared.separator = row_of(group.front().first).separator;
  bool patterns = false;
  bool quick = true;
  for (const RefKey& key : group) {
    const Asked& asked = asked_.at(key);
    const char separator = row_of(asked.ref.attribute).separator;
    for (const auto& [text, atom] : asked.tests) {
      shared.tests.push_back(&atom);
      quick = quick && is_quick(atom);
      if (!has_patterns(atom)) continue;
      if (patterns && shared.separator != separator) return std::nullopt;
      patterns = true;
      shared.separator = separator;
    }
    if (!asked.sizes_told) continue;
    for (const SizeRange& range : asked.sizes_told->ranges) begins.insert(range.low);
  }
  for (const std::uint64_t low : begins) compared.sizes.push_back({low, low});
  quick = quick && begins.empty();
  if (!quick) undivided_.insert(group.begin(), group.end());
  // JSON has every kind of value that there is more than one of.
  const ir::AttributeRef any{AttributeId::body, {}};
  for (std::size_t i = 1; i < group.size(); ++i) {
    const auto classes = scalar_classes(any, {}, ListDetail::none, compared.sizes, &shared);
    if (!classes) return std::nullopt;
    for (const Value& value : classes->values) {
      if (!quick && !is_divided(value)) continue;
      std::optional<ir::Atom> example = example_of(value);
      if (example) shared.tests.push_back(&examples_.emplace_back(*std::move(example)));
    }
  }
  return compared;
}

void Space::build_pair(const Pair& pair) {
  const DimensionId first = by_ref_.at(pair.first);
  const DimensionId second = by_ref_.at(pair.second);
  const std::string name =
      "`" + to_string(dimensions_[first].ref) + " == " + to_string(dimensions_[second].ref) + "`: ";
  const std::size_t classes = std::size_t{dimensions_[first].classes} * dimensions_[second].classes;
  const bool prepared =
      first == second || (prepared_.contains(pair.first) && prepared_.contains(pair.second));
  if (!prepared || classes > limits::kAnalysisPairedClassesMax) {
    atoms_[pair.key] = add_opaque(name + too_much("there are too many classes of their values, or "
                                                  "patterns with different separators"));
    return;
  }
  add_equality(pair, first, second);
}

void Space::add_equality(const Pair& pair, DimensionId first, DimensionId second) {
  const Type type = type_of(dimensions_[first].ref);
  const bool undivided = undivided_.contains(pair.first);
  const auto truth_at = [&](const Value& a, const Value& b) {
    switch (oracle::same(a, b, type)) {
      case Truth::t:
        return undivided && !is_divided(a) ? kTrueOrFalse : std::uint8_t{kClassTrue};
      case Truth::f:
        return std::uint8_t{kClassFalse};
      case Truth::u:
        break;
    }
    return std::uint8_t{kClassUndecidable};
  };
  if (first == second) {
    // Whatever it is, it is itself.
    AtomSets sets{first, 0, 0};
    Bits certain(dimensions_[first].classes);
    Bits possible = certain;
    for (std::uint32_t i = 0; i < dimensions_[first].classes; ++i) {
      const Value& value = dimensions_[first].values[i];
      const Truth truth = oracle::same(value, value, type);
      if (truth == Truth::t) certain.set(i);
      if (truth != Truth::f) possible.set(i);
    }
    sets.certain = intern(std::move(certain));
    sets.possible = intern(std::move(possible));
    atoms_[pair.key] = sets;
    return;
  }
  Dimension dimension;
  dimension.kind = DimensionKind::equality;
  dimension.classes = 3;
  dimension.compared = {first, second};
  dimension.why = "texts of more than " + std::to_string(limits::kMatchedBytesMax) +
                  " bytes are not told apart where parts of them are looked for, nor those that "
                  "are not UTF-8 where sizes are";
  for (const Value& a : dimensions_[first].values) {
    for (const Value& b : dimensions_[second].values) dimension.truths.push_back(truth_at(a, b));
  }
  const DimensionId id = append(std::move(dimension));
  equalities_[first.value].push_back(id);
  equalities_[second.value].push_back(id);
  exclude_by_values(id);
  Bits certain(3);
  certain.set(kClassTrue);
  Bits possible = certain;
  possible.set(kClassUndecidable);
  AtomSets sets{id, 0, 0};
  sets.certain = intern(std::move(certain));
  sets.possible = intern(std::move(possible));
  atoms_[pair.key] = sets;
}

std::uint8_t Space::truth_of(const Dimension& equality, std::uint32_t first,
                             std::uint32_t second) const {
  return equality.truths[std::size_t{first} * dimensions_[equality.compared[1]].classes + second];
}

// Classes of the first value that say the same of all classes of the second are excluded together.
void Space::exclude_by_values(DimensionId equality) {
  const Dimension& dimension = dimensions_[equality];
  const DimensionId first = dimension.compared[0];
  const DimensionId second = dimension.compared[1];
  const std::uint32_t columns = dimensions_[second].classes;
  std::map<std::vector<std::uint8_t>, Bits> rows;
  for (std::uint32_t a = 0; a < dimensions_[first].classes; ++a) {
    const auto begin = dimension.truths.begin() + static_cast<std::ptrdiff_t>(a) * columns;
    const auto row = rows.try_emplace({begin, begin + columns}, dimensions_[first].classes).first;
    row->second.set(a);
  }
  for (const auto& [truths, classes] : rows) {
    for (std::uint32_t truth = 0; truth < 3; ++truth) {
      Bits refusing(columns);
      for (std::uint32_t b = 0; b < columns; ++b) {
        const bool either = truths[b] == kTrueOrFalse && truth != kClassUndecidable;
        if (truths[b] != truth && !either) refusing.set(b);
      }
      if (refusing.empty()) continue;
      Bits one(3);
      one.set(truth);
      const SetId here = intern(classes);
      const SetId there = intern(std::move(refusing));
      exclusions_[equality.value].push_back(
          {{{first, here}, {second, there}, {equality, intern(std::move(one))}}});
    }
  }
}

}  // namespace sentrail::compiler::analysis
