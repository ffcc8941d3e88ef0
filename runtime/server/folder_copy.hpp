// Copying files and folders so that they are on disk afterwards.
//
// Neighbours: backup.cpp, restore.cpp. Must not know: what is in them.
#pragma once

#include <string>

#include "core/result.hpp"

namespace sentrail::server {

// Copies a file, or a folder with all that is in it, readable by this user only and durable.
// Sockets and links are passed over. Until all of it is on disk the copy has another name, `to` and
// `.new`, which goes where it fails; what an earlier process left of that name is replaced: what
// `to` names is whole. fails: already_exists, io.
// `leaves_out` says which folders are passed over with all that is in them, `from` too.
[[nodiscard]] Status copy_durably(const std::string& from, const std::string& to,
                                  bool (*leaves_out)(const std::string& folder) = nullptr);

// The bytes of a small file. fails: not_found, io.
[[nodiscard]] Result<std::string> read_small_file(const std::string& path);

}  // namespace sentrail::server
