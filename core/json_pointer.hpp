// The steps of JSON pointers.
//
// Neighbours: audit/hiding.hpp names hidden values by them, execute/probe.hpp looks at answers with
// them. Must not know: values. source: RFC 6901.
#pragma once

#include <string>
#include <string_view>

namespace sentrail {

// Takes the first step off a pointer and decodes it. REQUIRES: the pointer begins with a slash.
[[nodiscard]] std::string take_pointer_step(std::string_view& pointer);

}  // namespace sentrail
