// Requests to a witness, and what its answers mean. See witness.hpp.
#include "runtime/audit/witness.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include "core/encoding.hpp"
#include "runtime/audit/merkle.hpp"

namespace sentrail::audit {
namespace {

// The size that a witness says it has: `<decimal>\n`.
std::optional<std::uint64_t> size_in(const std::string& body) {
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(body.data(), body.data() + body.size(), size);
  if (error != std::errc() || body != std::to_string(size) + "\n") return std::nullopt;
  return size;
}

tl::unexpected<Error> disagrees(const std::string& name, const std::string& how) {
  return fail(Errc::conflict, "witness `" + name + "` disagrees: " + how +
                                  "; see docs/runbooks/witness-disagrees.md");
}

}  // namespace

Result<std::string> witness_request(TileSource& tiles, std::uint64_t old_size,
                                    const Checkpoint& checkpoint, const std::string& note) {
  TileNodes nodes(tiles, checkpoint.size);
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<crypto::Digest> proof,
                            consistency_proof(nodes, old_size, checkpoint.size));
  std::string body = "old " + std::to_string(old_size) + "\n";
  for (const crypto::Digest& hash : proof) body += base64_encode(as_chars(hash)) + "\n";
  return body + "\n" + note;
}

// The line by which the witness signed a text, among others.
std::optional<std::string> Witness::own_line(const std::string& text,
                                             std::string_view lines) const {
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = std::min(lines.find('\n', at), lines.size());
    const std::string line = std::string(lines.substr(at, end - at)) + "\n";
    at = end + 1;
    const Result<crypto::NoteSignature> signature = crypto::parse_signature_line(line);
    if (signature && key_.time_of(text, *signature)) return line;
  }
  return std::nullopt;
}

bool Witness::has_cosigned(const std::string& note) const {
  const std::size_t blank = note.find("\n\n");
  if (blank == note.npos) return false;
  return own_line(note.substr(0, blank + 1), std::string_view(note).substr(blank + 2)).has_value();
}

Result<std::string> Witness::with_cosignature(const std::string& note,
                                              const std::string& lines) const {
  const auto line = own_line(note.substr(0, note.find("\n\n") + 1), lines);
  if (line) return note + *line;
  return fail(Errc::corrupt, "witness `" + key_.name() + "` did not sign what it answered");
}

Result<std::string> Witness::cosign(TileSource& tiles, const Checkpoint& checkpoint,
                                    const std::string& note) {
  std::uint64_t& known = sizes_[checkpoint.origin];
  for (bool again = false;; again = true) {
    SENTRAIL_ASSIGN_OR_RETURN(const std::string body,
                              witness_request(tiles, known, checkpoint, note));
    SENTRAIL_ASSIGN_OR_RETURN(const WitnessAnswer answer, link_.add_checkpoint(body));
    if (answer.status == 200) {
      SENTRAIL_ASSIGN_OR_RETURN(std::string cosigned, with_cosignature(note, answer.body));
      known = checkpoint.size;
      return cosigned;
    }
    if (answer.status == 404 || answer.status == 403) {
      return fail(Errc::permission_denied, "witness `" + key_.name() + "` does not know the log `" +
                                               checkpoint.origin + "` or its key");
    }
    if (answer.status == 422) return disagrees(key_.name(), "it has seen another history");
    const std::optional<std::uint64_t> size = size_in(answer.body);
    // Asked with the size that it has, it says 409 only where its root is another.
    if (answer.status == 409 && known == checkpoint.size && size.value_or(known) == known) {
      return disagrees(key_.name(), "it has seen another history");
    }
    if (answer.status != 409 || !size || again) {
      return fail(Errc::unavailable,
                  "witness `" + key_.name() + "` answered " + std::to_string(answer.status));
    }
    if (*size > checkpoint.size) {
      return disagrees(key_.name(), "it has seen " + std::to_string(*size) +
                                        " leaves, the log has " + std::to_string(checkpoint.size));
    }
    known = *size;
  }
}

}  // namespace sentrail::audit
