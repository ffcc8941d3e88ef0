// Brings resource fields into canonical form. See resource.hpp.
#include "runtime/classify/resource.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/text.hpp"
#include "runtime/classify/match.hpp"

namespace sentrail::classify {
namespace {

constexpr std::string_view kRefs = "refs/";
constexpr std::string_view kHeads = "heads/";
constexpr std::string_view kTags = "tags/";

// The bytes of caseless names.
enum class Caseless : std::uint8_t { none, kept, capital };
constexpr auto kCaseless = [] {
  std::array<Caseless, 256> out{};
  for (const unsigned char c : std::string_view("abcdefghijklmnopqrstuvwxyz0123456789._-")) {
    out[c] = Caseless::kept;
  }
  for (unsigned char c = 'A'; c <= 'Z'; ++c) out[c] = Caseless::capital;
  return out;
}();

bool ends_with_ignoring_case(std::string_view text, std::string_view end) noexcept {
  return !end.empty() && text.size() >= end.size() &&
         equal_ignoring_ascii_case(text.substr(text.size() - end.size()), end);
}

Fact caseless(std::string_view text, TextStore& texts) {
  bool lower = true;
  for (const unsigned char c : text) {
    if (kCaseless[c] == Caseless::none) return Fact::unreadable();
    lower = lower && kCaseless[c] == Caseless::kept;
  }
  if (text.empty()) return Fact::unreadable();
  return Fact::of(lower ? text : std::string_view(texts.add(to_lower_ascii(text))));
}

// Whether git would take `text` for the name of a ref, and for nothing more than a name: no
// `main~1`, `HEAD`, `main@{1}`. source: git-check-ref-format(1), gitrevisions(7).
bool is_ref_name(std::string_view text) noexcept {
  if (text.empty() || text == "HEAD" || text == "@" || text.back() == '/' || text.back() == '.') {
    return false;
  }
  if (text.front() == '/' || text.find("..") != std::string_view::npos ||
      text.find("//") != std::string_view::npos || text.find("@{") != std::string_view::npos) {
    return false;
  }
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte == 0x7f ||
           std::string_view("~^:?*[\\").find(c) != std::string_view::npos;
  });
}

struct Ref {
  Fact name = Fact::unreadable();
  Fact type = Fact::unreadable();
};

Ref ref_of(std::string_view name, std::string_view type) {
  return is_ref_name(name) ? Ref{Fact::of(name), Fact::of(type)} : Ref{};
}

// heads/… or tags/…, or another namespace by its whole name.
Ref qualified(std::string_view text) {
  if (text.starts_with(kHeads)) return ref_of(text.substr(kHeads.size()), "branch");
  if (text.starts_with(kTags)) return ref_of(text.substr(kTags.size()), "tag");
  return text.starts_with(kRefs) ? Ref{} : ref_of(text, "other");
}

bool looks_qualified(std::string_view text) noexcept {
  return text.starts_with(kRefs) || text.starts_with(kHeads) || text.starts_with(kTags);
}

Ref canonical_ref(CatalogForm form, std::string_view text) {
  switch (form) {
    case CatalogForm::qualified:
      return qualified(text);
    case CatalogForm::full:
      return text.starts_with(kRefs) ? qualified(text.substr(kRefs.size())) : Ref{};
    case CatalogForm::branch:
    case CatalogForm::tag:
      // Upstreams may take `heads/main` for the branch `main` or for one of that whole name.
      if (looks_qualified(text)) return Ref{};
      return ref_of(text, form == CatalogForm::tag ? "tag" : "branch");
    case CatalogForm::commit: {
      if (looks_qualified(text)) return qualified(text);
      Ref ref = ref_of(text, "");
      ref.type = Fact::unreadable();
      return ref;
    }
    case CatalogForm::plain:
    case CatalogForm::caseless:
      break;
  }
  return {};
}

Fact canonical(const CatalogView& view, const CatalogBindingRow& row, const Fact& fact,
               TextStore& texts) {
  if (fact.kind == FactKind::absent && row.optional != 0) return Fact{};
  if (fact.kind != FactKind::string) return Fact::unreadable();
  if (ends_with_ignoring_case(fact.text, view.at(row.never_ends))) return Fact::unreadable();
  return static_cast<CatalogForm>(row.form) == CatalogForm::caseless ? caseless(fact.text, texts)
                                                                     : fact;
}

void fill_ref(const CatalogBindingRow& row, const Fact& fact, Classified& out) {
  Ref ref;
  if (fact.kind == FactKind::absent) {
    ref = Ref{Fact{}, Fact{}};
  } else if (fact.kind == FactKind::string) {
    const auto form = static_cast<CatalogForm>(row.form);
    if (form == CatalogForm::plain || form == CatalogForm::caseless) {
      ref.name = fact;
    } else {
      ref = canonical_ref(form, fact.text);
    }
  }
  out.ref = ref.name;
  out.ref_type = ref.type;
}

void fill_field(const CatalogBindingRow& row, const Fact& fact, Classified& out) {
  switch (static_cast<CatalogField>(row.field)) {
    case CatalogField::owner:
      out.owner = fact;
      break;
    case CatalogField::repo:
      out.repo = fact;
      break;
    case CatalogField::ref:
      fill_ref(row, fact, out);
      break;
    case CatalogField::path:
      out.path = fact;
      break;
    case CatalogField::name:
      out.name = fact;
      break;
  }
}

Fact joined_id(const MatchedCall& call, TextStore& texts) {
  if (call.operation.id.count == 0) return Fact{};
  std::string& id = texts.add();
  for (const CatalogIdPartRow& part : CatalogView::rows(call.view.id_parts, call.operation.id)) {
    id += call.view.at(part.text);
    if (part.position == kCatalogNone) continue;
    const auto text = text_at(call.operation, call.target.segments, part.position);
    if (!text.has_value()) return Fact::unreadable();
    if (static_cast<CatalogForm>(part.form) == CatalogForm::caseless) {
      const Fact lowered = caseless(*text, texts);
      if (lowered.kind != FactKind::string) return lowered;
      id += lowered.text;
    } else {
      id += *text;
    }
  }
  return Fact::of(std::string_view(id));
}

}  // namespace

void fill_resource(const MatchedCall& call, Classified& out) {
  const std::string_view type = call.view.at(call.operation.resource);
  if (!type.empty()) out.resource_type = Fact::of(type);
  for (const CatalogBindingRow& row :
       CatalogView::rows(call.view.bindings, call.operation.bindings)) {
    const Fact fact =
        value_at(call, static_cast<CatalogSource>(row.source), row.position, row.steps);
    fill_field(row, canonical(call.view, row, fact, out.texts), out);
  }
  out.resource_id = joined_id(call, out.texts);
}

}  // namespace sentrail::classify
