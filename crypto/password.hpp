// Passphrases as salted, slow hashes.
//
// Neighbours: identity stores the hash; approving asks for the passphrase. Must not know: people,
// or what a good passphrase is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace sentrail::crypto {

// How dear one guess is: memory and passes of Argon2id, single lane. `interactive` is libsodium's
// preset for sign-in (64 MiB, 2 passes, about 0.1 s), `moderate` its preset for rarer and more
// valuable secrets (256 MiB, 3 passes, about 0.7 s).
enum class PasswordCost : std::uint8_t { interactive, moderate };

// A PHC string (`$argon2id$v=19$…`) with its own random salt. source: RFC 9106.
// fails: limit_exceeded past limits::kPassphraseBytesMax; unavailable without the memory.
[[nodiscard]] Result<std::string> hash_password(std::string_view password,
                                                PasswordCost cost = PasswordCost::moderate);

// Whether `password` is the one that `hash` was made of. False for anything that hash_password
// did not write, so that a foreign hash cannot ask for terabytes. cost: that of the hash.
[[nodiscard]] bool verify_password(std::string_view hash, std::string_view password);

}  // namespace sentrail::crypto
