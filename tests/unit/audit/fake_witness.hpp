// A witness in memory, written from c2sp.org/tlog-witness.
//
// Neighbours: tests of this folder. Must not know: how the product asks.
#pragma once

#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "core/encoding.hpp"
#include "crypto/hash.hpp"
#include "runtime/audit/merkle.hpp"
#include "runtime/audit/witness.hpp"

namespace sentrail::test {

// threads: one at a time.
class FakeWitness final : public audit::WitnessLink {
 public:
  // Its key as text, type 0x04.
  [[nodiscard]] std::string key() const {
    const std::string typed = "\x04" + std::string(as_chars(key_.public_key()));
    return std::string(kName) + "+" + hex_encode(id()) + "+" + base64_encode(typed);
  }

  [[nodiscard]] Result<audit::WitnessAnswer> add_checkpoint(const std::string& body) override {
    ++asked;
    if (down) return fail(Errc::unavailable, "it is down");
    std::istringstream in(body);
    std::string line;
    std::getline(in, line);
    const std::uint64_t old = std::stoull(line.substr(4));
    std::vector<crypto::Digest> proof;
    while (std::getline(in, line) && !line.empty()) {
      const std::string bytes = base64_decode(line).value();
      std::copy(bytes.begin(), bytes.end(), proof.emplace_back().begin());
    }
    const std::string note = body.substr(body.find("\n\n") + 2);
    const audit::Checkpoint next = audit::unverified_checkpoint(note).value();
    Seen& log = seen[next.origin];
    if (knows_none || next.origin == unknown) return audit::WitnessAnswer{404, ""};
    if (old > next.size) return audit::WitnessAnswer{400, ""};
    if (old != log.size) return audit::WitnessAnswer{409, std::to_string(log.size) + "\n"};
    // source: c2sp.org/tlog-witness, add-checkpoint
    if (old == next.size && old > 0) {
      return log.root == next.root ? audit::WitnessAnswer{200, line_for(note)}
                                   : audit::WitnessAnswer{409, ""};
    }
    if (log.size > 0 && !audit::is_consistent(log.size, log.root, next.size, next.root, proof)) {
      return audit::WitnessAnswer{422, ""};
    }
    log = {next.size, next.root};
    return audit::WitnessAnswer{200, garbled ? "nonsense\n" : line_for(note)};
  }

  // How far it has seen a log.
  struct Seen {
    std::uint64_t size = 0;
    crypto::Digest root{};
  };

  bool down = false;
  bool garbled = false;
  bool knows_none = false;
  std::string unknown;  // a log that it does not know
  int asked = 0;
  std::map<std::string, Seen> seen;  // by origin

 private:
  static constexpr const char* kName = "witness.example.com/w";

  [[nodiscard]] std::string id() const {
    const std::string typed = "\x04" + std::string(as_chars(key_.public_key()));
    const crypto::Digest hash = crypto::sha256(std::string(kName) + "\n" + typed);
    return std::string(as_chars(hash).substr(0, 4));
  }
  [[nodiscard]] std::string line_for(const std::string& note) const {
    constexpr std::uint64_t kTime = 1'800'000'000;
    const std::string text = note.substr(0, note.find("\n\n") + 1);
    const crypto::Ed25519Signature signature =
        key_.sign("cosignature/v1\ntime " + std::to_string(kTime) + "\n" + text);
    std::string bytes = id();
    for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(kTime >> shift & 0xff);
    bytes += as_chars(signature);
    return std::string("\xe2\x80\x94 ") + kName + " " + base64_encode(bytes) + "\n";
  }

  crypto::Ed25519PrivateKey key_ = crypto::Ed25519PrivateKey::generate();
};

}  // namespace sentrail::test
