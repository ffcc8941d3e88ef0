// Writes facts as attributes. See write_requests.hpp.
#include "runtime/request/write_requests.hpp"

#include <algorithm>
#include <limits>

#include "core/check.hpp"
#include "core/json_writer.hpp"
#include "core/schema.hpp"
#include "core/text.hpp"
#include "core/time.hpp"

namespace sentrail::request {
namespace {

// Writes the attributes of one request.
class AttributeWriter {
 public:
  AttributeWriter(JsonWriter& json, const Facts& facts, const Withheld& withheld)
      : json_(json), facts_(facts), withheld_(withheld) {}

  void write() {
    json_.begin_object();
    for (std::size_t i = 0; i < kAttributeCount; ++i) write_attribute(static_cast<AttributeId>(i));
    write_named(AttributeId::http_query, facts_.query);
    write_named(AttributeId::http_headers, facts_.headers);
    write_time();
    json_.end_object();
  }

 private:
  void write_attribute(AttributeId id) {
    // Written by themselves; and what is answered is no part of what was asked.
    const bool other = id == AttributeId::http_query || id == AttributeId::http_headers ||
                       id == AttributeId::time || is_of_session(id) || is_of_response(id);
    if (other || facts_[id].kind == FactKind::absent) return;
    json_.key(row_of(id).name);
    write_fact(id, facts_[id]);
  }

  [[nodiscard]] static bool is_of_response(AttributeId id) noexcept {
    return id == AttributeId::response || id == AttributeId::response_status ||
           id == AttributeId::response_headers || id == AttributeId::response_body;
  }

  void write_unreadable() { json_.begin_object().key("$unreadable").boolean(true).end_object(); }

  void write_text(std::string_view text) {
    if (is_withheld(text) || !is_valid_utf8(text)) return write_unreadable();
    json_.string(text);
  }

  [[nodiscard]] bool is_withheld(std::string_view text) const {
    return std::ranges::find(withheld_.texts, text) != withheld_.texts.end();
  }

  void write_fact(AttributeId id, const Fact& fact) {
    if (id == AttributeId::body && withheld_.body) return write_body(fact);
    switch (fact.kind) {
      case FactKind::absent:
      case FactKind::unreadable:
        return write_unreadable();
      case FactKind::null:
        json_.null();
        return;
      case FactKind::boolean:
        json_.boolean(fact.boolean);
        return;
      case FactKind::number:
        json_.raw_number(fact.text);
        return;
      case FactKind::string:
        return id == AttributeId::body ? static_cast<void>(json_.string(fact.text))
                                       : write_text(fact.text);
      case FactKind::string_set:
        return write_set(fact);
      case FactKind::object:
        // The mark itself, sent by somebody: as text it would say something else.
        if (fact.json.find("$unreadable").exists()) return write_unreadable();
        [[fallthrough]];
      case FactKind::array:
        json_.raw(fact.json);
        return;
    }
    SENTRAIL_UNREACHABLE("a fact of no kind");
  }

  void write_set(const Fact& fact) {
    const bool sound = std::ranges::all_of(
        fact.set, [this](std::string_view one) { return is_valid_utf8(one) && !is_withheld(one); });
    if (!sound) return write_unreadable();
    json_.begin_array();
    for (const std::string_view one : fact.set) json_.string(one);
    json_.end_array();
  }

  void write_body(const Fact& fact) {
    if (fact.kind == FactKind::unreadable) return write_unreadable();
    std::string text;
    JsonWriter body(&text);
    AttributeWriter(body, facts_, kNothing).write_fact(AttributeId::body, fact);
    const std::string shown = withheld_.body(text);
    json_.written(shown);
  }

  // The name of a parameter may be anything: below its attribute it is the rest of the key.
  void write_named(AttributeId id, const NamedTexts& texts) {
    const std::string whole(row_of(id).name);
    if (texts.unreadable) {
      json_.key(whole);
      return write_unreadable();
    }
    std::vector<std::string_view> done;
    for (const NamedText& entry : texts.entries) {
      if (std::ranges::find(done, entry.name) != done.end()) continue;
      done.push_back(entry.name);
      const std::string_view step[] = {entry.name};
      const Fact fact = facts_.at(id, step);
      json_.key(whole + "." + std::string(entry.name));
      write_fact(id, fact);
    }
  }

  void write_time() {
    if (facts_.now_ms == std::numeric_limits<std::int64_t>::max() || facts_.now_ms <= 0) return;
    json_.key(row_of(AttributeId::time).name).string(format_rfc3339_ms(facts_.now_ms));
  }

  static const Withheld kNothing;

  JsonWriter& json_;
  const Facts& facts_;
  const Withheld& withheld_;
};

const Withheld AttributeWriter::kNothing{};

void write_one(JsonWriter& json, const Request& request, const Withheld& withheld) {
  json.begin_object().key("attributes");
  AttributeWriter(json, request.facts(), withheld).write();
  json.end_object();
}

}  // namespace

std::string write_requests(std::span<const Request> requests, const Withheld& withheld) {
  SENTRAIL_CHECK(!requests.empty());
  std::string out;
  JsonWriter json(&out);
  if (requests.size() == 1) {
    write_one(json, requests.front(), withheld);
    return out;
  }
  json.begin_object().key("items").begin_array();
  for (const Request& request : requests) write_one(json, request, withheld);
  json.end_array().end_object();
  return out;
}

}  // namespace sentrail::request
