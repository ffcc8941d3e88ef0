// Templates and tests of probes. See probe.hpp.
#include "runtime/execute/probe.hpp"

#include <algorithm>
#include <charconv>

#include "core/json.hpp"
#include "core/json_pointer.hpp"
#include "wire/json.hpp"

namespace sentrail::execute {
namespace {

// The n-th segment of a path, from 1 on, as on the wire; nothing if there are fewer.
std::optional<std::string_view> segment(std::string_view path, std::size_t number) {
  for (std::string_view rest = path; !rest.empty();) {
    rest.remove_prefix(1);  // the slash
    const std::string_view one = rest.substr(0, rest.find('/'));
    if (--number == 0) return one.empty() ? std::nullopt : std::optional(one);
    rest.remove_prefix(one.size());
  }
  return std::nullopt;
}

// What a place holder stands for.
std::optional<std::string_view> meaning(std::string_view name, std::string_view path) {
  if (name == "path") return path;
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc{} || end != name.data() + name.size() || number == 0) return std::nullopt;
  return segment(path, number);
}

JsonValue element(JsonValue list, std::string_view step) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
  if (error != std::errc{} || end != step.data() + step.size() || index >= list.size()) return {};
  JsonValue at = list.first_child();
  for (; index > 0; --index) at = at.next();
  return at;
}

JsonValue resolve(JsonValue at, std::string_view pointer) {
  while (at.exists() && !pointer.empty()) {
    const std::string step = take_pointer_step(pointer);
    at = at.kind() == JsonKind::array ? element(at, step) : at.find(step);
  }
  return at;
}

// Scalars alone: of lists and objects an upstream may write more than it was sent.
bool same_scalar(JsonValue one, JsonValue other) {
  if (!one.exists() || !other.exists() || one.kind() != other.kind()) return false;
  switch (one.kind()) {
    case JsonKind::null:
      return true;
    case JsonKind::boolean:
      return one.boolean() == other.boolean();
    case JsonKind::string:
    case JsonKind::number:
      return one.text() == other.text();
    case JsonKind::array:
    case JsonKind::object:
      return false;
  }
  return false;
}

// Nothing: the answer does not say.
std::optional<bool> holds(const ProbeTest& test, const Call& call, const StoredResponse& answer) {
  if (std::find(test.status.begin(), test.status.end(), answer.status) == test.status.end()) {
    return false;
  }
  if (test.pointer.empty()) return true;
  if (answer.truncated) return std::nullopt;
  const Result<JsonDocument> heard = wire::parse_json(answer.body);
  const bool from_call = !test.equals_call.empty();
  const Result<JsonDocument> wanted = wire::parse_json(from_call ? call.body : test.equals);
  if (!heard || !wanted) return std::nullopt;
  return same_scalar(resolve(heard->root(), test.pointer),
                     resolve(wanted->root(), from_call ? test.equals_call : ""));
}

}  // namespace

Result<std::string> probe_target(const Probe& probe, std::string_view target) {
  const std::string_view path = target.substr(0, target.find('?'));
  std::string out;
  for (std::string_view rest = probe.get; !rest.empty();) {
    const std::size_t open = std::min(rest.find('{'), rest.size());
    out += rest.substr(0, open);
    rest.remove_prefix(open);
    if (rest.empty()) break;
    const std::size_t close = rest.find('}');
    const std::optional<std::string_view> value =
        close == std::string_view::npos ? std::nullopt : meaning(rest.substr(1, close - 1), path);
    if (!value) {
      return fail(Errc::invalid_argument,
                  "the probe's path has a part that this call does not have");
    }
    out += *value;
    rest.remove_prefix(close + 1);
  }
  return out;
}

ProbeAnswer read_answer(const Probe& probe, const Call& call, const StoredResponse& answer) {
  const std::optional<bool> applied = holds(probe.applied, call, answer);
  const std::optional<bool> not_applied =
      probe.not_applied ? holds(*probe.not_applied, call, answer) : false;
  if (!applied || !not_applied || *applied == *not_applied) return ProbeAnswer::unknown;
  return *applied ? ProbeAnswer::applied : ProbeAnswer::not_applied;
}

}  // namespace sentrail::execute
