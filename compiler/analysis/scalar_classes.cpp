// Kinds of value one after the other. See scalar_classes.hpp.
#include "compiler/analysis/scalar_classes.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>

#include "compiler/analysis/address_classes.hpp"
#include "compiler/analysis/budgets.hpp"
#include "compiler/analysis/number_classes.hpp"
#include "compiler/analysis/text_classes.hpp"
#include "core/limits.hpp"

namespace sentrail::compiler::analysis {
namespace {

using oracle::Value;
using oracle::ValueKind;

Value value_of(ValueKind kind, std::string text = {}) {
  Value value;
  value.kind = kind;
  value.text = std::move(text);
  return value;
}

Value list_of(std::vector<Value> elements) {
  Value value = value_of(ValueKind::list);
  value.elements = std::move(elements);
  return value;
}

ValueKind kind_of(ir::OperandKind kind) {
  switch (kind) {
    case ir::OperandKind::number:
    case ir::OperandKind::number_range:
      return ValueKind::number;
    case ir::OperandKind::boolean:
      return ValueKind::boolean;
    default:
      return ValueKind::string;
  }
}

TextTest text_test(ir::AtomOp op, ir::OperandKind kind) {
  if (kind == ir::OperandKind::pattern) return TextTest::pattern;
  switch (op) {
    case ir::AtomOp::contains:
      return TextTest::contains;
    case ir::AtomOp::starts_with:
      return TextTest::starts_with;
    case ir::AtomOp::ends_with:
      return TextTest::ends_with;
    case ir::AtomOp::search:
      return TextTest::search;
    default:
      return TextTest::literal;
  }
}

ValueKind kind_of(ir::TestedType type) {
  switch (type) {
    case ir::TestedType::string:
      return ValueKind::string;
    case ir::TestedType::number:
      return ValueKind::number;
    case ir::TestedType::boolean:
      return ValueKind::boolean;
    case ir::TestedType::list:
      return ValueKind::list;
    case ir::TestedType::object:
      return ValueKind::object;
    case ir::TestedType::null:
      return ValueKind::null;
  }
  return ValueKind::unreadable;
}

// Numbers the operands of all tests once, makes the classes of each kind, then reads off truths.
class ScalarBuilder {
 public:
  ScalarBuilder(const ir::AttributeRef& ref, std::span<const ir::Atom* const> tests,
                ListDetail lists, std::span<const SizeRange> sizes, const Shared* shared)
      : separator_(shared != nullptr ? shared->separator : row_of(ref.attribute).separator),
        type_(ir::type_of(ref)),
        tests_(tests),
        lists_(lists),
        sizes_(sizes),
        compared_(shared != nullptr) {
    // What is counted begins at 0: see keep().
    if (is_of_session(ref.attribute)) bounds_.push_back(*Decimal::parse("0"));
    if (shared != nullptr) {
      for (const ir::Atom* test : shared->tests) {
        for (const ir::Operand& operand : test->operands) note(test->op, operand);
      }
    }
    for (const ir::Atom* test : tests_) {
      for (const ir::Operand& operand : test->operands) note(test->op, operand);
    }
  }

  std::optional<ScalarClasses> run() {
    if (type_ == Type::string || type_ == Type::json) {
      if (!add_texts()) return std::nullopt;
    }
    if (type_ == Type::risk) add_risks();
    if (type_ == Type::ip) add_addresses();
    if (type_ == Type::number || type_ == Type::json) add_numbers();
    if (type_ == Type::boolean || type_ == Type::json) add_booleans();
    if (type_ == Type::string_set || type_ == Type::json) add_lists();
    if (type_ == Type::json) {
      add(value_of(ValueKind::object));
      add(value_of(ValueKind::null));
    }
    add(value_of(ValueKind::absent));
    for (Odd& odd : odd_) {
      odd_classes_.push_back(size());
      add(std::move(odd.value));
    }
    add(value_of(ValueKind::unreadable));
    if (tests_.size() > limits::kAnalysisBitsMax / size()) return std::nullopt;
    masks_.assign(static_cast<std::size_t>(ValueKind::object) + 1, Bits(size()));
    for (std::uint32_t i = 0; i < size(); ++i) {
      masks_[static_cast<std::size_t>(found_.values[i].kind)].set(i);
    }
    for (const ir::Atom* test : tests_) found_.tests.push_back(truth_of(*test));
    return std::move(found_);
  }

