// Reads and writes C2SP signed notes. See note.hpp.
#include "crypto/note.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "core/check.hpp"
#include "core/encoding.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "crypto/hash.hpp"
#include "crypto/seal.hpp"

namespace sentrail::crypto {
namespace {

constexpr char kTypeEd25519 = '\x01';
constexpr char kTypeCosignature = '\x04';
constexpr std::size_t kTimeBytes = 8;
constexpr std::string_view kDash = "\xe2\x80\x94 ";  // U+2014 and a space
constexpr std::string_view kPrivatePrefix = "PRIVATE+KEY+";
constexpr std::size_t kKeyIdBytes = 4;

// Property White_Space of Unicode 15, as Go's unicode.IsSpace.
bool is_unicode_space(char32_t point) noexcept {
  return (point >= 0x09 && point <= 0x0d) || point == 0x20 || point == 0x85 || point == 0xa0 ||
         point == 0x1680 || (point >= 0x2000 && point <= 0x200a) || point == 0x2028 ||
         point == 0x2029 || point == 0x202f || point == 0x205f || point == 0x3000;
}

std::uint32_t read_big_endian(std::string_view bytes) noexcept {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < kKeyIdBytes; ++i) {
    value = value << 8u | static_cast<unsigned char>(bytes[i]);
  }
  return value;
}

std::string big_endian(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xffu);
  return bytes;
}

std::uint32_t key_id_of(std::string_view name, const Ed25519PublicKey& key,
                        char type = kTypeEd25519) {
  std::string text(name);
  text += '\n';
  text += type;
  text += as_chars(key);
  const Digest digest = sha256(text);
  return read_big_endian(as_chars(digest));
}

// `name+hex8+base64`, taken apart. The name ends at the first `+`, for it has none; base64 may
// have some.
struct EncodedKey {
  std::string_view name;
  std::uint32_t key_id = 0;
  std::string key;  // without its type; wiped by whoever asked for a private one
};

Result<EncodedKey> decode_key(std::string_view text, std::string_view what,
                              char wanted = kTypeEd25519) {
  const auto malformed = [&] {
    return fail(Errc::invalid_argument,
                "malformed " + std::string(what) + "; it has the form `name+id+base64`");
  };
  const std::size_t first = text.find('+');
  const std::size_t second = first == text.npos ? first : text.find('+', first + 1);
  if (second == text.npos) return malformed();
  const std::string_view id_text = text.substr(first + 1, second - first - 1);
  const auto id = hex_decode(id_text);
  auto typed_key = base64_decode(text.substr(second + 1));
  if (!id || id->size() != kKeyIdBytes || !typed_key || typed_key->empty()) return malformed();
  EncodedKey result{text.substr(0, first), read_big_endian(*id), typed_key->substr(1)};
  const char type = typed_key->front();
  wipe(*typed_key);
  if (!is_note_key_name(result.name)) return malformed();
  if (type != wanted) {
    return fail(Errc::unsupported,
                std::string(what) + " of a type other than " +
                    (wanted == kTypeEd25519 ? "Ed25519 (0x01)" : "cosignature/v1 (0x04)"));
  }
  if (result.key.size() != std::tuple_size_v<Ed25519PublicKey>) return malformed();
  return result;
}

tl::unexpected<Error> wrong_id(std::string_view what) {
  return fail(Errc::invalid_argument,
              std::string(what) + " whose id is not that of its name and key; it was altered");
}

tl::unexpected<Error> bad_name(std::string_view name) {
  return fail(Errc::invalid_argument, "`" + escape_display(name) +
                                          "` cannot name a key; use a name without spaces and `+`");
}

tl::unexpected<Error> malformed_note(std::string_view why) {
  return fail(Errc::corrupt, "malformed signed note: " + std::string(why));
}

bool has_forbidden_control(std::string_view text) noexcept {
  return std::any_of(text.begin(), text.end(), [](char byte) {
    return static_cast<unsigned char>(byte) < 0x20 && byte != '\n';
  });
}

// One signature line without its newline.
std::optional<NoteSignature> parse_line(std::string_view line) {
  if (!line.starts_with(kDash)) return std::nullopt;
  line.remove_prefix(kDash.size());
  const std::size_t space = line.find(' ');
  if (space == line.npos || !is_note_key_name(line.substr(0, space))) return std::nullopt;
  const auto bytes = base64_decode(line.substr(space + 1));
  if (!bytes || bytes->size() <= kKeyIdBytes) return std::nullopt;
  return NoteSignature{std::string(line.substr(0, space)), read_big_endian(*bytes),
                       bytes->substr(kKeyIdBytes)};
}

