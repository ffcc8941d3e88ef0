// Messages out of a stream of bytes, and into one: the base protocol of LSP.
//
// Neighbours: serve.cpp feeds it, rpc.hpp reads what comes out. Must not know: JSON, descriptors.
// source: Language Server Protocol 3.17, "Base Protocol".
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sentrail::compiler::lsp {

// A header, all lines of it: clients send two of thirty bytes.
inline constexpr std::size_t kHeaderBytesMax = 4u << 10;
// A content that is skipped because it is too long to be read; past it the number is taken for
// nonsense and the stream for lost. units: bytes.
inline constexpr std::uint64_t kSkippedBytesMax = 1u << 30;

// What came out of a stream.
enum class FrameKind : std::uint8_t {
  message,    // a whole content
  too_large,  // a content past kJsonBytesMax is being skipped; reading goes on behind it
  lost,       // no header can be read here, or ever again
};
struct Frame {
  FrameKind kind = FrameKind::message;
  std::string content;  // of `lost`: why
};

// Takes a stream apart. Fed with any bytes in any pieces; the same bytes give the same frames.
class FrameReader {
 public:
  // Takes more bytes. After `lost` they are dropped.
  void feed(std::string_view bytes);
  // The next frame, if there is a whole one. cost: linear in the content.
  [[nodiscard]] std::optional<Frame> next();
  // Whether a message has begun that is not whole.
  [[nodiscard]] bool within_message() const noexcept {
    return !lost_ && (at_ < buffer_.size() || skipping_ > 0 || content_bytes_.has_value());
  }

 private:
  Frame lose(std::string why);
  [[nodiscard]] bool skip();

  std::string buffer_;
  std::size_t at_ = 0;  // what lies before it is done with
  std::optional<std::size_t> content_bytes_;
  std::uint64_t skipping_ = 0;
  bool lost_ = false;
};

// The length that a header gives, in its lines without the empty one at the end.
// out: nothing if there is none, several or one that is no number.
[[nodiscard]] std::optional<std::uint64_t> content_length(std::string_view header);

// A message as bytes of the stream.
[[nodiscard]] std::string framed(std::string_view content);

}  // namespace sentrail::compiler::lsp
