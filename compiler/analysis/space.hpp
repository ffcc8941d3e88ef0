// All requests as a finite product: for each attribute or member that some test looks at, the
// classes of values that the tests can tell apart, each with a value that stands for it, and which
// classes cannot occur together.
//
// Neighbours: scalar_classes.hpp (classes of one value), element_classes.hpp (of the elements of
// lists), size_classes.hpp, circuit.hpp (formulas over classes), query.hpp (searches them).
// space_lists.cpp has what is said of lists and sizes, space_pairs.cpp what is said of equality.
// Must not know: rules, effects.
// source: docs/language.md, sections 4 to 7; docs/analysis.md.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compiler/analysis/bits.hpp"
#include "compiler/analysis/element_classes.hpp"
#include "compiler/analysis/scalar_classes.hpp"
#include "compiler/analysis/size_classes.hpp"
#include "compiler/ir/ir.hpp"
#include "compiler/oracle/value.hpp"

namespace sentrail::compiler::analysis {

struct ScalarClasses;

using DimensionId = Id<struct DimensionTag>;

// What a dimension is: the value of an attribute or member; whether a list has a certain element,
// or one of a class; the size of a value; whether two values are the same; the truth of a test that
// analysis does not know, which it takes to be anything.
enum class DimensionKind : std::uint8_t { value, element, size, equality, opaque };

// The classes of `element`, `equality` and `opaque` dimensions; of classes of elements the first
// two.
enum TruthClass : std::uint32_t { kClassTrue = 0, kClassFalse = 1, kClassUndecidable = 2 };

// What two classes of values say of their equality: its truth, or that it is true or false.
inline constexpr std::uint8_t kTrueOrFalse = 3;

// One dimension. Classes that read naturally in a request come first, unreadable is the last.
struct Dimension {
  DimensionKind kind = DimensionKind::value;
  ir::AttributeRef ref;
  std::uint32_t classes = 0;
  std::vector<oracle::Value> values;  // value: by class
  oracle::Value element;              // element: what the list has
  std::vector<SizeRange> sizes;       // size: by class; then of nothing, then of what has none
  std::optional<DimensionId> parent;  // the object or list that it is a part of
  std::string why;                    // opaque: why nothing is known; equality: why not all is
  std::vector<DimensionId> compared;  // equality: two values
  std::vector<std::uint8_t> truths;   // equality: by class of the first, then of the second
};

// A set of classes of one dimension.
using SetId = std::uint32_t;

// The classes in which a test is true, and those in which it is not false.
struct AtomSets {
  DimensionId dimension;
  SetId certain = 0;
  SetId possible = 0;
};

// Classes that no request has together: one of each set, each of another dimension.
struct Exclusion {
  std::vector<std::pair<DimensionId, SetId>> parts;
};

// How many parts there are at most where a dimension has a class of a set.
struct Bound {
  std::vector<std::pair<DimensionId, SetId>> parts;   // each is there in a class of the set
  std::vector<std::pair<SetId, std::size_t>> limits;  // by set of the dimension
};

// The elements of a list as its quantifiers tell them apart, and a `has` beside them.
struct Elements {
  DimensionId list;
  SetId lists = 0;                   // the classes in which elements are looked at
  SetId undecidable = 0;             // those in which quantifiers are
  std::vector<DimensionId> present;  // by class: whether the list has such an element
  ElementClasses classes;
};

// The test of an element that a `has` asks for.
[[nodiscard]] ir::Atom element_test_of(const ir::Atom& has);

// A class for each dimension that matters; the others are as they are in a request without them.
using Assignment = std::map<DimensionId, std::uint32_t>;

// The space of the tests of some policies.
class Space {
 public:
  // Adds the tests of a policy. REQUIRES: before build().
  void add(const ir::Policy& policy);
  // Makes the classes. cost: bounded by limits::kAnalysisStatesMax for each attribute; an attribute
  // past it has opaque dimensions, one for each test.
  void build();