 private:
  [[nodiscard]] std::uint32_t size() const {
    return static_cast<std::uint32_t>(found_.values.size());
  }
  [[nodiscard]] const Bits& mask(ValueKind kind) const {
    return masks_[static_cast<std::size_t>(kind)];
  }
  void add(Value value) { found_.values.push_back(std::move(value)); }

  void note(ir::AtomOp op, const ir::Operand& operand) {
    switch (operand.kind) {
      case ir::OperandKind::string:
      case ir::OperandKind::pattern:
      case ir::OperandKind::regex:
        texts_.try_emplace({text_test(op, operand.kind), operand.text});
        break;
      case ir::OperandKind::number:
        bounds_.push_back(*Decimal::parse(operand.text));
        break;
      case ir::OperandKind::number_range:
        bounds_.push_back(*Decimal::parse(operand.text));
        bounds_.push_back(*Decimal::parse(operand.upper));
        break;
      case ir::OperandKind::network:
        networks_.push_back(*parse_network(operand.text));
        break;
      default:
        break;
    }
  }

  bool add_texts() {
    std::vector<TextMatcher> tests;
    for (const auto& [test, classes] : texts_) tests.push_back({test.first, test.second});
    const bool divided = compared_ || !texts_.empty();
    for (const SizeRange& range : sizes_) {
      if (divided) tests.push_back({TextTest::at_least, std::to_string(range.low)});
    }
    std::optional<TextClasses> texts = text_classes(tests, separator_);
    if (!texts) return false;
    if (!divided && !sizes_.empty() && type_ == Type::string) {
      texts->classes.push_back({"\xff", true, true, true});
    }
    const auto is_odd = [&](std::size_t i) {
      return texts->classes[i].odd || texts->classes[i].past_limit;
    };
    const bool json = type_ == Type::json;
    // Odd texts read badly and stand behind all others.
    std::vector<std::uint32_t> place(texts->classes.size());
    for (std::size_t i = 0; i < texts->classes.size(); ++i) {
      if (is_odd(i)) continue;
      place[i] = size();
      add(value_of(ValueKind::string, std::move(texts->classes[i].witness)));
    }
    texts_end_ = size();
    for (std::size_t i = 0; i < texts->classes.size(); ++i) {
      TextClass& one = texts->classes[i];
      if (one.broken && json) place[i] = kNone;
      if (!is_odd(i) || place[i] == kNone) continue;
      place[i] = kOdd + static_cast<std::uint32_t>(odd_.size());
      odd_.push_back(
          {value_of(ValueKind::string, std::move(one.witness)), one.odd, one.past_limit});
    }
    std::size_t i = 0;
    for (auto& [test, classes] : texts_) {
      for (const std::uint32_t matched : texts->of_test[i]) {
        if (place[matched] != kNone) classes.push_back(place[matched]);
      }
      ++i;
    }
    return true;
  }

  void add_risks() {
    for (const Risk risk : {Risk::low, Risk::medium, Risk::high, Risk::critical}) {
      add(value_of(ValueKind::string, std::string(name_of(risk))));
    }
    texts_end_ = size();
  }

  void add_addresses() {
    addresses_ = address_classes(std::move(networks_));
    for (const Address& one : addresses_) add(value_of(ValueKind::string, format_address(one)));
  }

  void add_numbers() {
    numbers_.emplace(std::move(bounds_));
    numbers_begin_ = size();
    for (const NumberClasses::Class& one : numbers_->classes()) {
      add(value_of(ValueKind::number, one.witness));
    }
    past_limit_ = size();
    add(value_of(ValueKind::number, "1e" + std::to_string(limits::kDecimalExponentMax + 1)));
  }

  void add_booleans() {
    for (const bool boolean : {false, true}) {
      booleans_[boolean ? 1 : 0] = size();
      Value value = value_of(ValueKind::boolean);
      value.boolean = boolean;
      add(std::move(value));
    }
  }

