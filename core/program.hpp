// A compiled policy: flat tables of fixed-width little-endian rows, usable straight from mmap.
//
// Neighbours: compiler/lower fills a ProgramStorage, bundle.hpp writes and reads it, runtime/decide
// runs it; program_rows.hpp has the rows. Must not know: policy text, files, engines. Nothing may
// use a Program before verify() has accepted it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/decision.hpp"
#include "core/obligation.hpp"
#include "core/program_rows.hpp"
#include "core/result.hpp"

namespace sentrail {

// The tables' stable numbers in a bundle.
enum class TableId : std::uint32_t {
  text = 1,
  policy = 2,
  tiers = 3,
  rules = 4,
  nodes = 5,
  atoms = 6,
  operands = 7,
  slots = 8,
  steps = 9,
  symbols = 10,
  numbers = 11,
  patterns = 12,
  pattern_ops = 13,
  reasons = 14,
  reason_parts = 15,
  regexes = 16,
  regex_steps = 17,
  regex_sets = 18,
  regex_ranges = 19,
  quantifiers = 20,
  element_nodes = 21,
  approvals = 22,
  seats = 23,
  notes = 24,
  limits = 25,
  limit_keys = 26,
  limit_approvals = 27,
  obligations = 28,
  duties = 29,
  asides = 30,
  aside_nodes = 31,
  zones = 32,
  windows = 33,
  networks = 34,
  instants = 35,
  peers = 36,
  counts = 37,
  count_nodes = 38,
};

// A view of all tables; owns nothing.
struct Program {
  std::span<const char> text;
  std::span<const PolicyRow> policy;
  std::span<const TierRow> tiers;
  std::span<const RuleRow> rules;
  std::span<const NodeRow> nodes;
  std::span<const AtomRow> atoms;
  std::span<const OperandRow> operands;
  std::span<const SlotRow> slots;
  std::span<const TextRef> steps;
  std::span<const TextRef> symbols;  // ascend by bytes
  std::span<const NumberRow> numbers;
  std::span<const PatternRow> patterns;
  std::span<const PatternOpRow> pattern_ops;
  std::span<const ReasonRow> reasons;
  std::span<const ReasonPartRow> reason_parts;
  std::span<const RegexRow> regexes;
  std::span<const RegexStepRow> regex_steps;
  std::span<const RegexSetRow> regex_sets;
  std::span<const RegexRangeRow> regex_ranges;
  std::span<const QuantifierRow> quantifiers;
  std::span<const NodeRow> element_nodes;
  std::span<const ApprovalRow> approvals;
  std::span<const SeatsRow> seats;
  std::span<const NoteRow> notes;
  std::span<const LimitRow> limits;
  std::span<const LimitKeyRow> limit_keys;
  std::span<const ApprovalRow> limit_approvals;  // `rule` is a row of limits; seats follow those
                                                 // of approvals
  std::span<const ObligationRow> obligations;
  std::span<const DutyRow> duties;
  std::span<const AsideRow> asides;
  std::span<const NodeRow> aside_nodes;
  std::span<const TextRef> zones;  // names of the zone database, ascending
  std::span<const WindowRow> windows;
  std::span<const NetworkRow> networks;
  std::span<const InstantRow> instants;
  std::span<const PeerRow> peers;
  std::span<const CountRow> counts;
  std::span<const NodeRow> count_nodes;

  // REQUIRES: a reference of a verified program.
  [[nodiscard]] std::string_view view(TextRef ref) const noexcept {
    return {text.data() + ref.offset, ref.bytes};
  }
  // What is written of a rule; null if nothing is. cost: logarithmic.
  [[nodiscard]] const NoteRow* note_of(std::uint32_t rule) const noexcept;
  // The limits of a rule, in their order. cost: logarithmic.
  [[nodiscard]] std::span<const LimitRow> limits_of(std::uint32_t rule) const noexcept;
  // How many rules there are, `also` and shadow rules included, and the row of one of them.
  [[nodiscard]] std::size_t written_count() const noexcept { return rules.size() + asides.size(); }
  [[nodiscard]] const RuleRow& written(std::uint32_t rule) const noexcept {
    return rule < rules.size() ? rules[rule] : asides[rule - rules.size()].rule;
  }
  // The obligations of a rule. cost: logarithmic.
  [[nodiscard]] std::span<const DutyRow> duties_of(std::uint32_t rule) const noexcept;
  [[nodiscard]] std::string_view name() const noexcept { return view(policy[0].name); }
  [[nodiscard]] Effect default_effect() const noexcept {
    return static_cast<Effect>(policy[0].default_effect);
  }
};

// Owns tables that are being built.
struct ProgramStorage {
  std::vector<char> text;
  std::vector<PolicyRow> policy;
  std::vector<TierRow> tiers;
  std::vector<RuleRow> rules;
  std::vector<NodeRow> nodes;
  std::vector<AtomRow> atoms;
  std::vector<OperandRow> operands;
  std::vector<SlotRow> slots;
  std::vector<TextRef> steps;
  std::vector<TextRef> symbols;
  std::vector<NumberRow> numbers;
  std::vector<PatternRow> patterns;
  std::vector<PatternOpRow> pattern_ops;
  std::vector<ReasonRow> reasons;
  std::vector<ReasonPartRow> reason_parts;
  std::vector<RegexRow> regexes;
  std::vector<RegexStepRow> regex_steps;
  std::vector<RegexSetRow> regex_sets;
  std::vector<RegexRangeRow> regex_ranges;
  std::vector<QuantifierRow> quantifiers;
  std::vector<NodeRow> element_nodes;
  std::vector<ApprovalRow> approvals;
  std::vector<SeatsRow> seats;
  std::vector<NoteRow> notes;
  std::vector<LimitRow> limits;
  std::vector<LimitKeyRow> limit_keys;
  std::vector<ApprovalRow> limit_approvals;
  std::vector<ObligationRow> obligations;
  std::vector<DutyRow> duties;
  std::vector<AsideRow> asides;
  std::vector<NodeRow> aside_nodes;
  std::vector<TextRef> zones;
  std::vector<WindowRow> windows;
  std::vector<NetworkRow> networks;
  std::vector<InstantRow> instants;
  std::vector<PeerRow> peers;
  std::vector<CountRow> counts;
  std::vector<NodeRow> count_nodes;

