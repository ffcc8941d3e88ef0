// Tokens that say "somebody signed in here as this name before", so that wrong guesses of others do
// not keep them out.
//
// Neighbours: accounts.hpp (the brake that counts them apart), the gateway hands them out. Must not
// know: people, sessions. Such a token opens nothing: without the passphrase it is worth nothing,
// and whoever holds a stolen one only locks out that one device.
#pragma once

#include <string>
#include <string_view>

#include "crypto/seal.hpp"

namespace sentrail::identity {

// Makes a token for a name that has just signed in. Each is another.
[[nodiscard]] std::string new_device_token(const crypto::SealKey& master, std::string_view name);

// Under what the brake counts a device; empty for a token that is not of this gate and this name.
[[nodiscard]] std::string device_of(const crypto::SealKey& master, std::string_view token,
                                    std::string_view name);

}  // namespace sentrail::identity
