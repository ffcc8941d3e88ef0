// Fuzzes what a witness answers to add-checkpoint.
//
// Neighbours: runtime/audit/witness.hpp. The input is a sequence of answers: two bytes of status,
// two of length, the body; in a body that begins with `+` the true cosignature stands first.
// Whatever is answered, only a note with the witness's own line is taken. Must not know: sockets.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "core/encoding.hpp"
#include "crypto/hash.hpp"
#include "runtime/audit/merkle.hpp"
#include "runtime/audit/shards.hpp"
#include "runtime/audit/witness.hpp"

namespace {

using namespace sentrail;

constexpr const char* kOrigin = "log.example.com/a/2026";
constexpr const char* kWitness = "witness.example.com/w";

// Keys of a log and of its witness, and a log of one leaf.
struct World {
  crypto::NoteSigner log = crypto::NoteSigner::generate(kOrigin).value();
  crypto::Ed25519PrivateKey witness = crypto::Ed25519PrivateKey::generate();
  audit::Checkpoint checkpoint{kOrigin, 1, crypto::sha256("x")};
  std::string note;
  std::string id;
  std::string key;

  World() {
    note = crypto::sign_note(audit::checkpoint_text(checkpoint), {&log, 1}).value();
    const std::string typed = "\x04" + std::string(as_chars(witness.public_key()));
    const crypto::Digest hash = crypto::sha256(std::string(kWitness) + "\n" + typed);
    id = as_chars(hash).substr(0, 4);
    key = std::string(kWitness) + "+" + hex_encode(id) + "+" + base64_encode(typed);
  }

  [[nodiscard]] std::string line() const {
    const std::string text = note.substr(0, note.find("\n\n") + 1);
    const auto signature = witness.sign("cosignature/v1\ntime 7\n" + text);
    const std::string bytes = id + std::string(7, '\0') + "\7" + std::string(as_chars(signature));
    return std::string("\xe2\x80\x94 ") + kWitness + " " + base64_encode(bytes) + "\n";
  }
};

// Answers as the input says, and is away once it is used up.
class Answers final : public audit::WitnessLink {
 public:
  Answers(const World& world, std::string_view rest) : world_(world), rest_(rest) {}

  [[nodiscard]] Result<audit::WitnessAnswer> add_checkpoint(const std::string& body) override {
    SENTRAIL_CHECK(body.starts_with("old ") && body.ends_with(world_.note));
    if (rest_.size() < 4) return fail(Errc::unavailable, "it is away");
    const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(rest_[at]); };
    audit::WitnessAnswer answer;
    answer.status = byte(0) << 8 | byte(1);
    answer.body = rest_.substr(4, byte(2) << 8 | byte(3));
    rest_.remove_prefix(4 + answer.body.size());
    if (answer.body.starts_with('+')) answer.body = world_.line() + answer.body.substr(1);
    return answer;
  }
  [[nodiscard]] bool more() const { return rest_.size() >= 4; }

 private:
  const World& world_;
  std::string_view rest_;
};

class NoFiles final : public audit::TileSource {
 public:
  [[nodiscard]] Result<std::string> read(const std::string& path) override {
    return fail(Errc::not_found, path);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const World kWorld;
  Answers answers(kWorld, std::string_view(reinterpret_cast<const char*>(data), size));
  audit::Witness witness(crypto::CosignatureVerifier::parse(kWorld.key).value(), answers);
  NoFiles tiles;
  while (answers.more()) {
    const auto note = witness.cosign(tiles, kWorld.checkpoint, kWorld.note);
    if (!note) continue;
    SENTRAIL_CHECK(*note == kWorld.note + kWorld.line());
    SENTRAIL_CHECK(witness.has_cosigned(*note) && !witness.has_cosigned(kWorld.note));
  }
  return 0;
}
