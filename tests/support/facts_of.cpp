// Copies values into flat documents and sets. See facts_of.hpp.
#include "tests/support/facts_of.hpp"

#include <algorithm>
#include <deque>
#include <set>
#include <utility>
#include <vector>

#include "core/time.hpp"
#include "wire/zones.hpp"

namespace sentrail::support {
namespace {

using compiler::oracle::NameList;
using compiler::oracle::Request;
using compiler::oracle::Value;
using compiler::oracle::ValueKind;

bool has_repeated_name(const Value& value) {
  const std::set<std::string> names(value.names.begin(), value.names.end());
  return names.size() != value.names.size();
}

// Whether a JSON document can hold the value.
bool is_json(const Value& value) {
  if (value.kind == ValueKind::unreadable || value.kind == ValueKind::absent) return false;
  return !has_repeated_name(value) &&
         std::all_of(value.elements.begin(), value.elements.end(), is_json);
}

// Appends a value's nodes in document order.
class Flattener {
 public:
  void add(const Value& value) {
    const std::size_t index = nodes_.size();
    nodes_.emplace_back();
    JsonNode node;
    switch (value.kind) {
      case ValueKind::boolean:
        node.kind = JsonKind::boolean;
        node.count = value.boolean ? 1 : 0;
        break;
      case ValueKind::number:
        node = text_node(JsonKind::number, value.text);
        break;
      case ValueKind::string:
        node = text_node(JsonKind::string, value.text);
        break;
      case ValueKind::list:
      case ValueKind::object:
        node.kind = value.kind == ValueKind::list ? JsonKind::array : JsonKind::object;
        node.count = static_cast<std::uint32_t>(value.elements.size());
        add_children(value);
        break;
      default:
        break;
    }
    node.end = static_cast<std::uint32_t>(nodes_.size());
    nodes_[index] = node;
  }

  JsonDocument finish() { return {std::move(nodes_), std::move(text_)}; }

 private:
  void add_children(const Value& value) {
    for (std::size_t i = 0; i < value.elements.size(); ++i) {
      if (value.kind == ValueKind::object) {
        nodes_.push_back(text_node(JsonKind::string, value.names[i]));
        nodes_.back().end = static_cast<std::uint32_t>(nodes_.size());
      }
      add(value.elements[i]);
    }
  }

  JsonNode text_node(JsonKind kind, const std::string& text) {
    JsonNode node;
    node.kind = kind;
    node.text = static_cast<std::uint32_t>(text_.size());
    node.count = static_cast<std::uint32_t>(text.size());
    text_ += text;
    return node;
  }

  std::vector<JsonNode> nodes_;
  std::string text_;
};

}  // namespace

struct OwnedFacts::Storage {
  Facts facts;
  std::deque<std::string> texts;
  std::deque<std::vector<std::string_view>> sets;
  std::deque<JsonDocument> documents;
  std::vector<NamedText> query;
  std::vector<NamedText> headers;
  std::shared_ptr<const std::vector<ZoneClock>> zones;

  std::string_view keep(const std::string& text) { return texts.emplace_back(text); }

  std::vector<NamedText> keep(const NameList& list) {
    std::vector<NamedText> kept;
    for (const auto& [name, value] : list.entries) kept.push_back({keep(name), keep(value)});
    return kept;
  }

  Fact json(const Value& value) {
    Flattener flattener;
    flattener.add(value);
    return Fact::of(documents.emplace_back(flattener.finish()).root());
  }

  Fact set(const Value& value) {
    std::vector<std::string_view>& kept = sets.emplace_back();
    for (const Value& element : value.elements) kept.push_back(keep(element.text));
    return Fact::of(std::span<const std::string_view>(kept));
  }

