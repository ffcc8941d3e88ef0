// Reading and writing of what tools promise. See tool_promises.hpp.
#include "runtime/gateway/tool_promises.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/json_writer.hpp"
#include "core/limits.hpp"
#include "runtime/gateway/fields.hpp"
#include "runtime/http/charset.hpp"
#include "wire/json.hpp"

namespace sentrail::gateway {
namespace {

using execute::Probe;
using execute::ProbeTest;

// RFC 6901, as far as its form goes.
bool is_pointer(std::string_view text) {
  return text.size() <= limits::kMatchedBytesMax && (text.empty() || text.front() == '/');
}

// A path of target bytes with place holders; their names are read when it is used.
bool is_template(std::string text) {
  if (text.size() > limits::kMatchedBytesMax) return false;
  if (!text.starts_with('/') && !text.starts_with("{path}")) return false;
  int open = 0;
  for (char& byte : text) {
    if (byte == '{' && ++open != 1) return false;
    if (byte == '}' && --open != 0) return false;
    if (byte == '{' || byte == '}') byte = 'x';
  }
  return open == 0 && http::all_in(http::kTargetBytes, text);
}

std::string scalar(JsonValue value) {
  std::string text;
  JsonWriter(&text).raw(value);
  return text;
}

Result<ProbeTest> read_test(JsonValue object) {
  Fields fields(object);
  ProbeTest test;
  const JsonValue status = fields.any("status");
  const bool is_list = status.exists() && status.kind() == JsonKind::array && status.size() > 0 &&
                       status.size() <= limits::kProbesMax;
  if (!is_list) fields.refuse("status", "must be a list of statuses");
  JsonValue one = is_list ? status.first_child() : JsonValue{};
  for (std::size_t left = is_list ? status.size() : 0; left > 0; --left) {
    const bool is_number = one.kind() == JsonKind::number && one.text().size() == 3 &&
                           one.text().find_first_not_of("0123456789") == std::string_view::npos;
    if (!is_number) {
      fields.refuse("status", "must be a list of statuses of three digits");
      break;
    }
    test.status.push_back(static_cast<std::uint32_t>(std::stoul(std::string(one.text()))));
    if (left > 1) one = one.next();
  }
  test.pointer = fields.text("pointer").value_or("");
  test.equals_call = fields.text("equalsCall").value_or("");
  if (const JsonValue equals = fields.any("equals"); equals.exists()) {
    if (equals.kind() == JsonKind::array || equals.kind() == JsonKind::object) {
      fields.refuse("equals", "must be text, a number, true, false or null");
    } else {
      test.equals = scalar(equals);
    }
  }
  if (!is_pointer(test.pointer)) fields.refuse("pointer", "must be a JSON pointer");
  if (!is_pointer(test.equals_call)) fields.refuse("equalsCall", "must be a JSON pointer");
  const int wanted = (test.equals.empty() ? 0 : 1) + (test.equals_call.empty() ? 0 : 1);
  if (wanted != (test.pointer.empty() ? 0 : 1)) {
    fields.refuse("pointer", "goes with one of `equals` and `equalsCall`");
  }
  SENTRAIL_TRY(fields.finish());
  return test;
}

Result<Probe> read_probe(JsonValue object) {
  Fields fields(object);
  Probe probe;
  probe.action = fields.required_text("action");
  probe.get = fields.required_text("get");
  if (!is_template(probe.get)) {
    fields.refuse("get", "must be a path, with `{path}` or `{1}`, `{2}`, … for the call's");
  }
  probe.settle_ms = fields.integer("settleMs", 0, limits::kProbeSettleMsMax).value_or(5'000);
  probe.settles_not_applied = fields.flag("settlesNotApplied").value_or(false);
  const JsonValue applied = fields.any("applied");
  const JsonValue not_applied = fields.any("notApplied");
  SENTRAIL_TRY(fields.finish());
  SENTRAIL_ASSIGN_OR_RETURN(probe.applied, read_test(applied));
  if (not_applied.exists()) {
    SENTRAIL_ASSIGN_OR_RETURN(ProbeTest test, read_test(not_applied));
    probe.not_applied = std::move(test);
  } else if (probe.settles_not_applied) {
    return fail(Errc::invalid_argument, "`settlesNotApplied` needs a test `notApplied`");
  }
  return probe;
}

Status read_probes(JsonValue list, std::vector<Probe>& probes) {
  if (list.kind() != JsonKind::array || list.size() > limits::kProbesMax) {
    return fail(Errc::invalid_argument, "`probes` must be a list of at most " +
                                            std::to_string(limits::kProbesMax) + " probes");
  }
  JsonValue one = list.first_child();
  for (std::size_t left = list.size(); left > 0; --left) {
    Result<Probe> probe = read_probe(one);
    if (!probe) {
      return fail(probe.error().code,
                  "probe " + std::to_string(probes.size() + 1) + ": " + probe.error().message);
    }
    const bool again = std::any_of(probes.begin(), probes.end(), [&](const Probe& other) {
      return other.action == probe->action;
    });
    if (again) {
      return fail(Errc::invalid_argument, "`probes` has two for `" + probe->action + "`");
    }
    probes.push_back(*std::move(probe));
    if (left > 1) one = one.next();
  }
  return {};
}

void write_test(JsonWriter& json, const ProbeTest& test) {
  json.begin_object().key("status").begin_array();
  for (const std::uint32_t status : test.status) json.integer(status);
  json.end_array();
  if (!test.pointer.empty()) json.key("pointer").string(test.pointer);
  if (!test.equals.empty()) json.key("equals").written(test.equals);
  if (!test.equals_call.empty()) json.key("equalsCall").string(test.equals_call);
  json.end_object();
}

void write_probe(JsonWriter& json, const Probe& probe) {
  json.begin_object().key("action").string(probe.action).key("get").string(probe.get);
  json.key("applied");
  write_test(json, probe.applied);
  if (probe.not_applied) {
    json.key("notApplied");
    write_test(json, *probe.not_applied);
  }
  json.key("settleMs").integer(probe.settle_ms);
  json.key("settlesNotApplied").boolean(probe.settles_not_applied).end_object();
}

}  // namespace

Result<ToolPromises> read_promises(JsonValue object) {
  Fields fields(object);
  ToolPromises promises;
  promises.if_match = fields.flag("ifMatch").value_or(false);
  if (const std::optional<std::string> name = fields.text("idempotency")) {
    const std::optional<approvals::Idempotency> adapter = approvals::idempotency_named(*name);
    if (!adapter) {
      fields.refuse("idempotency", "must be none, ietf, stripe, paypal, square or aws");
    }
    promises.idempotency = adapter.value_or(approvals::Idempotency::none);
  }
  const JsonValue probes = fields.any("probes");
  SENTRAIL_TRY(fields.finish());
  if (probes.exists()) SENTRAIL_TRY(read_probes(probes, promises.probes));
  return promises;
}

Result<ToolPromises> promises_of(std::string_view settings) {
  if (settings.empty()) return ToolPromises{};
  const Result<JsonDocument> document = wire::parse_json(settings);
  if (document) {
    if (Result<ToolPromises> promises = read_promises(document->root())) return promises;
  }
  return fail(Errc::corrupt, "the settings of a connection cannot be read");
}

std::string settings_of(const ToolPromises& promises) {
  std::string text;
  JsonWriter json(&text);
  json.begin_object().key("idempotency").string(name_of(promises.idempotency));
  json.key("ifMatch").boolean(promises.if_match).key("probes").begin_array();
  for (const Probe& probe : promises.probes) write_probe(json, probe);
  json.end_array().end_object();
  return text;
}

const Probe* find_probe(const ToolPromises& promises, std::string_view action) noexcept {
  const auto at = std::find_if(promises.probes.begin(), promises.probes.end(),
                               [&](const Probe& probe) { return probe.action == action; });
  return at == promises.probes.end() ? nullptr : &*at;
}

}  // namespace sentrail::gateway