  void add_lists() {
    const Value text = value_of(ValueKind::string, "x");
    if (lists_ == ListDetail::none) {
      add(list_of({}));
      return;
    }
    const std::vector<Value> endless(limits::kListElementsMax + 1, text);
    if (lists_ == ListDetail::ends) {
      add(list_of({}));
      odd_.push_back({list_of(endless), false, false});
      return;
    }
    // Of a set only its elements are known; it holds nothing but strings.
    if (type_ == Type::string_set) {
      add(list_of({text}));
      odd_.push_back({list_of(endless), false, false});
      return;
    }
    Value yes = value_of(ValueKind::boolean);
    yes.boolean = true;
    add(list_of({}));
    add(list_of({text}));
    add(list_of({value_of(ValueKind::number, "0")}));
    add(list_of({yes}));
    add(list_of({value_of(ValueKind::null)}));
    odd_.push_back({list_of(endless), false, false});
  }

  TestTruth truth_of(const ir::Atom& test) {
    TestTruth truth{Bits(size()), mask(ValueKind::unreadable)};
    for (const ValueKind kind : {ValueKind::null, ValueKind::boolean, ValueKind::number,
                                 ValueKind::string, ValueKind::list, ValueKind::object}) {
      if (test.op == ir::AtomOp::exists ||
          (test.op == ir::AtomOp::is_type && kind == kind_of(test.tested_type))) {
        truth.certain |= mask(kind);
      } else if (test.op != ir::AtomOp::is_type && !answers(test, kind)) {
        truth.undecidable |= mask(kind);
      }
    }
    if (test.op == ir::AtomOp::exists || test.op == ir::AtomOp::is_type) return truth;
    for (const ir::Operand& operand : test.operands) compare(test.op, operand, truth);
    for (const std::uint32_t odd : odd_classes_) {
      if (truth.certain.test(odd)) truth.undecidable.reset(odd);
    }
    return truth;
  }

  // Whether some operand can be compared with values of a kind; `in []` answers everything.
  static bool answers(const ir::Atom& test, ValueKind kind) {
    if (test.op == ir::AtomOp::in && test.operands.empty()) return true;
    return std::any_of(test.operands.begin(), test.operands.end(),
                       [&](const ir::Operand& operand) { return kind_of(operand.kind) == kind; });
  }

  // Adds where one operand makes the test true or undecidable.
  void compare(ir::AtomOp op, const ir::Operand& operand, TestTruth& truth) {
    switch (operand.kind) {
      case ir::OperandKind::string:
      case ir::OperandKind::pattern:
      case ir::OperandKind::regex:
        if (type_ == Type::string || type_ == Type::json) compare_text(op, operand, truth);
        break;
      case ir::OperandKind::risk:
        compare_risk(op, static_cast<int>(*risk_named(operand.text)), truth);
        break;
      case ir::OperandKind::boolean:
        if (booleans_[0] != kNone) truth.certain.set(booleans_[operand.boolean ? 1 : 0]);
        break;
      case ir::OperandKind::number:
      case ir::OperandKind::number_range:
        compare_number(op, operand, truth);
        break;
      case ir::OperandKind::network:
        compare_network(*parse_network(operand.text), truth);
        break;
      default:
        break;
    }
  }

  void compare_text(ir::AtomOp op, const ir::Operand& operand, TestTruth& truth) const {
    for (const std::uint32_t place : texts_.at({text_test(op, operand.kind), operand.text})) {
      truth.certain.set(class_of(place));
    }
    for (std::size_t i = 0; i < odd_.size(); ++i) {
      const bool pattern = operand.kind == ir::OperandKind::pattern && odd_[i].odd;
      const bool search = operand.kind == ir::OperandKind::regex && odd_[i].past_limit;
      if (pattern || search) truth.undecidable.set(odd_classes_[i]);
    }
  }

  static bool stands(ir::AtomOp op, std::int64_t value, std::int64_t literal) {
    switch (op) {
      case ir::AtomOp::less:
        return value < literal;
      case ir::AtomOp::less_equal:
        return value <= literal;
      case ir::AtomOp::greater:
        return value > literal;
      case ir::AtomOp::greater_equal:
        return value >= literal;
      default:
        return value == literal;
    }
  }

