// File URIs and the paths that they mean.
//
// Neighbours: documents.hpp, server.cpp. Must not know: whether a file is there.
// source: RFC 8089.
#pragma once

#include <string>
#include <string_view>

namespace sentrail::compiler::lsp {

// The absolute path of a `file:` URI, `.` and `..` taken out. Any other URI is its own path: an
// editor's text that has no file yet.
[[nodiscard]] std::string path_of(std::string_view uri);

// The URI of a path, and of what path_of() left as it was.
[[nodiscard]] std::string uri_of(std::string_view path);

}  // namespace sentrail::compiler::lsp
