// Climbs towards what is wanted, adds what stands in the way to what is wanted, and climbs again.
// See search.hpp.
#include "compiler/probe/search.hpp"

#include <algorithm>
#include <limits>

#include "compiler/oracle/atom.hpp"
#include "compiler/oracle/clock.hpp"
#include "compiler/probe/requests.hpp"

namespace sentrail::compiler::probe {
namespace {

using oracle::Request;
using oracle::Value;
using oracle::ValueKind;

constexpr std::size_t kBudget = 20'000;
constexpr std::size_t kRestarts = 6;        // from other beginnings, for each kind of values
constexpr std::size_t kConflictsMax = 200;  // rules that stand in the way of one goal
constexpr std::size_t kFlatStepsMax = 12;   // that bring nothing nearer
constexpr std::size_t kFar = 1'000;         // of what can never be true

// The references of all values that a request holds, members one by one.
void leaves_of(const Value& value, const ir::AttributeRef& ref,
               std::vector<ir::AttributeRef>& out) {
  if (value.kind != ValueKind::object || value.names.empty()) {
    out.push_back(ref);
    return;
  }
  for (std::size_t i = 0; i < value.names.size(); ++i) {
    ir::AttributeRef below = ref;
    below.steps.push_back(value.names[i]);
    leaves_of(value.elements[i], below, out);  // depth: limits::kJsonDepthMax
  }
}

std::vector<ir::AttributeRef> leaves_of(const Request& request) {
  std::vector<ir::AttributeRef> out;
  for (std::size_t i = 0; i < kAttributeCount; ++i) {
    const auto id = static_cast<AttributeId>(i);
    const auto found = request.values.find(std::string(row_of(id).name));
    if (found != request.values.end()) leaves_of(found->second, {id, {}}, out);
  }
  for (const auto& [id, list] : {std::pair{AttributeId::http_query, &request.query},
                                 std::pair{AttributeId::http_headers, &request.headers}}) {
    if (list->unreadable) out.push_back({id, {}});
    for (const auto& entry : list->entries) out.push_back({id, {entry.first}});
  }
  return out;
}

std::vector<ir::ConditionId> roots_of(const std::vector<Want>& wants) {
  std::vector<ir::ConditionId> roots;
  for (const Want& want : wants) roots.push_back(want.condition);
  return roots;
}

bool is_met(const Truth truth, bool wanted) {
  return truth == (wanted ? Truth::t : Truth::f);
}

}  // namespace

std::vector<RulePlace> rules_of(const ir::Policy& policy) {
  std::vector<RulePlace> rules;
  for (std::size_t tier = 0; tier < policy.tiers.size(); ++tier) {
    for (const ir::Rule& rule : policy.tiers[tier].rules) rules.push_back({tier, &rule});
  }
  return rules;
}

Search::Search(const ir::Policy& policy, std::span<const Catalog> catalogs, std::uint64_t seed)
    : policy_(policy), catalogs_(catalogs), rules_(rules_of(policy)), random_(seed) {}

// How many tests have to change at least, as far as one can tell. Recursion: kConditionDepthMax.
std::size_t Search::distance(ir::ConditionId id, bool truth, const Request& request) const {
  const ir::Condition& condition = policy_.conditions[id];
  switch (condition.kind) {
    case ir::ConditionKind::always:
      return truth ? 0 : kFar;
    case ir::ConditionKind::atom:
      return is_met(oracle::evaluate(condition.atom, request), truth) ? 0 : 1;
    case ir::ConditionKind::some_element:
    case ir::ConditionKind::every_element:
      return is_met(oracle::evaluate(policy_, id, request), truth) ? 0 : 1;
    case ir::ConditionKind::not_:
      return distance(condition.children.front(), !truth, request);
    case ir::ConditionKind::all:
    case ir::ConditionKind::any:
      break;
  }
  const bool sum = (condition.kind == ir::ConditionKind::all) == truth;
  std::size_t out = sum ? 0 : kFar;
  for (const ir::ConditionId child : condition.children) {
    const std::size_t one = distance(child, truth, request);
    out = sum ? out + one : std::min(out, one);
  }
  return out;
}

std::size_t Search::distance(const Wants& wants, const Request& request) const {
  std::size_t out = 0;
  for (const Want& want : wants) out += distance(want.condition, want.truth, request);
  return out;
}

// The nearest rule before one in its tier that is certain. Rules behind that are not looked at: of
// many rules most are never asked.
std::optional<std::size_t> Search::in_the_way(std::size_t rule, const Request& request) const {
  const std::int64_t instant = oracle::instant_of(request);
  for (std::size_t i = rule; i-- > 0 && rules_[i].tier == rules_[rule].tier;) {
    const ir::Rule& one = *rules_[i].rule;
    const bool ended = one.outcome == Outcome::allow && one.until_ms && instant >= *one.until_ms;
    if (ended || oracle::evaluate(policy_, one.when, request) != Truth::t) continue;
    if (!one.unless || oracle::evaluate(policy_, *one.unless, request) == Truth::f) return i;
  }
  return std::nullopt;
}

bool Search::is_reached(const Goal& goal, const Request& request) const {
  if (distance(goal.wants, request) > 0) return false;
  if (goal.reached && in_the_way(*goal.reached, request)) return false;
  if (!goal.deciding) return true;
  const oracle::Decision decision = oracle::decide(policy_, request);
  return decision.rule == goal.rule && !decision.undecidable;
}

std::optional<std::size_t> Search::draw(std::size_t count) {
  if (count == 0) return std::nullopt;
  return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
}

void Search::want_rule(std::size_t rule, bool truth, Wants& wants) {
  const ir::Rule& asked = *rules_[rule].rule;
  if (truth) {
    wants.push_back({asked.when, true});
    if (asked.unless) wants.push_back({*asked.unless, false});
  } else if (asked.unless && *draw(4) == 0) {
    wants.push_back({*asked.unless, true});
  } else {
    wants.push_back({asked.when, false});
  }
}

// One change of one value: the best of those that the unmet want's tests suggest.
bool Search::step(const Goal& goal, const Wants& wants, const std::vector<Domain>& domains,
                  Request& request, std::size_t& now) {
  std::vector<const Want*> unmet;
  for (const Want& want : wants) {
    if (distance(want.condition, want.truth, request) > 0) unmet.push_back(&want);
  }
  const Want& want = *unmet[*draw(unmet.size())];
  const std::vector<ir::AttributeRef> asked = references_under(policy_, want.condition);
  Request best;
  std::size_t least = std::numeric_limits<std::size_t>::max();
  std::size_t equals = 0;
  for (const Domain& domain : domains) {
    if (goal.fixed && overlap(goal.fixed->ref, domain.ref)) continue;
    const auto is_asked = [&](const ir::AttributeRef& ref) { return overlap(ref, domain.ref); };
    if (std::ranges::none_of(asked, is_asked)) continue;
    for (const Value& value : domain.values) {
      if (budget_ == 0) return false;
      --budget_;
      Request changed = request;
      put(changed, domain.ref, value);
      if (changed == request) continue;
      const std::size_t cost = distance(wants, changed);
      if (cost > least) continue;
      equals = cost < least ? 1 : equals + 1;
      least = cost;
      if (*draw(equals) == 0) best = std::move(changed);
    }
  }
  if (equals == 0) return false;
  request = std::move(best);
  now = least;
  return true;
}

bool Search::climb(const Goal& goal, const Wants& wants, bool unreadable, Request& request) {
  std::size_t now = distance(wants, request);
  if (now == 0) return true;
  if (now >= kFar) return false;
  std::vector<Domain> domains = domains_of(policy_, roots_of(wants), catalogs_);
  if (!unreadable) {
    for (Domain& domain : domains) {
      std::erase_if(domain.values, [](const Value& v) { return v.kind == ValueKind::unreadable; });
    }
  }
  for (std::size_t flat = 0; now > 0 && flat < kFlatStepsMax;) {
    const std::size_t before = now;
    if (!step(goal, wants, domains, request, now)) return false;
    flat = now < before ? 0 : flat + 1;
  }
  return now == 0;
}

bool Search::add_conflict(const Goal& goal, const Request& request, Wants& wants) {
  if (!goal.deciding) {
    if (!goal.reached) return false;
    const std::optional<std::size_t> before = in_the_way(*goal.reached, request);
    if (before) want_rule(*before, false, wants);
    return before.has_value();
  }
  const std::vector<Truth> truths = oracle::evaluate_rules(policy_, request);
  if (goal.rule) {
    for (std::size_t i = *goal.rule; i-- > 0 && rules_[i].tier == rules_[*goal.rule].tier;) {
      if (truths[i] == Truth::f) continue;
      want_rule(i, false, wants);
      return true;
    }
  }
  const oracle::Decision decision = oracle::join(policy_, truths);
  if (decision.rule != goal.rule && decision.rule) {
    want_rule(*decision.rule, false, wants);
    return true;
  }
  if (decision.rule == goal.rule) {
    for (const std::size_t candidate : decision.candidates) {
      if (truths[candidate] != Truth::u) continue;
      want_rule(candidate, false, wants);
      return true;
    }
    return false;
  }
  // The default is stricter than the rule: an ordinary rule has to lift it.
  std::vector<std::size_t> lifting;
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    const bool ordinary = !policy_.tiers[rules_[i].tier].guard;
    if (ordinary && i != *goal.rule && rules_[i].rule->outcome != Outcome::pass &&
        rules_[i].tier != rules_[*goal.rule].tier) {
      lifting.push_back(i);
    }
  }
  const auto drawn = draw(lifting.size());
  if (drawn) want_rule(lifting[*drawn], true, wants);
  return drawn.has_value();
}

