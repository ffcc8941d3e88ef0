// Puts given attributes into facts. See attributes.hpp.
#include "runtime/request/attributes.hpp"

#include <deque>
#include <list>
#include <map>
#include <utility>

#include "core/addresses.hpp"
#include "core/check.hpp"
#include "core/json_writer.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "core/time.hpp"
#include "runtime/request/json_tree.hpp"
#include "wire/json.hpp"

namespace sentrail::request {
namespace {

// What the facts of a given request point into. Elements never move; most requests have none of
// most of them.
struct Store {
  explicit Store(const Request& from) : base(from) {}

  Request base;
  std::shared_ptr<const void> owner;  // of the values
  std::list<JsonDocument> documents;  // written anew
  std::list<std::vector<std::string_view>> sets;
  std::list<std::string> names;
  std::vector<NamedText> query;
  std::vector<NamedText> headers;
};

// `agent.roles`, `body.a.b`: as messages name it.
Status wrong(const GivenValue& given, const std::string& why) {
  std::string name(row_of(given.attribute).name);
  for (const std::string& step : given.steps) name += "." + escape_display(step);
  return fail(Errc::invalid_argument, "`" + cap_characters(name, kShownNameMax) + "`: " + why);
}

bool is_named_texts(AttributeId id) noexcept {
  return id == AttributeId::http_query || id == AttributeId::http_headers;
}

// What one of the counts of a session is.
bool is_one_count(const GivenValue& given) noexcept {
  return given.attribute == AttributeId::session_count && given.steps.size() == 1;
}

// Whether objects and lists stand within each other on more than so many levels. Recursion: as deep
// as the text, which parse_json() bounds.
bool is_deeper(JsonValue value, std::size_t levels) {
  const bool object = value.kind() == JsonKind::object;
  if (!object && value.kind() != JsonKind::array) return false;
  if (levels == 0) return true;
  JsonValue child = value.first_child();
  for (std::size_t left = value.size(); left > 0; --left) {
    if (object) child = child.next();
    if (is_deeper(child, levels - 1)) return true;
    if (left > 1) child = child.next();
  }
  return false;
}

// What a session counts.
bool is_count(std::string_view text) noexcept {
  constexpr std::size_t kDigitsMax = 15;
  return text.size() <= kDigitsMax && text.find_first_not_of("0123456789") == std::string::npos;
}

// Applies given attributes one after the other; later ones win.
class Putter {
 public:
  explicit Putter(const Request& base)
      : store_(std::make_shared<Store>(base)), facts_(base.facts()) {
    store_->query.assign(facts_.query.entries.begin(), facts_.query.entries.end());
    store_->headers.assign(facts_.headers.entries.begin(), facts_.headers.entries.end());
  }

  Status put(const GivenValue& given) {
    if (given.unreadable && is_one_count(given)) return put_counts(given);
    if (given.unreadable) return put_unreadable(given);
    if (is_named_texts(given.attribute)) return put_named(given, given.value);
    if (given.attribute == AttributeId::response_headers) return put_headers(given, given.value);
    if (given.attribute == AttributeId::session_count) return put_counts(given);
    if (!given.steps.empty()) return put_member(given, given.value);
    const bool is_true = given.value.kind() == JsonKind::boolean && given.value.boolean();
    if (given.attribute == AttributeId::response && !is_true) {
      return wrong(given, "an answer is there, `true`, or it is not mentioned");
    }
    return put_value(given, given.value);
  }

  // Whatever is given of an answer, the answer is there.
  Request finish(std::shared_ptr<const void> owner) && {
    store_->owner = std::move(owner);
    leave_repeats_unreadable();
    for (const AttributeId part : {AttributeId::response_status, AttributeId::response_headers,
                                   AttributeId::response_body}) {
      if (facts_[part].kind != FactKind::absent) facts_[AttributeId::response] = Fact::of(true);
    }
    facts_.query.entries = store_->query;
    facts_.headers.entries = store_->headers;
    const bool read = store_->base.declared_read();
    return Request(std::move(store_), facts_, read);
  }

