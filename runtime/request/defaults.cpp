// Writes bodies with their defaults. See defaults.hpp.
#include "runtime/request/defaults.hpp"

#include <algorithm>
#include <vector>

#include "core/json_writer.hpp"
#include "wire/json.hpp"

namespace sentrail::request {
namespace {

// Writes an object and what it lacks. Recursion ends with the steps of the longest default.
class Filler {
 public:
  Filler(const CatalogView& view, std::string* out) : view_(view), writer_(out) {}

  // `rows` are those whose first `depth` steps lead to `object`; one that does not exist is empty.
  void write(JsonValue object, const std::vector<const CatalogDefaultRow*>& rows,
             std::size_t depth) {
    writer_.begin_object();
    JsonValue key = object.exists() ? object.first_child() : JsonValue();
    for (std::size_t left = object.exists() ? object.size() : 0; left > 0; --left) {
      const JsonValue value = key.next();
      writer_.key(key.text());
      std::vector<const CatalogDefaultRow*> below;
      std::ranges::copy_if(rows, std::back_inserter(below), [&](const CatalogDefaultRow* row) {
        return row->steps.count > depth + 1 && step(*row, depth) == key.text();
      });
      if (below.empty() || value.kind() != JsonKind::object) {
        writer_.raw(value);
      } else {
        write(value, below, depth + 1);
      }
      if (left > 1) key = value.next();
    }
    for (const CatalogDefaultRow* row : rows) {
      if (lacks(object, *row, depth)) member(*row, depth);
    }
    writer_.end_object();
  }

  // Whether a row's member is missing in the object that its last step would lead from.
  [[nodiscard]] bool lacks(JsonValue object, const CatalogDefaultRow& row,
                           std::size_t depth) const {
    return row.steps.count == depth + 1 &&
           (!object.exists() || !object.find(step(row, depth)).exists());
  }

  // The same, wherever that object stands.
  [[nodiscard]] bool lacks_below(JsonValue object, const CatalogDefaultRow& row) const {
    for (std::size_t depth = 0; depth + 1 < row.steps.count; ++depth) {
      if (!object.exists() || object.kind() != JsonKind::object) return false;
      object = object.find(step(row, depth));
      if (!object.exists()) return false;
    }
    return (!object.exists() || object.kind() == JsonKind::object) &&
           lacks(object, row, row.steps.count - 1);
  }

 private:
  [[nodiscard]] std::string_view step(const CatalogDefaultRow& row, std::size_t depth) const {
    return view_.at(CatalogView::rows(view_.texts, row.steps)[depth]);
  }

  void member(const CatalogDefaultRow& row, std::size_t depth) {
    writer_.key(step(row, depth));
    const std::string_view value = view_.at(row.value);
    switch (static_cast<CatalogValue>(row.value_kind)) {
      case CatalogValue::text:
        writer_.string(value);
        return;
      case CatalogValue::number:
        writer_.raw_number(value);
        return;
      case CatalogValue::boolean:
        writer_.boolean(value == "true");
        return;
    }
  }

  const CatalogView& view_;
  JsonWriter writer_;
};

}  // namespace

Fact with_defaults(const Fact& body, const CatalogView& view,
                   std::span<const CatalogDefaultRow> rows, JsonDocument& document) {
  if (rows.empty() || (body.kind != FactKind::object && body.kind != FactKind::absent)) return body;
  const JsonValue root = body.kind == FactKind::object ? body.json : JsonValue();
  std::string text;
  Filler filler(view, &text);
  std::vector<const CatalogDefaultRow*> lacking;
  for (const CatalogDefaultRow& row : rows) {
    if (filler.lacks_below(root, row)) lacking.push_back(&row);
  }
  if (lacking.empty()) return body;
  filler.write(root, lacking, 0);
  auto filled = wire::parse_json(text);
  if (!filled.has_value() || wire::has_case_repeats(filled->root())) return Fact::unreadable();
  document = *std::move(filled);
  return Fact::of(document.root());
}

}  // namespace sentrail::request
