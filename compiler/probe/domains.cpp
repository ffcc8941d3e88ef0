// Collects values from a policy's literals. See domains.hpp.
#include "compiler/probe/domains.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "compiler/ir/pattern.hpp"
#include "compiler/oracle/glob.hpp"
#include "compiler/oracle/number.hpp"
#include "compiler/probe/address_samples.hpp"
#include "compiler/probe/regex_samples.hpp"
#include "compiler/probe/requests.hpp"
#include "compiler/probe/window_samples.hpp"
#include "core/limits.hpp"

namespace sentrail::compiler::probe {
namespace {

using oracle::Value;
using oracle::ValueKind;

// Of one test; a list of a thousand names needs no thousand requests.
constexpr std::size_t kOperandsTried = 64;
// Actions of a catalog that one pattern gives.
constexpr std::size_t kActionsTried = 4;
// Elements, or characters of a text, to try a test of a size with.
constexpr std::size_t kSizeTried = 256;
// A value that no policy means.
constexpr const char* kOther = "other";
// An address that no network of anyone holds. source: RFC 5737.
constexpr const char* kOtherAddress = "192.0.2.1";

void add(Domain& domain, const Value& value) {
  if (std::ranges::find(domain.values, value) == domain.values.end()) {
    domain.values.push_back(value);
  }
}

class Collector {
 public:
  Collector(const ir::Policy& policy, std::span<const Catalog> catalogs) {
    for (const Catalog& catalog : catalogs) {
      if (std::ranges::find(policy.catalogs, catalog.name) != policy.catalogs.end()) {
        imported_.push_back(&catalog);
      }
    }
  }

  void atom(const ir::Atom& atom) {
    Domain& domain = domain_of(atom.attribute);
    std::size_t tried = 0;
    std::vector<Value> all;
    for (const ir::Operand& operand : atom.operands) {
      if (++tried > kOperandsTried) break;
      for (Value& value : values_of(atom, operand)) {
        const bool set = atom.op == ir::AtomOp::has;
        if (set) all.push_back(value);
        add(domain, set ? list_value({std::move(value)}) : std::move(value));
      }
    }
    if (atom.op == ir::AtomOp::has) {
      add(domain, list_value({}));
      add(domain, list_value({text_value(kOther)}));
      members_[index_of(atom.attribute)].insert(members_[index_of(atom.attribute)].end(),
                                                all.begin(), all.end());
    }
    if (atom.op == ir::AtomOp::is_type || atom.op == ir::AtomOp::exists) add_kinds(domain);
  }

  // A test, or a quantifier with all that stands in it. Recursion: kQuantifierDepthMax quantifiers,
  // kConditionDepthMax conditions.
  void test(const ir::Policy& policy, ir::ConditionId id, std::size_t depth = 1) {
    const ir::Condition& condition = policy.conditions[id];
    if (condition.kind == ir::ConditionKind::atom) {
      condition.atom.attribute.binder == 0 ? atom(condition.atom) : member(condition.atom);
      if (condition.atom.other) pair(condition.atom);
      return;
    }
    const bool quantified = ir::is_quantified(condition.kind);
    if (quantified) elements_[depth].clear();
    for (const ir::ConditionId child : condition.children) {
      test(policy, child, quantified ? depth + 1 : depth);
    }
    if (!quantified) return;
    const ir::AttributeRef& list = condition.atom.attribute;
    for (Value& value : lists_of(elements_[depth])) {
      if (list.binder > 0) {
        elements_[list.binder][list.steps].push_back(std::move(value));
      } else {
        add(domain_of(list), value);
      }
    }
    if (list.binder == 0) add_kinds(domain_of(list));
  }

  std::vector<Domain> finish() && {
    for (auto& [index, values] : members_) add(domains_[index], list_value(values));
    for (const auto& [one, other] : pairs_) {
      share(domains_[one], domains_[other]);
      share(domains_[other], domains_[one]);
    }
    for (Domain& domain : domains_) complete(domain);
    add_roots();
    return std::move(domains_);
  }

