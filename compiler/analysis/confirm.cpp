// Two judges and three ways to write a request. See confirm.hpp.
#include "compiler/analysis/confirm.hpp"

#include <deque>
#include <unordered_map>
#include <utility>

#include "compiler/lower/lower.hpp"
#include "compiler/oracle/clock.hpp"
#include "compiler/simplify/forms.hpp"
#include "compiler/simplify/simplify.hpp"
#include "core/facts.hpp"
#include "core/json_writer.hpp"
#include "core/program.hpp"
#include "core/text.hpp"
#include "core/time.hpp"
#include "runtime/decide/engine.hpp"
#include "wire/json.hpp"
#include "wire/zones.hpp"

namespace sentrail::compiler::analysis {
namespace {

using oracle::Value;
using oracle::ValueKind;

void write(JsonWriter& json, const Value& value) {
  switch (value.kind) {
    case ValueKind::boolean:
      json.boolean(value.boolean);
      break;
    case ValueKind::number:
      json.raw_number(value.text);
      break;
    case ValueKind::string:
      json.string(value.text);
      break;
    case ValueKind::list:
      json.begin_array();
      for (const Value& element : value.elements) write(json, element);
      json.end_array();
      break;
    case ValueKind::object:
      json.begin_object();
      for (std::size_t i = 0; i < value.names.size(); ++i) {
        write(json.key(value.names[i]), value.elements[i]);
      }
      json.end_object();
      break;
    case ValueKind::unreadable:
      json.begin_object().key("$unreadable").boolean(true).end_object();
      break;
    default:
      json.null();
      break;
  }
}

std::string json_of(const Value& value) {
  std::string out;
  JsonWriter writer(&out);
  write(writer, value);
  return out;
}

// An entry that stands twice cannot be given one by one: the whole list then is unreadable.
bool has_repeats(const oracle::NameList& list) {
  for (std::size_t i = 0; i < list.entries.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      if (list.entries[i].first == list.entries[k].first) return true;
    }
  }
  return false;
}

void write(JsonWriter& json, const oracle::NameList& list, const char* name) {
  if (!list.unreadable && list.entries.empty()) return;
  json.key(name).begin_object();
  if (list.unreadable || has_repeats(list)) {
    json.key("$unreadable").boolean(true);
  } else {
    for (const auto& [entry, value] : list.entries) json.key(entry).string(value);
  }
  json.end_object();
}

// Facts with what they point into. Elements never move.
struct HeldFacts {
  Facts facts;
  std::deque<JsonDocument> documents;
  std::deque<std::vector<std::string_view>> sets;
  std::vector<NamedText> query;
  std::vector<NamedText> headers;
};

Status put(HeldFacts& held, const Attribute& row, Fact& fact, const Value& value) {
  if (value.kind == ValueKind::absent) return {};
  if (value.kind == ValueKind::unreadable) {
    fact = Fact::unreadable();
    return {};
  }
  if (row.type == Type::string_set) {
    std::vector<std::string_view>& set = held.sets.emplace_back();
    for (const Value& element : value.elements) set.push_back(element.text);
    fact = Fact::of(std::span<const std::string_view>(set));
    return {};
  }
  if (row.type != Type::json && value.kind == ValueKind::string) {
    fact = Fact::of(std::string_view(value.text));
    return {};
  }
  SENTRAIL_ASSIGN_OR_RETURN(JsonDocument document, wire::parse_json(json_of(value)));
  held.documents.push_back(std::move(document));
  fact = Fact::of(held.documents.back().root());
  return {};
}

Status put(HeldFacts& held, const oracle::Request& request) {
  for (const auto& [name, value] : request.values) {
    const std::optional<AttributeId> id = attribute_named(name);
    if (!id) return fail(Errc::invalid_argument, "there is no attribute " + name);
    SENTRAIL_TRY(put(held, row_of(*id), held.facts[*id], value));
  }
  for (const auto& [name, value] : request.query.entries) held.query.push_back({name, value});
  for (const auto& [name, value] : request.headers.entries) held.headers.push_back({name, value});
  held.facts.now_ms = request.now_ms;
  const Fact& time = held.facts[AttributeId::time];
  if (time.kind == FactKind::unreadable) held.facts.now_ms = Facts{}.now_ms;
  if (time.kind == FactKind::string) {
    SENTRAIL_ASSIGN_OR_RETURN(const Instant instant, parse_rfc3339(time.text));
    held.facts.now_ms = instant.unix_ms;
  }
  held.facts.query = {request.query.unreadable, held.query};
  held.facts.headers = {request.headers.unreadable, held.headers};
  return {};
}

bool agree(const oracle::Decision& slow, const Decision& fast) {
  const std::uint32_t rule =
      slow.rule ? static_cast<std::uint32_t>(*slow.rule) : Decision::kByDefault;
  return slow.effect == fast.effect && rule == fast.rule && slow.undecidable == fast.undecidable &&
         slow.default_joined == fast.default_joined &&
         slow.candidates.size() == fast.candidate_count;
}

}  // namespace

