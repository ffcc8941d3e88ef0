// The person at the terminal: their passphrase, their yes, and colour where a person looks.
//
// Neighbours: context.hpp and the commands. Must not know: HTTP. Questions go to the controlling
// terminal itself (/dev/tty), never to standard input: a program that only pipes text into this one
// cannot answer them. source: docs/api.md A2.4; SECURITY.md.
#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"

namespace sentrail::cli {

// Asks for a secret without showing it. fails: permission_denied without a controlling terminal.
[[nodiscard]] Result<std::string> ask_secret(std::string_view question);

// Asks for a new passphrase, twice. fails: also invalid_argument when they differ or are too short.
[[nodiscard]] Result<std::string> ask_new_passphrase();

// Asks a question that only `yes` or `y` affirms.
[[nodiscard]] Result<bool> ask_yes(std::string_view question);

// Asks for a line of text, shown as it is typed. fails: permission_denied without a controlling
// terminal.
[[nodiscard]] Result<std::string> ask_line(std::string_view question);

// How a word is shown; plain when standard output is not a terminal or NO_COLOR is set.
enum class Tone { plain, good, bad, held, dim, strong };

// The text in that tone.
[[nodiscard]] std::string toned(Tone tone, std::string_view text);

// The tone of a decision or a status of an approval.
[[nodiscard]] Tone tone_of(std::string_view word) noexcept;

}  // namespace sentrail::cli