 private:
  // Two attributes that may be the same: what one may be, the other may be too.
  void pair(const ir::Atom& atom) {
    for (const ir::AttributeRef* ref : {&atom.attribute, &*atom.other}) {
      if (ref->binder > 0) {
        elements_[ref->binder][ref->steps].push_back(text_value(kOther));
      } else if (Domain& domain = domain_of(*ref); is_textual(*ref)) {
        add(domain, text_value("another"));
      }
    }
    if (atom.attribute.binder > 0 || atom.other->binder > 0) return;
    const std::size_t other = index_of(*atom.other);
    pairs_.emplace_back(index_of(atom.attribute), other);
  }

  static bool is_textual(const ir::AttributeRef& ref) {
    return ir::type_of(ref) == Type::string || ir::type_of(ref) == Type::json;
  }

  static void share(Domain& to, const Domain& from) {
    const Type type = ir::type_of(to.ref);
    for (std::size_t i = 0; i < std::min(from.values.size(), kOperandsTried); ++i) {
      const Value& value = from.values[i];
      const bool text = value.kind == ValueKind::string;
      if (text ? is_textual(to.ref) : type == Type::json && value.kind == ValueKind::number) {
        add(to, value);
      }
    }
  }

  // What the elements of one quantifier are asked: values of members, or by no steps of themselves.
  using Elements = std::map<std::vector<std::string>, std::vector<Value>>;

  void member(const ir::Atom& atom) {
    std::vector<Value>& values = elements_[atom.attribute.binder][atom.attribute.steps];
    std::size_t tried = 0;
    for (const ir::Operand& operand : atom.operands) {
      if (++tried > kOperandsTried) break;
      for (Value& value : values_of(atom, operand)) {
        values.push_back(atom.op == ir::AtomOp::has ? list_value({std::move(value)})
                                                    : std::move(value));
      }
    }
    if (ir::type_of(atom.attribute) != Type::json) return;
    for (const ValueKind kind : {ValueKind::null, ValueKind::list, ValueKind::object}) {
      values.push_back(value_of_kind(kind));
    }
  }

  // Lists of no element, of each one that is worth a try, and of several.
  static std::vector<Value> lists_of(const Elements& members) {
    std::vector<Value> elements = {text_value(kOther)};
    std::size_t rows = 0;
    for (const auto& [steps, values] : members) rows = std::max(rows, values.size());
    for (std::size_t row = 0; row < std::min(rows, kOperandsTried); ++row) {
      oracle::Request one;  // an element is an object like a body
      for (const auto& [steps, values] : members) {
        if (values.empty()) continue;
        if (steps.empty()) elements.push_back(values[row % values.size()]);
        if (!steps.empty()) put(one, {AttributeId::body, steps}, values[row % values.size()]);
      }
      const auto made = one.values.find("body");
      if (made != one.values.end()) elements.push_back(made->second);
    }
    std::vector<Value> lists = {list_value({}), list_value(elements)};
    for (const Value& element : elements) {
      lists.push_back(list_value({element}));
      if (element != elements.front()) lists.push_back(list_value({elements.front(), element}));
    }
    return lists;
  }

  std::size_t index_of(const ir::AttributeRef& ref) {
    const auto found = std::ranges::find(domains_, ref, &Domain::ref);
    if (found != domains_.end()) return static_cast<std::size_t>(found - domains_.begin());
    domains_.push_back({ref, {Value{}}});
    return domains_.size() - 1;
  }
  Domain& domain_of(const ir::AttributeRef& ref) { return domains_[index_of(ref)]; }

