// Checks the invariants of a Policy that every later phase relies on.
//
// Neighbours: ir.hpp, pattern.hpp. Run after each phase in debug builds and tests, and by loaders.
// Must not know: policy text. A failure is a bug of the phase before, so messages name indices.
#include <algorithm>
#include <functional>
#include <string>
#include <tuple>
#include <vector>

#include "compiler/ir/ir.hpp"
#include "compiler/ir/pattern.hpp"
#include "compiler/regex/tree.hpp"
#include "core/addresses.hpp"
#include "core/limits.hpp"
#include "core/names.hpp"
#include "core/time.hpp"
#include "core/units.hpp"

namespace sentrail::compiler::ir {
namespace {

using Conditions = IdVector<ConditionTag, Condition>;

tl::unexpected<Error> broken(std::string message) {
  return fail(Errc::corrupt, "policy is not well formed: " + std::move(message));
}

Status verify_reference(const AttributeRef& ref) {
  if (static_cast<std::size_t>(ref.attribute) >= kAttributeCount) {
    return broken("an attribute has no row in the schema");
  }
  const Attribute& row = row_of(ref.attribute);
  const std::string name(row.name);
  if (!row.has_members && !ref.steps.empty()) return broken(name + " has no members");
  if (ref.binder > 0) {
    const bool list = row.type == Type::string_set || row.type == Type::json;
    return list ? Status{} : broken(name + " has no elements");
  }
  if (ref.steps.size() > limits::kPathStepsMax) return broken(name + " has too many steps");
  if (row.has_members && row.type == Type::string && ref.steps.size() != 1) {
    return broken(name + " needs exactly one step");
  }
  return {};
}

// Whether values of an attribute's type can be compared with an operand of this kind.
bool comparable(Type type, OperandKind kind) {
  switch (type) {
    case Type::boolean:
      return kind == OperandKind::boolean;
    case Type::number:
      return kind == OperandKind::number || kind == OperandKind::number_range;
    case Type::string:
      return kind == OperandKind::string || kind == OperandKind::pattern ||
             kind == OperandKind::regex;
    case Type::risk:
      return kind == OperandKind::risk;
    case Type::string_set:
      return kind == OperandKind::string;
    case Type::json:
      return kind != OperandKind::risk && kind != OperandKind::window &&
             kind != OperandKind::network && kind != OperandKind::instant;
    case Type::time:
      return kind == OperandKind::window || kind == OperandKind::instant;
    case Type::ip:
      return kind == OperandKind::network;
  }
  return false;
}

// Whether an operator takes an operand of this kind.
bool takes(AtomOp op, OperandKind kind) {
  const bool literal = kind != OperandKind::pattern && kind != OperandKind::number_range &&
                       kind != OperandKind::regex && kind != OperandKind::window &&
                       kind != OperandKind::instant;
  switch (op) {
    case AtomOp::equal:
      return literal;
    case AtomOp::less:
    case AtomOp::less_equal:
    case AtomOp::greater:
    case AtomOp::greater_equal:
      return kind == OperandKind::number || kind == OperandKind::risk ||
             kind == OperandKind::instant;
    case AtomOp::in:
      return kind != OperandKind::regex && kind != OperandKind::instant;
    case AtomOp::matches:
      return kind == OperandKind::pattern;
    case AtomOp::has:
      return literal && kind != OperandKind::risk;
    case AtomOp::contains:
    case AtomOp::starts_with:
    case AtomOp::ends_with:
      return kind == OperandKind::string;
    case AtomOp::search:
      return kind == OperandKind::regex;
    case AtomOp::exists:
    case AtomOp::is_type:
    case AtomOp::same:
      return false;
  }
  return false;
}

// As they are written once, and single addresses beside `==`.
bool is_sound_network(const Atom& atom, const std::string& text) {
  const auto network = parse_network(text);
  if (!network || format_network(without_host_bits(*network)) != text) return false;
  return atom.op == AtomOp::in || network->prefix == bits_of(network->first.family);
}

bool is_sound_instant(const std::string& text) {
  const auto instant = parse_rfc3339(text);
  return instant && instant->unix_ms > 0 && format_rfc3339(*instant) == text;
}

Status verify_operand(const Atom& atom, const Operand& operand) {
  const Attribute& row = row_of(atom.attribute.attribute);
  const std::string name(row.name);
  if (!takes(atom.op, operand.kind)) return broken("an operator on " + name + " and its operand");
  if (!comparable(atom.sized ? Type::number : type_of(atom.attribute), operand.kind))
    return broken(name + " is compared with another type");
  if (operand.kind == OperandKind::window) {
    const Window& window = operand.window;
    const bool sound = window.days > 0 && window.days < 0x80 && window.from < kDayMinutes &&
                       window.until > 0 && window.until <= kDayMinutes &&
                       window.from != window.until && !operand.text.empty();
    return sound && atom.operands.size() == 1 ? Status{} : broken("a window that is none");
  }
  if (operand.kind == OperandKind::network && !is_sound_network(atom, operand.text)) {
    return broken("a network that is none: " + operand.text);
  }
  if (operand.kind == OperandKind::instant && !is_sound_instant(operand.text)) {
    return broken("an instant that is none: " + operand.text);
  }
  if (operand.kind == OperandKind::pattern) {
    if (const auto problem = pattern_problem(operand.text, row.separator)) {
      return broken("a pattern on " + name + " " + problem->what);
    }
  }
  if (operand.kind == OperandKind::regex) {
    const auto tree = regex::parse(operand.text);
    if (!tree) return broken("the regular expression on " + name + " " + tree.error().what);
  }
  if (operand.kind == OperandKind::risk && !risk_named(operand.text)) {
    return broken("there is no risk " + operand.text);
  }
  return {};
}

// A size is a number: it is compared, and nothing else.
Status verify_size(const Atom& atom) {
  const Type type = type_of(atom.attribute);
  const bool sizable = type == Type::string || type == Type::string_set || type == Type::json;
  const bool compared = atom.op <= AtomOp::in;
  if (!sizable || !compared)
    return broken("the size of " + std::string(row_of(atom.attribute.attribute).name));
  for (const Operand& operand : atom.operands) SENTRAIL_TRY(verify_operand(atom, operand));
  return {};
}

Status verify_same(const Atom& atom) {
  SENTRAIL_TRY(verify_reference(*atom.other));
  if (can_be_same(type_of(atom.attribute), type_of(*atom.other)) && !atom.sized &&
      atom.operands.empty()) {
    return {};
  }
  return broken(std::string(row_of(atom.attribute.attribute).name) +
                " is compared with another type");
}

Status verify_atom(const Atom& atom) {
  SENTRAIL_TRY(verify_reference(atom.attribute));
  const Type type = type_of(atom.attribute);
  const std::string name(row_of(atom.attribute.attribute).name);
  const bool same = atom.op == AtomOp::same;
  const bool bare = atom.op == AtomOp::exists || atom.op == AtomOp::is_type;
  if (same != atom.other.has_value()) return broken("a test of " + name + " and another attribute");
  if (same) return verify_same(atom);
  if (bare != atom.operands.empty() && atom.op != AtomOp::in) {
    return broken("an operator on " + name + " has the wrong number of operands");
  }
  if (atom.op != AtomOp::in && atom.operands.size() > 1) {
    return broken("an operator on " + name + " has the wrong number of operands");
  }
  if (atom.sized) return verify_size(atom);
  const bool set_operator = atom.op == AtomOp::has || bare;
  if (type == Type::string_set && !set_operator) return broken(name + " is a set");
  if (atom.op == AtomOp::has && type != Type::string_set && type != Type::json) {
    return broken(name + " is no set");
  }
  const bool partial = atom.op == AtomOp::search || atom.op == AtomOp::contains ||
                       atom.op == AtomOp::starts_with || atom.op == AtomOp::ends_with;
  if (partial && type != Type::string && type != Type::json) {
    return broken(name + " is no string");
  }
  const bool address = atom.op == AtomOp::equal || atom.op == AtomOp::in || bare;
  if (type == Type::ip && !address) return broken(name + " is an address");
  for (const Operand& operand : atom.operands) SENTRAIL_TRY(verify_operand(atom, operand));
  return {};
}

bool has_right_arity(const Condition& condition) {
  switch (condition.kind) {
    case ConditionKind::always:
    case ConditionKind::atom:
      return condition.children.empty();
    case ConditionKind::not_:
    case ConditionKind::some_element:
    case ConditionKind::every_element:
      return condition.children.size() == 1;
    case ConditionKind::all:
    case ConditionKind::any:
      return condition.children.size() >= 2;
  }
  return false;
}

// Counts in `owned` who points at a condition: each has one owner, so that walks are linear.
Status take(std::vector<bool>& owned, ConditionId id) {
  if (id.value >= owned.size()) return broken("a condition's id names nothing");
  if (owned[id.value]) return broken("condition " + std::to_string(id.value) + " has two owners");
  owned[id.value] = true;
  return {};
}

Status verify_list(const Condition& condition) {
  SENTRAIL_TRY(verify_reference(condition.atom.attribute));
  const Type type = type_of(condition.atom.attribute);
  const bool list = type == Type::string_set || type == Type::json;
  if (condition.element.empty() || !list) return broken("a quantifier over no list");
  return {};
}

// References name elements of the quantifiers around them; those nest no deeper than engines go.
Status verify_scopes(const Conditions& conditions) {
  std::vector<std::uint8_t> depths(conditions.size(), 0);
  for (std::size_t i = conditions.size(); i-- > 0;) {
    const Condition& condition = conditions[ConditionId{static_cast<std::uint32_t>(i)}];
    const bool quantified = is_quantified(condition.kind);
    const auto& other = condition.atom.other;
    const std::uint8_t deepest =
        std::max(condition.atom.attribute.binder, other ? other->binder : std::uint8_t{0});
    if (deepest > depths[i]) return broken("an element of no quantifier");
    const auto inner = static_cast<std::uint8_t>(depths[i] + (quantified ? 1 : 0));
    if (inner > limits::kQuantifierDepthMax) return broken("quantifiers nest too deep");
    for (const ConditionId child : condition.children) depths[child.value] = inner;
  }
  return {};
}

Status verify_conditions(const Conditions& conditions, std::vector<bool>& owned) {
  for (std::uint32_t i = 0; i < conditions.size(); ++i) {
    const Condition& condition = conditions[ConditionId{i}];
    const std::string which = "condition " + std::to_string(i);
    if (!has_right_arity(condition)) return broken(which + " has the wrong number of children");
    for (const ConditionId child : condition.children) {
      if (child.value >= i) return broken(which + " comes before its child");
      SENTRAIL_TRY(take(owned, child));
    }
    if (condition.kind == ConditionKind::atom) SENTRAIL_TRY(verify_atom(condition.atom));
    if (is_quantified(condition.kind)) SENTRAIL_TRY(verify_list(condition));
  }
  return verify_scopes(conditions);
}

// Calls visit(reference) for all that a test or a quantifier names.
template <class Visit>
Status for_references(const Conditions& conditions, const Visit& visit) {
  for (const Condition& condition : conditions) {
    const bool names = condition.kind == ConditionKind::atom || is_quantified(condition.kind);
    if (!names) continue;
    SENTRAIL_TRY(visit(condition.atom.attribute));
    if (condition.atom.other) SENTRAIL_TRY(visit(*condition.atom.other));
  }
  return {};
}

// What is counted is there, once, and asks of calls alone.
Status verify_counts(const Policy& policy) {
  const auto stray = std::ranges::adjacent_find(policy.counts, std::greater_equal{}, &Count::text);
  if (stray != policy.counts.end()) return broken("counts are out of order");
  for (const Count& count : policy.counts) {
    if (count.conditions.empty() || count.text.empty() ||
        count.text.size() > limits::kCountTextBytesMax) {
      return broken("a count of nothing");
    }
    if (count.within_ms < limits::kLimitPerMsMin || count.within_ms > limits::kLimitPerMsMax) {
      return broken("a count that looks back too short or too long");
    }
    std::vector<bool> owned(count.conditions.size(), false);
    SENTRAIL_TRY(verify_conditions(count.conditions, owned));
    if (std::ranges::count(owned, false) != 1) return broken("a count of several things");
    SENTRAIL_TRY(for_references(count.conditions, [](const AttributeRef& ref) {
      const bool call = !is_of_session(ref.attribute) && !is_of_answers(ref.attribute);
      return call ? Status{} : broken("a count that is not of calls");
    }));
  }
  return for_references(policy.conditions, [&policy](const AttributeRef& ref) -> Status {
    if (ref.attribute != AttributeId::session_count) return {};
    const bool known = ref.steps.size() == 1 &&
                       std::ranges::binary_search(policy.counts, ref.steps[0], {}, &Count::text);
    return known ? Status{} : broken("a count that nobody counts");
  });
}

Status verify_template(const Template& text) {
  if (text.texts.size() != text.holes.size() + 1) return broken("a template does not alternate");
  for (const AttributeRef& hole : text.holes) {
    SENTRAIL_TRY(verify_reference(hole));
    if (hole.binder > 0) return broken("a template names an element");
  }
  return {};
}

Status verify_approval(const Approval& approval, bool asked) {
  if (!asked && approval != Approval{}) return broken("an approval that nothing requires");
  if (approval.seats.empty()) return broken("a quorum without seats");
  std::uint64_t people = 0;
  for (std::size_t i = 0; i < approval.seats.size(); ++i) {
    const Seats& seats = approval.seats[i];
    people += seats.people;
    if (seats.people == 0 ||
        !(seats.role ? is_approver_role(seats.name) : is_group_name(seats.name))) {
      return broken("seats that nobody can fill");
    }
    if (i == 0) continue;
    const Seats& before = approval.seats[i - 1];
    if (std::tie(before.role, before.name) >= std::tie(seats.role, seats.name)) {
      return broken("seats are out of order");
    }
  }
  if (people > limits::kQuorumSeatsMax) return broken("a quorum of too many people");
  if (approval.within_ms &&
      (*approval.within_ms < limits::kWithinMsMin || *approval.within_ms > limits::kWithinMsMax)) {
    return broken("an approval's time is too short or too long");
  }
  return {};
}

Status verify_limit(const Limit& limit, Outcome outcome) {
  const bool weak = limit.otherwise == Effect::allow ||
                    static_cast<std::uint8_t>(limit.otherwise) < static_cast<std::uint8_t>(outcome);
  if (weak || outcome > Outcome::require_approval) return broken("a limit of a rule without need");
  if (limit.most < 0 || limit.most > limits::kLimitMostMax * kUnit ||
      (!limit.amount && limit.most % kUnit != 0)) {
    return broken("a limit that counts to no such number");
  }
  if (limit.per_ms < limits::kLimitPerMsMin || limit.per_ms > limits::kLimitPerMsMax) {
    return broken("a limit that looks back too short or too long");
  }
  if (limit.amount) {
    SENTRAIL_TRY(verify_reference(*limit.amount));
    const Type type = type_of(*limit.amount);
    const bool asserted = row_of(limit.amount->attribute).trust == Trust::asserted;
    if (limit.amount->binder > 0 || asserted || (type != Type::json && type != Type::number)) {
      return broken("a limit that adds up no number");
    }
  }
  if (limit.keys.size() > limits::kLimitKeysMax) return broken("a limit with too many keys");
  for (std::size_t i = 0; i < limit.keys.size(); ++i) {
    const AttributeRef& key = limit.keys[i];
    SENTRAIL_TRY(verify_reference(key));
    const bool text = type_of(key) == Type::string || type_of(key) == Type::ip;
    if (key.binder > 0 || row_of(key.attribute).trust != Trust::authenticated || !text) {
      return broken("a limit's key that is no authenticated text");
    }
    for (std::size_t k = 0; k < i; ++k) {
      if (limit.keys[k] == key) return broken("a limit's key that stands twice");
    }
  }
  return verify_approval(limit.approval, limit.otherwise == Effect::require_approval);
}

Status verify_obligations(const Rule& rule) {
  for (std::size_t i = 0; i < rule.obligations.size(); ++i) {
    const Obligation& one = rule.obligations[i];
    if (one.path.has_value() != hides(one.kind)) return broken("an obligation's path");
    if (one.path) {
      const AttributeId root = one.path->attribute;
      if (root != AttributeId::body && root != AttributeId::args &&
          root != AttributeId::response_body) {
        return broken("an obligation hides what is no body and no args");
      }
      if (one.path->binder != 0) return broken("an obligation's path names an element");
      SENTRAIL_TRY(verify_reference(*one.path));
    }
    if (one.channel.empty() == (one.kind == ObligationKind::notify)) {
      return broken("an obligation's channel");
    }
    if (one.text.empty() == has_text(one.kind)) return broken("an obligation's text");
    if (i > 0 && !comes_before(rule.obligations[i - 1], one)) {
      return broken("obligations are out of order");
    }
  }
  return {};
}

Status verify_rule(const Rule& rule, bool guard, std::vector<bool>& owned) {
  if (rule.name.empty() || rule.qualified_name.empty()) return broken("a rule has no name");
  if (guard && rule.outcome == Outcome::allow) {
    return broken("guard tier holds allow rule " + rule.qualified_name);
  }
  SENTRAIL_TRY(take(owned, rule.when));
  if (rule.unless) SENTRAIL_TRY(take(owned, *rule.unless));
  if (rule.because) SENTRAIL_TRY(verify_template(*rule.because));
  if (rule.until_ms && (*rule.until_ms <= 0 || *rule.until_ms % limits::kDayMs != 0)) {
    return broken("a rule ends within a day");
  }
  if (rule.limits.size() > limits::kRuleLimitsMax) return broken("a rule has too many limits");
  for (const Limit& limit : rule.limits) SENTRAIL_TRY(verify_limit(limit, rule.outcome));
  SENTRAIL_TRY(verify_obligations(rule));
  return verify_approval(rule.approval, rule.outcome == Outcome::require_approval);
}

// `also` and shadow rules.
Status verify_asides(const Tier& tier, std::vector<bool>& owned) {
  for (const Rule& rule : tier.alsos) {
    if (rule.outcome != Outcome::pass) return broken("an also has an outcome");
    if (rule.obligations.empty()) return broken("an also obliges to nothing");
    SENTRAIL_TRY(verify_rule(rule, tier.guard, owned));
  }
  std::size_t before = 0;
  for (const Shadow& one : tier.shadows) {
    if (one.before < before || one.before > tier.rules.size()) {
      return broken("a shadow rule has no place");
    }
    before = one.before;
    SENTRAIL_TRY(verify_rule(one.rule, tier.guard, owned));
  }
  return {};
}

Status verify_test(const TestCase& test) {
  if (test.tool.has_value() != test.method.has_value() ||
      test.tool.has_value() != test.target.has_value()) {
    return broken("test " + test.name + " gives a part of a raw request");
  }
  for (const GivenValue& given : test.with) {
    const Attribute& row = row_of(given.attribute.attribute);
    // A whole `http.query` can be unreadable, so the bare name is legal here and only here.
    const bool bare = row.has_members && given.attribute.steps.empty();
    if (!bare) SENTRAIL_TRY(verify_reference(given.attribute));
    if (given.unreadable != given.json.empty()) return broken("test " + test.name + "'s values");
  }
  return {};
}

}  // namespace

Policy Policy::without_conditions() const {
  Policy copy;
  copy.name = name;
  copy.catalogs = catalogs;
  copy.tiers = tiers;
  copy.default_effect = default_effect;
  copy.default_because = default_because;
  copy.default_approval = default_approval;
  copy.proofs = proofs;
  copy.counts = counts;
  return copy;
}

std::vector<bool> Policy::within_quantifiers() const {
  std::vector<bool> within(conditions.size(), false);
  for (std::size_t i = within.size(); i-- > 0;) {
    const Condition& condition = conditions[ConditionId{static_cast<std::uint32_t>(i)}];
    for (const ConditionId child : condition.children) {
      within[child.value] = within[i] || is_quantified(condition.kind);
    }
  }
  return within;
}

Status Policy::verify() const {
  std::vector<bool> owned(conditions.size(), false);
  SENTRAIL_TRY(verify_conditions(conditions, owned));
  SENTRAIL_TRY(verify_counts(*this));
  std::size_t rules = 0;
  for (const Tier& tier : tiers) {
    if (tier.name.empty()) return broken("a tier has no name");
    if (tier.implied && &tier != &tiers.back()) return broken("rules stand behind the implied one");
    rules += tier.rules.size();
    for (const Rule& rule : tier.rules) SENTRAIL_TRY(verify_rule(rule, tier.guard, owned));
    SENTRAIL_TRY(verify_asides(tier, owned));
    rules += tier.alsos.size() + tier.shadows.size();
  }
  if (rules > limits::kRulesMax) return broken("there are too many rules");
  if (default_because) SENTRAIL_TRY(verify_template(*default_because));
  SENTRAIL_TRY(verify_approval(default_approval, default_effect == Effect::require_approval));
  for (const TestCase& test : tests) SENTRAIL_TRY(verify_test(test));
  for (const Proof& proof : proofs) SENTRAIL_TRY(take(owned, proof.when));
  return {};
}

}  // namespace sentrail::compiler::ir
