// Classifies calls. See classify.hpp.
#include "runtime/classify/classify.hpp"

#include <algorithm>

#include "core/gate_headers.hpp"
#include "core/text.hpp"
#include "runtime/classify/match.hpp"
#include "runtime/classify/refine.hpp"
#include "runtime/classify/resource.hpp"

namespace sentrail::classify {
namespace {

// Headers and the parameter with which frameworks let a POST stand for another method. Whether an
// upstream honours them is not ours to guess.
constexpr std::array<std::string_view, 3> kOverrideHeaders = {"x-http-method-override",
                                                              "x-http-method", "x-method-override"};
constexpr std::string_view kOverrideParameter = "_method";

Result<CatalogMethod> method_of(std::string_view method) {
  if (method == "HEAD") return CatalogMethod::get;
  if (const auto known = catalog_method_named(method)) return *known;
  return fail(Errc::unsupported, "the method `" + escape_display(cap_characters(method, 20)) +
                                     "` is not one of GET, HEAD, POST, PUT, PATCH, DELETE");
}

Status check_overrides(const NamedTexts& headers, const Target& target) {
  for (const NamedText& header : headers.entries) {
    if (is_header_among(kOverrideHeaders, header.name)) {
      return fail(Errc::invalid_argument, "the header `" + std::string(header.name) +
                                              "` overrides the method: send the method itself");
    }
  }
  for (const NamedText& parameter : target.query) {
    if (equal_ignoring_ascii_case(parameter.name, kOverrideParameter)) {
      return fail(Errc::invalid_argument,
                  "the query parameter `_method` overrides the method: send the method itself");
    }
  }
  return {};
}

// A path that no template takes must at least be one that every upstream splits alike.
Status check_unmatched(const Target& target) {
  for (const Segment& segment : target.segments) {
    if (segment.has_slash) {
      return fail(Errc::invalid_argument,
                  "the request target has an encoded `/` that its catalog does not expect");
    }
  }
  if (target.ends_with_slash) {
    return fail(Errc::invalid_argument, "the request target has an empty path segment");
  }
  return {};
}

bool is_number(std::string_view text) noexcept {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The segments as they read where a number stands for an owner, a repository or the like.
std::optional<std::vector<Segment>> without_alias(const CatalogView& view, const CatalogRow& row,
                                                  const std::vector<Segment>& segments) {
  if (segments.size() < 2 || !is_number(segments[1].text)) return std::nullopt;
  for (const CatalogAliasRow& alias : CatalogView::rows(view.aliases, row.aliases)) {
    if (view.at(alias.literal) != segments[0].text) continue;
    std::vector<Segment> out;
    out.reserve(segments.size() + alias.placeholders);
    out.push_back({view.at(alias.target), false, false});
    out.insert(out.end(), alias.placeholders, Segment{{}, false, true});
    out.insert(out.end(), segments.begin() + 2, segments.end());
    return out;
  }
  return std::nullopt;
}

std::uint32_t search(const CatalogView& view, const CatalogRow& row, CatalogMethod method,
                     std::span<const Segment> segments) {
  const auto root = [&row](CatalogMethod m) { return row.roots[static_cast<std::size_t>(m)]; };
  std::uint32_t found = find_operation(view, root(method), segments);
  if (found == kCatalogNone && method == CatalogMethod::post && row.post_as_patch != 0) {
    found = find_operation(view, root(CatalogMethod::patch), segments);
  }
  return found;
}

// Finds the operation, by an alias where nothing matches as written.
const CatalogOperationRow* match(const CatalogView& view, const CatalogRow& row,
                                 CatalogMethod method, Target& target) {
  std::uint32_t found = search(view, row, method, target.segments);
  if (found == kCatalogNone) {
    auto segments = without_alias(view, row, target.segments);
    if (segments.has_value()) found = search(view, row, method, *segments);
    if (found != kCatalogNone) target.segments = std::move(*segments);
  }
  return found == kCatalogNone ? nullptr : &view.operations[found];
}

ActionFound action_found(const CatalogView& view, std::uint32_t action, std::uint32_t risk) {
  const CatalogActionRow& row = view.actions[action];
  return {view.at(row.name), static_cast<Risk>(risk), row.read != 0};
}

// Keeps the strictest risk first, the earlier of equals before the later.
void add(Classified& out, const ActionFound& found) {
  if (std::ranges::find(out.actions, found) != out.actions.end()) return;
  out.actions.insert(
      std::ranges::find_if(out.actions,
                           [&](const ActionFound& other) { return other.risk < found.risk; }),
      found);
}

void find_actions(const MatchedCall& call, Classified& out) {
  add(out, action_found(call.view, call.operation.action, call.operation.risk));
  for (const CatalogRefinementRow& row :
       CatalogView::rows(call.view.refinements, call.operation.refinements)) {
    // What cannot be told may be: the request is judged as both.
    if (holds(call, row) != Truth::f) add(out, action_found(call.view, row.action, row.risk));
  }
}

void fill_unknown(CatalogMethod method, bool has_catalog, Classified& out) {
  add(out, {kUnknownAction, unknown_risk(method), false});
  if (!has_catalog) return;
  // Such a path does have a resource; only we do not know which.
  for (Fact* field : {&out.resource_type, &out.resource_id, &out.owner, &out.repo, &out.ref,
                      &out.ref_type, &out.path, &out.name}) {
    *field = Fact::unreadable();
  }
}

Status fill(const CatalogView& catalogs, const Call& call, Classified& out) {
  SENTRAIL_ASSIGN_OR_RETURN(const CatalogMethod method, method_of(call.method));
  SENTRAIL_ASSIGN_OR_RETURN(out.target, decode_target(call.target, out.texts));
  SENTRAIL_TRY(check_overrides(call.headers, out.target));
  const CatalogRow* row = catalogs.find(call.tool);
  if (row != nullptr) out.operation = match(catalogs, *row, method, out.target);
  if (out.operation == nullptr) {
    SENTRAIL_TRY(check_unmatched(out.target));
    fill_unknown(method, row != nullptr, out);
    return {};
  }
  const MatchedCall matched{catalogs, *out.operation, out.target, call.body};
  find_actions(matched, out);
  fill_resource(matched, out);
  return {};
}

}  // namespace

// Filled where it is returned from: it is a kilobyte.
Result<Classified> classify(const CatalogView& catalogs, const Call& call) {
  Result<Classified> out;
  if (Status filled = fill(catalogs, call, *out); !filled) {
    out = tl::make_unexpected(std::move(filled).error());
  }
  return out;
}

}  // namespace sentrail::classify
