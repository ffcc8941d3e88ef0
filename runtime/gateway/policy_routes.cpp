// The bundle that decides: what it is, and putting another in its place.
//
// Neighbours: bundles/active_bundle.hpp, GateParts::install_bundle (all checks). Must not know: the
// bundle's format. The push is in the log before anything changes, its outcome after.
// source: docs/api.md A7.
#include <string>
#include <utility>

#include "core/bundle_levels.hpp"
#include "core/text.hpp"
#include "crypto/hash.hpp"
#include "runtime/gateway/answers.hpp"
#include "runtime/gateway/people_answers.hpp"
#include "runtime/gateway/people_routes.hpp"
#include "runtime/http/charset.hpp"
#include "runtime/identity/admin_entry.hpp"

namespace sentrail::gateway {
namespace {

constexpr std::string_view kBundleType = "application/octet-stream";

void write_bundle(JsonWriter& json, const bundles::LoadedBundle& bundle) {
  const CatalogView& catalogs = bundle.catalogs();
  json.key("policy").string(bundle.program().name());
  json.key("rules").unsigned_integer(bundle.program().rules.size());
  json.key("bundle").string(bundle.digest_hex());
  json.key("level").unsigned_integer(bundle.sections().level());
  write_texts(json, "signedBy", bundle.signed_by());
  json.key("catalogs").begin_array();
  for (const CatalogRow& catalog : catalogs.catalogs) json.string(catalogs.at(catalog.tool));
  json.end_array();
}

http::HttpResponse bundle_answer(const bundles::LoadedBundle* bundle) {
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("ok").boolean(true);
  if (bundle != nullptr) {
    write_bundle(json, *bundle);
  } else {
    for (const std::string_view name : {"policy", "rules", "bundle", "level"})
      json.key(name).null();
    for (const std::string_view name : {"signedBy", "catalogs"}) {
      json.key(name).begin_array().end_array();
    }
  }
  json.key("readsLevel").unsigned_integer(kBundleLevel);
  json.end_object();
  return json_answer(200, std::move(body));
}

// Tells of one step of a push; `why` is set where it was refused.
Status tell(GateParts& parts, const PeopleCall& call, const char* action,
            const bundles::LoadedBundle* bundle, const std::string& why) {
  store::AuditEntry entry = identity::admin_entry(parts.clock, store::AuditKind::policy, action);
  entry.risk = Risk::critical;
  entry.resource_type = "policy";
  if (bundle != nullptr) entry.bundle_hash = bundle->digest();
  if (!why.empty()) entry.decision = store::AuditDecision::block;
  audit::Personal personal;
  personal.reason = why;
  personal.payload = audit::Payload{crypto::sha256(call.request.body), {}};
  store::Transaction transaction;
  transaction.operations.emplace_back(
      identity::told_by(parts.recorder, *call.actor, std::move(entry), std::move(personal)));
  return parts.writer.commit(std::move(transaction)).status;
}

// Whether a failure says that the bundle is no good, and not that the gate is.
bool is_refusal(const Error& error) {
  return error.code != Errc::io && error.code != Errc::unavailable;
}

bool is_bundle_type(std::string_view content_type) {
  return equal_ignoring_ascii_case(http::trimmed(content_type.substr(0, content_type.find(';'))),
                                   kBundleType);
}

Answer put(GateParts& parts, const PeopleCall& call) {
  if (!is_bundle_type(call.request.headers.find("Content-Type").value_or(""))) {
    return refusal(415, "unsupported_media_type",
                   "send the bundle's bytes as application/octet-stream");
  }
  SENTRAIL_TRY(tell(parts, call, "policy.push", nullptr, {}));
  const auto installed = parts.install_bundle(call.request.body);
  if (!installed) {
    const Error& why = installed.error();
    SENTRAIL_TRY(tell(parts, call, "policy.refuse", nullptr, why.message));
    if (!is_refusal(why)) return tl::make_unexpected(why);
    return refusal(400, "bundle_refused", escape_display(why.message));
  }
  SENTRAIL_TRY(tell(parts, call, "policy.load", installed->get(), {}));
  return bundle_answer(installed->get());
}

}  // namespace

void show_policy(GateParts& parts, std::shared_ptr<PeopleCall>, Reply reply) {
  reply(bundle_answer(parts.bundle.current().get()));
}

void put_policy(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  reply_with(reply, put(parts, *call));
}

}  // namespace sentrail::gateway
