// Matching one raw path against one template.
//
// Neighbours: router.hpp. Must not know: the gateway's table.
#include "runtime/http/router.hpp"

namespace sentrail::http {
namespace {

struct NamedMethod {
  std::string_view name;
  MethodSet bit;
};

constexpr NamedMethod kMethods[] = {
    {"GET", kGet},     {"HEAD", kHead},     {"POST", kPost},       {"PUT", kPut},
    {"PATCH", kPatch}, {"DELETE", kDelete}, {"OPTIONS", kOptions},
};

}  // namespace

MethodSet method_bit(std::string_view method) noexcept {
  for (const NamedMethod& known : kMethods) {
    if (known.name == method) return known.bit;
  }
  return 0;
}

std::string allow_value(MethodSet methods) {
  std::string out;
  for (const NamedMethod& known : kMethods) {
    if ((methods & known.bit) == 0) continue;
    out.append(out.empty() ? "" : ", ").append(known.name);
  }
  return out;
}

bool match_path(std::string_view path_template, std::string_view path,
                RouteParameters& parameters) noexcept {
  const bool takes_rest = path_template.ends_with(kRest);
  if (takes_rest) path_template.remove_suffix(kRest.size());
  if (path.empty() || path.front() != '/') return false;
  // What stands before the first parameter tells most templates apart.
  const std::string_view fixed = path_template.substr(0, path_template.find('{'));
  if (!path.starts_with(fixed)) return false;
  while (!path_template.empty()) {
    if (path.empty()) return false;
    const TemplateSegment wanted = pop_segment(path_template);
    const std::string_view segment = pop_segment(path).text;
    if (wanted.is_parameter) {
      if (segment.empty() || parameters.count == RouteParameters::kMax) return false;
      parameters.values[parameters.count++] = segment;
    } else if (segment != wanted.text) {
      return false;
    }
  }
  if (!takes_rest) return path.empty();
  parameters.rest = path;
  return true;
}

}  // namespace sentrail::http
