// Local accounts: names, passphrases, sessions, and the brake on guessing.
//
// Neighbours: credential.hpp (tokens), administration.hpp (storing), crypto/password.hpp
// (Argon2id). Must not know: routes, terminals. A session says who somebody is; what they may do is
// looked up in their memberships at each use, so that a lost role is lost at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "runtime/store/records.hpp"

namespace sentrail::identity {

// How a session of a local account was begun, as it stands with votes.
inline constexpr std::string_view kPassphraseMethod = "passphrase";

// Checks an account's name: 2 to 64 of lower-case letters, digits and `._-`, beginning with a
// letter. fails: invalid_argument.
[[nodiscard]] Status check_account_name(std::string_view name);

// Checks the groups of a membership: group names, at most limits::kLabelsMax.
// fails: invalid_argument.
[[nodiscard]] Status check_groups(const std::vector<std::string>& groups);

// Checks a new passphrase: long enough, not the account's name, not one character over and over.
// fails: invalid_argument; limit_exceeded.
[[nodiscard]] Status check_passphrase(std::string_view passphrase, std::string_view name);

// What a new account is to be.
struct AccountRequest {
  std::string name;
  std::string display_name;
  std::string email;
  std::string passphrase;
  store::Membership membership;
};

// Makes a person. cost: one slow hash. fails: as the checks; unavailable without the memory.
[[nodiscard]] Result<store::Person> make_person(const AccountRequest& request, std::int64_t now_ms);

// A session with its token, which only the person's own client keeps.
struct SignedIn {
  std::string token;
  store::Session session;
};

// Signs in with a passphrase. `person` is null for a name that nobody has: it takes as long and
// fails alike. cost: one slow hash; never on an I/O thread. fails: permission_denied, one message.
[[nodiscard]] Result<SignedIn> sign_in(const store::Person* person, std::string_view passphrase,
                                       std::int64_t now_ms);

// Checks that a stored session still speaks for a person.
// fails: permission_denied if it is over or the person is disabled or another.
[[nodiscard]] Status check_session(const store::Session& session, const store::Person& person,
                                   std::int64_t now_ms);

// The place of a person in a workspace; nothing if they have none or are disabled.
[[nodiscard]] std::optional<store::Membership> membership_of(const store::Person& person,
                                                             const Uuid& workspace_id);

// Slows guessing down: so many failures in a window, for a name and for an address, then nobody
// gets through to the slow hash until the window has passed. A right passphrase forgives the name's
// failures and not the address's. Tries from a device that signed in before (device.hpp) are
// counted for that device alone: who guesses elsewhere cannot keep it out, and it is no freer than
// they are. threads: any.
class SignInThrottle {
 public:
  // Asks before each try. in: the device as device_of() names it; empty: unknown.
  // fails: unavailable, saying when to come back.
  [[nodiscard]] Status check(std::string_view name, std::string_view address, std::int64_t now_ms,
                             std::string_view device = {});
  // Tells how a try ended.
  void failed(std::string_view name, std::string_view address, std::int64_t now_ms,
              std::string_view device = {});
  void succeeded(std::string_view name, std::string_view device = {});
  // Forgets what is forgiven anyway.
  void forget(std::int64_t now_ms);
  // How many names, addresses and devices are counted.
  [[nodiscard]] std::size_t size() const;

 private:
  struct Failures {
    std::int64_t since_ms = 0;
    std::uint32_t count = 0;
  };
  using Table = std::map<std::string, Failures, std::less<>>;

  [[nodiscard]] static Status check_in(Table& table, std::string_view key, std::uint32_t max,
                                       std::int64_t now_ms);
  static void count_in(Table& table, std::string_view key, std::int64_t now_ms);

  mutable std::mutex mutex_;
  Table names_;      // guarded by mutex_
  Table addresses_;  // guarded by mutex_
  Table devices_;    // guarded by mutex_
};

}  // namespace sentrail::identity
