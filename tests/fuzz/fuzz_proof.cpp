// Fuzzes `.tlog-proof` files.
//
// Neighbours: runtime/audit/tlog_proof.hpp. First byte 0: the rest is a file; what is read must be
// written again as the same bytes. 1: the rest is edits of a good file, three bytes each; whatever
// proves something proves the same entry. Must not know: where proofs come from.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "runtime/audit/leaf.hpp"
#include "runtime/audit/merkle.hpp"
#include "runtime/audit/shards.hpp"
#include "runtime/audit/tlog_proof.hpp"

namespace {

using namespace sentrail;

constexpr const char* kOrigin = "log.example.com/a";

// The proof of entry 10, leaf 3 of the four in the second shard.
struct Good {
  crypto::NoteSigner key = crypto::NoteSigner::generate(kOrigin).value();
  audit::TlogProof proof;
  std::string file;

  Good() {
    const audit::ShardRoot ended{{2025, 0}, 8, audit::leaf_hash("x")};
    crypto::Digest leaves[4] = {audit::leaf_hash(audit::shard_text(kOrigin, ended))};
    for (std::uint64_t i = 1; i < 4; ++i) {
      proof.extra = audit::encode_leaf(store::AuditEntry{}, 7 + i).value();
      leaves[i] = audit::leaf_hash(proof.extra);
    }
    proof.index = 3;
    proof.hashes = {leaves[2], audit::node_hash(leaves[0], leaves[1])};
    const audit::ShardRoot root{
        {2026, 8}, 4, audit::node_hash(proof.hashes[1], audit::node_hash(leaves[2], leaves[3]))};
    const crypto::NoteSigner shard = key.named(audit::shard_origin(kOrigin, 2026)).value();
    proof.checkpoint = crypto::sign_note(audit::shard_text(kOrigin, root), {&shard, 1}).value();
    file = audit::format_proof(proof);
    SENTRAIL_CHECK(audit::verify_proof(proof, key.verifier()).has_value());
  }
};

void check_edited(std::string_view edits) {
  static const Good kGood;
  std::string file = kGood.file;
  for (; edits.size() >= 3 && !file.empty(); edits.remove_prefix(3)) {
    const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(edits[at]); };
    const std::size_t at = (byte(1) * 5 + byte(0) / 4) % file.size();
    switch (byte(0) % 4) {
      case 0:
        file[at] = static_cast<char>(byte(2));
        break;
      case 1:
        file.insert(at, 1, static_cast<char>(byte(2)));
        break;
      case 2:
        file.erase(at, byte(2));
        break;
      default:
        file.insert(at, kGood.file.substr(byte(2) % kGood.file.size(), byte(2)));
    }
  }
  const auto proof = audit::parse_proof(file);
  if (!proof) return;
  SENTRAIL_CHECK(audit::format_proof(*proof) == file);
  const auto proved = audit::verify_proof(*proof, kGood.key.verifier());
  if (!proved) return;
  SENTRAIL_CHECK(proof->extra == kGood.proof.extra && proof->index == kGood.proof.index);
  SENTRAIL_CHECK(proof->hashes == kGood.proof.hashes && proved->size == 4);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 2 == 1) {
    check_edited(rest);
    return 0;
  }
  const auto proof = audit::parse_proof(rest);
  if (proof) SENTRAIL_CHECK(audit::format_proof(*proof) == rest);
  return 0;
}
