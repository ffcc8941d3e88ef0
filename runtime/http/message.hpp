// HTTP/1.1 messages as values: ordered header fields with their names as sent, the raw target, and
// how the body is framed.
//
// Neighbours: codec.hpp fills and writes them, handler.hpp hands them to the gateway. Must not
// know: sockets, routes, policy. The target is never decoded here: what policy saw is what is
// forwarded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/check.hpp"

namespace sentrail::http {

// One header field; the views live as long as the Headers that returned them is not changed.
struct HeaderField {
  std::string_view name;   // as sent
  std::string_view value;  // as sent, without the white space around it

  friend bool operator==(const HeaderField&, const HeaderField&) = default;
};

// Where the name and the value of one field stand in the bytes of a head.
struct FieldPlace {
  std::uint32_t name_begin = 0;
  std::uint32_t name_bytes = 0;
  std::uint32_t value_begin = 0;
  std::uint32_t value_bytes = 0;
};

// Header fields in the order of the wire, repeated names kept, names in their own spelling.
// Lookups ignore case. All bytes lie in one string. threads: as std::vector.
class Headers {
 public:
  // Steps over the fields in order.
  class Iterator {
   public:
    using value_type = HeaderField;
    using difference_type = std::ptrdiff_t;

    Iterator() = default;
    Iterator(const Headers* headers, std::size_t index) : headers_(headers), index_(index) {}
    [[nodiscard]] HeaderField operator*() const { return (*headers_)[index_]; }
    Iterator& operator++() {
      ++index_;
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++index_;
      return before;
    }
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    const Headers* headers_ = nullptr;
    std::size_t index_ = 0;
  };

  Headers() = default;
  // The fields of a head that was read. REQUIRES: the places lie in `head`.
  Headers(std::string_view head, std::span<const FieldPlace> places)
      : bytes_(head), fields_(places.begin(), places.end()) {}

  // Makes room for so many fields with so many bytes of names and values.
  void reserve(std::size_t fields, std::size_t bytes);
  // Appends a field. REQUIRES: the views do not point into this object. Validity is the
  // serialiser's business (codec.hpp), so that a message can hold what a test wants to refuse.
  void add(std::string_view name, std::string_view value);
  // Gives the first field of that name the value and removes the others, or appends.
  void set(std::string_view name, std::string_view value);
  // Removes every field of that name. out: how many there were.
  std::size_t remove(std::string_view name);

  // The value of the first field of that name.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;
  // How many fields have that name.
  [[nodiscard]] std::size_t count(std::string_view name) const noexcept;
  // Both at once; without such a field the value is empty.
  struct Found {
    std::size_t count = 0;
    std::string_view value;  // of the first

    // Counts one more.
    void meet(std::string_view text) noexcept {
      if (count++ == 0) value = text;
    }
  };
  [[nodiscard]] Found look_up(std::string_view name) const noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return fields_.size(); }
  [[nodiscard]] bool empty() const noexcept { return fields_.empty(); }
  // REQUIRES: index < size().
  [[nodiscard]] HeaderField operator[](std::size_t index) const noexcept;
  [[nodiscard]] Iterator begin() const noexcept { return {this, 0}; }
  [[nodiscard]] Iterator end() const noexcept { return {this, size()}; }

  // Same fields, names compared byte by byte, in the same order.
  friend bool operator==(const Headers& a, const Headers& b) noexcept;

 private:
  [[nodiscard]] FieldPlace append_bytes(std::string_view name, std::string_view value);

  std::string bytes_;
  std::vector<FieldPlace> fields_;
};
// Inline: every look for a field walks over them.
inline HeaderField Headers::operator[](std::size_t index) const noexcept {
  SENTRAIL_CHECK(index < fields_.size());
  const FieldPlace& place = fields_[index];
  const char* const bytes = bytes_.data();
  return {{bytes + place.name_begin, place.name_bytes},
          {bytes + place.value_begin, place.value_bytes}};
}

// The two versions that are spoken.
enum class HttpVersion : std::uint8_t { http10, http11 };

// How the length of a body is told.
enum class BodyFraming : std::uint8_t {
  none,     // no body follows
  length,   // Content-Length
  chunked,  // Transfer-Encoding: chunked
  close,    // responses only: until the connection ends
};

// A request. `body` holds the decoded body, or its first part while more is to come.
struct HttpRequest {
  std::string method;  // capital letters, as sent
  std::string target;  // raw: origin-form, or `*` with OPTIONS
  HttpVersion version = HttpVersion::http11;
  Headers headers;
  BodyFraming framing = BodyFraming::none;
  std::uint64_t content_length = 0;  // meaningful when framing is length
  bool keep_alive = true;            // what the client asked for
  bool expects_continue = false;     // wants `100 Continue` before it sends the body
  std::string body;

  // The target up to, and after, the first `?`.
  [[nodiscard]] std::string_view path() const noexcept;
  [[nodiscard]] std::string_view query() const noexcept;
};

// A response. An empty reason is written as the standard phrase of the status.
struct HttpResponse {
  int status = 200;
  std::string reason;
  HttpVersion version = HttpVersion::http11;
  Headers headers;
  BodyFraming framing = BodyFraming::none;  // set by the parser; serialisers look at `body`
  std::uint64_t content_length = 0;
  bool keep_alive = true;
  std::string body;
};

// The standard phrase of a status code, `Unknown` for those that have none.
[[nodiscard]] std::string_view reason_phrase(int status) noexcept;

// Builds a response with a body and its Content-Type.
[[nodiscard]] HttpResponse make_response(int status, std::string_view content_type,
                                         std::string body);

}  // namespace sentrail::http