bool Search::attempt(const Goal& goal, bool unreadable, Request& request) {
  Wants wants = goal.wants;
  if (goal.deciding && goal.rule) want_rule(*goal.rule, true, wants);
  for (std::size_t round = 0; round < kConflictsMax; ++round) {
    if (!climb(goal, wants, unreadable, request)) return false;
    if (is_reached(goal, request)) return true;
    if (!add_conflict(goal, request, wants)) return false;
  }
  return false;
}

// Takes away what is not needed, and says the risk that the catalog gives an action.
void Search::tidy(const Goal& goal, Request& request) const {
  for (const ir::AttributeRef& ref : leaves_of(request)) {
    if (goal.fixed && overlap(goal.fixed->ref, ref)) continue;
    Request without = request;
    put(without, ref, Value{});
    if (is_reached(goal, without)) request = std::move(without);
  }
  const auto text_of = [&](const char* name) {
    const auto found = request.values.find(name);
    return found == request.values.end() ? std::string() : found->second.text;
  };
  const ir::AttributeRef risk{AttributeId::risk, {}};
  if (goal.fixed && overlap(goal.fixed->ref, risk)) return;
  for (const Catalog& catalog : catalogs_) {
    if (catalog.tool != text_of("tool")) continue;
    for (const CatalogActionDef& action : catalog.actions) {
      if (action.name != text_of("action")) continue;
      Request with = request;
      put(with, risk, text_value(std::string(name_of(action.risk))));
      if (is_reached(goal, with)) request = std::move(with);
    }
  }
}

std::optional<Request> Search::find(const Goal& goal) {
  budget_ = kBudget;
  for (const bool unreadable : {false, true}) {
    for (std::size_t i = 0; i < kRestarts && budget_ > 0; ++i) {
      Request request;
      if (goal.fixed) put(request, goal.fixed->ref, goal.fixed->value);
      if (!attempt(goal, unreadable, request)) continue;
      tidy(goal, request);
      return request;
    }
  }
  return std::nullopt;
}

std::optional<Request> Search::find_near(const Goal& goal, Request start) {
  budget_ = kBudget;
  if (goal.fixed) put(start, goal.fixed->ref, goal.fixed->value);
  for (std::size_t i = 0; i < kRestarts && budget_ > 0; ++i) {
    Request request = start;
    if (attempt(goal, false, request)) return request;
  }
  return std::nullopt;
}

}  // namespace sentrail::compiler::probe
