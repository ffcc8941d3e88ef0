// Identification, and what each thread remembers of it. See identify.hpp.
#include "runtime/gateway/identify.hpp"

#include <array>
#include <string_view>
#include <utility>

#include "crypto/tag.hpp"
#include "runtime/gateway/answers.hpp"
#include "runtime/identity/keys.hpp"

namespace sentrail::gateway {
namespace {

// Why an agent was refused, as a code: the order is that of identity::Directory::identify.
std::string_view refusal_code(const store::ApiKey& key, const identity::Directory& directory,
                              std::string_view agent_id) {
  if (agent_id.empty()) return key.agent_ids.empty() ? "agent_not_registered" : "agent_not_allowed";
  const store::Agent* agent = directory.find_agent(key.workspace_id, agent_id);
  if (agent != nullptr && agent->disabled) return "agent_disabled";
  if (agent == nullptr && key.agent_ids.empty()) return "agent_not_registered";
  return "agent_not_allowed";
}

// The callers that one thread has identified lately, by a keyed tag of what they presented.
class Memo {
 public:
  [[nodiscard]] CallerPtr find(const crypto::Tag& tag, std::uint64_t snapshot) const {
    const Slot& slot = slots_[place_of(tag)];
    return slot.snapshot == snapshot && slot.tag == tag ? slot.caller : nullptr;
  }

  void remember(const crypto::Tag& tag, std::uint64_t snapshot, CallerPtr caller) {
    slots_[place_of(tag)] = {tag, snapshot, std::move(caller)};
  }

  [[nodiscard]] crypto::Tag tag_of(std::string_view authorization,
                                   std::string_view agent_id) const {
    return tagger_.tag({authorization, agent_id});
  }

 private:
  struct Slot {
    crypto::Tag tag{};
    std::uint64_t snapshot = 0;  // none has this number
    CallerPtr caller;
  };

  static std::size_t place_of(const crypto::Tag& tag) { return tag.front() % kSlots; }

  static constexpr std::size_t kSlots = 128;
  const crypto::Tagger tagger_;
  std::array<Slot, kSlots> slots_;
};

tl::expected<CallerPtr, http::HttpResponse> identify(std::string_view authorization,
                                                     std::string_view agent_id, const Known& known,
                                                     store::Scope needed, std::int64_t now_ms) {
  const Result<store::ApiKey> key = known.directory().authenticate(authorization, needed, now_ms);
  if (!key) return tl::make_unexpected(unauthorised());
  return name_caller(*key, known, agent_id);
}

}  // namespace

http::HttpResponse agent_not_allowed(std::string_view why) {
  return refusal(403, "agent_not_allowed", why);
}

tl::expected<CallerPtr, http::HttpResponse> name_caller(const store::ApiKey& key,
                                                        const Known& known,
                                                        std::string_view agent_id) {
  const identity::Directory& directory = known.directory();
  Result<identity::Caller> caller = directory.identify(key, agent_id);
  if (caller) return std::make_shared<const identity::Caller>(*std::move(caller));
  if (caller.error().message == identity::kUnauthenticated) {
    return tl::make_unexpected(unauthorised());
  }
  if (caller.error().code != Errc::permission_denied) {
    return tl::make_unexpected(refusal(caller.error()));
  }
  return tl::make_unexpected(
      refusal(403, refusal_code(key, directory, agent_id), caller.error().message));
}

tl::expected<CallerPtr, http::HttpResponse> identify_agent(const http::Headers& headers,
                                                           const Known& known, store::Scope needed,
                                                           std::int64_t now_ms) {
  thread_local Memo memo;
  // Two credentials or two names are two readings of who calls.
  const http::Headers::Found credential = headers.look_up("authorization");
  const std::string_view authorization =
      credential.count <= 1 ? credential.value : std::string_view();
  const http::Headers::Found name = headers.look_up("x-agent-id");
  const bool named_once = name.count <= 1;
  const std::string_view agent_id = named_once ? name.value : std::string_view();
  const crypto::Tag tag = memo.tag_of(authorization, agent_id);
  if (named_once) {
    CallerPtr seen = memo.find(tag, known.number());
    if (seen != nullptr && identity::is_usable(seen->key, needed, now_ms)) return seen;
  }
  auto caller = identify(authorization, agent_id, known, needed, now_ms);
  // Whoever may not call learns nothing else.
  const bool unknown = !caller && caller.error().status == 401;
  if (!named_once && !unknown) {
    return tl::make_unexpected(refusal(400, "invalid_request", "X-Agent-Id stands twice"));
  }
  if (caller) memo.remember(tag, known.number(), *caller);
  return caller;
}

}  // namespace sentrail::gateway
