// Saying yes or no to held calls, having seen them.
//
// Neighbours: approval_commands.cpp reads the options, approval_view.hpp shows the calls. Must not
// know: other commands. source: docs/api.md A4.
#pragma once

#include <string>
#include <vector>

#include "interceptor/cli/context.hpp"

namespace sentrail::cli {

// What a person decides.
struct Decision {
  std::vector<std::string> ids;
  std::string reason;
  std::string hash;          // of what was reviewed elsewhere; of one call only
  std::string on_behalf_of;  // whose seat is filled
  bool yes = false;          // do not ask again
  bool approve = true;
};

// Shows the calls, asks once, and decides about them: several are approved together, by the hash of
// the list of their hashes. fails: permission_denied if the gate or the person says no.
[[nodiscard]] Status decide(Context& context, const Decision& decision);

}  // namespace sentrail::cli
