// The wall to Unicode's tables: normal form C, case folding, host names.
//
// Neighbours: core/text.hpp has what needs no tables; json.cpp folds keys; catalogs canonicalise
// attributes. Must not know: which attribute wants which form. utf8proc and libidn2 stay inside
// unicode.cpp.
#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"

namespace sentrail::wire {

// `text` in normal form C: one spelling for what looks and means the same. out: at most three
// times as long. fails: invalid_argument unless UTF-8. source: Unicode 15, UAX #15.
[[nodiscard]] Result<std::string> to_nfc(std::string_view text);

// `text` with all differences of case taken out (full case folding: `ß` as `ss`, the Kelvin sign
// as `k`), normal forms left alone. For comparing, not for showing. Text that is not UTF-8 is
// folded in its ASCII letters only. source: Unicode 15, CaseFolding.txt, C and F.
[[nodiscard]] std::string fold_case(std::string_view text);

// A DNS host name in its one spelling: IDNA2008 A-labels, lower case, no dot at the end.
// fails: invalid_argument for anything that is no host name: an empty or overlong label, spaces,
// ports, brackets, what IDNA does not allow; the message says how.
// source: RFC 5891 §5 after the mapping of UTS #46 (non-transitional); RFC 1035 §2.3.4.
[[nodiscard]] Result<std::string> host_to_ascii(std::string_view host);

}  // namespace sentrail::wire