  Fact fact(const Attribute& row, const Value& value) {
    if (value.kind == ValueKind::absent) return {};
    if (value.kind == ValueKind::unreadable) return Fact::unreadable();
    const bool strings =
        value.kind == ValueKind::list &&
        std::all_of(value.elements.begin(), value.elements.end(),
                    [](const Value& element) { return element.kind == ValueKind::string; });
    if (row.type == Type::string_set && strings) return set(value);
    if (row.type != Type::json && value.kind == ValueKind::string) {
      return Fact::of(keep(value.text));
    }
    return json(value);
  }
};

OwnedFacts::OwnedFacts() : storage_(std::make_unique<Storage>()) {}
OwnedFacts::OwnedFacts(OwnedFacts&&) noexcept = default;
OwnedFacts& OwnedFacts::operator=(OwnedFacts&&) noexcept = default;
OwnedFacts::~OwnedFacts() = default;

void OwnedFacts::set_zones(std::vector<std::string> names) {
  wire::ZoneClocks clocks(std::move(names));
  storage_->zones = clocks.at(storage_->facts.now_ms);
  storage_->facts.zones = *storage_->zones;
}

const Facts& OwnedFacts::operator*() const noexcept {
  return storage_->facts;
}

std::optional<OwnedFacts> OwnedFacts::of(const Request& request) {
  OwnedFacts owned;
  Storage& storage = *owned.storage_;
  for (const auto& [name, value] : request.values) {
    const std::optional<AttributeId> id = attribute_named(name);
    const bool whole = value.kind == ValueKind::absent || value.kind == ValueKind::unreadable;
    if (!id || (!whole && !is_json(value))) return std::nullopt;
    storage.facts[*id] = storage.fact(row_of(*id), value);
  }
  storage.query = storage.keep(request.query);
  storage.headers = storage.keep(request.headers);
  storage.facts.now_ms = request.now_ms;
  const Fact& time = storage.facts[AttributeId::time];
  if (time.kind == FactKind::unreadable) storage.facts.now_ms = Facts{}.now_ms;
  if (time.kind == FactKind::string) storage.facts.now_ms = parse_rfc3339(time.text)->unix_ms;
  storage.facts.query = {request.query.unreadable, storage.query};
  storage.facts.headers = {request.headers.unreadable, storage.headers};
  return owned;
}

compiler::oracle::Decision oracle_form(const Decision& decision) {
  compiler::oracle::Decision form;
  form.effect = decision.effect;
  if (decision.rule != Decision::kByDefault) form.rule = decision.rule;
  const std::size_t kept =
      std::min<std::size_t>(decision.candidate_count, Decision::kCandidatesKept);
  form.candidates.assign(decision.candidates.begin(), decision.candidates.begin() + kept);
  form.default_joined = decision.default_joined;
  form.undecidable = decision.undecidable;
  return form;
}

Decision engine_form(const compiler::oracle::Decision& decision) {
  Decision form;
  form.effect = decision.effect;
  if (decision.rule) form.rule = static_cast<std::uint32_t>(*decision.rule);
  form.undecidable = decision.undecidable;
  form.default_joined = decision.default_joined;
  form.candidate_count = static_cast<std::uint32_t>(decision.candidates.size());
  for (std::size_t i = 0; i < decision.candidates.size() && i < form.candidates.size(); ++i) {
    form.candidates[i] = static_cast<std::uint32_t>(decision.candidates[i]);
  }
  return form;
}

std::string difference(const compiler::oracle::Decision& expected, const Decision& actual) {
  compiler::oracle::Decision kept = expected;
  kept.candidates.resize(std::min(kept.candidates.size(), Decision::kCandidatesKept));
  if (expected.candidates.size() == actual.candidate_count && kept == oracle_form(actual)) {
    return "";
  }
  const auto describe = [](Effect effect, std::optional<std::size_t> rule, std::size_t candidates,
                           bool joined, bool undecidable) {
    return std::string(name_of(effect)) + " by " +
           (rule ? "rule " + std::to_string(*rule) : "default") + ", " +
           std::to_string(candidates) + " candidates, default " + (joined ? "joined" : "lifted") +
           (undecidable ? ", undecidable" : "");
  };
  const compiler::oracle::Decision form = oracle_form(actual);
  return "oracle: " +
         describe(expected.effect, expected.rule, expected.candidates.size(),
                  expected.default_joined, expected.undecidable) +
         "\nengine: " +
         describe(form.effect, form.rule, actual.candidate_count, form.default_joined,
                  form.undecidable);
}

}  // namespace sentrail::support
