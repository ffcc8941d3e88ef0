// The adapters, a row each. See idempotency.hpp.
#include "runtime/approvals/idempotency.hpp"

#include <algorithm>
#include <array>

#include "core/encoding.hpp"
#include "core/text.hpp"
#include "crypto/hash.hpp"
#include "runtime/approvals/preconditions.hpp"

namespace sentrail::approvals {
namespace {

constexpr std::string_view kPrecondition = "idempotency";
constexpr std::string_view kOwn = ":own";

// What is known of one way to take keys.
struct Adapter {
  Idempotency adapter;
  std::string_view name;
  std::string_view header;                  // empty: the key is in the body or query
  std::array<std::string_view, 2> methods;  // those whose repeats it recognises
  std::array<std::string_view, 3> members;  // of the body or query that are keys
  std::string_view replay_header;           // of answers that were kept; empty: not told
  bool is_quoted;                           // a structured-field string
};

// source: the tools' own documentation, docs/execution.md.
constexpr std::array<Adapter, 5> kAdapters = {{
    {Idempotency::ietf, "ietf", "Idempotency-Key", {"POST", "PATCH"}, {}, "", true},
    {Idempotency::stripe, "stripe", "Idempotency-Key", {"POST"}, {}, "Idempotent-Replayed", false},
    {Idempotency::paypal, "paypal", "PayPal-Request-Id", {"POST"}, {}, "", false},
    {Idempotency::square, "square", "", {"POST", "PUT"}, {"idempotency_key"}, "", false},
    {Idempotency::aws,
     "aws",
     "",
     {"POST", "PUT"},
     {"ClientToken", "clientToken", "ClientRequestToken"},
     "",
     false},
}};

const Adapter* find_adapter(Idempotency adapter) noexcept {
  const auto* at = std::find_if(kAdapters.begin(), kAdapters.end(),
                                [&](const Adapter& one) { return one.adapter == adapter; });
  return at == kAdapters.end() ? nullptr : at;
}

const HeaderField* find_precondition(std::span<const HeaderField> preconditions) noexcept {
  const auto at = std::find_if(preconditions.begin(), preconditions.end(),
                               [](const HeaderField& one) { return one.name == kPrecondition; });
  return at == preconditions.end() ? nullptr : &*at;
}

// The adapter that a call's preconditions name, and whether the key is the call's own.
const Adapter* adapter_of(std::span<const HeaderField> preconditions, bool& own) noexcept {
  const HeaderField* found = find_precondition(preconditions);
  if (found == nullptr) return nullptr;
  std::string_view name = found->value;
  own = name.ends_with(kOwn);
  if (own) name.remove_suffix(kOwn.size());
  const std::optional<Idempotency> adapter = idempotency_named(name);
  return adapter ? find_adapter(*adapter) : nullptr;
}

// Whether the query has the parameter, once, with a value that is not empty.
bool query_names(std::string_view target, std::string_view name) {
  const std::size_t mark = target.find('?');
  if (mark == std::string_view::npos) return false;
  std::size_t met = 0;
  bool has_value = false;
  for (std::string_view rest = target.substr(mark + 1); !rest.empty();) {
    const std::string_view one = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(one.size() + 1, rest.size()));
    const std::size_t equals = one.find('=');
    if (one.substr(0, equals) != name) continue;
    ++met;
    has_value = equals != std::string_view::npos && equals + 1 < one.size();
  }
  return met == 1 && has_value;
}

// Whether the call carries the one key that the upstream will look at.
bool has_own_member(const Adapter& adapter, const PreconditionSource& source) {
  std::size_t met = 0;
  for (const std::string_view name : adapter.members) {
    if (name.empty()) continue;
    const JsonValue member = source.body.exists() ? source.body.find(name) : JsonValue{};
    const bool in_body =
        member.exists() && member.kind() == JsonKind::string && !member.text().empty();
    met += (in_body ? 1u : 0u) + (query_names(source.target, name) ? 1u : 0u);
  }
  return met == 1;
}

HeaderField precondition(const Adapter& adapter, bool own) {
  return {std::string(kPrecondition), std::string(adapter.name) + std::string(own ? kOwn : "")};
}

}  // namespace

std::string_view name_of(Idempotency adapter) noexcept {
  const Adapter* found = find_adapter(adapter);
  return found == nullptr ? "none" : found->name;
}

std::optional<Idempotency> idempotency_named(std::string_view name) noexcept {
  if (name == "none") return Idempotency::none;
  for (const Adapter& one : kAdapters) {
    if (one.name == name) return one.adapter;
  }
  return std::nullopt;
}

std::optional<HeaderField> find_idempotency(const PreconditionSource& source) {
  const Adapter* adapter = find_adapter(source.idempotency);
  if (adapter == nullptr || source.method.empty()) return std::nullopt;
  const auto& methods = adapter->methods;
  if (std::find(methods.begin(), methods.end(), source.method) == methods.end()) {
    return std::nullopt;
  }
  if (adapter->header.empty()) {
    if (!has_own_member(*adapter, source)) return std::nullopt;
    return precondition(*adapter, true);
  }
  std::size_t own = 0;
  bool is_empty = false;
  for (const HeaderField& field : source.headers) {
    if (!equal_ignoring_ascii_case(field.name, adapter->header)) continue;
    ++own;
    is_empty = field.value.empty();
  }
  // Of two keys nobody can tell which one counts.
  if (own > 1 || (own == 1 && is_empty)) return std::nullopt;
  return precondition(*adapter, own == 1);
}

std::optional<HeaderField> added_key(std::span<const HeaderField> preconditions,
                                     const Uuid& action_id, const store::Hash& nonce) {
  bool own = false;
  const Adapter* adapter = adapter_of(preconditions, own);
  if (adapter == nullptr || own || adapter->header.empty()) return std::nullopt;
  std::string preimage("sentrail-idempotency-v1\0", 24);
  preimage += as_chars(action_id.bytes);
  preimage += as_chars(nonce);
  // 128 bits: PayPal takes at most 38 characters.
  const std::string key = hex_encode(crypto::sha256(preimage)).substr(0, 32);
  return HeaderField{std::string(adapter->header), adapter->is_quoted ? '"' + key + '"' : key};
}

bool has_key(std::span<const HeaderField> preconditions) noexcept {
  return find_precondition(preconditions) != nullptr;
}

bool is_replay(std::span<const HeaderField> preconditions,
               std::span<const HeaderField> answer) noexcept {
  bool own = false;
  const Adapter* adapter = adapter_of(preconditions, own);
  if (adapter == nullptr || adapter->replay_header.empty()) return false;
  return std::any_of(answer.begin(), answer.end(), [&](const HeaderField& field) {
    return equal_ignoring_ascii_case(field.name, adapter->replay_header) && field.value == "true";
  });
}

}  // namespace sentrail::approvals
