// What the coordinator asks of the outside: may this still be sent, send it, and what became of it.
//
// Neighbours: coordinator.hpp asks; gateway/ answers the first with policy, kill switch and
// identities, the others through the I/O threads' sockets; tests with files. Must not know: Asio,
// HTTP.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/uuid.hpp"
#include "runtime/execute/call.hpp"
#include "runtime/execute/events.hpp"
#include "runtime/store/transaction.hpp"

namespace sentrail::execute {

// Names one held call.
struct ActionRef {
  Uuid workspace_id;
  Uuid action_id;

  friend auto operator<=>(const ActionRef&, const ActionRef&) = default;
};

// When a recheck is made. Limits are consumed when claiming, not again before the intent.
enum class RecheckAt : std::uint8_t { claim, intent };

// The current answer, and what must happen in the same transaction for it to hold: the kill state's
// version it rests on, the limits it consumes.
struct RecheckAnswer {
  Rechecked verdict;
  std::vector<store::Operation> operations;
  // What does not pass may do so soon: the call stays approved, and it is asked again.
  bool later = false;
};

// Decides an approved call anew with everything as it is now.
class Rechecker {
 public:
  virtual ~Rechecker() = default;
  // Answers from memory; must not block. Asked again whenever the transaction met a conflict.
  // threads: called by the coordinator's thread only.
  [[nodiscard]] virtual RecheckAnswer recheck(const store::ActionRecord& record, const Call& call,
                                              RecheckAt at) = 0;
};

// The fence of a question about a call: no claim has it.
inline constexpr std::uint64_t kProbeFence = 0;

// One call to send now, under the claim that `fence` names, or a question about it.
struct SendJob {
  store::ActionRecord record;
  Call call;
  std::uint64_t fence = 0;
};

// How a try ended.
struct SendReport {
  enum class End : std::uint8_t {
    nothing_sent,  // and this is certain: no byte of the request left
    no_answer,     // bytes may have left, and no whole response came
    answered,      // a whole response came
  };

  End end = End::no_answer;
  std::string why;          // for people, unless answered
  StoredResponse response;  // if answered; the body cut to limits::kResponseKeptBytesMax
  bool stopping = false;    // nothing was sent because this server stops
};

// Hears how sending goes. threads: any.
class SendObserver {
 public:
  virtual ~SendObserver() = default;
  // Bytes of the request are about to leave.
  virtual void first_byte_sent(const ActionRef& ref, std::uint64_t fence) noexcept = 0;
  // The try ended. Exactly once for each job.
  virtual void finished(const ActionRef& ref, std::uint64_t fence, SendReport report) noexcept = 0;
};

// Sends calls.
class Sender {
 public:
  virtual ~Sender() = default;
  // Starts sending and returns. Everything but the credential is in the job; nothing else may be
  // added, and nothing may be sent twice. Must end within limits::kUpstreamTotalMsDefault.
  // threads: called by the coordinator's thread only.
  virtual void send(SendJob job, SendObserver& observer) noexcept = 0;
};

// A question about a call in doubt, and what the end of asking it says. How an answer is read is
// settled when it is asked: promises may change meanwhile.
struct Question {
  Call call;
  std::function<Probed(const SendReport&)> read;
};

// Knows how to ask what became of a call in doubt. threads: the coordinator's.
class Prober {
 public:
  virtual ~Prober() = default;
  // How long to wait after the doubt arose; nothing if calls like this cannot be asked about.
  [[nodiscard]] virtual std::optional<std::int64_t> settle_ms(
      const store::ActionRecord& record) = 0;
  // The question, if it may be asked now. fails: with why it may not.
  [[nodiscard]] virtual Result<Question> question(const store::ActionRecord& record,
                                                  const Call& call) = 0;
};

}  // namespace sentrail::execute