  std::vector<Value> values_of(const ir::Atom& atom, const ir::Operand& operand) {
    if (atom.sized) return values_of_size(atom.attribute, operand.text);
    switch (operand.kind) {
      case ir::OperandKind::string:
        return {text_value(operand.text)};
      case ir::OperandKind::risk:
        return {};  // all four are tried anyway
      case ir::OperandKind::boolean:
        return {boolean_value(operand.boolean)};
      case ir::OperandKind::number:
        return numbers_around(operand.text);
      case ir::OperandKind::number_range: {
        std::vector<Value> values = numbers_around(operand.text);
        for (Value& value : numbers_around(operand.upper)) values.push_back(std::move(value));
        return values;
      }
      case ir::OperandKind::pattern:
        return pattern_values(atom.attribute, operand.text);
      case ir::OperandKind::regex:
        return texts(samples_of_regex(operand.text));
      case ir::OperandKind::window:
        return texts(samples_of_window(operand));
      case ir::OperandKind::network:
        return texts(samples_of_network(operand.text));
      case ir::OperandKind::instant:
        return texts(samples_of_instant(operand));
    }
    return {};
  }

  static std::vector<Value> texts(std::vector<std::string> from) {
    std::vector<Value> values;
    for (std::string& text : from) values.push_back(text_value(std::move(text)));
    return values;
  }

  // Values of that size and beside it, of the kinds that the attribute may have.
  static std::vector<Value> values_of_size(const ir::AttributeRef& ref, const std::string& number) {
    const Type type = ir::type_of(ref);
    std::vector<Value> values;
    for (const Value& around : numbers_around(number)) {
      std::size_t size = 0;
      const std::string& digits = around.text;
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
      const bool whole = error == std::errc() && end == digits.data() + digits.size();
      if (!whole || size > kSizeTried) continue;
      if (type != Type::string_set) values.push_back(text_value(std::string(size, 'x')));
      if (type == Type::string) continue;
      values.push_back(list_value(std::vector<Value>(size, text_value(kOther))));
    }
    return values;
  }

  static std::vector<Value> numbers_around(const std::string& number) {
    std::vector<Value> values = {number_value(number)};
    for (const bool up : {true, false}) {
      if (auto near = beside(number, up)) values.push_back(number_value(*std::move(near)));
    }
    return values;
  }

  std::vector<Value> pattern_values(const ir::AttributeRef& ref, const std::string& pattern) {
    std::vector<Value> values;
    if (ref.attribute == AttributeId::action) {
      for (const Catalog* catalog : imported_) {
        for (const CatalogActionDef& action : catalog->actions) {
          if (values.size() == kActionsTried) break;
          if (oracle::matches(pattern, action.name, '.') != Truth::t) continue;
          values.push_back(text_value(action.name));
        }
      }
      if (!values.empty()) return values;
    }
    return texts(samples_of(pattern, row_of(ref.attribute).separator));
  }

  static void add_kinds(Domain& domain) {
    const Type type = ir::type_of(domain.ref);
    if (type != Type::json) return;
    add(domain, text_value("text"));
    for (const ValueKind kind : {ValueKind::null, ValueKind::list, ValueKind::object}) {
      add(domain, value_of_kind(kind));
    }
    add(domain, number_value("1"));
    add(domain, boolean_value(true));
  }

  // What every value of the type may be besides the literals.
  static void complete(Domain& domain) {
    switch (ir::type_of(domain.ref)) {
      case Type::boolean:
        add(domain, boolean_value(true));
        if (domain.ref.attribute == AttributeId::response) return;  // it is there or not
        add(domain, boolean_value(false));
        break;
      case Type::number:
      case Type::time:
        break;
      case Type::ip:
        add(domain, text_value(kOtherAddress));
        break;
      case Type::string:
      case Type::json:
        add(domain, text_value(kOther));
        break;
      case Type::risk:
        for (const Risk risk : {Risk::low, Risk::medium, Risk::high, Risk::critical}) {
          add(domain, text_value(std::string(name_of(risk))));
        }
        break;
      case Type::string_set:
        add(domain, list_value({text_value(kOther)}));
        break;
    }
    // A session that is not mentioned cannot be read.
    const bool known = !is_of_session(domain.ref.attribute);
    if (domain.ref.steps.empty() && known) add(domain, value_of_kind(ValueKind::unreadable));
  }

