// Walks tiers, rules and conditions and writes their rows. See lower.hpp.
#include "compiler/lower/lower.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "compiler/lower/limit_ids.hpp"
#include "compiler/lower/tables.hpp"
#include "core/limits.hpp"

namespace sentrail::compiler {
namespace {

// A line whose columns are worth counting; in longer ones every count would walk far.
constexpr std::size_t kLineBytesCounted = 4096;

std::string_view base_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == path.npos ? path : path.substr(slash + 1);
}

// What a test compares its attribute with; itself if it is with a literal.
const ir::AttributeRef* other_of(const ir::Atom& atom) {
  return atom.other ? &*atom.other : &atom.attribute;
}

// One lowering.
class Lowerer {
 public:
  Lowerer(const ir::Policy& policy, const Sources* sources)
      : in_(policy), conditions_(&policy.conditions), sources_(sources) {}

  Result<ProgramStorage> run();

 private:
  // A condition to be written, and whether negated.
  struct Task {
    ir::ConditionId id;
    bool negated = false;
  };

  // A condition to write, or the node that ends when those before it are written.
  struct Step {
    Task task;
    std::uint32_t closes = kNoRow;
  };

  Status want_literals();
  [[nodiscard]] std::vector<bool> used_conditions() const;
  Status write_tier(const ir::Tier& tier);
  Status write_rule(const ir::Rule& rule);
  Status write_row(const ir::Rule& rule, std::uint32_t index, std::vector<NodeRow>& nodes,
                   RuleRow& row);
  Status write_obligations();
  Status write_duties(std::uint32_t index, const ir::Rule& rule);
  Status write_asides();
  Status write_aside(const ir::Rule& rule, AsideRow row);
  Status write_counts();
  Status write_approval(std::uint32_t rule, const ir::Approval& approval,
                        std::vector<ApprovalRow>& rows);
  Status write_limits(std::uint32_t rule, const ir::Rule& from);
  Status write_limit_approvals();
  Status write_note(std::uint32_t index, const ir::Rule& rule);
  Status write_condition(const ir::Rule& rule, std::vector<NodeRow>& nodes);
  Status write_tree(const std::string& of, std::vector<Step> steps, std::vector<NodeRow>& nodes);
  Status write_node(const std::string& of, const Task& task, std::vector<NodeRow>& nodes);
  Result<std::uint32_t> write_quantified(const std::string& of, const ir::Condition& condition);
  [[nodiscard]] LineColumn place(Span span) const;
  [[nodiscard]] bool is_placed(Span span) const {
    return sources_ != nullptr && span.source.value < sources_->size();
  }