 private:
  // As on a call: keys that only case tells apart have no one reading, whether they were given at
  // once or one by one.
  void leave_repeats_unreadable() {
    for (std::size_t i = 0; i < kAttributeCount; ++i) {
      Fact& fact = facts_[static_cast<AttributeId>(i)];
      const bool has_keys = fact.kind == FactKind::object || fact.kind == FactKind::array;
      if (has_keys && kAttributes[i].type == Type::json && wire::has_case_repeats(fact.json)) {
        fact = Fact::unreadable();
      }
    }
  }

  NamedTexts& texts_of(AttributeId id) {
    return id == AttributeId::http_query ? facts_.query : facts_.headers;
  }
  std::vector<NamedText>& entries_of(AttributeId id) {
    return id == AttributeId::http_query ? store_->query : store_->headers;
  }

  // Which of two values holds, nobody can say: so is one that cannot be read.
  Status put_unreadable_entry(const GivenValue& given) {
    const bool header = given.attribute == AttributeId::http_headers;
    const std::string& name = given.steps.front();
    store_->names.push_back(header ? to_lower_ascii(name) : name);
    auto& entries = entries_of(given.attribute);
    std::erase_if(entries, [&](const NamedText& e) { return e.name == store_->names.back(); });
    entries.insert(entries.end(), 2, {store_->names.back(), {}});
    return {};
  }

  Status put_unreadable(const GivenValue& given) {
    if (is_named_texts(given.attribute) && given.steps.size() == 1) {
      return put_unreadable_entry(given);
    }
    if (!given.steps.empty()) {
      const std::string whole(row_of(given.attribute).name);
      return wrong(given, "only a whole attribute can be unreadable: write it for `" + whole + "`");
    }
    if (given.attribute == AttributeId::response) {
      return wrong(given, "whether there is an answer is always known");
    }
    if (is_named_texts(given.attribute)) texts_of(given.attribute).unreadable = true;
    facts_[given.attribute] = Fact::unreadable();
    if (given.attribute == AttributeId::time) facts_.now_ms = Facts{}.now_ms;
    return {};
  }

  Status put_named(const GivenValue& given, JsonValue value) {
    texts_of(given.attribute).unreadable = false;
    facts_[given.attribute] = Fact{};
    auto& entries = entries_of(given.attribute);
    if (given.steps.size() == 1) return put_entry(given, given.steps.front(), value);
    if (!given.steps.empty()) return wrong(given, "a parameter has no members");
    if (value.kind() != JsonKind::object) return wrong(given, "wants an object of strings");
    entries.clear();
    JsonValue key = value.first_child();
    for (std::size_t left = value.size(); left > 0; --left) {
      SENTRAIL_TRY(put_entry(given, key.text(), key.next()));
      if (left > 1) key = key.next().next();
    }
    return {};
  }

  Status put_entry(const GivenValue& given, std::string_view name, JsonValue value) {
    if (value.kind() != JsonKind::string) return wrong(given, "wants a string");
    const bool header = given.attribute == AttributeId::http_headers;
    store_->names.push_back(header ? to_lower_ascii(name) : std::string(name));
    auto& entries = entries_of(given.attribute);
    std::erase_if(entries, [&](const NamedText& e) { return e.name == store_->names.back(); });
    entries.push_back({store_->names.back(), value.text()});
    return {};
  }