  // Valid until the storage changes or moves.
  [[nodiscard]] Program view() const noexcept;
};

// Calls `visit(TableId, table)` for every table of a Program or ProgramStorage, in TableId order.
template <class Tables, class Visit>
void for_each_table(Tables&& tables, Visit&& visit) {
  visit(TableId::text, tables.text);
  visit(TableId::policy, tables.policy);
  visit(TableId::tiers, tables.tiers);
  visit(TableId::rules, tables.rules);
  visit(TableId::nodes, tables.nodes);
  visit(TableId::atoms, tables.atoms);
  visit(TableId::operands, tables.operands);
  visit(TableId::slots, tables.slots);
  visit(TableId::steps, tables.steps);
  visit(TableId::symbols, tables.symbols);
  visit(TableId::numbers, tables.numbers);
  visit(TableId::patterns, tables.patterns);
  visit(TableId::pattern_ops, tables.pattern_ops);
  visit(TableId::reasons, tables.reasons);
  visit(TableId::reason_parts, tables.reason_parts);
  visit(TableId::regexes, tables.regexes);
  visit(TableId::regex_steps, tables.regex_steps);
  visit(TableId::regex_sets, tables.regex_sets);
  visit(TableId::regex_ranges, tables.regex_ranges);
  visit(TableId::quantifiers, tables.quantifiers);
  visit(TableId::element_nodes, tables.element_nodes);
  visit(TableId::approvals, tables.approvals);
  visit(TableId::seats, tables.seats);
  visit(TableId::notes, tables.notes);
  visit(TableId::limits, tables.limits);
  visit(TableId::limit_keys, tables.limit_keys);
  visit(TableId::limit_approvals, tables.limit_approvals);
  visit(TableId::obligations, tables.obligations);
  visit(TableId::duties, tables.duties);
  visit(TableId::asides, tables.asides);
  visit(TableId::aside_nodes, tables.aside_nodes);
  visit(TableId::zones, tables.zones);
  visit(TableId::windows, tables.windows);
  visit(TableId::networks, tables.networks);
  visit(TableId::instants, tables.instants);
  visit(TableId::peers, tables.peers);
  visit(TableId::counts, tables.counts);
  visit(TableId::count_nodes, tables.count_nodes);
}

// Checks every offset, index, enum, order, depth and text, so that engines can trust the rest.
// fails: corrupt; unsupported if it names an attribute or language version that this build lacks.
// cost: linear in the tables.
[[nodiscard]] Status verify(const Program& program);

// What a decision costs at worst. REQUIRES: everything but the cost row verified.
[[nodiscard]] CostRow cost_of(const Program& program);

// Stable text of all tables; equal dumps mean equal programs. REQUIRES: verified.
[[nodiscard]] std::string dump(const Program& program);

// An attribute or member as an author would write it. REQUIRES: verified.
[[nodiscard]] std::string render_slot(const Program& program, std::uint32_t slot);

// A window as an author would write it: `mon..fri 09:00..18:00 "Europe/Berlin"`.
// REQUIRES: verified.
[[nodiscard]] std::string render_window(const Program& program, const WindowRow& window);

// The names of the zones, in the order of their rows. REQUIRES: verified.
[[nodiscard]] std::vector<std::string> zone_names_of(const Program& program);

// The seats of an approval, e.g. `2 of leads and 1 of role:admin`: what approvals/quorum.hpp reads.
// REQUIRES: verified.
[[nodiscard]] std::string render_seats(const Program& program, const ApprovalRow& approval);

// A limit as an author would write it, `else` left out: `limit 20 per 1h by agent.id`.
// REQUIRES: verified.
[[nodiscard]] std::string render_limit(const Program& program, const LimitRow& limit);

// An obligation as an author would write it. REQUIRES: verified.
[[nodiscard]] std::string render_obligation(const Program& program, std::uint32_t obligation);

// One test as an author would write it, e.g. `resource.ref in ["main", "release/**"]`. At most
// eight operands are shown. REQUIRES: verified.
[[nodiscard]] std::string render_test(const Program& program, std::uint32_t atom, bool negated);

}  // namespace sentrail
