// Makes Requests of calls. See request.hpp.
#include "runtime/request/request.hpp"

#include <algorithm>

#include "core/addresses.hpp"
#include "core/text.hpp"
#include "runtime/classify/classify.hpp"
#include "runtime/request/body.hpp"
#include "runtime/request/defaults.hpp"
#include "wire/unicode.hpp"

namespace sentrail::request {
namespace {

// Header names that carry credentials: no policy needs their values, no explanation may show them.
constexpr std::array<std::string_view, 3> kCredentialHeaders = {"authorization", "cookie",
                                                                "proxy-authorization"};

Fact fact_of(const std::optional<std::string>& text) {
  if (!text.has_value()) return Fact{};
  return is_valid_utf8(*text) ? Fact::of(std::string_view(*text)) : Fact::unreadable();
}

// Brings the address into the one form that it has; what is none stays as it is.
Identity with_canonical_address(Identity identity) {
  if (!identity.agent_ip) return identity;
  if (const auto address = parse_address(*identity.agent_ip)) {
    identity.agent_ip = format_address(*address);
  }
  return identity;
}

// REQUIRES: with_canonical_address.
Fact address_fact(const std::optional<std::string>& text) {
  if (!text.has_value()) return Fact{};
  return parse_address(*text) ? Fact::of(std::string_view(*text)) : Fact::unreadable();
}

std::string_view without_port(std::string_view host) noexcept {
  const std::size_t colon = host.rfind(':');
  if (colon == std::string_view::npos || colon + 1 == host.size()) return host;
  const std::string_view port = host.substr(colon + 1);
  const bool digits =
      std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits ? host.substr(0, colon) : host;
}

// Everything that the facts of one call point into.
class OwnedCall {
 public:
  OwnedCall(RawRequest raw, IdentityFactsPtr who, const JsonFields* fields)
      : raw_(std::move(raw)), who_(std::move(who)) {
    names_.reserve(raw_.headers.size());
    all_headers_.reserve(raw_.headers.size());
    shown_headers_.reserve(raw_.headers.size());
    for (const Header& header : raw_.headers) {
      names_.push_back(to_lower_ascii(header.name));
      all_headers_.push_back({names_.back(), header.value});
      if (!is_valid_utf8(header.value) || !is_valid_utf8(header.name)) headers_unreadable_ = true;
      const bool credential = std::find(kCredentialHeaders.begin(), kCredentialHeaders.end(),
                                        names_.back()) != kCredentialHeaders.end();
      if (!credential) shown_headers_.push_back(all_headers_.back());
    }
    body_ = raw_.body_value.exists() && !raw_.body_unreadable
                ? JsonBody(raw_.body_value, all_headers_)
                : JsonBody(body_bytes(), all_headers_,
                           fields == nullptr ? JsonFields::everything() : *fields);
  }
  OwnedCall(const OwnedCall&) = delete;
  OwnedCall& operator=(const OwnedCall&) = delete;

  Status classify(const CatalogView& catalogs) {
    classify::Call call;
    call.tool = raw_.tool;
    call.method = raw_.method;
    call.target = raw_.target;
    call.headers.entries = all_headers_;
    call.body = &body_;
    SENTRAIL_ASSIGN_OR_RETURN(classified_, classify::classify(catalogs, call));
    find_host(catalogs);
    if (classified_.operation != nullptr) defaults_ = catalogs.defaults_of(*classified_.operation);
    catalogs_ = catalogs;
    return {};
  }

  // The facts that all actions of the call share.
  [[nodiscard]] Facts facts(BodyUse use) {
    Facts facts = who_->facts();
    facts[AttributeId::tool] =
        is_valid_utf8(raw_.tool) ? Fact::of(std::string_view(raw_.tool)) : Fact::unreadable();
    facts[AttributeId::http_method] = Fact::of(std::string_view(raw_.method));
    facts[AttributeId::http_path] = Fact::of(classified_.target.path);
    facts[AttributeId::http_host] = host_fact_;
    facts[AttributeId::resource_type] = classified_.resource_type;
    facts[AttributeId::resource_id] = classified_.resource_id;
    facts[AttributeId::resource_owner] = classified_.owner;
    facts[AttributeId::resource_repo] = classified_.repo;
    facts[AttributeId::resource_ref] = classified_.ref;
    facts[AttributeId::resource_ref_type] = classified_.ref_type;
    facts[AttributeId::resource_path] = classified_.path;
    facts[AttributeId::resource_name] = classified_.name;
    facts.query = {classified_.target.query_unreadable, classified_.target.query};
    facts.headers = {headers_unreadable_, shown_headers_};
    const bool parse = use == BodyUse::asked || body_.asked() || !has_body();
    const Fact body = parse ? body_.body() : Fact::unreadable();
    facts[AttributeId::body] =
        use == BodyUse::asked ? with_defaults(body, catalogs_, defaults_, filled_body_) : body;
    return facts;
  }

