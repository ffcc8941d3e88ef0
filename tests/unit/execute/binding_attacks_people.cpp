// Attacks that use an approval again, or get one from nobody, or from who may not give it; and
// those on the eyes of whoever approves.
//
// Neighbours: binding_attacks.hpp.
#include <limits>

#include "core/text.hpp"
#include "runtime/store/records_codec.hpp"
#include "tests/unit/execute/binding_attacks.hpp"

namespace sentrail::execute {
namespace {

using store::ActionState;

// Whether an event makes a call in that state one that will be, or may be, sent.
bool opens(const Action& action, const Event& event, std::int64_t now_ms = kNow) {
  const auto step = transition(action, event, now_ms);
  if (!step || step->effects.empty()) return false;
  const ActionState state = step->action.record.state;
  return state == ActionState::approved || state == ActionState::claimed ||
         state == ActionState::sending || state == ActionState::succeeded;
}

Attack event_attack(const char* name, const char* fault, ActionState state, Event event) {
  return {name, fault, [state, event] { return opens(action_in(state), event); }};
}

Attack vote_attack(const char* name, const char* fault, void (*change)(Action&, VoteCast&)) {
  return {name, fault, [change] {
            Action action = action_in(ActionState::held);
            VoteCast vote = approve_by(reviewer(1));
            change(action, vote);
            return opens(action, vote);
          }};
}

// Whether a sealed call of one approval opens under another record.
bool opens_as(void (*change)(store::ActionRecord&)) {
  const CallVault vault(crypto::SealKey::generate());
  Approved approved = approved_merge();
  const std::string sealed = vault.seal(approved.record, approved.stored);
  approved.record.request = {Uuid{}, sealed.size(), crypto::sha256(sealed)};
  change(approved.record);
  const auto opened = vault.open_call(approved.record, sealed);
  return opened && check_binding(*opened, approved.record);
}

bool record_reads_with_state(std::uint8_t state) {
  store::ActionRecord record = asked_record();
  std::string bytes = store::encode_record(record);
  // Tag, version, three ids and the version number stand before the state.
  bytes[2 + 3 * 16 + 8] = static_cast<char>(state);
  return store::decode_record<store::ActionRecord>(bytes).has_value();
}

bool shows(const std::string& hostile, std::string_view raw) {
  return escape_display(hostile).find(raw) != std::string::npos;
}

}  // namespace

std::vector<Attack> replay_attacks() {
  return {
      event_attack("executed_again_after_a_crash", "openworker #443", ActionState::succeeded,
                   Claimed{executor(), {}}),
      event_attack("sent_again_after_a_crash", "openworker #443", ActionState::sending,
                   Claimed{executor(), {}}),
      event_attack("approved_again_after_a_lost_response", "Yuzu #2784", ActionState::in_doubt,
                   approve_by(reviewer(2))),
      event_attack("claimed_again_in_doubt", "Yuzu #2784", ActionState::in_doubt,
                   Claimed{executor(), {}}),
      event_attack("denied_and_approved_after_all", "OpenAI #4319", ActionState::denied,
                   approve_by(reviewer(2))),
      event_attack("expired_and_approved_after_all", "OpenAI #4447", ActionState::expired,
                   approve_by(reviewer(2))),
      event_attack("revoked_and_claimed_after_all", "gemi #458", ActionState::revoked,
                   Claimed{executor(), {}}),
      event_attack("grant_used_twice", "mattermost-plugin-agents #908", ActionState::succeeded,
                   GrantUsed{}),
      event_attack("late_executor_sends_too", "stale fence", ActionState::claimed,
                   IntentRecorded{2}),
      {"approval_moved_to_another_call", "opencode #9554",
       [] { return opens_as([](auto& r) { r.action_id.bytes[0] ^= 1; }); }},
      {"approval_moved_to_another_workspace", "opencode #9554",
       [] { return opens_as([](auto& r) { r.workspace_id.bytes[0] ^= 1; }); }},
      {"approval_used_past_its_time", "opencode #10753",
       [] { return opens(action_in(ActionState::approved), Claimed{executor(), {}}, kExecuteBy); }},
      {"intent_recorded_past_its_time", "opencode #10753",
       [] { return opens(action_in(ActionState::claimed), IntentRecorded{3}, kExecuteBy); }},
      {"vote_counted_past_its_time", "hermes #47503",
       [] { return opens(action_in(ActionState::held), approve_by(reviewer(1)), kDecideBy); }},
      {"unknown_state_taken_for_good", "Vercel #16959",
       [] {
         SENTRAIL_CHECK(record_reads_with_state(9));
         return record_reads_with_state(10) || record_reads_with_state(255);
       }},
      {"unknown_status_taken_for_success", "Vercel #16959",
       [] {
         return opens(action_in(ActionState::sending), ResponseReceived{3, 0, {}}) ||
                opens(action_in(ActionState::sending), ResponseReceived{3, 999, {}});
       }},
  };
}

std::vector<Attack> approver_attacks() {
  return {
      vote_attack("a_member_approves", "trstringer/manual-approval #182",
                  [](Action&, VoteCast& v) { v.voter.role = store::Role::member; }),
      vote_attack("an_auditor_approves", "trstringer/manual-approval #182",
                  [](Action&, VoteCast& v) { v.voter.role = store::Role::auditor; }),
      vote_attack("no_seat_in_the_quorum", "Teleport #36854",
                  [](Action& a, VoteCast&) { a.record.quorum = "1 of security"; }),
      vote_attack("the_requester_approves", "Teleport #13416",
                  [](Action& a, VoteCast& v) { a.record.requested_by = v.voter.name; }),
      vote_attack(
          "the_agents_owner_approves", "Teleport #13416",
          [](Action& a, VoteCast& v) { a.record.agent_owner = format_uuid(v.voter.person_id); }),
      vote_attack("a_link_of_the_chain_approves", "AISVS 9.2",
                  [](Action& a, VoteCast& v) { a.record.delegation_chain = {v.voter.name}; }),
      vote_attack("one_person_fills_two_seats", "Jetpack #24455",
                  [](Action& a, VoteCast& v) {
                    a.record.quorum = "1 of sre and 1 of security";
                    v.voter.groups = {"sre", "security"};
                  }),
      vote_attack("one_person_votes_twice", "gitstream #605",
                  [](Action& a, VoteCast& v) {
                    a.record.quorum = "2 of role:reviewer";
                    a = transition(a, v, kNow).value().action;
                  }),
      vote_attack("another_hash_was_shown", "openclaw #124738",
                  [](Action&, VoteCast& v) { v.shown[31] ^= 1; }),
      vote_attack("no_hash_was_shown", "OpenAI #4257", [](Action&, VoteCast& v) { v.shown = {}; }),
      vote_attack("a_group_imitates_a_role", "group names",
                  [](Action& a, VoteCast& v) {
                    a.record.quorum = "1 of role:owner";
                    v.voter.groups = {"role:owner"};
                  }),
      event_attack("sent_though_nobody_saw_it", "hermes #84395", ActionState::held,
                   Claimed{executor(), {}}),
      event_attack("granted_though_nobody_saw_it", "kimi-cli #1823", ActionState::held,
                   GrantUsed{}),
      {"silence_taken_for_consent", "Kiro #10012",
       [] { return opens(action_in(ActionState::held), DecideByReached{}, kDecideBy); }},
      {"held_with_nobody_to_ask", "empty quorum",
       [] {
         store::ActionRecord draft = action_in(ActionState::held).record;
         draft.quorum.clear();
         return hold(draft, kNow).has_value();
       }},
      {"held_with_votes_already", "planted votes",
       [] {
         store::ActionRecord draft = asked_record();
         draft.votes = approved_merge().record.votes;
         return hold(draft, kNow).has_value();
       }},
  };
}

std::vector<Attack> display_attacks() {
  return {
      {"text_turned_around", "bidi characters",
       [] {
         return shows(
             "pay \xe2\x80\xae"
             "001 euro",
             "\xe2\x80\xae");
       }},
      {"text_hidden_between_letters", "zero-width characters",
       [] { return shows("adm\xe2\x80\x8bin", "\xe2\x80\x8b"); }},
      {"terminal_told_to_erase", "control sequences",
       [] { return shows("safe\x1b[2K\x1b[1Gevil", "\x1b"); }},
      {"line_faked", "line breaks", [] { return shows("ok\nstatus approved", "\n"); }},
      {"payload_pushed_off_the_screen", "AISVS 9.2.2",
       [] {
         // Complete, not cut: the end of a long argument is shown as well.
         return !shows(std::string(1u << 20, ' ') + "--delete", "--delete");
       }},
  };
}

}  // namespace sentrail::execute
