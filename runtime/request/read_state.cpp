// See read_state.hpp.
#include "runtime/request/read_state.hpp"

#include <charconv>
#include <optional>

#include "core/decimal.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "core/units.hpp"
#include "wire/json.hpp"

namespace sentrail::request {
namespace {

tl::unexpected<Error> wrong(std::string_view what, std::string_view why) {
  return fail(Errc::invalid_argument,
              "`" + escape_display(what) + "` of the state " + std::string(why));
}

Result<GivenCount> count_of(std::string_view name, JsonValue value) {
  GivenCount count;
  const std::size_t hash = name.rfind('#');
  count.rule = name.substr(0, hash);
  if (hash != std::string_view::npos) {
    const char* const end = name.data() + name.size();
    const auto [stop, error] = std::from_chars(name.data() + hash + 1, end, count.limit);
    if (error != std::errc{} || stop != end || count.limit == 0) {
      return wrong(name, "names no limit: write `rule#1` for the first limit of a rule");
    }
  }
  const std::optional<Decimal> number =
      value.kind() == JsonKind::number ? Decimal::parse(value.text()) : std::nullopt;
  const std::optional<std::int64_t> units = number ? units_of(*number) : std::nullopt;
  if (!units) return wrong(name, "is not a number from 0 on");
  count.units = *units;
  return count;
}

}  // namespace

Result<GivenState> read_state(std::string_view json) {
  auto document = wire::parse_json(json);
  if (!document.has_value()) {
    return fail(document.error().code, "the request is no JSON: " + document.error().message);
  }
  GivenState given;
  const JsonValue root = document->root();
  if (root.kind() != JsonKind::object) return given;
  const JsonValue state = root.find("state");
  if (!state.exists()) return given;
  const JsonValue used = state.kind() == JsonKind::object ? state.find("used") : JsonValue{};
  if (!used.exists() || used.kind() != JsonKind::object || state.size() != 1) {
    return fail(Errc::invalid_argument, "`state` is written `{\"used\": {\"rule#1\": 3}}`");
  }
  JsonValue key = used.first_child();
  for (std::size_t left = used.size(); left > 0; --left) {
    SENTRAIL_ASSIGN_OR_RETURN(GivenCount one, count_of(key.text(), key.next()));
    given.used.push_back(std::move(one));
    if (left > 1) key = key.next().next();
  }
  return given;
}

}  // namespace sentrail::request
