// What a person's approval is bound to: the pre-image of `approval_hash`, byte for byte.
//
// Neighbours: headers.hpp (the canonical header list), quorum.hpp (the text of a quorum), the
// gateway fills the input when it holds a call, execute/ compares the hash before it sends.
// Must not know: the store, JSON, policy. The layout is docs/approval_hash.md; it is injective,
// which decode_preimage() shows: every pre-image has exactly one reading.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/decision.hpp"
#include "core/result.hpp"
#include "runtime/approvals/headers.hpp"

namespace sentrail::approvals {

// A SHA-256 digest.
using Hash = std::array<std::uint8_t, 32>;

// Everything that an approval permits, in the order of the pre-image. Texts are bytes as they will
// be sent or as the store names them; nothing is normalised here.
struct BindingInput {
  std::array<std::uint8_t, 16> action_id{};
  Hash nonce{};
  std::string workspace;
  std::string requester;
  std::string agent;
  std::string upstream;
  std::string scheme;
  std::string host;
  std::uint16_t port = 0;
  std::string method;
  std::string target;                // exact path and query as on the wire
  std::vector<HeaderField> headers;  // canonical, without injected credentials
  Hash body_hash{};
  std::uint64_t body_bytes = 0;
  std::string tool;
  std::string tool_definition_hash;        // 32 bytes, or empty where tools have no definition
  std::vector<HeaderField> preconditions;  // canonical
  Hash bundle_hash{};
  std::string rule;  // module.tier.rule, empty if the default decided
  Risk risk = Risk::low;
  std::string quorum;                   // as print_quorum() writes it
  std::uint64_t decide_by_ms = 0;       // Unix time
  std::uint64_t execute_within_ms = 0;  // after the approval

  friend bool operator==(const BindingInput&, const BindingInput&) = default;
};

// Writes the pre-image: the domain `sentrail-approval-v1` and NUL, then every field with its
// length. REQUIRES: headers and preconditions are canonical, tool_definition_hash has 0 or 32
// bytes. source: docs/approval_hash.md.
[[nodiscard]] std::string encode_preimage(const BindingInput& input);

// Reads a pre-image back; accepts exactly what encode_preimage() writes.
// fails: corrupt, naming the field.
[[nodiscard]] Result<BindingInput> decode_preimage(std::string_view preimage);

// The hash that people approve: SHA-256 of the pre-image.
[[nodiscard]] Hash approval_hash(const BindingInput& input);

// The hash by which a repeated call finds its pending hold: as the approval hash under the domain
// `sentrail-attach-v1`, without action_id, nonce, bundle_hash and decide_by, which differ from one
// hold of the same call to the next.
[[nodiscard]] Hash attach_hash(const BindingInput& input);

// The documented compatibility hash: SHA-256 of target URL, method and body, joined bare. It is
// shown beside the approval hash and never relied on: the joint lets bytes slide between fields.
[[nodiscard]] Hash action_hash(const BindingInput& input, std::string_view body);

// The absolute URL of the call; the port is left out where the scheme implies it.
[[nodiscard]] std::string target_url(const BindingInput& input);

}  // namespace sentrail::approvals
