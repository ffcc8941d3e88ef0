// Asks a witness to cosign checkpoints: somebody else who remembers how far the log had come.
//
// Neighbours: log_keeper.hpp asks after each checkpoint, server/witness_link.hpp carries the
// request. Must not know: sockets, URLs. What a witness answers is believed only if its key signed
// it; that it answers at all is not needed for anything but its cosignature.
// source: c2sp.org/tlog-witness v1.0.0, c2sp.org/tlog-cosignature v1.0.1.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "crypto/note.hpp"
#include "runtime/audit/checkpoint.hpp"
#include "runtime/audit/tile_tree.hpp"

namespace sentrail::audit {

// An answer to add-checkpoint.
struct WitnessAnswer {
  int status = 0;
  std::string body;
};

// Carries one request to the witness, and waits for its answer. threads: one at a time.
class WitnessLink {
 public:
  virtual ~WitnessLink() = default;
  // fails: unavailable or timed_out, within limits::kWitnessMsMax.
  [[nodiscard]] virtual Result<WitnessAnswer> add_checkpoint(const std::string& body) = 0;
};

// The body of add-checkpoint: the size that the witness has, the proof from there, the note.
// fails: as the source of tiles.
[[nodiscard]] Result<std::string> witness_request(TileSource& tiles, std::uint64_t old_size,
                                                  const Checkpoint& checkpoint,
                                                  const std::string& note);

// One witness, and the size of each log that it has last cosigned. threads: one at a time.
class Witness {
 public:
  // `link` outlives this.
  Witness(crypto::CosignatureVerifier key, WitnessLink& link) : key_(std::move(key)), link_(link) {}

  // Has a signed checkpoint of our log cosigned.
  // out: the note with the cosignature's line added. fails: conflict if the witness knows more of
  // this log than there is, or another one: history was lost or rewritten; permission_denied if
  // it does not know the log; unavailable, timed_out; corrupt for an answer that its key did not
  // sign.
  [[nodiscard]] Result<std::string> cosign(TileSource& tiles, const Checkpoint& checkpoint,
                                           const std::string& note);

  // Whether a signed checkpoint has this witness's line.
  [[nodiscard]] bool has_cosigned(const std::string& note) const;

  [[nodiscard]] const std::string& name() const noexcept { return key_.name(); }

 private:
  [[nodiscard]] std::optional<std::string> own_line(const std::string& text,
                                                    std::string_view lines) const;
  [[nodiscard]] Result<std::string> with_cosignature(const std::string& note,
                                                     const std::string& lines) const;

  const crypto::CosignatureVerifier key_;
  WitnessLink& link_;
  std::map<std::string, std::uint64_t> sizes_;  // of the logs it has been asked about
};

}  // namespace sentrail::audit