struct Judge::Engine {
  ProgramStorage program;
  std::unique_ptr<decide::Engine> engine;
  std::unique_ptr<wire::ZoneClocks> zones;
  decide::Scratch scratch;
};

Judge::Judge(const ir::Policy& policy) : policy_(&policy) {}
Judge::~Judge() = default;
Judge::Judge(Judge&&) noexcept = default;

Status Judge::prepare() {
  if (engine_) return {};
  auto engine = std::make_unique<Engine>();
  SENTRAIL_ASSIGN_OR_RETURN(engine->program, lower(simplify(*policy_)));
  engine->engine = std::make_unique<decide::Engine>(engine->program.view());
  engine->zones = std::make_unique<wire::ZoneClocks>(zone_names_of(engine->program.view()));
  engine->scratch = engine->engine->make_scratch();
  engine_ = std::move(engine);
  return {};
}

Result<oracle::Decision> Judge::decide(const oracle::Request& request) {
  SENTRAIL_TRY(prepare());
  HeldFacts held;
  SENTRAIL_TRY(put(held, request));
  const auto zones = engine_->zones->at(held.facts.now_ms);
  held.facts.zones = *zones;
  last_truths_ = truths_on(request);
  last_request_ = request;
  oracle::Decision slow = oracle::join(*policy_, last_truths_);
  const Decision fast = engine_->engine->decide(held.facts, engine_->scratch);
  if (!agree(slow, fast)) {
    return fail(Errc::corrupt, "engine and oracle differ on " + request_json(request));
  }
  return slow;
}

std::vector<Truth> Judge::truths_on(const oracle::Request& request) {
  if (twin_ == nullptr || twin_->last_request_ != request) {
    return oracle::evaluate_rules(*policy_, request);
  }
  if (same_.empty()) find_same();
  std::vector<Truth> truths;
  for (const ir::Tier& tier : policy_->tiers) {
    for (const ir::Rule& rule : tier.rules) {
      const std::optional<std::size_t> same = same_[truths.size()];
      truths.push_back(same ? twin_->last_truths_[*same] : truth(rule, request));
    }
  }
  return truths;
}

void Judge::find_same() {
  std::unordered_map<std::string, std::size_t> theirs;
  std::size_t number = 0;
  for (const ir::Tier& tier : twin_->policy_->tiers) {
    for (const ir::Rule& rule : tier.rules) {
      theirs.emplace(key_text(*twin_->policy_, rule), number++);
    }
  }
  for (const ir::Tier& tier : policy_->tiers) {
    for (const ir::Rule& rule : tier.rules) {
      const auto found = theirs.find(key_text(*policy_, rule));
      same_.push_back(found == theirs.end() ? std::nullopt : std::optional(found->second));
    }
  }
}

Truth Judge::truth(const ir::Rule& rule, const oracle::Request& request) const {
  const bool ended = rule.outcome == Outcome::allow && rule.until_ms &&
                     oracle::instant_of(request) >= *rule.until_ms;
  if (ended) return Truth::f;
  const Truth when = oracle::evaluate(*policy_, rule.when, request);
  return rule.unless ? both(when, negate(oracle::evaluate(*policy_, *rule.unless, request))) : when;
}

std::string request_json(const oracle::Request& request) {
  std::string out;
  JsonWriter json(&out);
  json.begin_object().key("attributes").begin_object();
  for (const auto& [name, value] : request.values) write(json.key(name), value);
  write(json, request.query, "http.query");
  write(json, request.headers, "http.headers");
  json.end_object().end_object();
  return out;
}

std::string request_text(const oracle::Request& request) {
  constexpr std::size_t kCharactersMax = 60;
  std::string out;
  const auto add = [&](const std::string& name, const std::string& what) {
    if (!out.empty()) out += ", ";
    out += name + " " + what;
  };
  const auto add_list = [&](const oracle::NameList& list, const std::string& name) {
    if (list.unreadable || has_repeats(list)) {
      add(name, "unreadable");
      return;
    }
    for (const auto& [entry, value] : list.entries) {
      std::string text;
      append_json_string(text, value);
      add(name + "." + entry, "= " + cap_characters(escape_display(text), kCharactersMax));
    }
  };
  for (const auto& [name, value] : request.values) {
    if (value.kind == ValueKind::unreadable) {
      add(name, "unreadable");
    } else {
      add(name, "= " + cap_characters(escape_display(json_of(value)), kCharactersMax));
    }
  }
  add_list(request.query, "http.query");
  add_list(request.headers, "http.headers");
  return out.empty() ? "nothing is known of the action" : out;
}

}  // namespace sentrail::compiler::analysis