  void compare_risk(ir::AtomOp op, int literal, TestTruth& truth) const {
    for (std::uint32_t i = 0; i < texts_end_; ++i) {
      if (stands(op, i, literal)) truth.certain.set(i);
    }
  }

  void compare_number(ir::AtomOp op, const ir::Operand& operand, TestTruth& truth) const {
    if (!numbers_) return;
    const bool range = operand.kind == ir::OperandKind::number_range;
    const std::uint32_t low = numbers_->place_of(*Decimal::parse(operand.text));
    const std::uint32_t high = range ? numbers_->place_of(*Decimal::parse(operand.upper)) : low;
    for (std::uint32_t i = 0; i < numbers_->classes().size(); ++i) {
      const std::uint32_t place = numbers_->classes()[i].place;
      if (range ? place >= low && place <= high : stands(op, place, low)) {
        truth.certain.set(numbers_begin_ + i);
      }
    }
    truth.undecidable.set(past_limit_);
  }

  void compare_network(const Network& network, TestTruth& truth) const {
    const auto begin = std::ranges::lower_bound(addresses_, network.first);
    for (auto at = begin; at != addresses_.end() && holds(network, *at); ++at) {
      truth.certain.set(static_cast<std::uint32_t>(at - addresses_.begin()));
    }
  }

  // Odd texts get their numbers last, before odd lists.
  [[nodiscard]] std::uint32_t class_of(std::uint32_t place) const {
    return place < kOdd ? place : odd_classes_[place - kOdd];
  }

  // A value that stands behind all others: a text of which every pattern is undecidable, or every
  // expression; a list that is too long.
  struct Odd {
    Value value;
    bool odd = false;
    bool past_limit = false;
  };

  static constexpr std::uint32_t kNone = 0xffffffff;
  static constexpr std::uint32_t kOdd = 0x80000000;

  char separator_;
  Type type_;
  std::span<const ir::Atom* const> tests_;
  ListDetail lists_;
  std::span<const SizeRange> sizes_;
  bool compared_;  // with another attribute
  ScalarClasses found_;
  // The classes in which each test of texts is true.
  std::map<std::pair<TextTest, std::string>, std::vector<std::uint32_t>> texts_;
  std::vector<Decimal> bounds_;
  std::vector<Network> networks_;
  std::vector<Address> addresses_;  // one of each class, the first classes
  std::optional<NumberClasses> numbers_;
  std::uint32_t numbers_begin_ = 0;
  std::uint32_t past_limit_ = 0;
  std::uint32_t texts_end_ = 0;
  std::array<std::uint32_t, 2> booleans_ = {kNone, kNone};
  std::vector<Bits> masks_;  // by kind: the classes of that kind
  std::vector<Odd> odd_;
  std::vector<std::uint32_t> odd_classes_;
};

}  // namespace

bool is_quick(const ir::Atom& atom) noexcept {
  switch (atom.op) {
    case ir::AtomOp::contains:
    case ir::AtomOp::starts_with:
    case ir::AtomOp::ends_with:
    case ir::AtomOp::search:
      return false;
    default:
      return true;
  }
}

std::optional<ScalarClasses> scalar_classes(const ir::AttributeRef& ref,
                                            std::span<const ir::Atom* const> tests,
                                            ListDetail lists, std::span<const SizeRange> sizes,
                                            const Shared* shared) {
  return ScalarBuilder(ref, tests, lists, sizes, shared).run();
}

ListKind list_kind_of(const Value& value) {
  if (value.kind != ValueKind::list) return ListKind::none;
  if (value.elements.empty()) return ListKind::empty;
  if (value.elements.size() > limits::kListElementsMax) return ListKind::endless;
  const ValueKind first = value.elements.front().kind;
  const bool same = std::all_of(value.elements.begin(), value.elements.end(),
                                [&](const Value& element) { return element.kind == first; });
  if (!same) return ListKind::mixed;
  switch (first) {
    case ValueKind::string:
      return ListKind::strings;
    case ValueKind::number:
      return ListKind::numbers;
    case ValueKind::boolean:
      return ListKind::booleans;
    default:
      return ListKind::mixed;
  }
}

}  // namespace sentrail::compiler::analysis
