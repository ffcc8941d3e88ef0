// One-time set-up of libsodium, for the .cpp files of this folder only.
//
// Neighbours: random.cpp, sign.cpp, seal.cpp, password.cpp. Must not know: libsodium's header,
// which stays out of headers.
#pragma once

namespace sentrail::crypto {

// Chooses libsodium's implementations for this processor; cheap after the first call.
// threads: any. fails: aborts when the kernel offers no randomness.
void ensure_sodium() noexcept;

}  // namespace sentrail::crypto
