// Interns by the bytes of rows. See tables.hpp.
#include "compiler/lower/tables.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "compiler/lower/pattern.hpp"
#include "compiler/regex/compile.hpp"
#include "compiler/regex/tree.hpp"
#include "core/check.hpp"
#include "core/limits.hpp"

namespace sentrail::compiler {
namespace {

// The bytes of integers and rows of integers, as a key.
template <class Row>
void append_row(std::string& key, const Row& row) {
  key.append(reinterpret_cast<const char*>(&row), sizeof(row));
}

template <class Row>
std::uint32_t size_of(const std::vector<Row>& table) {
  return static_cast<std::uint32_t>(table.size());
}

OperandKind kind_of(ir::OperandKind kind) {
  switch (kind) {
    case ir::OperandKind::string:
      return OperandKind::string;
    case ir::OperandKind::number:
      return OperandKind::number;
    case ir::OperandKind::boolean:
      return OperandKind::boolean;
    case ir::OperandKind::risk:
      return OperandKind::risk;
    case ir::OperandKind::pattern:
      return OperandKind::pattern;
    case ir::OperandKind::number_range:
      return OperandKind::number_range;
    case ir::OperandKind::regex:
      return OperandKind::regex;
    case ir::OperandKind::window:
      return OperandKind::window;
    case ir::OperandKind::network:
      return OperandKind::network;
    case ir::OperandKind::instant:
      return OperandKind::instant;
  }
  SENTRAIL_UNREACHABLE("operand kind");
}

TestOp op_of(ir::AtomOp op) {
  switch (op) {
    case ir::AtomOp::equal:
      return TestOp::equal;
    case ir::AtomOp::less:
      return TestOp::less;
    case ir::AtomOp::less_equal:
      return TestOp::less_equal;
    case ir::AtomOp::greater:
      return TestOp::greater;
    case ir::AtomOp::greater_equal:
      return TestOp::greater_equal;
    case ir::AtomOp::in:
      return TestOp::in;
    case ir::AtomOp::matches:
      return TestOp::matches;
    case ir::AtomOp::has:
      return TestOp::has;
    case ir::AtomOp::contains:
      return TestOp::contains;
    case ir::AtomOp::starts_with:
      return TestOp::starts_with;
    case ir::AtomOp::ends_with:
      return TestOp::ends_with;
    case ir::AtomOp::search:
      return TestOp::search;
    case ir::AtomOp::exists:
      return TestOp::exists;
    case ir::AtomOp::is_type:
      return TestOp::is_type;
    case ir::AtomOp::same:
      return TestOp::same;
  }
  SENTRAIL_UNREACHABLE("operator");
}

TestedType type_of(ir::TestedType type) {
  switch (type) {
    case ir::TestedType::string:
      return TestedType::string;
    case ir::TestedType::number:
      return TestedType::number;
    case ir::TestedType::boolean:
      return TestedType::boolean;
    case ir::TestedType::list:
      return TestedType::list;
    case ir::TestedType::object:
      return TestedType::object;
    case ir::TestedType::null:
      return TestedType::null;
  }
  SENTRAIL_UNREACHABLE("tested type");
}

// REQUIRES: of a verified policy, as those below.
Network network_of(const std::string& text) {
  const auto network = parse_network(text);
  SENTRAIL_CHECK_NOTE(network.has_value(), "the policy is not verified");
  return *network;
}

Instant instant_of(const std::string& text) {
  const auto instant = parse_rfc3339(text);
  SENTRAIL_CHECK_NOTE(instant.has_value(), "the policy is not verified");
  return *instant;
}

}  // namespace

Status TableBuilder::want(const ir::Atom& atom) {
  if (atom.op == ir::AtomOp::same) pairs_.push_back(atom);
  for (const ir::Operand& operand : atom.operands) SENTRAIL_TRY(want(operand));
  return {};
}

Status TableBuilder::want(const ir::Operand& operand) {
  if (operand.kind == ir::OperandKind::string) symbol_texts_.insert(operand.text);
  if (operand.kind == ir::OperandKind::window) zone_names_.insert(operand.text);
  if (operand.kind == ir::OperandKind::network) networks_.insert(network_of(operand.text));
  if (operand.kind == ir::OperandKind::instant) instants_.insert(instant_of(operand.text));
  if (operand.kind == ir::OperandKind::number) return want_number(operand.text);
  if (operand.kind != ir::OperandKind::number_range) return {};
  SENTRAIL_TRY(want_number(operand.text));
  return want_number(operand.upper);
}

Status TableBuilder::want_number(const std::string& text) {
  const std::optional<Decimal> value = Decimal::parse(text);
  if (!value) {
    return fail(Errc::invalid_argument, "the number " + text + " is not exact in 38 digits");
  }
  number_values_.insert(*value);
  return {};
}

Status TableBuilder::seal() {
  // Symbols come first and in order: verify() wants them apart from each other in the pool.
  for (const std::string& text : symbol_texts_) {
    const TextRef ref{size_of(out_.text), static_cast<std::uint32_t>(text.size())};
    out_.text.insert(out_.text.end(), text.begin(), text.end());
    out_.symbols.push_back(ref);
    texts_.emplace(text, ref);
  }
  for (const Decimal& value : number_values_) out_.numbers.push_back(NumberRow::of(value));
  for (const Network& network : networks_) out_.networks.push_back(NetworkRow::of(network));
  for (const Instant instant : instants_) out_.instants.push_back({instant.unix_ms});
  for (const std::string& name : zone_names_) {
    const TextRef ref{size_of(out_.text), static_cast<std::uint32_t>(name.size())};
    out_.text.insert(out_.text.end(), name.begin(), name.end());
    out_.zones.push_back(texts_.emplace(name, ref).first->second);
  }
  std::set<std::uint32_t> peers;
  for (const ir::Atom& atom : pairs_) {
    SENTRAIL_ASSIGN_OR_RETURN(const Pair made, pair(atom));
    peers.insert(made.peer);
  }
  for (const std::uint32_t slot : peers) out_.peers.push_back({slot});
  return {};
}

Result<TableBuilder::Pair> TableBuilder::pair(const ir::Atom& atom) {
  Pair made;
  SENTRAIL_ASSIGN_OR_RETURN(made.slot, slot(atom.attribute));
  SENTRAIL_ASSIGN_OR_RETURN(made.peer, slot(*atom.other));
  const auto place = [this](std::uint32_t index) {
    return std::pair(-out_.slots[index].binder, index);
  };
  if (place(made.peer) < place(made.slot)) std::swap(made.slot, made.peer);
  return made;
}

OperandRow TableBuilder::peer(std::uint32_t slot) const {
  const auto found = std::ranges::lower_bound(out_.peers, slot, {}, &PeerRow::slot);
  SENTRAIL_CHECK(found != out_.peers.end() && found->slot == slot);
  return {static_cast<std::uint32_t>(OperandKind::peer),
          static_cast<std::uint32_t>(found - out_.peers.begin()), 0};
}

std::uint32_t TableBuilder::symbol(std::string_view text) const {
  const auto view = [this](TextRef ref) {
    return std::string_view(out_.text.data() + ref.offset, ref.bytes);
  };
  const auto found =
      std::lower_bound(out_.symbols.begin(), out_.symbols.end(), text,
                       [&](TextRef ref, std::string_view wanted) { return view(ref) < wanted; });
  SENTRAIL_CHECK(found != out_.symbols.end() && view(*found) == text);
  return static_cast<std::uint32_t>(found - out_.symbols.begin());
}

std::uint32_t TableBuilder::number(const std::string& text) const {
  const Decimal value = Decimal::parse(text).value();
  const auto found = std::lower_bound(
      out_.numbers.begin(), out_.numbers.end(), value,
      [](const NumberRow& row, const Decimal& wanted) { return compare(row.value(), wanted) < 0; });
  SENTRAIL_CHECK(found != out_.numbers.end() && found->value() == value);
  return static_cast<std::uint32_t>(found - out_.numbers.begin());
}

std::uint32_t TableBuilder::network(const std::string& text) const {
  const auto found = std::ranges::lower_bound(out_.networks, network_of(text), {},
                                              [](const NetworkRow& row) { return row.network(); });
  SENTRAIL_CHECK(found != out_.networks.end());
  return static_cast<std::uint32_t>(found - out_.networks.begin());
}

std::uint32_t TableBuilder::instant(const std::string& text) const {
  const auto found =
      std::ranges::lower_bound(out_.instants, instant_of(text).unix_ms, {}, &InstantRow::unix_ms);
  SENTRAIL_CHECK(found != out_.instants.end());
  return static_cast<std::uint32_t>(found - out_.instants.begin());
}

Result<TextRef> TableBuilder::text(std::string_view text) {
  const auto found = texts_.find(text);
  if (found != texts_.end()) return found->second;
  if (text.size() > limits::kBundleBytesMax - out_.text.size()) {
    return fail(Errc::limit_exceeded, "the policy's texts are larger than a bundle may be");
  }
  const TextRef ref{size_of(out_.text), static_cast<std::uint32_t>(text.size())};
  out_.text.insert(out_.text.end(), text.begin(), text.end());
  texts_.emplace(text, ref);
  return ref;
}

Result<std::uint32_t> TableBuilder::slot(const ir::AttributeRef& ref) {
  std::vector<TextRef> steps;
  for (const std::string& step : ref.steps) {
    SENTRAIL_ASSIGN_OR_RETURN(const TextRef row, text(step));
    steps.push_back(row);
  }
  SlotRow row;
  SENTRAIL_ASSIGN_OR_RETURN(row.attribute, text(ref.binder > 0 ? std::string_view(ref.element.str())
                                                               : row_of(ref.attribute).name));
  row.binder = ref.binder;
  row.steps_count = size_of(steps);
  row.separator = static_cast<unsigned char>(row_of(ref.attribute).separator);
  key_.clear();
  append_row(key_, row);
  for (const TextRef step : steps) append_row(key_, step);
  if (const auto found = slots_.find(key_); found != slots_.end()) return found->second;
  const std::uint32_t number = size_of(out_.slots);
  if (out_.slots.size() == limits::kSlotsMax) {
    return fail(Errc::limit_exceeded, "the policy asks about more than " +
                                          std::to_string(limits::kSlotsMax) +
                                          " attributes and members");
  }
  row.steps_begin = size_of(out_.steps);
  out_.steps.insert(out_.steps.end(), steps.begin(), steps.end());
  slots_.emplace(key_, number);
  out_.slots.push_back(row);
  return number;
}

Result<std::uint32_t> TableBuilder::pattern(std::string_view source, char separator) {
  std::string key(1, separator);
  key += source;
  const auto [at, fresh] = patterns_.try_emplace(std::move(key), size_of(out_.patterns));
  if (!fresh) return at->second;
  PatternRow row;
  SENTRAIL_ASSIGN_OR_RETURN(row.source, text(source));
  row.separator = static_cast<unsigned char>(separator);
  row.ops_begin = size_of(out_.pattern_ops);
  for (const PatternStep& step : compile_pattern(source, separator)) {
    PatternOpRow op;
    op.op = static_cast<std::uint32_t>(step.op);
    if (step.op == PatternOp::literal) {
      SENTRAIL_ASSIGN_OR_RETURN(op.text, text(step.text));
    }
    out_.pattern_ops.push_back(op);
  }
  row.ops_count = size_of(out_.pattern_ops) - row.ops_begin;
  out_.patterns.push_back(row);
  return at->second;
}

Result<std::uint32_t> TableBuilder::regex(const std::string& source) {
  const auto [at, fresh] = regexes_.try_emplace(source, size_of(out_.regexes));
  if (!fresh) return at->second;
  const auto tree = regex::parse(source);
  SENTRAIL_CHECK_NOTE(tree.has_value(), "the policy is not verified");
  const auto program = regex::compile(*tree);
  if (!program) {
    return fail(Errc::limit_exceeded, "the regular expression /" + source + "/ " +
                                          program.error().what + "; " + program.error().help);
  }
  RegexRow row;
  SENTRAIL_ASSIGN_OR_RETURN(row.source, text(source));
  row.steps_begin = size_of(out_.regex_steps);
  row.steps_count = size_of(program->steps);
  row.sets_begin = size_of(out_.regex_sets);
  row.sets_count = size_of(program->sets);
  out_.regex_steps.insert(out_.regex_steps.end(), program->steps.begin(), program->steps.end());
  for (const std::vector<regex::Range>& set : program->sets) {
    out_.regex_sets.push_back({size_of(out_.regex_ranges), size_of(set)});
    for (const regex::Range range : set) out_.regex_ranges.push_back({range.low, range.high});
  }
  out_.regexes.push_back(row);
  return at->second;
}

std::uint32_t TableBuilder::window(const ir::Operand& operand) {
  const auto zone = zone_names_.find(operand.text);
  SENTRAIL_CHECK(zone != zone_names_.end());
  const auto number = static_cast<std::uint32_t>(std::distance(zone_names_.begin(), zone));
  const WindowRow row{number, operand.window.days, operand.window.from, operand.window.until};
  std::string key;
  append_row(key, row);
  const auto [at, fresh] = windows_.try_emplace(std::move(key), size_of(out_.windows));
  if (fresh) out_.windows.push_back(row);
  return at->second;
}

Result<OperandRow> TableBuilder::operand(const ir::Operand& operand, char separator) {
  OperandRow row;
  row.kind = static_cast<std::uint32_t>(kind_of(operand.kind));
  switch (operand.kind) {
    case ir::OperandKind::string:
      row.index = symbol(operand.text);
      break;
    case ir::OperandKind::number:
      row.index = number(operand.text);
      break;
    case ir::OperandKind::boolean:
      row.index = operand.boolean ? 1 : 0;
      break;
    case ir::OperandKind::number_range:
      row.index = number(operand.text);
      row.upper = number(operand.upper);
      break;
    case ir::OperandKind::risk: {
      const std::optional<Risk> risk = risk_named(operand.text);
      SENTRAIL_CHECK_NOTE(risk.has_value(), "the policy is not verified");
      row.index = static_cast<std::uint32_t>(*risk);
      break;
    }
    case ir::OperandKind::pattern: {
      SENTRAIL_ASSIGN_OR_RETURN(row.index, pattern(operand.text, separator));
      break;
    }
    case ir::OperandKind::regex: {
      SENTRAIL_ASSIGN_OR_RETURN(row.index, regex(operand.text));
      break;
    }
    case ir::OperandKind::window:
      row.index = window(operand);
      break;
    case ir::OperandKind::network:
      row.index = network(operand.text);
      break;
    case ir::OperandKind::instant:
      row.index = instant(operand.text);
      break;
  }
  return row;
}

Result<std::uint32_t> TableBuilder::atom(const ir::Atom& atom) {
  AtomRow row;
  made_.clear();
  if (atom.op == ir::AtomOp::same) {
    SENTRAIL_ASSIGN_OR_RETURN(const Pair made, pair(atom));
    const OperandRow other = peer(made.peer);
    row.slot = made.slot;
    made_.push_back({other.kind, other.index, other.upper});
  } else {
    SENTRAIL_ASSIGN_OR_RETURN(row.slot, slot(atom.attribute));
  }
  row.op = static_cast<std::uint8_t>(op_of(atom.op));
  row.sized = atom.sized ? 1 : 0;
  if (atom.op == ir::AtomOp::is_type) {
    row.tested_type = static_cast<std::uint8_t>(type_of(atom.tested_type));
  }
  const auto separator = static_cast<char>(out_.slots[row.slot].separator);
  for (const ir::Operand& entry : atom.operands) {
    SENTRAIL_ASSIGN_OR_RETURN(const OperandRow made, operand(entry, separator));
    made_.push_back({made.kind, made.index, made.upper});
  }
  std::ranges::sort(made_);  // as verify() wants them
  made_.erase(std::ranges::unique(made_).begin(), made_.end());
  row.operands_count = size_of(made_);
  key_.clear();
  append_row(key_, row);
  for (const auto& entry : made_) append_row(key_, entry);
  if (const auto found = atoms_.find(key_); found != atoms_.end()) return found->second;
  if (made_.size() > limits::kBundleBytesMax / sizeof(OperandRow) - out_.operands.size()) {
    return fail(Errc::limit_exceeded, "the policy's lists are larger than a bundle may be");
  }
  row.operands_begin = size_of(out_.operands);
  for (const auto& [kind, index, upper] : made_) {
    out_.operands.push_back({kind, index, upper});
  }
  const std::uint32_t number = size_of(out_.atoms);
  atoms_.emplace(key_, number);
  out_.atoms.push_back(row);
  return number;
}

Result<std::uint32_t> TableBuilder::quantified(const ir::Condition& condition, std::uint32_t depth,
                                               const std::vector<NodeRow>& nodes) {
  AtomRow atom;
  SENTRAIL_ASSIGN_OR_RETURN(atom.slot, slot(condition.atom.attribute));
  const bool some = condition.kind == ir::ConditionKind::some_element;
  atom.op = static_cast<std::uint8_t>(some ? TestOp::any_element : TestOp::every_element);
  QuantifierRow row;
  SENTRAIL_ASSIGN_OR_RETURN(row.name, text(condition.element.str()));
  row.depth = depth;
  row.nodes_count = size_of(nodes);
  // Places do not count: the same condition elsewhere is the same test.
  std::string key;
  append_row(key, atom);
  append_row(key, row);
  for (NodeRow node : nodes) {
    node.line = node.column = 0;
    append_row(key, node);
  }
  const auto [at, fresh] = quantified_.try_emplace(std::move(key), size_of(out_.atoms));
  if (!fresh) return at->second;
  row.nodes_begin = size_of(out_.element_nodes);
  for (NodeRow node : nodes) {
    node.end += row.nodes_begin;
    out_.element_nodes.push_back(node);
  }
  atom.operands_begin = size_of(out_.operands);
  atom.operands_count = 1;
  out_.operands.push_back(
      {static_cast<std::uint32_t>(OperandKind::quantifier), size_of(out_.quantifiers), 0});
  out_.quantifiers.push_back(row);
  out_.atoms.push_back(atom);
  return at->second;
}

Result<std::uint32_t> TableBuilder::reason(const ir::Template& because) {
  std::vector<ReasonPartRow> parts;
  for (std::size_t i = 0; i < because.texts.size(); ++i) {
    ReasonPartRow part;
    SENTRAIL_ASSIGN_OR_RETURN(part.text, text(because.texts[i]));
    if (i < because.holes.size()) {
      SENTRAIL_ASSIGN_OR_RETURN(part.slot, slot(because.holes[i]));
    }
    parts.push_back(part);
  }
  std::string key;
  for (const ReasonPartRow& part : parts) append_row(key, part);
  const auto [at, fresh] = reasons_.try_emplace(std::move(key), size_of(out_.reasons));
  if (!fresh) return at->second;
  out_.reasons.push_back({size_of(out_.reason_parts), size_of(parts)});
  out_.reason_parts.insert(out_.reason_parts.end(), parts.begin(), parts.end());
  return at->second;
}

}  // namespace sentrail::compiler
