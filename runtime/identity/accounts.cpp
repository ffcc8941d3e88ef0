// Accounts, sessions and the throttle.
//
// Neighbours: accounts.hpp. Must not know: where people are kept.
#include "runtime/identity/accounts.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/limits.hpp"
#include "core/names.hpp"
#include "core/text.hpp"
#include "core/time.hpp"
#include "crypto/password.hpp"
#include "crypto/random.hpp"
#include "runtime/identity/credential.hpp"

namespace sentrail::identity {
namespace {

constexpr std::size_t kAccountNameMin = 2;
constexpr std::size_t kAccountNameMax = 64;

// Signing in happens in front of a waiting person; the throttle and the length of passphrases do
// the rest.
constexpr crypto::PasswordCost kCost = crypto::PasswordCost::interactive;

tl::unexpected<Error> refused() {
  return fail(Errc::permission_denied, "the name or the passphrase is wrong");
}

// A hash that no passphrase has, made once, so that an unknown name costs what a known one does.
const std::string& hash_of_nobody() {
  static const std::string kHash =
      crypto::hash_password(crypto::random_base62(40), kCost).value_or("");
  return kHash;
}

}  // namespace

Status check_account_name(std::string_view name) {
  const bool sized = name.size() >= kAccountNameMin && name.size() <= kAccountNameMax;
  if (!sized || name.front() < 'a' || name.front() > 'z' ||
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._-") != std::string_view::npos) {
    return fail(Errc::invalid_argument,
                "a name has 2 to 64 lower-case letters, digits, `.`, `_` or `-` and begins with a "
                "letter");
  }
  return {};
}

Status check_groups(const std::vector<std::string>& groups) {
  if (groups.size() > limits::kLabelsMax) {
    return fail(Errc::invalid_argument,
                "a person is in at most " + std::to_string(limits::kLabelsMax) + " groups");
  }
  for (const std::string& group : groups) {
    if (!is_group_name(group)) {
      return fail(Errc::invalid_argument,
                  "`" + group +
                      "` is no group name: lower-case letters, digits, `_` and `-`, beginning with "
                      "a letter, and not `and`");
    }
  }
  return {};
}

Status check_passphrase(std::string_view passphrase, std::string_view name) {
  if (passphrase.size() < limits::kPassphraseBytesMin) {
    return fail(Errc::invalid_argument, "a passphrase has at least " +
                                            std::to_string(limits::kPassphraseBytesMin) +
                                            " characters; several words are best");
  }
  if (passphrase.size() > limits::kPassphraseBytesMax) {
    return fail(Errc::limit_exceeded, "the passphrase is longer than " +
                                          std::to_string(limits::kPassphraseBytesMax) + " bytes");
  }
  if (equal_ignoring_ascii_case(passphrase, name)) {
    return fail(Errc::invalid_argument, "the passphrase must not be the name");
  }
  if (passphrase.find_first_not_of(passphrase.front()) == std::string_view::npos) {
    return fail(Errc::invalid_argument, "the passphrase is one character over and over");
  }
  return {};
}

Result<store::Person> make_person(const AccountRequest& request, std::int64_t now_ms) {
  SENTRAIL_TRY(check_account_name(request.name));
  SENTRAIL_TRY(check_passphrase(request.passphrase, request.name));
  store::Person person;
  person.id = crypto::uuid_v4();
  person.name = request.name;
  person.display_name = request.display_name.empty() ? request.name : request.display_name;
  person.email = request.email;
  SENTRAIL_ASSIGN_OR_RETURN(person.passphrase_hash,
                            crypto::hash_password(request.passphrase, kCost));
  person.memberships = {request.membership};
  person.created_ms = now_ms;
  return person;
}

Result<SignedIn> sign_in(const store::Person* person, std::string_view passphrase,
                         std::int64_t now_ms) {
  const bool local = person != nullptr && !person->passphrase_hash.empty();
  const bool right =
      crypto::verify_password(local ? person->passphrase_hash : hash_of_nobody(), passphrase);
  if (!local || !right || person->disabled) return refused();
  NewSecret token = new_session_token();
  SignedIn signed_in;
  signed_in.token = std::move(token.text);
  signed_in.session.token_hash = token.hash;
  signed_in.session.person_id = person->id;
  signed_in.session.auth_method = std::string(kPassphraseMethod);
  signed_in.session.created_ms = now_ms;
  signed_in.session.expires_ms = plus_ms(Instant{now_ms}, limits::kSessionLifeMs).unix_ms;
  return signed_in;
}

Status check_session(const store::Session& session, const store::Person& person,
                     std::int64_t now_ms) {
  // A session from the future is one of a clock that was set back: it must not live longer for it.
  const bool in_time =
      now_ms < session.expires_ms && now_ms >= session.created_ms - limits::kSessionLifeMs;
  if (session.person_id != person.id || person.disabled || !in_time) {
    return fail(Errc::permission_denied, "the session is over; sign in again");
  }
  return {};
}

std::optional<store::Membership> membership_of(const store::Person& person,
                                               const Uuid& workspace_id) {
  if (person.disabled) return std::nullopt;
  for (const store::Membership& membership : person.memberships) {
    if (membership.workspace_id == workspace_id) return membership;
  }
  return std::nullopt;
}

// --- throttle ------------------------------------------------------------------------------

Status SignInThrottle::check_in(Table& table, std::string_view key, std::uint32_t max,
                                std::int64_t now_ms) {
  const auto at = table.find(key);
  if (at == table.end()) return {};
  const std::int64_t left_ms = at->second.since_ms + limits::kSignInWindowMs - now_ms;
  if (left_ms <= 0) {
    table.erase(at);
    return {};
  }
  if (at->second.count < max) return {};
  return fail(Errc::unavailable, "too many wrong passphrases; try again in " +
                                     std::to_string((left_ms + 999) / 1000) + " s");
}

void SignInThrottle::count_in(Table& table, std::string_view key, std::int64_t now_ms) {
  const auto at = table.find(key);
  if (at != table.end()) {
    ++at->second.count;
    return;
  }
  if (table.size() >= limits::kSignInNamesMax) {
    // The oldest goes: made-up names push out made-up names, and a window ends soon anyway.
    table.erase(std::min_element(table.begin(), table.end(), [](const auto& a, const auto& b) {
      return a.second.since_ms < b.second.since_ms;
    }));
  }
  table.emplace(std::string(key), Failures{now_ms, 1});
}

Status SignInThrottle::check(std::string_view name, std::string_view address, std::int64_t now_ms,
                             std::string_view device) {
  const std::lock_guard lock(mutex_);
  if (!device.empty()) return check_in(devices_, device, limits::kSignInFailuresMax, now_ms);
  SENTRAIL_TRY(check_in(names_, name, limits::kSignInFailuresMax, now_ms));
  return check_in(addresses_, address, limits::kSignInFailuresPerAddressMax, now_ms);
}

void SignInThrottle::failed(std::string_view name, std::string_view address, std::int64_t now_ms,
                            std::string_view device) {
  const std::lock_guard lock(mutex_);
  if (!device.empty()) return count_in(devices_, device, now_ms);
  count_in(names_, name, now_ms);
  count_in(addresses_, address, now_ms);
}

void SignInThrottle::forget(std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  for (Table* table : {&names_, &addresses_, &devices_}) {
    std::erase_if(*table, [now_ms](const auto& counted) {
      return counted.second.since_ms + limits::kSignInWindowMs <= now_ms;
    });
  }
}

std::size_t SignInThrottle::size() const {
  const std::lock_guard lock(mutex_);
  return names_.size() + addresses_.size() + devices_.size();
}

void SignInThrottle::succeeded(std::string_view name, std::string_view device) {
  const std::lock_guard lock(mutex_);
  // Not both: whoever guesses a name must not win tries whenever its owner signs in at home.
  Table& table = device.empty() ? names_ : devices_;
  const auto at = table.find(device.empty() ? name : device);
  if (at != table.end()) table.erase(at);
}

}  // namespace sentrail::identity
