// Ranges become bytes, and bytes are replaced. See documents.hpp.
#include "compiler/lsp/documents.hpp"

#include <utility>

namespace sentrail::compiler::lsp {

void apply_change(std::string& document, const std::optional<Range>& range, std::string_view text,
                  Encoding encoding) {
  if (!range) {
    document = text;
    return;
  }
  const LineIndex lines(document);
  std::uint32_t begin = lines.offset_of(document, range->start, encoding);
  std::uint32_t end = lines.offset_of(document, range->end, encoding);
  if (end < begin) std::swap(begin, end);
  document.replace(begin, end - begin, text);
}

void Documents::open(const std::string& path, std::string uri, std::int64_t version,
                     std::string text) {
  open_[path] = Document{std::move(uri), version, std::move(text), ++stamps_};
}

bool Documents::change(const std::string& path, const std::optional<Range>& range,
                       std::string_view text, Encoding encoding) {
  const auto found = open_.find(path);
  if (found == open_.end()) return false;
  apply_change(found->second.text, range, text, encoding);
  found->second.stamp = ++stamps_;
  return true;
}

void Documents::set_version(const std::string& path, std::int64_t version) {
  if (const auto found = open_.find(path); found != open_.end()) found->second.version = version;
}

const Document* Documents::find(const std::string& path) const {
  const auto found = open_.find(path);
  return found == open_.end() ? nullptr : &found->second;
}

}  // namespace sentrail::compiler::lsp
