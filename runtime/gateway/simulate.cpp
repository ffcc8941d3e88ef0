// `POST /simulate-action`: what would happen, and why. Nothing is recorded, held or charged.
//
// Neighbours: simulate.hpp; evaluation.hpp reads described actions, runtime/request classifies raw
// ones, judge.hpp decides and explains. Must not know: the store.
#include "runtime/gateway/simulate.hpp"

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

// Bytes of an answer without its explanation, seldom more.
constexpr std::size_t kAnswerBytesUsual = 512;

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
    raw.body_value = body;
    if (!typed) raw.headers.push_back({"content-type", "application/json"});
  }
  SENTRAIL_TRY(fields.finish());
  return raw;
}

// Puts what is asked about in place of what `out` held.
Status read_one(JsonValue value, const std::shared_ptr<const JsonDocument>& document,
                const request::IdentityFactsPtr& who, const CatalogView& catalogs, Simulated& out) {
  if (value.find("method").exists() || value.find("path").exists()) {
    SENTRAIL_ASSIGN_OR_RETURN(request::RawRequest raw, read_raw(value));
    out.server_classified = true;
    return request::make_requests_for(who, std::move(raw), catalogs, out.requests);
  }
  SENTRAIL_ASSIGN_OR_RETURN(Description description, read_description(value, document));
  Described described =
      describe_action(std::make_shared<const Description>(std::move(description)), who, catalogs);
  out.requests = std::move(described.requests);
  out.server_classified = described.server_classified;
  return {};
}

// Everything that one answer is made from.
struct Simulation {
  Judge& judge;
  const SimulatedFor& whom;
  const bundles::LoadedBundle& bundle;
};

void write_one(JsonWriter& json, const Simulation& simulation, const Simulated& simulated) {
  const auto& [judge, whom, bundle] = simulation;
  Judged judged = judge.judge(
      bundle, simulated.requests, whom.asker, whom.known,
      {.purpose = counters::Purpose::simulate, .grounds = whom.grounds == Grounds::verdicts});
  Decided decided;
  decided.effect = judged.effect;
  decided.reason = std::move(judged.reason);
  decided.rule = std::move(judged.rule);
  decided.policy_id = judged.policy_id;
  decided.correlation_id = whom.correlation_id;
  json.begin_object();
  write_evaluation(json, decided, simulated.server_classified);
  json.key("action").string(judged.action);
  json.key("riskLevel").string(name_of(judged.risk));
  write_text(json, "resourceType", judged.resource_type);
  write_text(json, "resourceId", judged.resource_id);
  if (whom.grounds == Grounds::verdicts) {
    json.key("verdicts");
    write_verdicts(json, bundle.program(), judged.grounds);
  } else if (whom.grounds == Grounds::words) {
    json.key("explanation");
    write_explanations(json, bundle.program(),
                       judge.explain(bundle, simulated.requests, whom.asker));
  }
  json.end_object();
}

// What the query asks for with `explain=`.
Result<Grounds> parse_explain(std::string_view query) {
  if (query.empty()) return Grounds::words;
  if (query == "explain=false") return Grounds::none;
  constexpr std::array<std::string_view, 1> kKnown = {"explain"};
  SENTRAIL_ASSIGN_OR_RETURN(const auto parameters, parse_query(query, kKnown));
  if (parameters.empty()) return Grounds::words;
  const std::string& word = parameters.front().second;
  if (word == "false") return Grounds::none;
  if (word == "verdicts") return Grounds::verdicts;
  if (word == "true") return Grounds::words;
  return fail(Errc::invalid_argument, "explain must be true, false or verdicts");
}

}  // namespace

Result<std::string> simulate(Judge& judge, const SimulatedFor& whom, std::string_view body) {
  SENTRAIL_ASSIGN_OR_RETURN(JsonDocument parsed, wire::parse_json(body));
  const auto document = std::make_shared<const JsonDocument>(std::move(parsed));
  SENTRAIL_ASSIGN_OR_RETURN(const auto bundle, judge.bundle());
  const Simulation simulation{judge, whom, *bundle};
  request::Identity identity = whom.asker.identity;
  identity.zones = bundle->zones();
  const auto who = std::make_shared<const request::IdentityFacts>(std::move(identity));
  const JsonValue root = document->root();
  const JsonValue items = root.find("items");
  std::string answer;
  JsonWriter json(&answer);
  Simulated one;
  if (!items.exists()) {
    answer.reserve(kAnswerBytesUsual);
    SENTRAIL_TRY(read_one(root, document, who, bundle->catalogs(), one));
    write_one(json, simulation, one);
    return answer;
  }
  if (root.size() != 1 || items.kind() != JsonKind::array ||
      items.size() > limits::kEvaluateItemsMax) {
    return fail(Errc::invalid_argument, "`items` must be a list of at most " +
                                            std::to_string(limits::kEvaluateItemsMax) +
                                            " actions, and stand alone");
  }
  answer.reserve(kAnswerBytesUsual * (items.size() + 1));
  json.begin_object().key("ok").boolean(true).key("items").begin_array();
  JsonValue item = items.first_child();
  for (std::size_t left = items.size(); left > 0; --left) {
    SENTRAIL_TRY(read_one(item, document, who, bundle->catalogs(), one));
    write_one(json, simulation, one);
    if (left > 1) item = item.next();
  }
  json.end_array().end_object();
  return answer;
}

void serve_simulate(DeskContext& desk, AgentCall call) {
  const http::HttpRequest& request = call.exchange->request();
  const Result<Grounds> grounds = parse_explain(request.query());
  Result<std::string> body =
      grounds ? simulate(desk.judge, {call.asker, *call.known, call.correlation_id, *grounds},
                         request.body)
              : tl::make_unexpected(grounds.error());
  call.exchange->respond(body ? json_answer(200, *std::move(body)) : refusal(body.error()));
}

}  // namespace sentrail::gateway
