// Routes as a constant table: which handler a method and a raw path belong to.
//
// Neighbours: the gateway declares its table and switches on the handler it gets back. Must not
// know: what handlers do. Paths are compared as sent, byte by byte and undecoded: `/%68ealthz` is
// not `/healthz`, and what a parameter holds is judged by whoever uses it.
//
//   /approvals/{id}               a parameter is one segment, not empty
//   /gateway-proxy/{tool}{rest}   a template that ends in `{rest}` takes the remainder: "" or "/…"
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/check.hpp"

namespace sentrail::http {

// A set of methods as bits.
using MethodSet = std::uint16_t;
inline constexpr MethodSet kGet = 1u << 0;
inline constexpr MethodSet kHead = 1u << 1;
inline constexpr MethodSet kPost = 1u << 2;
inline constexpr MethodSet kPut = 1u << 3;
inline constexpr MethodSet kPatch = 1u << 4;
inline constexpr MethodSet kDelete = 1u << 5;
inline constexpr MethodSet kOptions = 1u << 6;
// Every method, those without a bit of their own too.
inline constexpr MethodSet kAnyMethod = 0xffff;

// The bit of a method; 0 if it has none. Methods are case-sensitive.
[[nodiscard]] MethodSet method_bit(std::string_view method) noexcept;
// The value of an Allow header: `GET, HEAD`.
[[nodiscard]] std::string allow_value(MethodSet methods);

// One route. HandlerId and Scope are the gateway's own enums.
template <class HandlerId, class Scope>
struct Route {
  MethodSet methods = 0;
  std::string_view path;
  HandlerId handler{};
  Scope scope{};
};

// The parameters of a matched path, in order, raw.
struct RouteParameters {
  static constexpr std::size_t kMax = 4;

  std::array<std::string_view, kMax> values;
  std::size_t count = 0;
  std::string_view rest;  // the remainder, where the template ends in {rest}

  [[nodiscard]] std::string_view operator[](std::size_t index) const {
    SENTRAIL_CHECK(index < count);
    return values[index];
  }
};

// What a method and path led to.
template <class HandlerId, class Scope>
struct RouteMatch {
  const Route<HandlerId, Scope>* route = nullptr;  // set iff found
  RouteParameters parameters;
  MethodSet allowed = 0;  // not found: methods of the routes with this path; 0 means 404, else 405

  [[nodiscard]] bool found() const noexcept { return route != nullptr; }
};

// Whether the raw path fits the template; fills in the parameters.
[[nodiscard]] bool match_path(std::string_view path_template, std::string_view path,
                              RouteParameters& parameters) noexcept;

// Finds the first route that fits. cost: linear in the table, no allocation
template <class HandlerId, class Scope>
[[nodiscard]] RouteMatch<HandlerId, Scope> match_route(
    std::span<const Route<HandlerId, Scope>> table, std::string_view method,
    std::string_view path) noexcept {
  RouteMatch<HandlerId, Scope> match;
  const MethodSet bit = method_bit(method);
  for (const Route<HandlerId, Scope>& route : table) {
    // The first letter tells most routes apart.
    const bool letters = path.size() > 1 && route.path.size() > 1 && route.path[1] != '{';
    if (letters && path[1] != route.path[1]) continue;
    RouteParameters parameters;
    if (!match_path(route.path, path, parameters)) continue;
    if (route.methods == kAnyMethod || (route.methods & bit) != 0) {
      match.route = &route;
      match.parameters = parameters;
      match.allowed = 0;
      return match;
    }
    match.allowed |= route.methods;
  }
  return match;
}

// --- the soundness of a table, for a static_assert beside it --------------------------------

// One segment split off a template: literal, `{name}`, or the final `{rest}` which may follow any.
struct TemplateSegment {
  std::string_view text;
  bool is_parameter = false;
};

// Splits off the first segment after the leading `/`. REQUIRES: text begins with `/`
[[nodiscard]] constexpr TemplateSegment pop_segment(std::string_view& text) noexcept {
  text.remove_prefix(1);
  const std::size_t end = text.find('/') == std::string_view::npos ? text.size() : text.find('/');
  const std::string_view segment = text.substr(0, end);
  text.remove_prefix(end);
  return {segment, segment.size() > 2 && segment.front() == '{' && segment.back() == '}'};
}

// Ends a template that takes the remainder of the path.
inline constexpr std::string_view kRest = "{rest}";

// Whether a template is well-formed.
[[nodiscard]] constexpr bool is_template(std::string_view path) noexcept {
  if (path.ends_with(kRest)) path.remove_suffix(kRest.size());
  if (path == "/") return true;
  std::size_t parameters = 0;
  while (!path.empty()) {
    if (path.front() != '/') return false;
    const TemplateSegment segment = pop_segment(path);
    if (segment.text.empty()) return false;
    const bool braces = segment.text.find_first_of("{}") != std::string_view::npos;
    if (braces && !segment.is_parameter) return false;
    parameters += segment.is_parameter ? 1 : 0;
  }
  return parameters <= RouteParameters::kMax;
}

// Whether every path that fits `inner` also fits `outer`.
[[nodiscard]] constexpr bool covers(std::string_view outer, std::string_view inner) noexcept {
  const bool outer_rest = outer.ends_with(kRest);
  const bool inner_rest = inner.ends_with(kRest);
  if (outer_rest) outer.remove_suffix(kRest.size());
  if (inner_rest) inner.remove_suffix(kRest.size());
  while (!outer.empty()) {
    if (inner.empty()) return false;
    const TemplateSegment a = pop_segment(outer);
    const TemplateSegment b = pop_segment(inner);
    if (!a.is_parameter && (b.is_parameter || a.text != b.text)) return false;
  }
  return outer_rest || (inner.empty() && !inner_rest);
}

// Whether all templates are well-formed and every route can be reached: none stands behind one
// that takes all its requests.
template <class HandlerId, class Scope>
[[nodiscard]] constexpr bool is_sound(std::span<const Route<HandlerId, Scope>> table) noexcept {
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (!is_template(table[i].path) || table[i].methods == 0) return false;
    for (std::size_t k = 0; k < i; ++k) {
      const bool all_methods = (table[i].methods & ~table[k].methods) == 0;
      if (all_methods && covers(table[k].path, table[i].path)) return false;
    }
  }
  return true;
}

}  // namespace sentrail::http
