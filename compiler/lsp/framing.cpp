// Headers end with an empty line; a content has as many bytes as its header says. See framing.hpp.
#include "compiler/lsp/framing.hpp"

#include <algorithm>
#include <charconv>

#include "core/limits.hpp"

namespace sentrail::compiler::lsp {
namespace {

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<std::uint64_t> content_length(std::string_view header) {
  std::optional<std::uint64_t> length;
  while (!header.empty()) {
    const std::size_t end = std::min(header.find("\r\n"), header.size());
    const std::string_view line = header.substr(0, end);
    header.remove_prefix(std::min(end + 2, header.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    if (!equal_ignoring_case(trimmed(line.substr(0, colon)), "content-length")) continue;
    const std::string_view digits = trimmed(line.substr(colon + 1));
    std::uint64_t value = 0;
    const auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool whole = error == std::errc{} && rest == digits.data() + digits.size();
    if (!whole || length) return std::nullopt;
    length = value;
  }
  return length;
}

void FrameReader::feed(std::string_view bytes) {
  if (lost_) return;
  if (at_ > 0 && at_ >= buffer_.size() / 2) {
    buffer_.erase(0, at_);
    at_ = 0;
  }
  buffer_ += bytes;
}

Frame FrameReader::lose(std::string why) {
  lost_ = true;
  buffer_.clear();
  at_ = 0;
  return {FrameKind::lost, std::move(why)};
}

// Drops what is skipped as far as it is there. out: whether all of it was.
bool FrameReader::skip() {
  const std::uint64_t there = buffer_.size() - at_;
  const std::uint64_t dropped = std::min(there, skipping_);
  at_ += static_cast<std::size_t>(dropped);
  skipping_ -= dropped;
  return skipping_ == 0;
}

std::optional<Frame> FrameReader::next() {
  if (lost_ || !skip()) return std::nullopt;
  if (!content_bytes_) {
    const std::string_view rest = std::string_view(buffer_).substr(at_);
    const std::size_t end = rest.substr(0, kHeaderBytesMax).find("\r\n\r\n");
    if (end == std::string_view::npos) {
      if (rest.size() < kHeaderBytesMax) return std::nullopt;
      return lose("a header has more than " + std::to_string(kHeaderBytesMax) + " bytes");
    }
    const std::optional<std::uint64_t> length = content_length(rest.substr(0, end));
    if (!length) return lose("a header does not say its Content-Length as one number");
    at_ += end + 4;
    if (*length > kSkippedBytesMax) return lose("a Content-Length is beyond reason");
    if (*length > limits::kJsonBytesMax) {
      skipping_ = *length;
      static_cast<void>(skip());
      return Frame{FrameKind::too_large, {}};
    }
    content_bytes_ = static_cast<std::size_t>(*length);
  }
  if (buffer_.size() - at_ < *content_bytes_) return std::nullopt;
  Frame frame{FrameKind::message, buffer_.substr(at_, *content_bytes_)};
  at_ += *content_bytes_;
  content_bytes_.reset();
  return frame;
}

std::string framed(std::string_view content) {
  std::string out = "Content-Length: " + std::to_string(content.size()) + "\r\n\r\n";
  out += content;
  return out;
}

}  // namespace sentrail::compiler::lsp
