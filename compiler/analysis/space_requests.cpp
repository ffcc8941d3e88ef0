// Writes the request that an assignment describes. See space.hpp.
#include <algorithm>
#include <string>
#include <utility>

#include "compiler/analysis/space.hpp"
#include "compiler/probe/requests.hpp"
#include "core/decimal.hpp"
#include "core/text.hpp"

namespace sentrail::compiler::analysis {
namespace {

using oracle::Value;
using oracle::ValueKind;

bool same_element(const Value& a, const Value& b) {
  if (a.kind != b.kind) return false;
  return a.kind == ValueKind::number ? Decimal::parse(a.text) == Decimal::parse(b.text)
                                     : a.text == b.text;
}

bool is_absent(const Value& value) {
  return value.kind == ValueKind::absent;
}

Value text_of(std::string text) {
  Value value;
  value.kind = ValueKind::string;
  value.text = std::move(text);
  return value;
}

}  // namespace

Value Space::value_of(DimensionId id, const Assignment& assignment) const {
  const auto found = assignment.find(id);
  if (found == assignment.end()) return {};
  Value value = dimensions_[id].values.at(found->second);
  add_parts(value, id, assignment);
  return value;
}

// Makes a value as large as its size says.
void Space::fill_up(Value& value, DimensionId id, const Assignment& assignment) const {
  const auto& parts = parts_[id.value];
  const auto size = std::find_if(parts.begin(), parts.end(), [&](DimensionId part) {
    return dimensions_[part].kind == DimensionKind::size;
  });
  if (size == parts.end()) return;
  const auto found = assignment.find(*size);
  if (found == assignment.end() || found->second >= dimensions_[*size].sizes.size()) return;
  const SizeRange& range = dimensions_[*size].sizes[found->second];
  if (value.kind == ValueKind::string && !range.has(count_code_points(value.text))) {
    value.text.assign(range.low, 'x');
  } else if (value.kind == ValueKind::list) {
    if (value.elements.size() > range.high) value.elements.resize(range.high);
    Value more = text_of("x");
    // What is not said to be missing may be there.
    for (const DimensionId part : parts) {
      if (dimensions_[part].kind == DimensionKind::element && !assignment.contains(part)) {
        more = dimensions_[part].element;
      }
    }
    if (!value.elements.empty()) more = value.elements[0];
    while (value.elements.size() < range.low) value.elements.push_back(more);
  } else if (value.kind == ValueKind::object) {
    for (std::size_t i = 1; value.elements.size() < range.low; ++i) {
      std::string name = "x" + std::to_string(i);
      const bool asked = std::any_of(parts.begin(), parts.end(), [&](DimensionId part) {
        return dimensions_[part].kind == DimensionKind::value &&
               to_lower_ascii(dimensions_[part].ref.steps.back()) == name;
      });
      if (asked) continue;
      value.names.push_back(std::move(name));
      value.elements.push_back(text_of("x"));
    }
  }
}

// Puts the members and elements that matter into an object or list.
void Space::add_parts(Value& value, DimensionId id, const Assignment& assignment) const {
  const ListKind list = list_kind_of(value);
  std::vector<Value> elements;
  bool no_true = false;
  for (const DimensionId part : parts_[id.value]) {
    const Dimension& dimension = dimensions_[part];
    const auto found = assignment.find(part);
    if (found == assignment.end()) continue;
    if (dimension.kind == DimensionKind::element) {
      if (found->second == kClassTrue) elements.push_back(dimension.element);
      no_true = no_true || (found->second == kClassFalse && dimension.element.boolean);
    } else if (dimension.kind == DimensionKind::value && value.kind == ValueKind::object) {
      Value member = value_of(part, assignment);
      if (is_absent(member)) continue;
      value.names.push_back(dimension.ref.steps.back());
      value.elements.push_back(std::move(member));
    }
  }
  if (list == ListKind::mixed) {
    value.elements.insert(value.elements.end(), elements.begin(), elements.end());
  } else if (!elements.empty()) {
    value.elements = std::move(elements);
  } else if (list == ListKind::booleans) {
    value.elements[0].boolean = !no_true;
  } else if (list == ListKind::strings || list == ListKind::numbers) {
    // Nothing that is asked for may be in it.
    const auto asked = [&](const Value& element) {
      return std::any_of(parts_[id.value].begin(), parts_[id.value].end(), [&](DimensionId part) {
        return dimensions_[part].kind == DimensionKind::element &&
               same_element(dimensions_[part].element, element);
      });
    };
    const char more = list == ListKind::strings ? 'x' : '1';
    while (asked(value.elements[0])) value.elements[0].text.insert(0, 1, more);
  }
  fill_up(value, id, assignment);
}

oracle::Request Space::request_of(const Assignment& assignment) const {
  oracle::Request request;
  for (const auto& [id, one] : assignment) {
    const Dimension& dimension = dimensions_[id];
    if (dimension.kind != DimensionKind::value) continue;
    const ir::AttributeRef& ref = dimension.ref;
    const bool query = ref.attribute == AttributeId::http_query;
    if (query || ref.attribute == AttributeId::http_headers) {
      oracle::NameList& list = query ? request.query : request.headers;
      const Value value = value_of(id, assignment);
      if (is_absent(value)) continue;
      list.entries.emplace_back(ref.steps.at(0), value.text);
      // What stands twice has no one value.
      if (value.kind == ValueKind::unreadable)
        list.entries.emplace_back(ref.steps.at(0), value.text);
      continue;
    }
    if (ref.attribute == AttributeId::session_count) {
      probe::put(request, ref, value_of(id, assignment));
      continue;
    }
    if (!ref.steps.empty()) continue;
    Value value = value_of(id, assignment);
    if (!is_absent(value)) {
      request.values.emplace(std::string(row_of(ref.attribute).name), std::move(value));
    }
  }
  return request;
}

}  // namespace sentrail::compiler::analysis