  [[nodiscard]] const classify::Classified& classified() const noexcept { return classified_; }

 private:
  [[nodiscard]] bool has_body() const noexcept {
    return raw_.body_value.exists() || !body_bytes().empty();
  }

  // What is read as the body; for one that nobody may see, something that is no JSON.
  [[nodiscard]] std::string_view body_bytes() const noexcept {
    if (raw_.body_unreadable) return "?";
    return raw_.body.has_value() ? std::string_view(*raw_.body) : std::string_view();
  }

  void find_host(const CatalogView& catalogs) {
    if (raw_.host.empty()) {
      const CatalogRow* row = catalogs.find(raw_.tool);
      if (row == nullptr || row->hosts.count == 0) return;
      host_fact_ = Fact::of(catalogs.at(catalogs.texts[row->hosts.begin]));
      return;
    }
    auto host = wire::host_to_ascii(without_port(raw_.host));
    if (!host.has_value()) {
      host_fact_ = Fact::unreadable();
      return;
    }
    host_ = *std::move(host);
    host_fact_ = Fact::of(std::string_view(host_));
  }

  RawRequest raw_;
  IdentityFactsPtr who_;
  std::vector<std::string> names_;  // reserved once: its strings never move
  std::vector<NamedText> all_headers_;
  std::vector<NamedText> shown_headers_;
  bool headers_unreadable_ = false;
  JsonBody body_;
  CatalogView catalogs_;
  std::span<const CatalogDefaultRow> defaults_;
  JsonDocument filled_body_;
  classify::Classified classified_;
  std::string host_;
  Fact host_fact_;
};

}  // namespace

IdentityFacts::IdentityFacts(Identity identity)
    : identity_(with_canonical_address(std::move(identity))) {
  const auto set_of = [](const auto& texts, std::vector<std::string_view>& views) {
    views.assign(texts->begin(), texts->end());
    return Fact::of(std::span<const std::string_view>(views));
  };
  facts_.now_ms = identity_.now_ms;
  facts_.zones = identity_.zones;
  facts_[AttributeId::agent_id] = fact_of(identity_.agent_id);
  facts_[AttributeId::agent_name] = fact_of(identity_.agent_name);
  facts_[AttributeId::agent_owner] = fact_of(identity_.agent_owner);
  facts_[AttributeId::agent_client] = fact_of(identity_.agent_client);
  facts_[AttributeId::agent_ip] = address_fact(identity_.agent_ip);
  facts_[AttributeId::user_id] = fact_of(identity_.user_id);
  facts_[AttributeId::env] = fact_of(identity_.env);
  facts_[AttributeId::workspace] = fact_of(identity_.workspace);
  facts_[AttributeId::source] = fact_of(identity_.source);
  if (identity_.agent_roles) {
    facts_[AttributeId::agent_roles] = set_of(identity_.agent_roles, roles_);
  }
  if (identity_.user_groups) {
    facts_[AttributeId::user_groups] = set_of(identity_.user_groups, groups_);
  }
  if (identity_.agent_registered) {
    facts_[AttributeId::agent_registered] = Fact::of(*identity_.agent_registered);
  }
}

Result<std::vector<Request>> make_requests_for(IdentityFactsPtr who, RawRequest raw,
                                               const CatalogView& catalogs, BodyUse use,
                                               const JsonFields* fields) {
  const auto call = std::make_shared<OwnedCall>(std::move(raw), std::move(who), fields);
  SENTRAIL_TRY(call->classify(catalogs));
  Facts facts = call->facts(use);
  std::vector<Request> out;
  out.reserve(call->classified().action_count);
  for (const classify::ActionFound& found : call->classified().found()) {
    facts[AttributeId::action] = Fact::of(found.action);
    facts[AttributeId::risk] = Fact::of(name_of(found.risk));
    out.emplace_back(call, facts, found.read);
  }
  return out;
}

Result<std::vector<Request>> make_requests(RawRequest raw, Identity identity,
                                           const CatalogView& catalogs, BodyUse use) {
  return make_requests_for(std::make_shared<const IdentityFacts>(std::move(identity)),
                           std::move(raw), catalogs, use);
}

Request bare_request(Identity identity) {
  const auto who = std::make_shared<const IdentityFacts>(std::move(identity));
  return Request(who, who->facts(), false);
}

}  // namespace sentrail::request
