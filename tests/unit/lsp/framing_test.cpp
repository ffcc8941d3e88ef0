// The base protocol: whatever the pieces, the same frames; whatever the bytes, an end.
#include "compiler/lsp/framing.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "core/limits.hpp"

namespace sentrail::compiler::lsp {
namespace {

std::vector<std::string> contents(FrameReader& reader) {
  std::vector<std::string> found;
  while (const auto frame = reader.next()) {
    found.push_back(frame->kind == FrameKind::message     ? frame->content
                    : frame->kind == FrameKind::too_large ? "<too large>"
                                                          : "<lost>");
  }
  return found;
}

TEST(Framing, SameFramesFromAnyPieces) {
  const std::vector<std::string> messages = {"{}", "", "{\"a\":\"\\r\\n\\r\\n\"}", "🦜"};
  std::string stream;
  for (const std::string& one : messages) stream += framed(one);
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 200; ++round) {
    FrameReader reader;
    std::vector<std::string> found;
    for (std::size_t at = 0; at < stream.size();) {
      const std::size_t count = 1 + random() % 20;
      reader.feed(std::string_view(stream).substr(at, count));
      at += count;
      for (std::string& one : contents(reader)) found.push_back(std::move(one));
    }
    EXPECT_EQ(found, messages);
    EXPECT_FALSE(reader.within_message());
  }
}

TEST(Framing, HeadersAreReadAsWritten) {
  EXPECT_EQ(content_length("Content-Length: 5"), 5u);
  EXPECT_EQ(content_length("content-length:5\r\nX: y"), 5u);
  EXPECT_EQ(content_length("Content-Type: a; charset=utf-8\r\nContent-Length:  7 "), 7u);
  for (const char* wrong :
       {"", "Content-Length", "Content-Length:", "Content-Length: -1", "Content-Length: +1",
        "Content-Length: 1 2", "Content-Length: 99999999999999999999999",
        "Content-Length: 1\r\nContent-Length: 1", "Content-Length: 0x10", "nothing"}) {
    EXPECT_EQ(content_length(wrong), std::nullopt) << wrong;
  }
}

TEST(Framing, AnEndlessHeaderIsTheEnd) {
  FrameReader reader;
  reader.feed(std::string(kHeaderBytesMax - 1, 'x'));
  EXPECT_FALSE(reader.next().has_value());
  reader.feed("x");
  EXPECT_EQ(contents(reader), std::vector<std::string>{"<lost>"});
  reader.feed(framed("{}"));
  EXPECT_FALSE(reader.next().has_value());
}

TEST(Framing, TooLargeIsSkippedAndReadingGoesOn) {
  FrameReader reader;
  const std::size_t bytes = limits::kJsonBytesMax + 1;
  reader.feed("Content-Length: " + std::to_string(bytes) + "\r\n\r\n");
  EXPECT_EQ(contents(reader), std::vector<std::string>{"<too large>"});
  for (std::size_t sent = 0; sent < bytes; sent += 1u << 20) {
    EXPECT_TRUE(reader.within_message());
    reader.feed(std::string(std::min<std::size_t>(1u << 20, bytes - sent), ' '));
    EXPECT_FALSE(reader.next().has_value());
  }
  EXPECT_FALSE(reader.within_message());
  reader.feed(framed("[]"));
  EXPECT_EQ(contents(reader), std::vector<std::string>{"[]"});
}

TEST(Framing, ALengthBeyondReasonIsTheEnd) {
  FrameReader reader;
  reader.feed("Content-Length: 18446744073709551615\r\n\r\n");
  EXPECT_EQ(contents(reader), std::vector<std::string>{"<lost>"});
}

}  // namespace
}  // namespace sentrail::compiler::lsp
