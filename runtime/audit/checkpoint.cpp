// The three lines of a checkpoint. See checkpoint.hpp.
#include "runtime/audit/checkpoint.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/encoding.hpp"

namespace sentrail::audit {
namespace {

tl::unexpected<Error> malformed(const std::string& why) {
  return fail(Errc::corrupt, "malformed checkpoint: " + why);
}

// Takes a line off the front; nothing if there is no newline.
std::optional<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == text.npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

}  // namespace

std::string checkpoint_text(const Checkpoint& checkpoint) {
  return checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n" +
         base64_encode(as_chars(checkpoint.root)) + "\n";
}

Result<Checkpoint> parse_checkpoint_text(std::string_view text) {
  const auto origin = take_line(text);
  const auto size = take_line(text);
  const auto root = take_line(text);
  if (!origin || !size || !root) return malformed("it has fewer than three lines");
  if (origin->empty()) return malformed("it names no log");
  Checkpoint checkpoint;
  checkpoint.origin = *origin;
  const char* const end = size->data() + size->size();
  const auto [stop, error] = std::from_chars(size->data(), end, checkpoint.size);
  if (error != std::errc() || std::to_string(checkpoint.size) != *size) {
    return malformed("its size is no decimal number");
  }
  const Result<std::string> bytes = base64_decode(*root);
  if (!bytes || bytes->size() != checkpoint.root.size()) {
    return malformed("its root is not 32 bytes of base64");
  }
  std::copy(bytes->begin(), bytes->end(), reinterpret_cast<char*>(checkpoint.root.data()));
  while (!text.empty()) {
    const auto extension = take_line(text);
    if (!extension || extension->empty()) return malformed("an empty or unfinished line");
  }
  return checkpoint;
}

Result<Checkpoint> open_checkpoint(std::string_view note, const crypto::NoteVerifier& key) {
  SENTRAIL_ASSIGN_OR_RETURN(const crypto::OpenedNote opened, crypto::open_note(note, {&key, 1}));
  SENTRAIL_ASSIGN_OR_RETURN(Checkpoint checkpoint, parse_checkpoint_text(opened.text));
  if (checkpoint.origin != key.name()) {
    return fail(Errc::corrupt, "the checkpoint is of another log than its key");
  }
  return checkpoint;
}

Result<Checkpoint> unverified_checkpoint(std::string_view note) {
  const std::size_t blank = note.find("\n\n");
  if (blank == note.npos) return malformed("nobody signed it");
  return parse_checkpoint_text(note.substr(0, blank + 1));
}

}  // namespace sentrail::audit
