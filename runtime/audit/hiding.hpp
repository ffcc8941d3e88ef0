// Values that policy keeps out of records and off screens: what `redact` and `mask` do to a body.
//
// Neighbours: the gateway says what is hidden, execute/ keeps it with a held call; entries and the
// people's view of a call show what hide() leaves. Must not know: policy. What is sent is never
// touched. source: docs/language.md, L15.7.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sentrail::audit {

// One hidden value of a body, as it is stored: `redact` or `mask`, a blank, and the JSON pointer
// (RFC 6901) of the value, which is empty for the whole body.
[[nodiscard]] std::string hidden_value(bool mask, std::span<const std::string_view> steps);

// A body without what is hidden: JSON with other values in its place, as it is if nothing is
// hidden. What may hold it in a way that nobody can tell is left out as a whole: a body that is not
// JSON, or in which keys are equal but for case, and what is no object where steps lead on.
[[nodiscard]] std::string hide(std::string_view body, const std::vector<std::string>& hidden);

}  // namespace sentrail::audit
