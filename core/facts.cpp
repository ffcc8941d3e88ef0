// Walks from an attribute to a member of it. See facts.hpp.
#include "core/facts.hpp"

namespace sentrail {
namespace {

Fact named_text(const NamedTexts& texts, std::string_view name) noexcept {
  if (texts.unreadable) return Fact::unreadable();
  const NamedText* found = nullptr;
  for (const NamedText& entry : texts.entries) {
    if (entry.name != name) continue;
    // Which of two values the upstream believes is not ours to guess.
    if (found != nullptr) return Fact::unreadable();
    found = &entry;
  }
  return found == nullptr ? Fact{} : Fact::of(found->value);
}

}  // namespace

Fact Fact::at(std::span<const std::string_view> steps) const noexcept {
  Fact fact = *this;
  for (const std::string_view step : steps) {
    if (fact.kind == FactKind::absent || fact.kind == FactKind::unreadable) return fact;
    if (fact.kind != FactKind::object) return unreadable();
    fact = of(fact.json.find(step));
  }
  return fact;
}

Fact Facts::at(AttributeId id, std::span<const std::string_view> steps) const noexcept {
  if (id == AttributeId::http_query || id == AttributeId::http_headers) {
    const NamedTexts& texts = id == AttributeId::http_query ? query : headers;
    return steps.size() == 1 ? named_text(texts, steps.front()) : Fact::unreadable();
  }
  const Fact found = (*this)[id].at(steps);
  // Of what a session counts, whatever is no number is not known.
  if (id != AttributeId::session_count || found.kind == FactKind::number) return found;
  return Fact::unreadable();
}

}  // namespace sentrail