  // Members go into what is there: the document is written anew.
  Status put_member(const GivenValue& given, JsonValue value) {
    Fact& fact = facts_[given.attribute];
    if (!row_of(given.attribute).has_members) return wrong(given, "this attribute has no members");
    if (given.steps.size() > limits::kPathStepsMax) {
      return wrong(given, "a path has at most " + std::to_string(limits::kPathStepsMax) + " steps");
    }
    if (fact.kind != FactKind::absent && fact.kind != FactKind::object) {
      return wrong(given, "the value that it belongs to is no object");
    }
    JsonTree tree = fact.kind == FactKind::object ? JsonTree(fact.json) : JsonTree::object();
    if (const Status put = tree.put(given.steps, JsonTree(value)); !put.has_value()) {
      return wrong(given, put.error().message);
    }
    Result<JsonDocument> document = tree.to_document();
    if (!document) return wrong(given, document.error().message);
    store_->documents.push_back(*std::move(document));
    fact = Fact::of(store_->documents.back().root());
    return {};
  }

  Status put_value(const GivenValue& given, JsonValue value) {
    const Attribute& row = row_of(given.attribute);
    Fact& fact = facts_[given.attribute];
    const JsonKind kind = value.kind();
    bool sound = true;
    switch (row.type) {
      case Type::boolean:
        sound = kind == JsonKind::boolean;
        break;
      case Type::number:
        sound = kind == JsonKind::number;
        break;
      case Type::string:
        sound = kind == JsonKind::string;
        break;
      case Type::risk:
        sound = kind == JsonKind::string && risk_named(value.text()).has_value();
        break;
      case Type::string_set:
        return put_set(given, value, fact);
      case Type::json:
        if (is_deeper(value, limits::kJsonDepthMax)) {
          const std::string most = std::to_string(limits::kJsonDepthMax);
          return wrong(given, "JSON nested deeper than " + most + " levels");
        }
        break;
      case Type::time:
        return put_time(given, value);
      case Type::ip:
        return put_address(given, value);
    }
    if (!sound && row.type == Type::risk) {
      return wrong(given, "wants a risk: low, medium, high or critical");
    }
    if (!sound) return wrong(given, "wants a " + std::string(name_of(row.type)));
    if (is_of_session(given.attribute) && !is_count(value.text())) {
      return wrong(given, "wants a whole number from 0, of at most 15 digits");
    }
    fact = Fact::of(value);
    return {};
  }

  Status put_time(const GivenValue& given, JsonValue value) {
    const auto instant = value.kind() == JsonKind::string
                             ? parse_rfc3339(value.text())
                             : Result<Instant>(fail(Errc::invalid_argument, ""));
    if (!instant || instant->unix_ms <= 0) {
      return wrong(given, "wants an instant since 1970, as `2026-11-20T17:59:00Z`");
    }
    facts_.now_ms = instant->unix_ms;
    store_->names.push_back(format_rfc3339(*instant));
    facts_[given.attribute] = Fact::of(std::string_view(store_->names.back()));
    return {};
  }

  Status put_address(const GivenValue& given, JsonValue value) {
    if (value.kind() != JsonKind::string) return wrong(given, "wants an address as a string");
    const auto address = parse_address(value.text());
    facts_[given.attribute] = Fact::unreadable();
    if (!address) return {};
    store_->names.push_back(format_address(*address));
    facts_[given.attribute] = Fact::of(std::string_view(store_->names.back()));
    return {};
  }

  // Names in lower case; one that stands twice then leaves them all unreadable.
  Status put_headers(const GivenValue& given, JsonValue value) {
    if (!given.steps.empty()) {
      if (value.kind() != JsonKind::string) return wrong(given, "wants a string");
      GivenValue lower = given;
      for (std::string& step : lower.steps) step = to_lower_ascii(step);
      return put_member(lower, value);
    }
    if (value.kind() != JsonKind::object) return wrong(given, "wants an object of strings");
    std::string text;
    JsonWriter json(&text);
    json.begin_object();
    JsonValue key = value.first_child();
    for (std::size_t left = value.size(); left > 0; --left) {
      if (key.next().kind() != JsonKind::string) return wrong(given, "wants an object of strings");
      json.key(to_lower_ascii(key.text())).string(key.next().text());
      if (left > 1) key = key.next().next();
    }
    json.end_object();
    auto document = wire::parse_json(text);
    if (!document.has_value()) {
      facts_[given.attribute] = Fact::unreadable();
      return {};
    }
    store_->documents.push_back(*std::move(document));
    facts_[given.attribute] = Fact::of(store_->documents.back().root());
    return {};
  }