  const ir::Policy& in_;
  const IdVector<ir::ConditionTag, ir::Condition>* conditions_;  // those that are being written
  std::vector<const ir::Count*> counts_;                         // that rules ask for
  const Sources* sources_;
  TableBuilder tables_;
  std::uint32_t depth_ = 0;                           // of quantifiers
  std::map<std::string, std::uint32_t> obligations_;  // by text
};

Result<ProgramStorage> Lowerer::run() {
  SENTRAIL_TRY(in_.verify());
  SENTRAIL_TRY(want_literals());
  SENTRAIL_TRY(tables_.seal());
  ProgramStorage& out = tables_.storage();
  PolicyRow policy;
  SENTRAIL_ASSIGN_OR_RETURN(policy.name, tables_.text(in_.name));
  policy.default_effect = static_cast<std::uint32_t>(in_.default_effect);
  if (in_.default_because) {
    SENTRAIL_ASSIGN_OR_RETURN(policy.default_reason, tables_.reason(*in_.default_because));
  }
  SENTRAIL_TRY(write_obligations());
  for (const ir::Tier& tier : in_.tiers) SENTRAIL_TRY(write_tier(tier));
  SENTRAIL_TRY(write_asides());
  SENTRAIL_TRY(write_counts());
  SENTRAIL_TRY(write_approval(kNoRow, in_.default_approval, out.approvals));
  SENTRAIL_TRY(write_limit_approvals());
  out.policy.push_back(policy);
  out.policy[0].cost = cost_of(out.view());
  SENTRAIL_TRY(verify(out.view()));
  return std::move(out);
}

// Those of rules.
std::vector<bool> Lowerer::used_conditions() const {
  std::vector<bool> used(in_.conditions.size(), false);
  for (const ir::Tier& tier : in_.tiers) {
    ir::for_each_written(tier, [&used](const ir::Rule& rule) {
      used[rule.when.value] = true;
      if (rule.unless) used[rule.unless->value] = true;
    });
  }
  for (std::size_t i = in_.conditions.size(); i-- > 0;) {
    if (!used[i]) continue;
    const ir::Condition& condition = in_.conditions[ir::ConditionId{static_cast<std::uint32_t>(i)}];
    for (const ir::ConditionId child : condition.children) used[child.value] = true;
  }
  return used;
}

// Literals of conditions that no rule uses are left out, and so is what no rule counts.
Status Lowerer::want_literals() {
  const std::vector<bool> used = used_conditions();
  std::set<std::string_view> counted;
  for (std::size_t i = used.size(); i-- > 0;) {
    const ir::Condition& condition = in_.conditions[ir::ConditionId{static_cast<std::uint32_t>(i)}];
    if (!used[i] || condition.kind != ir::ConditionKind::atom) continue;
    SENTRAIL_TRY(tables_.want(condition.atom));
    for (const ir::AttributeRef* ref : {&condition.atom.attribute, other_of(condition.atom)}) {
      if (ref->attribute == AttributeId::session_count) counted.insert(ref->steps.front());
    }
  }
  for (const ir::Count& count : in_.counts) {
    if (!counted.contains(count.text)) continue;
    counts_.push_back(&count);
    for (const ir::Condition& condition : count.conditions) {
      if (condition.kind == ir::ConditionKind::atom) SENTRAIL_TRY(tables_.want(condition.atom));
    }
  }
  return {};
}

Status Lowerer::write_tier(const ir::Tier& tier) {
  ProgramStorage& out = tables_.storage();
  TierRow row;
  SENTRAIL_ASSIGN_OR_RETURN(row.name, tables_.text(tier.name));
  row.guard = tier.guard ? 1 : 0;
  row.rules_begin = static_cast<std::uint32_t>(out.rules.size());
  row.rules_count = static_cast<std::uint32_t>(tier.rules.size());
  for (const ir::Rule& rule : tier.rules) SENTRAIL_TRY(write_rule(rule));
  out.tiers.push_back(row);
  return {};
}

LineColumn Lowerer::place(Span span) const {
  if (!is_placed(span)) return {0, 0};
  const Source& source = (*sources_)[span.source];
  LineColumn place = source.locate(span.begin);
  if (source.line_at(span.begin).size() > kLineBytesCounted) place.column = 0;
  return place;
}

Status Lowerer::write_rule(const ir::Rule& rule) {
  ProgramStorage& out = tables_.storage();
  RuleRow row;
  SENTRAIL_TRY(write_row(rule, static_cast<std::uint32_t>(out.rules.size()), out.nodes, row));
  out.rules.push_back(row);
  return {};
}

// What a rule has in all tables but that of its own row.
Status Lowerer::write_row(const ir::Rule& rule, std::uint32_t index, std::vector<NodeRow>& nodes,
                          RuleRow& row) {
  SENTRAIL_ASSIGN_OR_RETURN(row.name, tables_.text(rule.name));
  SENTRAIL_ASSIGN_OR_RETURN(row.qualified_name, tables_.text(rule.qualified_name));
  if (is_placed(rule.span)) {
    const std::string_view file = base_name((*sources_)[rule.span.source].name());
    SENTRAIL_ASSIGN_OR_RETURN(row.file, tables_.text(file));
  }
  const LineColumn at = place(rule.span);
  row.line = at.line;
  row.column = at.column;
  row.outcome = static_cast<std::uint32_t>(rule.outcome);
  if (rule.because) {
    SENTRAIL_ASSIGN_OR_RETURN(row.reason, tables_.reason(*rule.because));
  }
  SENTRAIL_TRY(write_approval(index, rule.approval, tables_.storage().approvals));
  SENTRAIL_TRY(write_note(index, rule));
  SENTRAIL_TRY(write_limits(index, rule));
  SENTRAIL_TRY(write_duties(index, rule));
  row.condition_begin = static_cast<std::uint32_t>(nodes.size());
  SENTRAIL_TRY(write_condition(rule, nodes));
  row.condition_end = static_cast<std::uint32_t>(nodes.size());
  return {};
}

// The usual has no row.
Status Lowerer::write_approval(std::uint32_t rule, const ir::Approval& approval,
                               std::vector<ApprovalRow>& rows) {
  if (approval == ir::Approval{}) return {};
  ProgramStorage& out = tables_.storage();
  ApprovalRow row;
  row.rule = rule;
  row.seats_begin = static_cast<std::uint32_t>(out.seats.size());
  row.seats_count = static_cast<std::uint32_t>(approval.seats.size());
  row.within_ms = approval.within_ms.value_or(0);
  for (const ir::Seats& seats : approval.seats) {
    SeatsRow made{seats.people, seats.role ? 1u : 0u, {}};
    SENTRAIL_ASSIGN_OR_RETURN(made.name, tables_.text(seats.name));
    out.seats.push_back(made);
  }
  rows.push_back(row);
  return {};
}

Status Lowerer::write_limits(std::uint32_t rule, const ir::Rule& from) {
  ProgramStorage& out = tables_.storage();
  for (const ir::Limit& limit : from.limits) {
    const LimitIds ids = ids_of(in_, from, limit);
    LimitRow row;
    row.place_id = ids.place;
    row.content_id = ids.content;
    row.most = limit.most;
    row.per_ms = limit.per_ms;
    row.rule = rule;
    row.otherwise = static_cast<std::uint32_t>(limit.otherwise);
    if (limit.amount) {
      SENTRAIL_ASSIGN_OR_RETURN(row.amount, tables_.slot(*limit.amount));
    }
    row.keys_begin = static_cast<std::uint32_t>(out.limit_keys.size());
    row.keys_count = static_cast<std::uint32_t>(limit.keys.size());
    for (const ir::AttributeRef& key : limit.keys) {
      LimitKeyRow made;
      SENTRAIL_ASSIGN_OR_RETURN(made.slot, tables_.slot(key));
      out.limit_keys.push_back(made);
    }
    out.limits.push_back(row);
  }
  return {};
}

// After all others: their seats follow those of rules.
Status Lowerer::write_limit_approvals() {
  ProgramStorage& out = tables_.storage();
  std::uint32_t index = 0;
  const auto write = [&](const ir::Rule& rule) -> Status {
    for (const ir::Limit& limit : rule.limits) {
      SENTRAIL_TRY(write_approval(index++, limit.approval, out.limit_approvals));
    }
    return {};
  };
  for (const ir::Tier& tier : in_.tiers) {
    for (const ir::Rule& rule : tier.rules) SENTRAIL_TRY(write(rule));
  }
  for (const ir::Tier& tier : in_.tiers) {
    for (const ir::Shadow& one : tier.shadows) SENTRAIL_TRY(write(one.rule));
  }
  return {};
}

Status Lowerer::write_note(std::uint32_t index, const ir::Rule& rule) {
  if (rule.owner.empty() && rule.ticket.empty() && !rule.until_ms) return {};
  NoteRow row;
  row.rule = index;
  SENTRAIL_ASSIGN_OR_RETURN(row.owner, tables_.text(rule.owner));
  SENTRAIL_ASSIGN_OR_RETURN(row.ticket, tables_.text(rule.ticket));
  row.until_ms = rule.until_ms.value_or(0);
  tables_.storage().notes.push_back(row);
  return {};
}

// Each obligation of the policy once.
Status Lowerer::write_obligations() {
  std::map<std::string, const ir::Obligation*> found;
  for (const ir::Tier& tier : in_.tiers) {
    ir::for_each_written(tier, [&found](const ir::Rule& rule) {
      for (const ir::Obligation& one : rule.obligations) found.emplace(to_string(one), &one);
    });
  }
  if (found.size() > limits::kObligationsMax) {
    return fail(Errc::limit_exceeded, "the policy has more than " +
                                          std::to_string(limits::kObligationsMax) +
                                          " different obligations");
  }
  const auto view = [this](TextRef ref) { return tables_.storage().view().view(ref); };
  std::vector<std::pair<ObligationRow, std::string>> rows;
  for (const auto& [text, one] : found) {
    ObligationRow row;
    row.kind = static_cast<std::uint32_t>(one->kind);
    if (one->path) {
      SENTRAIL_ASSIGN_OR_RETURN(row.slot, tables_.slot(*one->path));
    }
    SENTRAIL_ASSIGN_OR_RETURN(row.channel, tables_.text(one->channel));
    SENTRAIL_ASSIGN_OR_RETURN(row.text, tables_.text(one->text));
    rows.emplace_back(row, text);
  }
  std::ranges::sort(rows, {}, [&view](const auto& row) {
    return std::tuple(row.first.kind, row.first.slot, view(row.first.channel),
                      view(row.first.text));
  });
  for (const auto& [row, text] : rows) {
    obligations_.emplace(text, static_cast<std::uint32_t>(obligations_.size()));
    tables_.storage().obligations.push_back(row);
  }
  return {};
}

Status Lowerer::write_duties(std::uint32_t index, const ir::Rule& rule) {
  std::vector<DutyRow> duties;
  for (const ir::Obligation& one : rule.obligations) {
    duties.push_back({index, obligations_.at(to_string(one))});
  }
  std::ranges::sort(duties, {}, &DutyRow::obligation);
  std::vector<DutyRow>& all = tables_.storage().duties;
  all.insert(all.end(), duties.begin(), duties.end());
  return {};
}

// `also` and shadow rules: behind all others, so that those have their numbers.
Status Lowerer::write_asides() {
  std::size_t shadows = 0;
  for (std::uint32_t t = 0; t < in_.tiers.size(); ++t) {
    const ir::Tier& tier = in_.tiers[t];
    for (const ir::Rule& rule : tier.alsos) {
      SENTRAIL_TRY(write_aside(rule, {{}, static_cast<std::uint32_t>(AsideKind::also), t, 0}));
    }
    shadows += tier.shadows.size();
    for (const ir::Shadow& one : tier.shadows) {
      SENTRAIL_TRY(write_aside(one.rule, {{},
                                          static_cast<std::uint32_t>(AsideKind::shadow),
                                          t,
                                          static_cast<std::uint32_t>(one.before)}));
    }
  }
  if (shadows <= limits::kShadowRulesMax) return {};
  return fail(Errc::limit_exceeded, "the policy has " + std::to_string(shadows) +
                                        " shadow rules, at most " +
                                        std::to_string(limits::kShadowRulesMax) + " are allowed");
}

Status Lowerer::write_aside(const ir::Rule& rule, AsideRow row) {
  ProgramStorage& out = tables_.storage();
  const auto index = static_cast<std::uint32_t>(out.rules.size() + out.asides.size());
  SENTRAIL_TRY(write_row(rule, index, out.aside_nodes, row.rule));
  out.asides.push_back(row);
  return {};
}

// In the order of their slots.
Status Lowerer::write_counts() {
  ProgramStorage& out = tables_.storage();
  if (counts_.size() > limits::kSessionCountsMax) {
    return fail(Errc::limit_exceeded, "the policy counts more than " +
                                          std::to_string(limits::kSessionCountsMax) +
                                          " different things in a session");
  }
  std::map<std::uint32_t, const ir::Count*> by_slot;
  for (const ir::Count* count : counts_) {
    SENTRAIL_ASSIGN_OR_RETURN(const std::uint32_t slot,
                              tables_.slot({AttributeId::session_count, {count->text}}));
    by_slot.emplace(slot, count);
  }
  for (const auto& [slot, count] : by_slot) {
    CountRow row;
    row.slot = slot;
    row.nodes_begin = static_cast<std::uint32_t>(out.count_nodes.size());
    row.within_ms = count->within_ms;
    conditions_ = &count->conditions;
    const Status written = write_tree("what `session.count" + count->text + "` counts",
                                      {{{count->root(), false}, kNoRow}}, out.count_nodes);
    conditions_ = &in_.conditions;
    SENTRAIL_TRY(written);
    row.nodes_count = static_cast<std::uint32_t>(out.count_nodes.size()) - row.nodes_begin;
    out.counts.push_back(row);
  }
  return {};
}

// Writes `when and not unless`.
Status Lowerer::write_condition(const ir::Rule& rule, std::vector<NodeRow>& nodes) {
  std::vector<Step> steps;
  if (rule.unless) {
    NodeRow both;
    both.kind = static_cast<std::uint8_t>(NodeKind::all);
    nodes.push_back(both);
    steps.push_back({{}, static_cast<std::uint32_t>(nodes.size() - 1)});
    steps.push_back({{*rule.unless, true}, kNoRow});
  }
  steps.push_back({{rule.when, false}, kNoRow});
  return write_tree("the condition of rule `" + rule.qualified_name + "`", std::move(steps), nodes);
}

// Writes conditions in prefix order, with a stack of what is still to come.
Status Lowerer::write_tree(const std::string& of, std::vector<Step> steps,
                           std::vector<NodeRow>& nodes) {
  std::size_t open = steps.size() > 1 ? 1 : 0;  // `unless` has opened a node
  while (!steps.empty()) {
    Step step = steps.back();
    steps.pop_back();
    if (step.closes != kNoRow) {
      nodes[step.closes].end = static_cast<std::uint32_t>(nodes.size());
      --open;
      continue;
    }
    Task& task = step.task;
    while ((*conditions_)[task.id].kind == ir::ConditionKind::not_) {
      task = {(*conditions_)[task.id].children.front(), !task.negated};
    }
    const auto node = static_cast<std::uint32_t>(nodes.size());
    SENTRAIL_TRY(write_node(of, task, nodes));
    const ir::Condition& condition = (*conditions_)[task.id];
    if (condition.children.empty() || is_quantified(condition.kind)) continue;
    steps.push_back({{}, node});
    ++open;
    if (open > limits::kConditionDepthMax) {
      return fail(Errc::limit_exceeded, of + " is nested more than " +
                                            std::to_string(limits::kConditionDepthMax) +
                                            " levels deep; give a part of it a rule of its own");
    }
    for (std::size_t i = condition.children.size(); i-- > 0;) {
      steps.push_back({{condition.children[i], task.negated}, kNoRow});
    }
  }
  return {};
}

// The test of a list's elements, their condition written first: recursion goes as deep as
// quantifiers nest.
Result<std::uint32_t> Lowerer::write_quantified(const std::string& of,
                                                const ir::Condition& condition) {
  std::vector<NodeRow> nodes;
  ++depth_;
  const Status written = write_tree(of, {{{condition.children.front(), false}, kNoRow}}, nodes);
  const std::uint32_t depth = depth_--;
  SENTRAIL_TRY(written);
  return tables_.quantified(condition, depth, nodes);
}

// Appends the row of one condition; inner ones get their end later. REQUIRES: not a `not`.
Status Lowerer::write_node(const std::string& of, const Task& task, std::vector<NodeRow>& nodes) {
  const ProgramStorage& out = tables_.storage();
  const std::size_t rows = out.nodes.size() + out.aside_nodes.size() + out.element_nodes.size() +
                           out.count_nodes.size() + (depth_ > 0 ? nodes.size() : 0);
  if (rows >= limits::kBundleBytesMax / sizeof(NodeRow)) {
    return fail(Errc::limit_exceeded, "the policy's conditions are larger than a bundle may be");
  }
  const ir::Condition& condition = (*conditions_)[task.id];
  NodeRow row;
  row.end = static_cast<std::uint32_t>(nodes.size() + 1);
  const LineColumn at = place(condition.span);
  row.line = at.line;
  row.column = at.column;
  switch (condition.kind) {
    case ir::ConditionKind::always:
      row.kind = static_cast<std::uint8_t>(NodeKind::constant);
      row.flag = task.negated ? 0 : 1;
      break;
    case ir::ConditionKind::atom: {
      row.kind = static_cast<std::uint8_t>(NodeKind::literal);
      row.flag = task.negated ? 1 : 0;
      SENTRAIL_ASSIGN_OR_RETURN(row.atom, tables_.atom(condition.atom));
      break;
    }
    case ir::ConditionKind::some_element:
    case ir::ConditionKind::every_element: {
      row.kind = static_cast<std::uint8_t>(NodeKind::literal);
      row.flag = task.negated ? 1 : 0;
      SENTRAIL_ASSIGN_OR_RETURN(row.atom, write_quantified(of, condition));
      break;
    }
    case ir::ConditionKind::all:
    case ir::ConditionKind::any: {
      const bool all = (condition.kind == ir::ConditionKind::all) != task.negated;
      row.kind = static_cast<std::uint8_t>(all ? NodeKind::all : NodeKind::any);
      break;
    }
    case ir::ConditionKind::not_:
      break;
  }
  nodes.push_back(row);
  return {};
}

}  // namespace

Result<ProgramStorage> lower(const ir::Policy& policy, const Sources* sources) {
  return Lowerer(policy, sources).run();
}

}  // namespace sentrail::compiler