  // What the classes say of a test; null of a `has` that elements_of() is about, and of one that is
  // not known. REQUIRES: build() was called.
  [[nodiscard]] const AtomSets* find_sets(const ir::Atom& atom) const;
  // The elements that a quantifier, or a `has`, is about; null if its list has no classes of them.
  // REQUIRES: build() was called.
  [[nodiscard]] const Elements* elements_of(const ir::Policy& policy, ir::ConditionId id) const;
  [[nodiscard]] const Elements* elements_of(const ir::Atom& has) const;
  // What is said of a quantifier without classes of elements: it may be anything, and is the same
  // wherever it says the same. REQUIRES: build() was called.
  [[nodiscard]] const AtomSets& sets_of_quantifier(const ir::Policy& policy, ir::ConditionId id);
  // Where a rule's end has not come. REQUIRES: an `allow` with that end was added with its policy,
  // and build() was called.
  [[nodiscard]] const AtomSets& before_end(std::int64_t until_ms) const;
  [[nodiscard]] const Dimension& operator[](DimensionId id) const { return dimensions_[id]; }
  [[nodiscard]] std::size_t size() const noexcept { return dimensions_.size(); }
  [[nodiscard]] const Bits& set(SetId id) const { return *sets_[id]; }
  [[nodiscard]] SetId intern(Bits set);

  // What cannot occur together, of a dimension and those that it is a part of or equal but for
  // case to.
  [[nodiscard]] std::span<const Exclusion> exclusions_of(DimensionId id) const;
  // What its size says of the members or elements of a value; of its `size` dimension.
  [[nodiscard]] const std::optional<Bound>& bound_of(DimensionId id) const {
    return bounds_.at(id.value);
  }
  // Whether an assignment of all dimensions has no more parts than its sizes say.
  [[nodiscard]] bool is_bound(const Assignment& assignment) const;
  // The members, elements and size of a value.
  [[nodiscard]] std::span<const DimensionId> parts_of(DimensionId id) const {
    return parts_.at(id.value);
  }
  // The equalities that a value is compared in.
  [[nodiscard]] std::span<const DimensionId> equalities_of(DimensionId id) const {
    return equalities_.at(id.value);
  }
  // What the classes of two values say of their equality.
  [[nodiscard]] std::uint8_t truth_of(const Dimension& equality, std::uint32_t first,
                                      std::uint32_t second) const;
  // The class of a value dimension in which the value is absent, if there is such a class.
  [[nodiscard]] std::optional<std::uint32_t> absent_class(DimensionId id) const;

  // The class of a value, an element or a size in a request that does not mention it. REQUIRES: no
  // opaque dimension, and no equality.
  [[nodiscard]] std::uint32_t empty_class(DimensionId id) const;

  // The request that an assignment describes; opaque dimensions leave no trace in it.
  [[nodiscard]] oracle::Request request_of(const Assignment& assignment) const;

 private:
  struct BitsHash {
    std::size_t operator()(const Bits& bits) const noexcept;
  };
  using RefKey = std::pair<AttributeId, std::vector<std::string>>;
  struct Asked {
    ir::AttributeRef ref;
    std::vector<std::pair<std::string, ir::Atom>> tests;     // by key, of the value itself
    std::vector<std::pair<std::string, ir::Atom>> elements;  // by key, `has`
    std::vector<std::pair<std::string, ir::Atom>> sizes;     // by key, of the size
    std::vector<std::pair<std::string, ir::ConditionId>> quantifiers;  // by key, in bodies_
    bool compared = false;                                             // with another attribute
    // How elements and sizes are told apart, if they are.
    std::optional<ElementClasses> elements_told{};
    std::optional<SizeClasses> sizes_told{};

    // How lists are told apart.
    [[nodiscard]] ListDetail detail() const {
      if (elements_told) return ListDetail::ends;
      return elements.empty() ? ListDetail::none : ListDetail::kinds;
    }
  };

  // A test whether two values are the same.
  struct Pair {
    std::string key;
    RefKey first;
    RefKey second;
  };

  // What values that are compared with each other have in common, and the sizes that their texts
  // are told apart by.
  struct Compared {
    Shared shared;
    std::vector<SizeRange> sizes;
  };

  // Tests of one value with their keys.
  struct Tests {
    std::vector<std::string> keys;
    std::vector<const ir::Atom*> atoms;

    // Adds one.
    void add(const std::string& key, const ir::Atom& atom) {
      keys.push_back(key);
      atoms.push_back(&atom);
    }
  };

