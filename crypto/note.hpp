// Signed notes: a text, a blank line, and signature lines, as C2SP and Go's sumdb write them.
//
// Neighbours: sign.hpp; bundles and audit checkpoints are signed notes. Must not know: what the
// text says. A note's text means nothing before open_note has returned it.
// source: c2sp.org/signed-note v1.0.0; key encodings of golang.org/x/mod/sumdb/note.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "crypto/sign.hpp"

namespace sentrail::crypto {

// A named public key of type 0x01 (Ed25519).
class NoteVerifier {
 public:
  // Reads `name+hex8+base64(0x01 || key)`, the hexadecimal being the key id.
  // fails: invalid_argument; unsupported for other types of key.
  [[nodiscard]] static Result<NoteVerifier> parse(std::string_view text);
  // fails: invalid_argument unless is_note_key_name(name).
  [[nodiscard]] static Result<NoteVerifier> from_key(std::string_view name,
                                                     const Ed25519PublicKey& key);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  // First four bytes, big endian, of SHA-256(name || 0x0a || 0x01 || key).
  [[nodiscard]] std::uint32_t key_id() const noexcept { return key_id_; }
  [[nodiscard]] const Ed25519PublicKey& key() const noexcept { return key_; }
  // What parse() reads.
  [[nodiscard]] std::string to_string() const;

 private:
  NoteVerifier() = default;

  std::string name_;
  std::uint32_t key_id_ = 0;
  Ed25519PublicKey key_{};
};

// A named private key of type 0x01 (Ed25519).
class NoteSigner {
 public:
  // Reads `PRIVATE+KEY+name+hex8+base64(0x01 || seed)`. fails: as NoteVerifier::parse; messages
  // never repeat the text.
  [[nodiscard]] static Result<NoteSigner> parse(std::string_view text);
  // A new key under that name. fails: invalid_argument unless is_note_key_name(name).
  [[nodiscard]] static Result<NoteSigner> generate(std::string_view name);

  // The same key under another name. fails: invalid_argument unless is_note_key_name(name).
  [[nodiscard]] Result<NoteSigner> named(std::string_view name) const;

  // The public half.
  [[nodiscard]] const NoteVerifier& verifier() const noexcept { return verifier_; }
  // What parse() reads: the secret itself. Handle with care.
  [[nodiscard]] std::string to_secret_string() const;
  // `— name base64(key id || signature)` and a newline. REQUIRES: is_note_text(text).
  [[nodiscard]] std::string signature_line(std::string_view text) const;

 private:
  NoteSigner(NoteVerifier verifier, Ed25519PrivateKey key)
      : verifier_(std::move(verifier)), key_(std::move(key)) {}

  NoteVerifier verifier_;
  Ed25519PrivateKey key_;
};

// One signature line: who it says it is from. `signature` is without the key id.
struct NoteSignature {
  std::string name;
  std::uint32_t key_id = 0;
  std::string signature;

  friend bool operator==(const NoteSignature&, const NoteSignature&) = default;
};

// A note that was opened. `verified` has at least one entry and each key once; the others are from
// keys we do not know and say nothing.
struct OpenedNote {
  std::string text;  // with its last newline, without the blank line
  std::vector<NoteSignature> verified;
  std::vector<NoteSignature> unverified;
};

// A named public key of type 0x04 (cosignature/v1): of a witness, which says when it saw a
// checkpoint that only ever grew. source: c2sp.org/tlog-cosignature v1.0.1.
class CosignatureVerifier {
 public:
  // Reads `name+hex8+base64(0x04 || key)`. fails: as NoteVerifier::parse.
  [[nodiscard]] static Result<CosignatureVerifier> parse(std::string_view text);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  // The time in Unix seconds that a signature line of an opened note gives the note's text;
  // nothing if it is of another key, or wrong.
  [[nodiscard]] std::optional<std::uint64_t> time_of(std::string_view text,
                                                     const NoteSignature& signature) const;

 private:
  std::string name_;
  std::uint32_t key_id_ = 0;
  Ed25519PublicKey key_{};
};

// Reads one line `— name base64(key id || signature)` with its newline, whoever it is from.
// fails: corrupt.
[[nodiscard]] Result<NoteSignature> parse_signature_line(std::string_view line);

// Whether a key may have that name: UTF-8, not empty, no Unicode space, no `+`, no controls.
[[nodiscard]] bool is_note_key_name(std::string_view name) noexcept;

// Whether a text can be signed: UTF-8, ends in a newline, no ASCII controls but newlines.
[[nodiscard]] bool is_note_text(std::string_view text) noexcept;

// The whole note: `text`, a blank line, a line from each signer.
// fails: invalid_argument unless is_note_text(text); limit_exceeded (limits::kNoteBytesMax).
// REQUIRES: at least one signer.
[[nodiscard]] Result<std::string> sign_note(std::string_view text,
                                            std::span<const NoteSigner> signers);

// Checks every signature by a known key, ignores those by unknown ones.
// fails: corrupt if the note is malformed or one known key's signature is wrong;
// permission_denied if no known key signed; limit_exceeded (kNoteBytesMax, kNoteSignaturesMax).
[[nodiscard]] Result<OpenedNote> open_note(std::string_view note,
                                           std::span<const NoteVerifier> known);

}  // namespace sentrail::crypto
