// Reading described actions. See evaluation.hpp.
#include "runtime/gateway/evaluation.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "core/json_writer.hpp"
#include "core/limits.hpp"
#include "runtime/gateway/fields.hpp"
#include "wire/json.hpp"

namespace sentrail::gateway {
namespace {

constexpr std::string_view kApprovalMember = "approvalRequestId";

// Who asks and from where: known of every caller, and absent where it is.
constexpr std::array kIdentity = {
    AttributeId::source,      AttributeId::env,          AttributeId::workspace,
    AttributeId::agent_id,    AttributeId::agent_name,   AttributeId::agent_roles,
    AttributeId::user_id,     AttributeId::user_groups,  AttributeId::agent_registered,
    AttributeId::agent_owner, AttributeId::agent_client, AttributeId::agent_ip};

// A description is of a call that has no answer yet.
constexpr bool is_known(AttributeId id) noexcept {
  return is_of_answers(id) || std::ranges::find(kIdentity, id) != kIdentity.end();
}

// Makes all that is not told unreadable: a rule that asks for it is undecidable. Which attributes a
// description cannot tell is not listed, so that a new one starts among them.
void forget_the_call(Facts& facts) {
  for (std::size_t i = 0; i < kAttributeCount; ++i) {
    const auto id = static_cast<AttributeId>(i);
    if (!is_known(id)) facts[id] = Fact::unreadable();
  }
  facts.query.unreadable = true;
  facts.headers.unreadable = true;
}

// Members sorted, so that the order in which a repeat writes them does not matter.
std::string canonical_of(JsonValue object) {
  std::vector<std::pair<std::string_view, JsonValue>> members;
  JsonValue name = object.first_child();
  for (std::size_t left = object.size(); left > 0; --left) {
    const JsonValue value = name.next();
    if (name.text() != kApprovalMember) members.emplace_back(name.text(), value);
    if (left > 1) name = value.next();
  }
  std::sort(members.begin(), members.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string out;
  JsonWriter json(&out, KeyOrder::sorted);
  json.begin_object();
  for (const auto& [key, value] : members) json.key(key).raw(value);
  json.end_object();
  return out;
}

// What the facts point into.
struct DescribedOwner {
  request::IdentityFactsPtr who;
  std::shared_ptr<const Description> description;
};

Fact fact_of(const std::optional<std::string>& text) {
  return text ? Fact::of(std::string_view(*text)) : Fact::unreadable();
}

const CatalogActionRow* find_action(const CatalogView& catalogs, const Description& description) {
  const CatalogRow* catalog = catalogs.find(description.tool);
  if (catalog == nullptr) return nullptr;
  const std::span<const CatalogActionRow> rows =
      CatalogView::rows(catalogs.actions, catalog->actions);
  const auto at = std::lower_bound(rows.begin(), rows.end(), description.action,
                                   [&](const CatalogActionRow& row, const std::string& name) {
                                     return catalogs.at(row.name) < name;
                                   });
  if (at == rows.end() || catalogs.at(at->name) != description.action) return nullptr;
  return &*at;
}

}  // namespace

Result<Description> read_description(JsonValue value,
                                     const std::shared_ptr<const JsonDocument>& document) {
  Fields fields(value);
  Description out;
  out.tool = fields.required_text("tool");
  out.action = fields.required_text("action");
  const std::string risk = fields.required_text("riskLevel");
  out.agent_id = fields.text("agentId");
  out.agent_name = fields.text("agentName");
  out.resource_type = fields.text("resourceType");
  out.resource_id = fields.text("resourceId");
  out.requested_by = fields.text("requestedBy");
  out.payload = fields.any("payload");
  const std::optional<std::string> approval = fields.text(kApprovalMember);
  const std::optional<Risk> named = risk_named(risk);
  if (!named) fields.refuse("riskLevel", "must be low, medium, high or critical");
  if (out.tool.empty() || out.tool.size() > limits::kNameBytesMax) {
    fields.refuse("tool", "must be a name of at most 128 bytes");
  }
  if (out.action.empty() || out.action.size() > limits::kNameBytesMax) {
    fields.refuse("action", "must be a name of at most 128 bytes");
  }
  if (approval) {
    const Result<Uuid> id = parse_uuid(*approval);
    if (id) out.approval_request_id = *id;
    if (!id) fields.refuse(kApprovalMember, "must be an id as this route returned it");
  }
  SENTRAIL_TRY(fields.finish());
  out.risk = *named;
  out.document = document;
  return out;
}

Result<Descriptions> read_descriptions(const std::shared_ptr<const JsonDocument>& document) {
  const JsonValue root = document->root();
  const JsonValue items = root.find("items");
  Descriptions out;
  if (!items.exists()) {
    SENTRAIL_ASSIGN_OR_RETURN(Description one, read_description(root, document));
    one.canonical = canonical_of(root);
    out.items.push_back(std::move(one));
    return out;
  }
  if (root.size() != 1 || items.kind() != JsonKind::array || items.size() == 0) {
    return fail(Errc::invalid_argument,
                "`items` must be a list of at least one action, and stand alone");
  }
  if (items.size() > limits::kEvaluateItemsMax) {
    return fail(Errc::invalid_argument, "`items` may hold at most " +
                                            std::to_string(limits::kEvaluateItemsMax) + " actions");
  }
  out.batch = true;
  JsonValue item = items.first_child();
  for (std::size_t left = items.size(); left > 0; --left) {
    Result<Description> one = read_description(item, document);
    if (!one) {
      return fail(one.error().code,
                  "item " + std::to_string(out.items.size() + 1) + ": " + one.error().message);
    }
    one->canonical = canonical_of(item);
    out.items.push_back(*std::move(one));
    if (left > 1) item = item.next();
  }
  return out;
}

Described describe_action(std::shared_ptr<const Description> description,
                          request::IdentityFactsPtr who, const CatalogView& catalogs) {
  const auto owner = std::make_shared<const DescribedOwner>(
      DescribedOwner{std::move(who), std::move(description)});
  const Description& told = *owner->description;
  const CatalogActionRow* known = find_action(catalogs, told);
  const Risk least = known != nullptr ? static_cast<Risk>(known->risk) : Risk::medium;
  const Risk risk = std::max(told.risk, least);

  Facts facts = owner->who->facts();
  forget_the_call(facts);
  facts[AttributeId::tool] = Fact::of(std::string_view(told.tool));
  facts[AttributeId::action] = Fact::of(std::string_view(told.action));
  facts[AttributeId::risk] = Fact::of(name_of(risk));
  facts[AttributeId::resource_type] = fact_of(told.resource_type);
  facts[AttributeId::resource_id] = fact_of(told.resource_id);
  if (told.payload.exists() && !wire::has_case_repeats(told.payload)) {
    facts[AttributeId::body] = Fact::of(told.payload);
  }
  Described out;
  out.server_classified = known != nullptr;
  out.requests.emplace_back(owner, facts, known != nullptr && known->read != 0);
  return out;
}

}  // namespace sentrail::gateway
