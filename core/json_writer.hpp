// Writes compact JSON into a string, in one pass and with its own nesting checked.
//
// Neighbours: json.hpp (values that are written again), encoding.hpp (binary as text), everything
// that answers, logs or hashes JSON. Must not know: parsing, or what the JSON says.
// The text is a function of the calls alone, so with KeyOrder::sorted it is a canonical form:
// one spelling of every string, no white space, members in byte order.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/json.hpp"

namespace sentrail {

// The name of a member. What must be escaped in one that is a literal is found when it is compiled:
// most keys are literals, and looking at each byte costs more than writing them.
class JsonKey {
 public:
  template <std::size_t N>
  consteval JsonKey(const char (&literal)[N]) : text_(literal, N - 1) {
    plain_ = std::ranges::all_of(text_, [](char byte) {
      return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
    });
  }
  template <class Text>
    requires(std::convertible_to<const Text&, std::string_view> && !std::is_array_v<Text>)
  constexpr JsonKey(const Text& text) noexcept : text_(text) {}

  [[nodiscard]] constexpr std::string_view text() const noexcept { return text_; }
  // Whether it is known to stand for itself between quotes.
  [[nodiscard]] constexpr bool plain() const noexcept { return plain_; }

 private:
  std::string_view text_;
  bool plain_ = false;
};

// Whether the members of an object may stand in any order, or must ascend by the bytes of their
// keys (checked, so that repeats are impossible too; raw() sorts for itself).
enum class KeyOrder : std::uint8_t { as_written, sorted };

// Appends one JSON value to a string it does not own. Calls that would not give JSON (a value
// without its key, an end without its begin, a second root) abort: they are bugs of the caller.
// Strings that are not UTF-8 get U+FFFD for each bad byte. What is written waits in the writer
// until it is much: the string holds all of it once the value is complete, or the writer is gone.
// threads: one at a time.
class JsonWriter {
 public:
  // Writes behind what `out` holds. `out` must outlive the writer.
  explicit JsonWriter(std::string* out, KeyOrder order = KeyOrder::as_written);
  ~JsonWriter() { flush(); }
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  // Opens and closes containers.
  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();

  // Names the next value. REQUIRES: an object is open and has no key waiting.
  JsonWriter& key(JsonKey name);

  // Writes one value.
  JsonWriter& string(std::string_view value);
  JsonWriter& integer(std::int64_t value);
  JsonWriter& unsigned_integer(std::uint64_t value);
  JsonWriter& boolean(bool value);
  JsonWriter& null();

  // Writes a number exactly as spelled. REQUIRES: is_json_number(text).
  JsonWriter& raw_number(std::string_view text);

  // Writes a parsed value again: canonical escapes, numbers as they were written, members in the
  // order of the document, or sorted where the writer is. REQUIRES: value.exists().
  // cost: linear in the value (sorted: n log n in the members); no recursion.
  JsonWriter& raw(JsonValue value);

  // Writes a value that another writer has written. REQUIRES: all of it, and nothing else.
  JsonWriter& written(std::string_view json);

  // Whether exactly one whole value has been written.
  [[nodiscard]] bool complete() const noexcept { return done_; }

 private:
  struct Level {
    bool object = false;
    bool has_entry = false;
  };

  void put(char byte);
  void put(std::string_view text);
  void put_string(std::string_view text);
  void flush();
  void before_value();
  void after_value();
  void end(bool object, char bracket);
  void scalar_of(JsonValue value);

  std::string* out_;
  std::array<char, 512> waiting_;  // to be appended to out_
  std::size_t waiting_bytes_ = 0;
  std::vector<Level> levels_;
  std::vector<std::string> last_keys_;  // of the same levels, where keys are sorted
  KeyOrder order_;
  bool key_waiting_ = false;
  bool done_ = false;
};

// Appends `text` as a JSON string with its quotes: the short escapes of RFC 8259 §7, \u00xx for
// other controls, everything else as it is; U+FFFD for each byte that is not UTF-8.
void append_json_string(std::string& out, std::string_view text);

}  // namespace sentrail
