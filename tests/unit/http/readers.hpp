// Readers of HTTP/1.1 that share no line with the product: one strict, and many sloppy ones.
//
// Neighbours: corpus_test.cpp, smuggling_test.cpp and fuzz_http.cpp hold the codec against them.
// Must not know: runtime/http. The strict reader says what a message is by splitting text; a sloppy
// reader stands for some server behind us that repairs what it should refuse. What our parser
// accepts, all of them must read alike: never two readings.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sentrail::test {

// What a reader took from the front of some bytes.
struct Reading {
  std::string method;
  std::string target;
  std::string version;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;
  std::size_t bytes = 0;  // where the next message begins
};

// Reads one request strictly; nothing if it is incomplete or wrong in any way.
[[nodiscard]] std::optional<Reading> read_strictly(std::string_view bytes);

// The habits that servers have been caught with.
struct Sloppiness {
  bool bare_lf = false;             // LF ends a line
  bool bare_cr = false;             // CR ends a line
  bool folds = false;               // a line with leading space continues the last one
  bool last_wins = false;           // of repeated fields the last counts, else the first
  bool length_over_coding = false;  // Content-Length beats Transfer-Encoding
  bool underscores = false;         // `_` in names is `-`
  bool space_before_colon = false;  // names are trimmed
  bool coding_substring = false;    // `xchunked` is chunked
};
// How many combinations there are; sloppiness(i) is the i-th.
inline constexpr unsigned kSloppinessCount = 1u << 8;
[[nodiscard]] Sloppiness sloppiness(unsigned bits);

// Reads one request as a careless server would; nothing if even that fails.
[[nodiscard]] std::optional<Reading> read_sloppily(std::string_view bytes, Sloppiness habits);

}  // namespace sentrail::test
