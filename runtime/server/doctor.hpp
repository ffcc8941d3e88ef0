// Examines the data folder of a gate that is stopped: what floor, signer, tiles and store each
// promise, on what they disagree, and what is lost; and whether the files are there without which
// no gate starts: the master key, the keys of subjects, the local stops.
//
// Neighbours: main.cpp runs it for `sentrail audit doctor`; store/, audit/ know their own parts.
// Must not know: the gate. It changes nothing but what a start would; cutting an end off keeps what
// was there, and loses nothing that was promised unless somebody accepts that with a reason.
#pragma once

#include <string>

#include "core/result.hpp"

namespace sentrail::server {

// What to examine.
struct DoctorOptions {
  std::string data;
  std::string signer;        // empty: the one in the data folder
  bool repair_tail = false;  // cut an unreadable end off the store's write-ahead log
  std::string accept_loss;   // a person's reason for losing what was promised with it
  bool json = false;
};

// Prints what was found, a line each, or one JSON object. out: whether a gate would start on it,
// with all that was promised. fails: not_found if there is no such folder; unavailable while a
// process uses it.
[[nodiscard]] Result<bool> run_doctor(const DoctorOptions& options);

}  // namespace sentrail::server
