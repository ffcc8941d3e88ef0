// Fuzzes signed notes, and the checkpoints in them.
//
// Neighbours: crypto/note.hpp, runtime/audit/checkpoint.hpp, runtime/audit/shards.hpp. First byte
// 0: the rest is a note. 1: the rest is a checkpoint's text; what is read must be written again as
// its beginning. 2: the rest is signed, the note opened with the text it had, and with a byte of
// it changed it never opens as another text. 3: the rest is a key. Must not know: files.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "crypto/note.hpp"
#include "runtime/audit/checkpoint.hpp"
#include "runtime/audit/shards.hpp"

namespace {

using namespace sentrail;

const crypto::NoteSigner& signer() {
  static const crypto::NoteSigner kSigner =
      crypto::NoteSigner::generate("log.example.com/a").value();
  return kSigner;
}

void check_note(std::string_view note) {
  const auto opened = crypto::open_note(note, {&signer().verifier(), 1});
  SENTRAIL_CHECK(!opened);  // nobody who writes inputs has the key
  const auto checkpoint = audit::unverified_checkpoint(note);
  if (checkpoint) SENTRAIL_CHECK(note.starts_with(audit::checkpoint_text(*checkpoint)));
  static_cast<void>(crypto::parse_signature_line(note));
}

void check_text(std::string_view text) {
  const auto read = audit::parse_checkpoint_text(text);
  if (!read) return;
  const std::string written = audit::checkpoint_text(*read);
  SENTRAIL_CHECK(text.starts_with(written));
  SENTRAIL_CHECK(audit::parse_checkpoint_text(written) == read);
  const auto link = audit::parse_link(text, "log.example.com/a");
  if (link) SENTRAIL_CHECK(audit::is_link(text) && written == text);
}

void check_signed(std::string_view text) {
  const auto note = crypto::sign_note(text, {&signer(), 1});
  SENTRAIL_CHECK(!note || crypto::is_note_text(text));
  if (!note) return;
  const auto opened = crypto::open_note(*note, {&signer().verifier(), 1});
  SENTRAIL_CHECK(opened && opened->text == text && opened->verified.size() == 1);
  std::string changed = *note;
  const std::size_t at = text.size() * 7 % changed.size();
  changed[at] = static_cast<char>(changed[at] ^ 1);
  const auto other = crypto::open_note(changed, {&signer().verifier(), 1});
  SENTRAIL_CHECK(!other || other->text == text);
}

void check_key(std::string_view text) {
  const auto key = crypto::NoteVerifier::parse(text);
  if (key) SENTRAIL_CHECK(key->to_string() == text);
  if (key) SENTRAIL_CHECK(audit::shard_key(*key, 2026).has_value());
  static_cast<void>(crypto::CosignatureVerifier::parse(text));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      check_note(rest);
      break;
    case 1:
      check_text(rest);
      break;
    case 2:
      check_signed(rest);
      break;
    default:
      check_key(rest);
  }
  return 0;
}