Result<std::vector<NoteSignature>> parse_lines(std::string_view lines) {
  std::vector<NoteSignature> signatures;
  while (!lines.empty()) {
    if (signatures.size() == limits::kNoteSignaturesMax) {
      return fail(Errc::limit_exceeded, "signed note with too many signatures");
    }
    const std::size_t end = lines.find('\n');  // the caller has seen the last one
    auto signature = parse_line(lines.substr(0, end));
    if (!signature) return malformed_note("not a signature line");
    signatures.push_back(std::move(*signature));
    lines.remove_prefix(end + 1);
  }
  return signatures;
}

void add_once(std::vector<NoteSignature>& list, NoteSignature signature) {
  if (std::find(list.begin(), list.end(), signature) == list.end()) {
    list.push_back(std::move(signature));
  }
}

}  // namespace

Result<NoteVerifier> NoteVerifier::parse(std::string_view text) {
  SENTRAIL_ASSIGN_OR_RETURN(const EncodedKey encoded, decode_key(text, "verifier key"));
  Ed25519PublicKey key;
  std::copy(encoded.key.begin(), encoded.key.end(), key.begin());
  SENTRAIL_ASSIGN_OR_RETURN(NoteVerifier verifier, from_key(encoded.name, key));
  if (verifier.key_id() != encoded.key_id) return wrong_id("verifier key");
  return verifier;
}

Result<NoteVerifier> NoteVerifier::from_key(std::string_view name, const Ed25519PublicKey& key) {
  if (!is_note_key_name(name)) return bad_name(name);
  NoteVerifier verifier;
  verifier.name_ = name;
  verifier.key_id_ = key_id_of(name, key);
  verifier.key_ = key;
  return verifier;
}

std::string NoteVerifier::to_string() const {
  return name_ + "+" + hex_encode(big_endian(key_id_)) + "+" +
         base64_encode(kTypeEd25519 + std::string(as_chars(key_)));
}

Result<NoteSigner> NoteSigner::parse(std::string_view text) {
  if (!text.starts_with(kPrivatePrefix)) {
    return fail(Errc::invalid_argument, "not a signer key; it begins with `PRIVATE+KEY+`");
  }
  SENTRAIL_ASSIGN_OR_RETURN(EncodedKey encoded,
                            decode_key(text.substr(kPrivatePrefix.size()), "signer key"));
  Ed25519Seed seed;
  std::copy(encoded.key.begin(), encoded.key.end(), seed.begin());
  wipe(encoded.key);
  Ed25519PrivateKey key = Ed25519PrivateKey::from_seed(seed);
  wipe(seed);
  SENTRAIL_ASSIGN_OR_RETURN(NoteVerifier verifier,
                            NoteVerifier::from_key(encoded.name, key.public_key()));
  if (verifier.key_id() != encoded.key_id) return wrong_id("signer key");
  return NoteSigner(std::move(verifier), std::move(key));
}

Result<NoteSigner> NoteSigner::generate(std::string_view name) {
  Ed25519PrivateKey key = Ed25519PrivateKey::generate();
  SENTRAIL_ASSIGN_OR_RETURN(NoteVerifier verifier, NoteVerifier::from_key(name, key.public_key()));
  return NoteSigner(std::move(verifier), std::move(key));
}

Result<NoteSigner> NoteSigner::named(std::string_view name) const {
  Ed25519Seed seed = key_.seed();
  Ed25519PrivateKey key = Ed25519PrivateKey::from_seed(seed);
  wipe(seed);
  SENTRAIL_ASSIGN_OR_RETURN(NoteVerifier verifier, NoteVerifier::from_key(name, key.public_key()));
  return NoteSigner(std::move(verifier), std::move(key));
}

std::string NoteSigner::to_secret_string() const {
  Ed25519Seed seed = key_.seed();
  std::string typed_seed = kTypeEd25519 + std::string(as_chars(seed));
  std::string text = std::string(kPrivatePrefix) + verifier_.name() + "+" +
                     hex_encode(big_endian(verifier_.key_id())) + "+" + base64_encode(typed_seed);
  wipe(seed);
  wipe(typed_seed);
  return text;
}

std::string NoteSigner::signature_line(std::string_view text) const {
  SENTRAIL_CHECK(is_note_text(text));
  const Ed25519Signature signature = key_.sign(text);
  const std::string bytes = big_endian(verifier_.key_id()) + std::string(as_chars(signature));
  return std::string(kDash) + verifier_.name() + " " + base64_encode(bytes) + "\n";
}

