// `POST /simulate-action`: what would happen, and why. Nothing is recorded, held or charged.
//
// Neighbours: evaluation.hpp reads described actions, runtime/request classifies raw ones,
// judge.hpp decides and explains. Must not know: the store.
#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/gateway/agent_desk.hpp"
#include "runtime/gateway/evaluation.hpp"
#include "runtime/gateway/explanation.hpp"
#include "runtime/gateway/fields.hpp"
#include "runtime/gateway/people.hpp"
#include "wire/json.hpp"

namespace sentrail::gateway {
namespace {

// What is asked about, classified.
struct Simulated {
  std::vector<request::Request> requests;
  bool server_classified = false;
};

// `{tool, method, path, body?, headers?}`.
Result<request::RawRequest> read_raw(JsonValue value) {
  Fields fields(value);
  request::RawRequest raw;
  raw.tool = fields.required_text("tool");
  raw.method = fields.required_text("method");
  raw.target = fields.required_text("path");
  const JsonValue body = fields.any("body");
  const JsonValue headers = fields.any("headers");
  bool typed = false;
  if (headers.exists() && headers.kind() != JsonKind::object) {
    fields.refuse("headers", "must be an object of strings");
  } else if (headers.exists()) {
    JsonValue name = headers.first_child();
    for (std::size_t left = headers.size(); left > 0; --left) {
      const JsonValue text = name.next();
      if (text.kind() != JsonKind::string) {
        fields.refuse("headers", "must be an object of strings");
        break;
      }
      typed = typed || name.text() == "content-type" || name.text() == "Content-Type";
      raw.headers.push_back({std::string(name.text()), std::string(text.text())});
      if (left > 1) name = text.next();
    }
  }
  if (body.exists()) {
    JsonWriter(&raw.body.emplace()).raw(body);
    if (!typed) raw.headers.push_back({"content-type", "application/json"});
  }
  SENTRAIL_TRY(fields.finish());
  return raw;
}

Result<Simulated> read_one(JsonValue value, const std::shared_ptr<const JsonDocument>& document,
                           const Asker& asker, const CatalogView& catalogs) {
  Simulated out;
  if (value.find("method").exists() || value.find("path").exists()) {
    SENTRAIL_ASSIGN_OR_RETURN(request::RawRequest raw, read_raw(value));
    SENTRAIL_ASSIGN_OR_RETURN(out.requests,
                              request::make_requests(std::move(raw), asker.identity, catalogs));
    out.server_classified = true;
    return out;
  }
  SENTRAIL_ASSIGN_OR_RETURN(const Description description, read_description(value, document));
  Described described = describe_action(description, asker.identity, catalogs);
  out.requests = std::move(described.requests);
  out.server_classified = described.server_classified;
  return out;
}

// Everything that one answer is made from.
struct Simulation {
  DeskContext& desk;
  const AgentCall& call;
  std::shared_ptr<const bundles::LoadedBundle> bundle;
  bool explains = true;
};

void write_one(JsonWriter& json, const Simulation& simulation, const Simulated& simulated) {
  const auto& [desk, call, bundle, explains] = simulation;
  const Judged judged = desk.judge.judge(*bundle, simulated.requests, call.asker, *call.known,
                                         {counters::Purpose::simulate, {}});
  Decided decided;
  decided.effect = judged.effect;
  decided.reason = judged.reason;
  decided.rule = judged.rule;
  decided.policy_id = judged.policy_id;
  decided.correlation_id = call.correlation_id;
  json.begin_object();
  write_evaluation(json, decided, simulated.server_classified);
  json.key("action").string(judged.action);
  json.key("riskLevel").string(name_of(judged.risk));
  write_text(json, "resourceType", judged.resource_type);
  write_text(json, "resourceId", judged.resource_id);
  if (explains) {
    json.key("explanation");
    write_explanations(json, bundle->program(),
                       desk.judge.explain(*bundle, simulated.requests, call.asker));
  }
  json.end_object();
}

// `explain=false` leaves the grounds out, which cost more than the decision.
Result<bool> parse_explain(std::string_view query) {
  constexpr std::array<std::string_view, 1> kKnown = {"explain"};
  SENTRAIL_ASSIGN_OR_RETURN(const auto parameters, parse_query(query, kKnown));
  if (parameters.empty()) return true;
  const std::string& word = parameters.front().second;
  if (word == "true" || word == "false") return word == "true";
  return fail(Errc::invalid_argument, "explain must be true or false");
}

Result<std::string> simulate(DeskContext& desk, const AgentCall& call) {
  SENTRAIL_ASSIGN_OR_RETURN(const bool explains, parse_explain(call.exchange->request().query()));
  SENTRAIL_ASSIGN_OR_RETURN(JsonDocument parsed, wire::parse_json(call.exchange->request().body));
  const auto document = std::make_shared<const JsonDocument>(std::move(parsed));
  SENTRAIL_ASSIGN_OR_RETURN(const auto bundle, desk.judge.bundle());
  const Simulation simulation{desk, call, bundle, explains};
  Asker asker = call.asker;
  asker.identity.zones = bundle->zones();
  const JsonValue root = document->root();
  const JsonValue items = root.find("items");
  std::string body;
  JsonWriter json(&body);
  if (!items.exists()) {
    SENTRAIL_ASSIGN_OR_RETURN(const Simulated one,
                              read_one(root, document, asker, bundle->catalogs()));
    write_one(json, simulation, one);
    return body;
  }
  if (root.size() != 1 || items.kind() != JsonKind::array ||
      items.size() > limits::kEvaluateItemsMax) {
    return fail(Errc::invalid_argument, "`items` must be a list of at most " +
                                            std::to_string(limits::kEvaluateItemsMax) +
                                            " actions, and stand alone");
  }
  json.begin_object().key("ok").boolean(true).key("items").begin_array();
  JsonValue item = items.first_child();
  for (std::size_t left = items.size(); left > 0; --left) {
    SENTRAIL_ASSIGN_OR_RETURN(const Simulated one,
                              read_one(item, document, asker, bundle->catalogs()));
    write_one(json, simulation, one);
    if (left > 1) item = item.next();
  }
  json.end_array().end_object();
  return body;
}

}  // namespace

void serve_simulate(DeskContext& desk, AgentCall call) {
  Result<std::string> body = simulate(desk, call);
  call.exchange->respond(body ? json_answer(200, *std::move(body)) : refusal(body.error()));
}

}  // namespace sentrail::gateway