  // Members are read or not as a whole.
  void add_roots() {
    for (std::size_t i = 0, count = domains_.size(); i < count; ++i) {
      if (domains_[i].ref.steps.empty()) continue;
      const ir::AttributeRef root{domains_[i].ref.attribute, {}};
      if (std::ranges::find(domains_, root, &Domain::ref) != domains_.end()) continue;
      domains_.push_back({root, {Value{}, value_of_kind(ValueKind::unreadable)}});
    }
  }

  std::vector<const Catalog*> imported_;
  std::vector<Domain> domains_;
  std::map<std::size_t, std::vector<Value>> members_;       // of sets, by the domain's index
  std::vector<std::pair<std::size_t, std::size_t>> pairs_;  // of domains, that are compared
  std::map<std::size_t, Elements> elements_;                // of quantifiers, by their depth
};

// A pattern's segments, the escapes still in them.
std::vector<std::string> segments_of(std::string_view pattern, char separator) {
  std::vector<std::string> segments(1);
  for (const char c : pattern) {
    if (c == separator) {
      segments.emplace_back();
    } else {
      segments.back() += c;
    }
  }
  return segments;
}

// One way to fill the wildcards in: `run` for `*`, `segments` for `**`.
std::string filled(const std::vector<std::string>& segments, char separator, std::string_view run,
                   const std::vector<std::string>& globstar) {
  std::vector<std::string> out;
  for (const std::string& segment : segments) {
    if (segment == "**") {
      out.insert(out.end(), globstar.begin(), globstar.end());
      continue;
    }
    std::string text;
    for (std::size_t i = 0; i < segment.size(); ++i) {
      const char c = segment[i];
      if (c == '\\' && i + 1 < segment.size()) {
        text += segment[++i];
      } else if (c == '*') {
        text += run;
      } else {
        text += c == '?' ? 'a' : c;
      }
    }
    out.push_back(std::move(text));
  }
  std::string joined;
  for (std::size_t i = 0; i < out.size(); ++i) joined += (i > 0 ? separator + out[i] : out[i]);
  return joined;
}

// Adds one to, or takes one from, the digits of a whole number that is not negative.
// REQUIRES: not taking from zero.
std::string stepped(std::string digits, bool up) {
  for (std::size_t i = digits.size(); i-- > 0;) {
    if (digits[i] != (up ? '9' : '0')) {
      digits[i] = static_cast<char>(digits[i] + (up ? 1 : -1));
      return digits;
    }
    digits[i] = up ? '0' : '9';
  }
  return "1" + digits;
}

}  // namespace

std::optional<std::string> beside(std::string_view text, bool up) {
  auto number = oracle::number_of(text);
  if (!number) return std::nullopt;
  const std::size_t zeros =
      number->exponent > 0 ? static_cast<std::size_t>(number->exponent) : std::size_t{0};
  std::size_t decimals =
      number->exponent < 0 ? static_cast<std::size_t>(-number->exponent) : std::size_t{0};
  // `500.00` is a sum of money: its unit is a cent.
  const std::size_t point = text.find('.');
  if (point != std::string_view::npos && text.find_first_of("eE") == std::string_view::npos) {
    decimals = text.size() - point - 1;
  }
  constexpr std::size_t kDigits = limits::kDecimalDigitsMax;
  if (zeros > kDigits || decimals > kDigits) return std::nullopt;
  const std::size_t written =
      number->exponent < 0 ? static_cast<std::size_t>(-number->exponent) : std::size_t{0};
  std::string digits = number->digits + std::string(zeros + decimals - written, '0');
  if (digits.size() >= kDigits) return std::nullopt;
  if (digits.find_first_not_of('0') == std::string::npos) digits = "0";
  bool negative = number->negative;
  if (digits == "0") {
    digits = "1";
    negative = !up;
  } else {
    digits = stepped(digits, up != negative);
  }
  if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
  const std::size_t lead = std::min(digits.find_first_not_of('0'), digits.size() - decimals - 1);
  std::string out = digits.substr(lead);
  if (decimals > 0) out.insert(out.size() - decimals, ".");
  const bool zero = out.find_first_not_of("0.") == std::string::npos;
  return negative && !zero ? "-" + out : out;
}

std::vector<std::string> samples_of(std::string_view pattern, char separator) {
  const std::vector<std::string> segments = segments_of(pattern, separator);
  const std::string first = filled(segments, separator, "a", {"a"});
  std::vector<std::string> all = {first,
                                  filled(segments, separator, "", {}),
                                  filled(segments, separator, "a-b", {"a", "b"}),
                                  first + separator + "a",
                                  "a" + first,
                                  first + "a"};
  if (const std::size_t last = first.rfind(separator); last != std::string::npos) {
    all.push_back(first.substr(0, last));
  }
  std::vector<std::string> samples;
  for (std::string& text : all) {
    const bool nothing = text.empty() && !pattern.empty();
    if (nothing || std::ranges::find(samples, text) != samples.end()) continue;
    samples.push_back(std::move(text));
  }
  return samples;
}

std::vector<ir::ConditionId> tests_under(const ir::Policy& policy,
                                         std::span<const ir::ConditionId> roots) {
  std::set<ir::ConditionId> seen(roots.begin(), roots.end());
  std::vector<ir::ConditionId> open(roots.begin(), roots.end());
  std::vector<ir::ConditionId> tests;
  while (!open.empty()) {
    const ir::ConditionId id = open.back();
    open.pop_back();
    const ir::Condition& condition = policy.conditions[id];
    if (condition.kind == ir::ConditionKind::atom || ir::is_quantified(condition.kind)) {
      tests.push_back(id);
      continue;
    }
    for (const ir::ConditionId child : condition.children) {
      if (seen.insert(child).second) open.push_back(child);
    }
  }
  std::ranges::sort(tests);
  return tests;
}

std::vector<ir::AttributeRef> references_under(const ir::Policy& policy, ir::ConditionId root) {
  std::vector<ir::AttributeRef> references;
  std::vector<ir::ConditionId> open = {root};
  while (!open.empty()) {
    const ir::Condition& condition = policy.conditions[open.back()];
    open.pop_back();
    const bool asks =
        condition.kind == ir::ConditionKind::atom || ir::is_quantified(condition.kind);
    if (asks && condition.atom.attribute.binder == 0) {
      references.push_back(condition.atom.attribute);
    }
    const auto& other = condition.atom.other;
    if (other && other->binder == 0) references.push_back(*other);
    open.insert(open.end(), condition.children.begin(), condition.children.end());
  }
  return references;
}

std::vector<Domain> domains_of(const ir::Policy& policy, std::span<const ir::ConditionId> roots,
                               std::span<const Catalog> catalogs) {
  Collector collector(policy, catalogs);
  for (const ir::ConditionId id : tests_under(policy, roots)) {
    collector.test(policy, id);
  }
  return std::move(collector).finish();
}

std::vector<Domain> domains_of(const ir::Policy& policy, std::span<const Catalog> catalogs) {
  std::vector<ir::ConditionId> roots;
  for (const ir::Tier& tier : policy.tiers) {
    for (const ir::Rule& rule : tier.rules) {
      roots.push_back(rule.when);
      if (rule.unless) roots.push_back(*rule.unless);
    }
  }
  return domains_of(policy, roots, catalogs);
}

}  // namespace sentrail::compiler::probe
