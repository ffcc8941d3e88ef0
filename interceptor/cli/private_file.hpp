// Files of the person's own.
//
// Neighbours: settings.hpp and state.hpp keep theirs by it. Must not know: what is in them.
#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"

namespace sentrail::cli {

// Writes a file that only its owner reads, whole or not at all, and makes the folder it is in.
// fails: io, naming the path.
[[nodiscard]] Status write_private_file(const std::string& path, std::string_view bytes);

}  // namespace sentrail::cli