  // Whole numbers by what they count; others are not known, and are not there.
  Status put_counts(const GivenValue& given) {
    const bool one = is_one_count(given);
    const Fact& before = facts_[given.attribute];
    std::map<std::string, std::string> counts;
    if (one && before.kind == FactKind::object) {
      SENTRAIL_TRY(add_counts(given, before.json, counts));
    }
    if (one) {
      const std::string& name = given.steps.front();
      counts.erase(name);
      if (!given.unreadable) SENTRAIL_TRY(add_count(given, name, given.value, counts));
    } else if (given.value.kind() == JsonKind::object) {
      SENTRAIL_TRY(add_counts(given, given.value, counts));
    } else {
      return wrong(given, "wants an object of whole numbers");
    }
    std::string text;
    JsonWriter json(&text);
    json.begin_object();
    for (const auto& [name, number] : counts) json.key(name).raw_number(number);
    json.end_object();
    auto document = wire::parse_json(text);
    SENTRAIL_CHECK(document.has_value());
    store_->documents.push_back(*std::move(document));
    facts_[given.attribute] = Fact::of(store_->documents.back().root());
    return {};
  }

  static Status add_counts(const GivenValue& given, JsonValue object,
                           std::map<std::string, std::string>& counts) {
    JsonValue key = object.first_child();
    for (std::size_t left = object.size(); left > 0; --left) {
      SENTRAIL_TRY(add_count(given, key.text(), key.next(), counts));
      if (left > 1) key = key.next().next();
    }
    return {};
  }

  static Status add_count(const GivenValue& given, std::string_view name, JsonValue value,
                          std::map<std::string, std::string>& counts) {
    const JsonValue unknown = value.find("$unreadable");
    if (unknown.exists() && value.size() == 1 && unknown.boolean()) return {};
    if (value.kind() != JsonKind::number || !is_count(value.text())) {
      return wrong(given, "wants whole numbers from 0, of at most 15 digits");
    }
    if (!counts.emplace(name, value.text()).second) {
      return wrong(given, "counts the same twice");
    }
    return {};
  }

  Status put_set(const GivenValue& given, JsonValue value, Fact& fact) {
    if (value.kind() != JsonKind::array) return wrong(given, "wants a list of strings");
    auto& set = store_->sets.emplace_back();
    JsonValue element = value.first_child();
    for (std::size_t left = value.size(); left > 0; --left) {
      if (element.kind() != JsonKind::string) return wrong(given, "wants a list of strings");
      set.push_back(element.text());
      if (left > 1) element = element.next();
    }
    fact = Fact::of(std::span<const std::string_view>(set));
    return {};
  }

  std::shared_ptr<Store> store_;
  Facts facts_;
};

}  // namespace

Result<Request> with_attributes(const Request& base, std::span<const GivenAttribute> given) {
  Putter putter(base);
  const auto documents = std::make_shared<std::deque<JsonDocument>>();
  for (const GivenAttribute& one : given) {
    GivenValue value{one.attribute, one.steps, {}, one.unreadable};
    if (!one.unreadable) {
      auto document = wire::parse_json(one.json);
      if (!document) return tl::make_unexpected(wrong(value, document.error().message).error());
      value.value = documents->emplace_back(*std::move(document)).root();
    }
    SENTRAIL_TRY(putter.put(value));
  }
  return std::move(putter).finish(documents);
}

Result<Request> with_values(const Request& base, std::span<const GivenValue> given,
                            std::shared_ptr<const void> owner) {
  Putter putter(base);
  for (const GivenValue& one : given) SENTRAIL_TRY(putter.put(one));
  return std::move(putter).finish(std::move(owner));
}

}  // namespace sentrail::request
