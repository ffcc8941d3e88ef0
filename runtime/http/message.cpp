// Headers in one string, and the small questions one asks a message.
//
// Neighbours: message.hpp. Must not know: how bytes become messages (codec.cpp).
#include "runtime/http/message.hpp"

#include <functional>
#include <limits>
#include <utility>

#include "core/check.hpp"
#include "core/text.hpp"

namespace sentrail::http {
namespace {

// Whether the view begins inside the string's buffer, which an append may move.
[[nodiscard]] bool points_into(std::string_view view, const std::string& bytes) noexcept {
  const std::less<const char*> before;
  return !view.empty() && !before(view.data(), bytes.data()) &&
         before(view.data(), bytes.data() + bytes.size());
}

}  // namespace

FieldPlace Headers::append_bytes(std::string_view name, std::string_view value) {
  SENTRAIL_CHECK(!points_into(name, bytes_) && !points_into(value, bytes_));
  SENTRAIL_CHECK(bytes_.size() + name.size() + value.size() <
                 std::numeric_limits<std::uint32_t>::max());
  const std::size_t begin = bytes_.size();
  const FieldPlace place{static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(name.size()),
                         static_cast<std::uint32_t>(begin + name.size()),
                         static_cast<std::uint32_t>(value.size())};
  bytes_.append(name).append(value);
  return place;
}

void Headers::reserve(std::size_t fields, std::size_t bytes) {
  fields_.reserve(fields);
  bytes_.reserve(bytes);
}

void Headers::add(std::string_view name, std::string_view value) {
  fields_.push_back(append_bytes(name, value));
}

void Headers::set(std::string_view name, std::string_view value) {
  const FieldPlace place = append_bytes(name, value);
  bool placed = false;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const bool same = equal_ignoring_ascii_case((*this)[i].name, name);
    if (same && placed) continue;
    fields_[kept++] = same ? place : fields_[i];
    placed = placed || same;
  }
  fields_.resize(kept);
  if (!placed) fields_.push_back(place);
}

std::size_t Headers::remove(std::string_view name) {
  return std::erase_if(fields_, [this, name](const FieldPlace& place) {
    return equal_ignoring_ascii_case(
        std::string_view(bytes_).substr(place.name_begin, place.name_bytes), name);
  });
}

std::optional<std::string_view> Headers::find(std::string_view name) const noexcept {
  for (const HeaderField field : *this) {
    if (equal_ignoring_ascii_case(field.name, name)) return field.value;
  }
  return std::nullopt;
}

Headers::Found Headers::look_up(std::string_view name) const noexcept {
  Found found;
  for (const HeaderField field : *this) {
    if (equal_ignoring_ascii_case(field.name, name)) found.meet(field.value);
  }
  return found;
}

std::size_t Headers::count(std::string_view name) const noexcept {
  return look_up(name).count;
}

bool operator==(const Headers& a, const Headers& b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!(a[i] == b[i])) return false;
  }
  return true;
}

std::string_view HttpRequest::path() const noexcept {
  return std::string_view(target).substr(0, target.find('?'));
}

std::string_view HttpRequest::query() const noexcept {
  const std::size_t mark = target.find('?');
  return mark == std::string::npos ? std::string_view{} : std::string_view(target).substr(mark + 1);
}

std::string_view reason_phrase(int status) noexcept {
  struct Phrase {
    int status;
    std::string_view text;
  };
  static constexpr Phrase kPhrases[] = {
      {100, "Continue"},
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {204, "No Content"},
      {206, "Partial Content"},
      {301, "Moved Permanently"},
      {302, "Found"},
      {303, "See Other"},
      {304, "Not Modified"},
      {307, "Temporary Redirect"},
      {308, "Permanent Redirect"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {406, "Not Acceptable"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {410, "Gone"},
      {411, "Length Required"},
      {412, "Precondition Failed"},
      {413, "Content Too Large"},
      {414, "URI Too Long"},
      {415, "Unsupported Media Type"},
      {417, "Expectation Failed"},
      {421, "Misdirected Request"},
      {422, "Unprocessable Content"},
      {423, "Locked"},
      {425, "Too Early"},
      {428, "Precondition Required"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
      {505, "HTTP Version Not Supported"},
      {507, "Insufficient Storage"},
  };
  for (const Phrase& phrase : kPhrases) {
    if (phrase.status == status) return phrase.text;
  }
  return "Unknown";
}

HttpResponse make_response(int status, std::string_view content_type, std::string body) {
  HttpResponse response;
  response.status = status;
  response.headers.add("Content-Type", content_type);
  response.body = std::move(body);
  return response;
}

}  // namespace sentrail::http
