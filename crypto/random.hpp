// Unpredictable bytes, tokens and identifiers.
//
// Neighbours: core/uuid.hpp; keys, nonces and correlation ids come from here. Must not know: what
// they are for. All of it is the kernel's randomness; there is no seed to set. Small requests are
// served from a block that each thread draws ahead: a decision needs several, and a system call
// for each costs more than the decision.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/uuid.hpp"

namespace sentrail::crypto {

// Fills `out`. threads: any.
void fill_random(std::span<std::uint8_t> out) noexcept;

// `size` random bytes.
[[nodiscard]] std::string random_bytes(std::size_t size);

// `size` characters of 0-9A-Za-z, each equally likely: 5.95 bits a character.
[[nodiscard]] std::string random_base62(std::size_t size);

// A random UUID. source: RFC 9562 §5.4.
[[nodiscard]] Uuid uuid_v4();

// A UUID of 48 bits of time before 74 random ones: what is made later sorts later, so that what is
// filed under it is written where the last one was. It tells when it was made. source: RFC 9562
// §5.7.
[[nodiscard]] Uuid uuid_v7(std::int64_t unix_ms);

// The UUID of a name within a namespace: equal inputs, equal UUIDs. source: RFC 9562 §5.5.
[[nodiscard]] Uuid uuid_v5(const Uuid& name_space, std::string_view name);

}  // namespace sentrail::crypto
