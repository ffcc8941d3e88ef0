// Evaluates refinements in three values. See refine.hpp.
#include "runtime/classify/refine.hpp"

#include <algorithm>

#include "core/decimal.hpp"
#include "core/text.hpp"
#include "runtime/classify/match.hpp"

namespace sentrail::classify {
namespace {

// What the upstream takes for a member that is not there; absent where the catalog does not say.
Fact default_of(const MatchedCall& call, std::span<const CatalogText> steps) {
  const auto same = [&](CatalogText a, CatalogText b) {
    return call.view.at(a) == call.view.at(b);
  };
  for (const CatalogDefaultRow& row : call.view.defaults_of(call.operation)) {
    if (!std::ranges::equal(CatalogView::rows(call.view.texts, row.steps), steps, same)) continue;
    const std::string_view value = call.view.at(row.value);
    switch (static_cast<CatalogValue>(row.value_kind)) {
      case CatalogValue::text:
        return Fact::of(value);
      case CatalogValue::boolean:
        return Fact::of(value == "true");
      case CatalogValue::number:
        break;
    }
    Fact number;
    number.kind = FactKind::number;
    number.text = value;
    return number;
  }
  return {};
}

// No body is the empty object: members of it may have defaults. Those of an object that is not
// there have none.
Fact body_member(const MatchedCall& call, CatalogRange range) {
  const auto steps = CatalogView::rows(call.view.texts, range);
  Fact fact = call.body == nullptr ? Fact{} : call.body->body();
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const bool absent = fact.kind == FactKind::absent;
    if (fact.kind == FactKind::unreadable || (absent && i > 0)) return fact;
    if (!absent && fact.kind != FactKind::object) return Fact::unreadable();
    if (!absent) fact = Fact::of(fact.json.find(call.view.at(steps[i])));
    if (fact.kind == FactKind::absent) fact = default_of(call, steps.first(i + 1));
  }
  return fact;
}

Fact query_parameter(const MatchedCall& call, CatalogRange steps) {
  if (call.target.query_unreadable) return Fact::unreadable();
  const std::string_view name = call.view.at(call.view.texts[steps.begin]);
  const NamedText* found = nullptr;
  for (const NamedText& entry : call.target.query) {
    if (entry.name != name) continue;
    if (found != nullptr) return Fact::unreadable();
    found = &entry;
  }
  return found == nullptr ? Fact{} : Fact::of(found->value);
}

bool is_under(std::string_view value, std::string_view base) noexcept {
  if (!equal_ignoring_ascii_case(value.substr(0, base.size()), base)) return false;
  return value.size() == base.size() || value[base.size()] == '/';
}

Truth compare_text(const CatalogConditionRow& row, std::string_view value, std::string_view with) {
  const bool same = row.test == static_cast<std::uint32_t>(CatalogTest::under)
                        ? is_under(value, with)
                        : equal_ignoring_ascii_case(value, with);
  return certain(same);
}

Truth compare(const CatalogConditionRow& row, const Fact& fact, std::string_view with) {
  switch (static_cast<CatalogValue>(row.value_kind)) {
    case CatalogValue::text:
      return fact.kind == FactKind::string ? compare_text(row, fact.text, with) : Truth::u;
    case CatalogValue::boolean:
      return fact.kind == FactKind::boolean ? certain(fact.boolean == (with == "true")) : Truth::u;
    case CatalogValue::number: {
      const auto value = fact.kind == FactKind::number ? Decimal::parse(fact.text) : std::nullopt;
      return value.has_value() ? certain(value == Decimal::parse(with)) : Truth::u;
    }
  }
  return Truth::u;
}

Truth test(const MatchedCall& call, const CatalogConditionRow& row) {
  const Fact fact = value_at(call, static_cast<CatalogSource>(row.source), row.position, row.steps);
  if (fact.kind == FactKind::unreadable) return Truth::u;
  if (fact.kind == FactKind::absent) return Truth::f;
  if (row.test == static_cast<std::uint32_t>(CatalogTest::exists)) return Truth::t;
  return compare(row, fact, call.view.at(row.value));
}

}  // namespace

Fact value_at(const MatchedCall& call, CatalogSource source, std::uint32_t position,
              CatalogRange steps) {
  switch (source) {
    case CatalogSource::parameter: {
      const auto text = text_at(call.operation, call.target.segments, position);
      return text.has_value() ? Fact::of(*text) : Fact::unreadable();
    }
    case CatalogSource::body:
      return body_member(call, steps);
    case CatalogSource::query:
      return query_parameter(call, steps);
    case CatalogSource::nothing:
      return Fact::unreadable();
  }
  return Fact::unreadable();
}

Truth holds(const MatchedCall& call, const CatalogRefinementRow& refinement) {
  Truth all = Truth::t;
  for (const CatalogConditionRow& row :
       CatalogView::rows(call.view.conditions, refinement.conditions)) {
    all = both(all, test(call, row));
    if (all == Truth::f) return all;
  }
  return all;
}

}  // namespace sentrail::classify