Result<CosignatureVerifier> CosignatureVerifier::parse(std::string_view text) {
  constexpr std::string_view kWhat = "witness key";
  SENTRAIL_ASSIGN_OR_RETURN(const EncodedKey encoded, decode_key(text, kWhat, kTypeCosignature));
  CosignatureVerifier verifier;
  verifier.name_ = encoded.name;
  std::copy(encoded.key.begin(), encoded.key.end(), verifier.key_.begin());
  verifier.key_id_ = key_id_of(encoded.name, verifier.key_, kTypeCosignature);
  if (verifier.key_id_ != encoded.key_id) return wrong_id(kWhat);
  return verifier;
}

std::optional<std::uint64_t> CosignatureVerifier::time_of(std::string_view text,
                                                          const NoteSignature& signature) const {
  if (signature.name != name_ || signature.key_id != key_id_) return std::nullopt;
  if (signature.signature.size() != kTimeBytes + sizeof(Ed25519Signature)) return std::nullopt;
  std::uint64_t time = 0;
  for (std::size_t i = 0; i < kTimeBytes; ++i) {
    time = time << 8u | static_cast<unsigned char>(signature.signature[i]);
  }
  const std::string message =
      "cosignature/v1\ntime " + std::to_string(time) + "\n" + std::string(text);
  const std::span<const std::uint8_t> bytes(
      reinterpret_cast<const std::uint8_t*>(signature.signature.data()) + kTimeBytes,
      sizeof(Ed25519Signature));
  return verify(key_, message, bytes) ? std::optional(time) : std::nullopt;
}

Result<NoteSignature> parse_signature_line(std::string_view line) {
  if (!is_note_text(line)) return malformed_note("bad UTF-8, a control, or a line cut short");
  line.remove_suffix(1);
  auto signature = parse_line(line);
  if (!signature) return malformed_note("not a signature line");
  return *std::move(signature);
}

bool is_note_key_name(std::string_view name) noexcept {
  if (name.empty() || has_forbidden_control(name)) return false;
  for (std::size_t at = 0; at < name.size();) {
    const CodePoint point = decode_utf8(name, at);
    if (!point.valid || point.value == '+' || is_unicode_space(point.value)) return false;
    at += point.size;
  }
  return true;
}

bool is_note_text(std::string_view text) noexcept {
  return text.ends_with('\n') && !has_forbidden_control(text) && is_valid_utf8(text);
}

Result<std::string> sign_note(std::string_view text, std::span<const NoteSigner> signers) {
  SENTRAIL_CHECK(!signers.empty());
  if (!is_note_text(text)) {
    return fail(Errc::invalid_argument,
                "not the text of a note; it is UTF-8 without controls and ends in a newline");
  }
  std::string note = std::string(text) + "\n";
  for (const NoteSigner& signer : signers) note += signer.signature_line(text);
  if (note.size() > limits::kNoteBytesMax) {
    return fail(Errc::limit_exceeded, "text too long for a signed note");
  }
  return note;
}

Result<OpenedNote> open_note(std::string_view note, std::span<const NoteVerifier> known) {
  if (note.size() > limits::kNoteBytesMax) {
    return fail(Errc::limit_exceeded, "signed note too long");
  }
  if (!is_note_text(note)) return malformed_note("bad UTF-8, a control, or a line cut short");
  const std::size_t blank = note.rfind("\n\n");
  if (blank == note.npos || blank + 2 == note.size()) return malformed_note("no signatures");
  OpenedNote opened;
  opened.text = note.substr(0, blank + 1);
  SENTRAIL_ASSIGN_OR_RETURN(auto signatures, parse_lines(note.substr(blank + 2)));
  for (NoteSignature& each : signatures) {
    const auto key = std::find_if(known.begin(), known.end(), [&](const NoteVerifier& candidate) {
      return candidate.key_id() == each.key_id && candidate.name() == each.name;
    });
    if (key == known.end()) {
      add_once(opened.unverified, std::move(each));
      continue;
    }
    const std::span<const std::uint8_t> bytes(
        reinterpret_cast<const std::uint8_t*>(each.signature.data()), each.signature.size());
    if (!verify(key->key(), opened.text, bytes)) {
      return fail(Errc::corrupt, "wrong signature of key `" + escape_display(each.name) +
                                     "`: the note was altered or signed by someone else");
    }
    // Ed25519 signatures of one key over one text may differ, so a repeat is told by its key.
    const bool repeated = std::any_of(
        opened.verified.begin(), opened.verified.end(), [&](const NoteSignature& other) {
          return other.key_id == each.key_id && other.name == each.name;
        });
    if (!repeated) opened.verified.push_back(std::move(each));
  }
  if (opened.verified.empty()) {
    return fail(Errc::permission_denied, "note is not signed by any trusted key");
  }
  return opened;
}

}  // namespace sentrail::crypto
