// Lines of a proof. See tlog_proof.hpp.
#include "runtime/audit/tlog_proof.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/encoding.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "runtime/audit/leaf.hpp"
#include "runtime/audit/merkle.hpp"
#include "runtime/audit/shards.hpp"

namespace sentrail::audit {
namespace {

using crypto::Digest;

constexpr std::string_view kFirst = "c2sp.org/tlog-proof@v1\n";
constexpr std::string_view kExtra = "extra ";
constexpr std::string_view kIndex = "index ";
constexpr std::size_t kHashesMax = 64;  // levels of a tree whose size has 64 bits

tl::unexpected<Error> malformed(const std::string& why) {
  return fail(Errc::corrupt, "malformed tlog-proof: " + why);
}

// Takes a line with that beginning off the front: what follows the beginning.
std::optional<std::string_view> take_after(std::string_view& text, std::string_view begin) {
  const std::size_t end = text.find('\n');
  if (end == text.npos || !text.starts_with(begin)) return std::nullopt;
  const std::string_view rest = text.substr(begin.size(), end - begin.size());
  text.remove_prefix(end + 1);
  return rest;
}

Result<std::vector<Digest>> take_hashes(std::string_view& text) {
  std::vector<Digest> hashes;
  while (true) {
    const auto line = take_after(text, "");
    if (!line) return malformed("it ends before its checkpoint");
    if (line->empty()) return hashes;
    if (hashes.size() == kHashesMax) return malformed("more hashes than a tree has levels");
    const Result<std::string> bytes = base64_decode(*line);
    if (!bytes || bytes->size() != sizeof(Digest)) return malformed("a hash is not 32 bytes");
    Digest& hash = hashes.emplace_back();
    std::copy(bytes->begin(), bytes->end(), reinterpret_cast<char*>(hash.data()));
  }
}

}  // namespace

std::string format_proof(const TlogProof& proof) {
  std::string text(kFirst);
  if (!proof.extra.empty()) text.append(kExtra).append(base64_encode(proof.extra)).append("\n");
  text.append(kIndex).append(std::to_string(proof.index)).append("\n");
  for (const Digest& hash : proof.hashes) text.append(base64_encode(as_chars(hash))).append("\n");
  return text.append("\n").append(proof.checkpoint);
}

Result<TlogProof> parse_proof(std::string_view text) {
  if (text.size() > limits::kTlogProofBytesMax) {
    return fail(Errc::limit_exceeded, "too long for a tlog-proof");
  }
  if (!text.starts_with(kFirst)) return malformed("its first line is another");
  text.remove_prefix(kFirst.size());
  TlogProof proof;
  if (text.starts_with(kExtra)) {
    const auto extra = take_after(text, kExtra);
    const Result<std::string> bytes = base64_decode(extra.value_or(std::string_view()));
    if (!bytes || bytes->empty()) return malformed("`extra` is no base64");
    proof.extra = *bytes;
  }
  const auto index = take_after(text, kIndex);
  if (!index) return malformed("it has no index");
  const char* const end = index->data() + index->size();
  const auto [stop, error] = std::from_chars(index->data(), end, proof.index);
  if (error != std::errc() || std::to_string(proof.index) != *index) {
    return malformed("its index is no decimal number");
  }
  SENTRAIL_ASSIGN_OR_RETURN(proof.hashes, take_hashes(text));
  if (text.empty()) return malformed("it has no checkpoint");
  proof.checkpoint = text;
  return proof;
}

Result<Checkpoint> verify_proof(const TlogProof& proof, const crypto::NoteVerifier& key) {
  const Result<Checkpoint> claimed = unverified_checkpoint(proof.checkpoint);
  if (!claimed) return claimed;
  const std::optional<int> year = shard_year(claimed->origin, key.name());
  if (!year) {
    return fail(Errc::permission_denied, "the checkpoint is of `" +
                                             escape_display(claimed->origin) +
                                             "`, which is no shard of the key's log");
  }
  SENTRAIL_ASSIGN_OR_RETURN(const crypto::NoteVerifier verifier, shard_key(key, *year));
  SENTRAIL_ASSIGN_OR_RETURN(Checkpoint checkpoint, open_checkpoint(proof.checkpoint, verifier));
  SENTRAIL_ASSIGN_OR_RETURN(const Leaf leaf, decode_leaf(proof.extra));
  // In the first shard both are equal; in later ones the link and the entries before count.
  if (leaf.sequence < proof.index) {
    return fail(Errc::corrupt, "the leaf is numbered " + std::to_string(leaf.sequence) +
                                   ", the proof is about leaf " + std::to_string(proof.index));
  }
  const std::optional<Digest> root =
      root_by_inclusion(proof.index, checkpoint.size, leaf_hash(proof.extra), proof.hashes);
  if (!root || *root != checkpoint.root) {
    return fail(Errc::corrupt, "the hashes do not lead from the leaf to the checkpoint's root");
  }
  return checkpoint;
}

}  // namespace sentrail::audit
