// What people type or are shown once: passphrases, tokens, emergency codes.
//
// Neighbours: account_routes.cpp, break_glass_routes.cpp. Must not know: what it opens.
#pragma once

#include <string>

#include "crypto/seal.hpp"

namespace sentrail::gateway {

// A text that is overwritten when it is done with, whichever way a request ends.
struct Secret {
  std::string text;

  Secret() = default;
  Secret(Secret&&) = default;
  Secret& operator=(Secret&&) = default;
  ~Secret() { crypto::wipe(text); }
};

}  // namespace sentrail::gateway
