// Makes Requests of calls. See request.hpp.
#include "runtime/request/request.hpp"

#include <algorithm>

#include "core/addresses.hpp"
#include "core/gate_headers.hpp"
#include "core/text.hpp"
#include "runtime/classify/classify.hpp"
#include "runtime/request/body.hpp"
#include "runtime/request/defaults.hpp"
#include "wire/unicode.hpp"

namespace sentrail::request {
namespace {

Fact fact_of(const std::optional<std::string>& text) {
  if (!text.has_value()) return Fact{};
  return is_valid_utf8(*text) ? Fact::of(std::string_view(*text)) : Fact::unreadable();
}

// An address in the one form that it has; unreadable if it is none.
Fact address_fact(std::optional<std::string>& text) {
  if (!text.has_value()) return Fact{};
  const auto address = parse_address(*text);
  if (!address) return Fact::unreadable();
  text = format_address(*address);
  return Fact::of(std::string_view(*text));
}

std::string_view without_port(std::string_view host) noexcept {
  const std::size_t colon = host.rfind(':');
  if (colon == std::string_view::npos || colon + 1 == host.size()) return host;
  const std::string_view port = host.substr(colon + 1);
  const bool digits =
      std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits ? host.substr(0, colon) : host;
}

void lower_in_place(std::string& name) noexcept {
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Everything that the facts of one call point into.
class OwnedCall {
 public:
  OwnedCall(RawRequest&& raw, IdentityFactsPtr&& who, const CatalogView& catalogs,
            const JsonFields* fields)
      : raw_(std::move(raw)),
        who_(std::move(who)),
        headers_(read_headers()),
        body_(read_body(fields)),
        classified_(classify_call(catalogs)) {
    if (!classified_) return;
    find_host(catalogs);
    if (classified_->operation != nullptr)
      defaults_ = catalogs.defaults_of(*classified_->operation);
  }
  OwnedCall(const OwnedCall&) = delete;
  OwnedCall& operator=(const OwnedCall&) = delete;

  // What the call is. Where it is an error, nothing else may be asked.
  [[nodiscard]] const Result<classify::Classified>& classified() const noexcept {
    return classified_;
  }

  // The facts that all actions of the call share.
  [[nodiscard]] Facts facts(BodyUse use, const CatalogView& catalogs) {
    const classify::Classified& found = *classified_;
    Facts facts = who_->facts();
    facts[AttributeId::tool] =
        is_valid_utf8(raw_.tool) ? Fact::of(std::string_view(raw_.tool)) : Fact::unreadable();
    facts[AttributeId::http_method] = Fact::of(std::string_view(raw_.method));
    facts[AttributeId::http_path] = Fact::of(found.target.path);
    facts[AttributeId::http_host] = host_fact_;
    facts[AttributeId::resource_type] = found.resource_type;
    facts[AttributeId::resource_id] = found.resource_id;
    facts[AttributeId::resource_owner] = found.owner;
    facts[AttributeId::resource_repo] = found.repo;
    facts[AttributeId::resource_ref] = found.ref;
    facts[AttributeId::resource_ref_type] = found.ref_type;
    facts[AttributeId::resource_path] = found.path;
    facts[AttributeId::resource_name] = found.name;
    facts.query = {found.target.query_unreadable, found.target.query};
    facts.headers = {headers_unreadable_, std::span(headers_).first(shown_count_)};
    const bool parse = use == BodyUse::asked || body_.asked() || !has_body();
    const Fact body = parse ? body_.body() : Fact::unreadable();
    facts[AttributeId::body] =
        use == BodyUse::asked ? with_defaults(body, catalogs, defaults_, filled_body_) : body;
    return facts;
  }

 private:
  // Those that policy is shown come first: what ends at the gate, credentials among it, is in no
  // fact, also of a call that comes from elsewhere.
  [[nodiscard]] std::vector<NamedText> read_headers() {
    std::vector<std::string_view> named;
    for (Header& header : raw_.headers) {
      lower_in_place(header.name);
      if (header.name == "connection") add_connection_options(header.value, named);
    }
    std::vector<NamedText> out;
    std::vector<NamedText> hidden;
    out.reserve(raw_.headers.size());
    for (const Header& header : raw_.headers) {
      if (ends_at_gate(header.name, named)) {
        hidden.push_back({header.name, header.value});
        continue;
      }
      if (!is_valid_utf8(header.value) || !is_valid_utf8(header.name)) headers_unreadable_ = true;
      out.push_back({header.name, header.value});
    }
    shown_count_ = out.size();
    out.insert(out.end(), hidden.begin(), hidden.end());
    return out;
  }

  [[nodiscard]] JsonBody read_body(const JsonFields* fields) const {
    if (raw_.body_value.exists() && !raw_.body_unreadable) {
      return JsonBody(raw_.body_value, headers_);
    }
    return JsonBody(body_bytes(), headers_, fields == nullptr ? JsonFields::everything() : *fields);
  }

  [[nodiscard]] Result<classify::Classified> classify_call(const CatalogView& catalogs) {
    classify::Call call;
    call.tool = raw_.tool;
    call.method = raw_.method;
    call.target = raw_.target;
    call.headers.entries = headers_;
    call.body = &body_;
    return classify::classify(catalogs, call);
  }

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
  bool headers_unreadable_ = false;
  std::size_t shown_count_ = 0;
  std::vector<NamedText> headers_;
  JsonBody body_;
  std::span<const CatalogDefaultRow> defaults_;
  JsonDocument filled_body_;
  std::string host_;
  Fact host_fact_;
  Result<classify::Classified> classified_;
};

}  // namespace

IdentityFacts::IdentityFacts(Identity identity) : identity_(std::move(identity)) {
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

Status make_requests_for(IdentityFactsPtr who, RawRequest raw, const CatalogView& catalogs,
                         std::vector<Request>& out, BodyUse use, const JsonFields* fields) {
  out.clear();
  const auto call = std::make_shared<OwnedCall>(std::move(raw), std::move(who), catalogs, fields);
  if (!call->classified()) return tl::make_unexpected(call->classified().error());
  Facts facts = call->facts(use, catalogs);
  out.reserve(call->classified()->actions.size());
  for (const classify::ActionFound& found : call->classified()->actions) {
    facts[AttributeId::action] = Fact::of(found.action);
    facts[AttributeId::risk] = Fact::of(name_of(found.risk));
    out.emplace_back(call, facts, found.read);
  }
  return {};
}

Result<std::vector<Request>> make_requests(RawRequest raw, Identity identity,
                                           const CatalogView& catalogs, BodyUse use) {
  std::vector<Request> out;
  SENTRAIL_TRY(make_requests_for(std::make_shared<const IdentityFacts>(std::move(identity)),
                                 std::move(raw), catalogs, out, use));
  return out;
}

Request bare_request(Identity identity) {
  const auto who = std::make_shared<const IdentityFacts>(std::move(identity));
  return Request(who, who->facts(), false);
}

}  // namespace sentrail::request
