// Small files, whole: a failing disk is an error like any other.
//
// Neighbours: programs read their configuration, state and input with it. Must not know: what is in
// them. Why not streams: an iterator over a stream's buffer throws where a read fails.
#pragma once

#include <cstddef>
#include <cstdio>
#include <string>

#include "core/result.hpp"

namespace sentrail {

// Reads a file to its end. fails: not_found if there is none; limit_exceeded past `bytes_max`; io.
[[nodiscard]] Result<std::string> read_file(const std::string& path, std::size_t bytes_max);

// Reads what is left of an open one; `name` is for messages. fails: limit_exceeded; io.
[[nodiscard]] Result<std::string> read_rest(std::FILE* file, const std::string& name,
                                            std::size_t bytes_max);

}  // namespace sentrail
