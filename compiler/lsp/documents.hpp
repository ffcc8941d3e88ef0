// The texts that the editor has open, and its changes to them.
//
// Neighbours: server.cpp brings changes, workspace.hpp lays the texts over the files on disk. Must
// not know: what the texts say.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "compiler/lsp/positions.hpp"

namespace sentrail::compiler::lsp {

// One text as the editor has it. `stamp` is another after each change, and of no other text.
struct Document {
  std::string uri;  // as the editor spells it
  std::int64_t version = 0;
  std::string text;
  std::uint64_t stamp = 0;
};

// Puts `text` in the place of a range, or of the whole if there is none. A range that ends before
// it begins is turned round. cost: linear in the document.
void apply_change(std::string& document, const std::optional<Range>& range, std::string_view text,
                  Encoding encoding);

// All open texts by their path.
class Documents {
 public:
  // Takes a text, in the place of one that is open already.
  void open(const std::string& path, std::string uri, std::int64_t version, std::string text);
  // Changes one. out: whether it is open.
  bool change(const std::string& path, const std::optional<Range>& range, std::string_view text,
              Encoding encoding);
  void set_version(const std::string& path, std::int64_t version);
  void close(const std::string& path) { open_.erase(path); }
  // The text of a path; null if it is not open.
  [[nodiscard]] const Document* find(const std::string& path) const;
  [[nodiscard]] const std::map<std::string, Document>& all() const noexcept { return open_; }

 private:
  std::map<std::string, Document> open_;
  std::uint64_t stamps_ = 0;
};

}  // namespace sentrail::compiler::lsp
