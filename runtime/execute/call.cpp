// Bytes of stored calls and answers, and the check of a call against its approval.
//
// Neighbours: call.hpp; store/codec.hpp writes the fields. Must not know: where the bytes go.
#include "runtime/execute/call.hpp"

#include <algorithm>
#include <utility>

#include "core/encoding.hpp"
#include "crypto/hash.hpp"
#include "runtime/store/codec.hpp"

namespace sentrail::approvals {

// Found by argument-dependent lookup from the codec.
template <class Codec, class Field>
  requires std::same_as<std::remove_const_t<Field>, HeaderField>
static void describe(Codec& codec, Field& field) {
  codec(field.name, field.value);
}

}  // namespace sentrail::approvals

namespace sentrail::execute {

template <class Codec, class Stored>
  requires std::same_as<std::remove_const_t<Stored>, StoredCall>
static void describe(Codec& codec, Stored& call) {
  codec(call.preimage, call.headers, call.body);
}

template <class Codec, class Stored>
  requires std::same_as<std::remove_const_t<Stored>, StoredResponse>
static void describe(Codec& codec, Stored& response) {
  codec(response.status, response.headers, response.body, response.truncated);
}

namespace {

using approvals::BindingInput;

// First byte of what is sealed; a newer release writes another.
constexpr std::uint8_t kFormat = 1;

constexpr std::string_view kCallPlace = "held call";
constexpr std::string_view kResponsePlace = "response of a held call";

template <class Stored>
std::string encode(const Stored& stored) {
  std::string bytes;
  store::Encoder encoder(&bytes);
  encoder(kFormat, stored);
  return bytes;
}

template <class Stored>
Result<Stored> decode(std::string_view bytes) {
  if (!bytes.empty() && static_cast<std::uint8_t>(bytes.front()) > kFormat) {
    return fail(Errc::unsupported, "a newer release stored this call");
  }
  std::uint8_t format = 0;
  Stored stored;
  store::Decoder decoder(bytes);
  decoder(format, stored);
  if (!decoder.complete() || format != kFormat) {
    return fail(Errc::corrupt, "a stored call is garbled");
  }
  return stored;
}

std::string place_of(std::string_view what, const store::ActionRecord& record) {
  std::string place(what);
  place.push_back('\0');
  place += as_chars(record.workspace_id.bytes);
  place += as_chars(record.action_id.bytes);
  return place;
}

tl::unexpected<Error> differs(std::string_view what) {
  return fail(Errc::corrupt, "the stored " + std::string(what) + " is not what was approved");
}

Result<std::string> open_as(const crypto::SealKey& key, std::string_view what,
                            const store::ActionRecord& record, const store::BlobRef& blob,
                            std::string_view sealed) {
  if (sealed.size() != blob.bytes || crypto::sha256(sealed) != blob.hash) return differs(what);
  return crypto::open(key, sealed, place_of(what, record));
}

crypto::SealKey derive(const crypto::SealKey& master) {
  crypto::Digest digest = crypto::hmac_sha256(as_chars(master.bytes()), "sentrail-held-calls-v1");
  Result<crypto::SealKey> key = crypto::SealKey::from_bytes(as_chars(digest));
  std::fill(digest.begin(), digest.end(), std::uint8_t{0});
  SENTRAIL_CHECK(key.has_value());
  return *std::move(key);
}

}  // namespace

Result<BindingInput> bind(const store::ActionRecord& record, const Call& call) {
  SENTRAIL_ASSIGN_OR_RETURN(auto headers, approvals::canonical_headers(call.headers));
  SENTRAIL_ASSIGN_OR_RETURN(auto preconditions, approvals::canonical_headers(call.preconditions));
  BindingInput input;
  input.action_id = record.action_id.bytes;
  input.nonce = record.nonce;
  input.workspace = format_uuid(record.workspace_id);
  input.requester = record.requested_by;
  input.agent = record.agent_id;
  input.upstream = call.upstream;
  input.scheme = call.scheme;
  input.host = call.host;
  input.port = call.port;
  input.method = call.method;
  input.target = call.target;
  input.headers = std::move(headers);
  input.body_hash = crypto::sha256(call.body);
  input.body_bytes = call.body.size();
  input.tool = record.tool;
  input.tool_definition_hash = call.tool_definition_hash;
  input.preconditions = std::move(preconditions);
  input.bundle_hash = record.bundle_hash;
  input.rule = record.rule;
  input.risk = record.risk;
  input.quorum = record.quorum;
  input.decide_by_ms = static_cast<std::uint64_t>(record.decide_by_ms);
  input.execute_within_ms = static_cast<std::uint64_t>(record.execute_within_ms);
  return input;
}

Result<Call> check_binding(const StoredCall& stored, const store::ActionRecord& record) {
  if (crypto::sha256(stored.preimage) != record.approval_hash) return differs("pre-image");
  SENTRAIL_ASSIGN_OR_RETURN(BindingInput bound, approvals::decode_preimage(stored.preimage));
  if (bound.action_id != record.action_id.bytes || bound.nonce != record.nonce) {
    return differs("call, which belongs to another hold,");
  }
  Call call;
  call.upstream = std::move(bound.upstream);
  call.scheme = std::move(bound.scheme);
  call.host = std::move(bound.host);
  call.port = bound.port;
  call.method = std::move(bound.method);
  call.target = std::move(bound.target);
  call.headers = stored.headers;
  call.body = stored.body;
  call.tool_definition_hash = std::move(bound.tool_definition_hash);
  call.preconditions = std::move(bound.preconditions);
  // The record's other columns steer retries, deadlines and people: they must be the bound ones
  // too.
  SENTRAIL_ASSIGN_OR_RETURN(const BindingInput rebound, bind(record, call));
  if (approvals::encode_preimage(rebound) != stored.preimage) return differs("call or its record");
  // Whoever can rewrite call, record and hash together cannot make people have seen it.
  for (const store::Vote& vote : record.votes) {
    if (vote.verdict == store::Verdict::approve && vote.approval_hash != record.approval_hash) {
      return differs("call, which was not shown to all who approved,");
    }
  }
  return call;
}

CallVault::CallVault(const crypto::SealKey& master) : key_(derive(master)) {}

std::string CallVault::seal(const store::ActionRecord& record, const StoredCall& call) const {
  return crypto::seal(key_, encode(call), place_of(kCallPlace, record));
}

std::string CallVault::seal(const store::ActionRecord& record,
                            const StoredResponse& response) const {
  return crypto::seal(key_, encode(response), place_of(kResponsePlace, record));
}

Result<StoredCall> CallVault::open_call(const store::ActionRecord& record,
                                        std::string_view sealed) const {
  SENTRAIL_ASSIGN_OR_RETURN(const std::string bytes,
                            open_as(key_, kCallPlace, record, record.request, sealed));
  return decode<StoredCall>(bytes);
}

Result<StoredResponse> CallVault::open_response(const store::ActionRecord& record,
                                                std::string_view sealed) const {
  SENTRAIL_ASSIGN_OR_RETURN(const std::string bytes,
                            open_as(key_, kResponsePlace, record, record.response, sealed));
  return decode<StoredResponse>(bytes);
}

}  // namespace sentrail::execute
