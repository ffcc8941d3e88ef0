// One hash for a list of hashes, in its order.
//
// Neighbours: hash.hpp; gateway/batch_decision.cpp and the command line approve calls together by
// it. Must not know: what the hashes are of. source: docs/approval_hash.md.
#pragma once

#include <span>
#include <string_view>

#include "crypto/hash.hpp"

namespace sentrail::crypto {

// The domain of a list of calls that are approved together.
inline constexpr std::string_view kBatchDomain = "sentrail-batch-v1";

// SHA-256 of the domain, NUL, and each digest behind its length (u32, big-endian).
// REQUIRES: the domain has no NUL.
[[nodiscard]] Digest hash_list(std::string_view domain, std::span<const Digest> digests);

}  // namespace sentrail::crypto
