// Decisions about held calls. See approval_decisions.hpp.
#include "interceptor/cli/approval_decisions.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "core/encoding.hpp"
#include "core/json_writer.hpp"
#include "core/text.hpp"
#include "crypto/list_hash.hpp"
#include "interceptor/cli/approval_view.hpp"
#include "interceptor/cli/table.hpp"
#include "interceptor/cli/terminal.hpp"

namespace sentrail::cli {
namespace {

Status not_approved() {
  return fail(Errc::permission_denied, "not approved; it still waits");
}

// The reason for a decision: as given, or asked for where the gate wants one.
Result<std::string> reason_for(JsonValue approval, const Decision& options) {
  const std::string asked = cell(approval, "reasonAsked");
  if (!options.reason.empty() || !(asked == "always" || (asked == "denials" && !options.approve))) {
    return options.reason;
  }
  return ask_line("Why (for the record and the agent)? ");
}

Status decide_one(Context& context, const Decision& options) {
  std::string hash = options.hash;
  std::string reason = options.reason;
  if (hash.empty()) {
    SENTRAIL_ASSIGN_OR_RETURN(
        const Answer shown,
        context.call(As::person, "GET", "/approvals/" + percent_encode(options.ids.front())));
    const JsonValue approval = approval_of(shown);
    if (!context.json) print_approval(approval);
    hash = cell(approval, "hash");
    if (options.approve && !options.yes) {
      SENTRAIL_ASSIGN_OR_RETURN(const bool yes, ask_yes("\nApprove exactly this? [y/N] "));
      if (!yes) return not_approved();
    }
    SENTRAIL_ASSIGN_OR_RETURN(reason, reason_for(approval, options));
  }
  std::string body;
  JsonWriter json(&body);
  json.begin_object()
      .key("approvalRequestId")
      .string(options.ids.front())
      .key("decision")
      .string(options.approve ? "approved" : "denied")
      .key("hash")
      .string(hash);
  if (!reason.empty()) json.key("reason").string(reason);
  if (!options.on_behalf_of.empty()) json.key("onBehalfOf").string(options.on_behalf_of);
  json.end_object();
  SENTRAIL_ASSIGN_OR_RETURN(
      const Answer answer, context.call(As::person, "POST", "/approval-decision", std::move(body)));
  if (context.printed_json(answer)) return {};
  const std::string status = cell(answer.json.root(), "status");
  std::printf("%s\n", toned(tone_of(status), status).c_str());
  if (status == "failed" || status == "in_doubt" || status == "revoked") {
    context.set_exit_code(kRefused);
  }
  return {};
}

Result<crypto::Digest> hash_of(JsonValue approval) {
  const auto bytes = hex_decode(cell(approval, "hash"));
  crypto::Digest digest{};
  if (!bytes || bytes->size() != digest.size()) {
    return fail(Errc::corrupt, "the gate sent no hash of a call");
  }
  std::copy(bytes->begin(), bytes->end(), digest.begin());
  return digest;
}

// Shows every call. out: the hash of the list, as it was shown.
Result<std::string> show_all(Context& context, const Decision& options, std::string& reason) {
  std::vector<crypto::Digest> hashes;
  std::vector<Answer> shown;
  for (const std::string& id : options.ids) {
    SENTRAIL_ASSIGN_OR_RETURN(shown.emplace_back(),
                              context.call(As::person, "GET", "/approvals/" + percent_encode(id)));
    const JsonValue approval = approval_of(shown.back());
    if (!context.json) {
      std::printf("%s--- %zu of %zu ---\n", shown.size() > 1 ? "\n" : "", shown.size(),
                  options.ids.size());
      print_approval(approval);
    }
    if (cell(approval, "riskLevel") != cell(approval_of(shown.front()), "riskLevel")) {
      return fail(Errc::permission_denied,
                  "these calls differ in risk; decide about those of one risk together");
    }
    SENTRAIL_ASSIGN_OR_RETURN(hashes.emplace_back(), hash_of(approval));
  }
  if (!options.yes) {
    SENTRAIL_ASSIGN_OR_RETURN(
        const bool yes,
        ask_yes("\nApprove exactly these " + std::to_string(options.ids.size()) + "? [y/N] "));
    if (!yes) return fail(Errc::permission_denied, "not approved; they still wait");
  }
  SENTRAIL_ASSIGN_OR_RETURN(reason, reason_for(approval_of(shown.front()), options));
  return hex_encode(crypto::hash_list(crypto::kBatchDomain, hashes));
}

Status decide_all(Context& context, const Decision& options) {
  std::string reason;
  SENTRAIL_ASSIGN_OR_RETURN(const std::string hash, show_all(context, options, reason));
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("approvalRequestIds").begin_array();
  for (const std::string& id : options.ids) json.string(id);
  json.end_array().key("hash").string(hash);
  if (!reason.empty()) json.key("reason").string(reason);
  if (!options.on_behalf_of.empty()) json.key("onBehalfOf").string(options.on_behalf_of);
  json.end_object();
  SENTRAIL_ASSIGN_OR_RETURN(
      const Answer answer,
      context.call(As::person, "POST", "/approvals/batch-decision", std::move(body)));
  SENTRAIL_ASSIGN_OR_RETURN(const JsonValue items, list_in(answer, "items"));
  const bool printed = context.printed_json(answer);
  JsonValue item = items.size() > 0 ? items.first_child() : JsonValue{};
  for (std::size_t left = items.size(); left > 0; --left) {
    const bool counted = !item.find("code").exists();
    if (!counted) context.set_exit_code(kRefused);
    const std::string status = cell(item, "status");
    if (!printed) {
      std::printf("%s  %s%s\n", cell(item, "approvalRequestId").c_str(),
                  toned(tone_of(status), status).c_str(),
                  counted ? "" : ("  " + escape_display(cell(item, "error"))).c_str());
    }
    if (left > 1) item = item.next();
  }
  return {};
}

}  // namespace

Status decide(Context& context, const Decision& decision) {
  if (decision.ids.size() == 1) return decide_one(context, decision);
  return decide_all(context, decision);
}

}  // namespace sentrail::cli
