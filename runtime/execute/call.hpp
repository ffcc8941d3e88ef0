// The exact call that a hold keeps, and the answer it gets: their bytes, sealed, and the check that
// what would be sent is what was approved.
//
// Neighbours: approvals/binding.hpp (the pre-image), coordinator.hpp stores and loads them, a
// Sender writes a Call to the wire. Must not know: the store, sockets, credentials: a tool's
// credential is added by the sender, after the check.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "crypto/seal.hpp"
#include "runtime/approvals/binding.hpp"
#include "runtime/store/records.hpp"

namespace sentrail::execute {

// One HTTP call as it will be sent, less the injected credential.
struct Call {
  std::string upstream;  // id of the pinned connection
  std::string scheme;
  std::string host;
  std::uint16_t port = 0;
  std::string method;
  std::string target;                           // as on the wire
  std::vector<approvals::HeaderField> headers;  // forwarded ones, the client's order and spelling
  std::string body;
  std::string tool_definition_hash;  // empty, or 32 bytes
  std::vector<approvals::HeaderField> preconditions;

  friend bool operator==(const Call&, const Call&) = default;
};

// What is stored of a call: the approved pre-image, which names everything but the spelling of the
// headers and the body itself.
struct StoredCall {
  std::string preimage;
  std::vector<approvals::HeaderField> headers;
  std::string body;

  friend bool operator==(const StoredCall&, const StoredCall&) = default;
};

// What is stored of an answer.
struct StoredResponse {
  std::uint32_t status = 0;
  std::vector<approvals::HeaderField> headers;
  std::string body;  // its beginning, if truncated
  bool truncated = false;

  friend bool operator==(const StoredResponse&, const StoredResponse&) = default;
};

// Puts together what an approval of this call is bound to. The record gives who asks, why and how
// long: everything but its hashes must be there.
// fails: invalid_argument if a header field is malformed.
[[nodiscard]] Result<approvals::BindingInput> bind(const store::ActionRecord& record,
                                                   const Call& call);

// Reads a stored call and checks that it is, byte for byte, what the record's hash was made of, and
// that this hash is what those who approved were shown.
// fails: corrupt; the message says what differs, and the call must not be sent.
[[nodiscard]] Result<Call> check_binding(const StoredCall& stored,
                                         const store::ActionRecord& record);

// Seals calls and answers under a key derived from the master key, each bound to its action: the
// bytes of one action do not open as another's. threads: const use from any.
class CallVault {
 public:
  explicit CallVault(const crypto::SealKey& master);

  // Seals a call or an answer.
  [[nodiscard]] std::string seal(const store::ActionRecord& record, const StoredCall& call) const;
  [[nodiscard]] std::string seal(const store::ActionRecord& record,
                                 const StoredResponse& response) const;

  // Opens what seal() made for the same action. `sealed` must have the hash that the record names.
  // fails: corrupt.
  [[nodiscard]] Result<StoredCall> open_call(const store::ActionRecord& record,
                                             std::string_view sealed) const;
  [[nodiscard]] Result<StoredResponse> open_response(const store::ActionRecord& record,
                                                     std::string_view sealed) const;

 private:
  crypto::SealKey key_;
};

}  // namespace sentrail::execute