  [[nodiscard]] AtomSets add_opaque(std::string why);
  [[nodiscard]] Asked& asked_of(const ir::AttributeRef& ref);
  void ask(const ir::Atom& atom);
  void ask_quantifier(const ir::Policy& policy, ir::ConditionId id);
  [[nodiscard]] ir::ConditionId copy(const ir::Policy& policy, ir::ConditionId id);
  void divide_parts(Asked& asked);
  void build_value(Asked& asked);
  [[nodiscard]] ScalarClasses classes_of(Asked& asked, Tests& tests);
  // Of values that are compared with each other: the same classes for all of them, each with as
  // many values as may have to differ. Where that is too much, nothing is prepared.
  void prepare_compared();
  void prepare(const std::vector<RefKey>& group);
  [[nodiscard]] std::optional<Compared> compared_of(const std::vector<RefKey>& group);
  void build_pair(const Pair& pair);
  void add_equality(const Pair& pair, DimensionId first, DimensionId second);
  void exclude_by_values(DimensionId equality);
  static Tests known_tests(const Asked& asked);
  static bool tells_texts(const Asked& asked);
  // Of the tests that are quick, which are left; the others become opaque. Nothing if that is no
  // help.
  [[nodiscard]] std::optional<ScalarClasses> classes_of_quick(const Asked& asked, Tests& tests,
                                                              ListDetail lists);
  // Windows, and the ends of rules.
  void build_time(const Asked& asked, const Tests& tests);
  DimensionId add_value(const Asked& asked, const Tests& tests, ScalarClasses classes);
  void build_elements(const Asked& asked, DimensionId root);
  [[nodiscard]] std::optional<ElementClasses> element_classes_of(const Asked& asked);
  void build_presence(const Asked& asked, DimensionId root, ElementClasses classes);
  [[nodiscard]] std::optional<SizeClasses> size_classes_of(const Asked& asked);
  [[nodiscard]] DimensionId build_size(const Asked& asked, DimensionId root, SizeClasses classes);
  void exclude_sizes(DimensionId size, DimensionId root, bool elements, bool texts);
  void exclude_no_elements(DimensionId size, const Elements& elements);
  void bind_sizes();
  void exclude_by_parent(DimensionId child, DimensionId parent);
  void exclude_without_answer(DimensionId part, DimensionId answer);
  void exclude_element(DimensionId element, DimensionId list);
  void exclude_same_but_case(DimensionId id);
  void make_opaque(const std::string& key, const ir::AttributeRef& ref, std::string why);
  void make_sizes_opaque(const Asked& asked, const std::string& why);
  DimensionId append(Dimension dimension);
  [[nodiscard]] SetId classes_where(DimensionId id, bool (*holds)(const oracle::Value&));
  [[nodiscard]] oracle::Value value_of(DimensionId id, const Assignment& assignment) const;
  void add_parts(oracle::Value& value, DimensionId id, const Assignment& assignment) const;
  void fill_up(oracle::Value& value, DimensionId id, const Assignment& assignment) const;

  std::map<RefKey, Asked> asked_;
  std::vector<Pair> pairs_;
  std::map<RefKey, ScalarClasses> prepared_;  // of values that are compared
  std::deque<ir::Atom> examples_;             // of values that may have to differ
  std::set<RefKey> undivided_;                // compared, and not all texts are told apart
  std::map<RefKey, DimensionId> by_ref_;
  std::unordered_map<std::string, AtomSets> atoms_;
  std::unordered_map<std::string, AtomSets> quantifiers_;
  std::unordered_map<std::string, std::string> refused_;       // quantifiers, and why
  std::unordered_map<std::string, const Elements*> elements_;  // of quantifiers and `has`
  std::vector<std::unique_ptr<Elements>> lists_;
  ir::Policy bodies_;                      // has the conditions of quantifiers
  std::map<std::int64_t, AtomSets> ends_;  // of `allow` rules, and where they have not come
  IdVector<DimensionTag, Dimension> dimensions_;
  std::vector<std::vector<DimensionId>> parts_;       // by dimension: members and elements
  std::vector<std::vector<DimensionId>> equalities_;  // by dimension
  std::vector<std::vector<Exclusion>> exclusions_;
  std::vector<std::optional<Bound>> bounds_;
  std::unordered_map<Bits, SetId, BitsHash> numbers_;
  std::vector<const Bits*> sets_;
};

}  // namespace sentrail::compiler::analysis
