// Invitations: a one-time token that gives one named account its place in one workspace, and makes
// the account if there is none.
//
// Neighbours: administration.hpp (making the account), credential.hpp (tokens); kept as a Setting
// under the token's hash, so that the store never holds what opens it. Must not know: routes, HTTP.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "runtime/audit/event.hpp"
#include "runtime/identity/administration.hpp"
#include "runtime/store/records.hpp"
#include "runtime/store/transaction.hpp"

namespace sentrail::identity {

// Who is to be what.
struct Invitation {
  std::string name;
  store::Role role = store::Role::reviewer;
  std::vector<std::string> groups;
  Uuid invited_by;
  std::int64_t expires_ms = 0;

  friend bool operator==(const Invitation&, const Invitation&) = default;
};

// An invitation with its token, which is shown once.
struct MadeInvitation {
  std::string token;
  Invitation invitation;
};

// The name of the Setting that an invitation with this token is kept under.
[[nodiscard]] std::string invitation_setting(std::string_view token);

// Invites somebody into the actor's workspace.
// fails: permission_denied (owners are invited by owners only); as check_account_name().
[[nodiscard]] Result<Changed<MadeInvitation>> invite(const audit::Recorder& recorder,
                                                     const Clock& clock, const Actor& actor,
                                                     Invitation wanted);

// What accepting works with.
struct AcceptParts {
  const Administration& administration;
  const audit::Recorder& recorder;
  const Clock& clock;
  const Directory& directory;  // as it is now
};

// Uses an invitation up: makes its account, as its inviter could make it today, or lets an existing
// one into the workspace. in: the Setting found under the token; the passphrase, new or the
// account's own. out: the person; the new membership is the last.
// fails: permission_denied if it is over, for another name, its inviter may no longer invite, or
// the passphrase is not the account's; already_exists for a member; as make_person().
// cost: one slow hash.
[[nodiscard]] Result<Changed<store::Person>> accept_invitation(const AcceptParts& parts,
                                                               const store::Setting& setting,
                                                               std::string_view name,
                                                               std::string passphrase);

}  // namespace sentrail::identity
