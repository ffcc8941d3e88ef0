// Puts JSON together piece by piece. See json_writer.hpp.
#include "core/json_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <utility>

#include "core/byte_scan.hpp"
#include "core/check.hpp"
#include "core/text.hpp"

namespace sentrail {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

// The letter of a short escape, or NUL where there is none.
constexpr char short_escape(char byte) noexcept {
  switch (byte) {
    case '"':
      return '"';
    case '\\':
      return '\\';
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return '\0';
  }
}

void append_escape(std::string& out, char byte) {
  constexpr std::string_view kHex = "0123456789abcdef";
  if (const char letter = short_escape(byte); letter != '\0') {
    out += '\\';
    out += letter;
    return;
  }
  const auto value = static_cast<unsigned char>(byte);
  out += "\\u00";
  out += kHex[value >> 4u];
  out += kHex[value & 15u];
}

// Texts of so many bytes are put together before they are appended: an append for every quote and
// comma costs more than the text. All keys of answers are such.
constexpr std::size_t kShortBytesMax = 48;

bool is_short_and_plain(std::string_view text) noexcept {
  return text.size() <= kShortBytesMax && json_plain_ascii_run(text) == text.size();
}

// A piece of JSON on its way, of a short text with its quotes and what stands around them.
class Piece {
 public:
  void add(char byte) noexcept { bytes_[size_++] = byte; }
  void add(std::string_view text) noexcept {
    std::memcpy(bytes_.data() + size_, text.data(), text.size());
    size_ += text.size();
  }
  [[nodiscard]] std::string_view view() const noexcept { return {bytes_.data(), size_}; }

 private:
  std::array<char, kShortBytesMax + 4> bytes_;
  std::size_t size_ = 0;
};

template <class Integer>
void append_integer(std::string& out, Integer value) {
  std::array<char, 24> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  SENTRAIL_CHECK(error == std::errc());
  out.append(digits.data(), end);
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  if (!text.empty() && is_short_and_plain(text)) {
    Piece piece;
    piece.add('"');
    piece.add(text);
    piece.add('"');
    out.append(piece.view());
    return;
  }
  out += '"';
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t plain = json_plain_ascii_run(text.substr(at));
    out.append(text.data() + at, plain);
    at += plain;
    if (at == text.size()) break;
    const CodePoint point = decode_utf8(text, at);
    if (!point.valid) {
      out += kReplacement;
    } else if (point.size == 1) {
      append_escape(out, text[at]);
    } else {
      out.append(text.substr(at, point.size));
    }
    at += point.size;
  }
  out += '"';
}

JsonWriter::JsonWriter(std::string* out, KeyOrder order) : out_(out), order_(order) {
  SENTRAIL_CHECK(out != nullptr);
}

void JsonWriter::before_value() {
  SENTRAIL_CHECK_NOTE(!done_, "a JSON text has one root");
  if (levels_.empty()) return;
  Level& level = levels_.back();
  if (level.object) {
    SENTRAIL_CHECK_NOTE(key_waiting_, "a member needs its key first");
    key_waiting_ = false;
    return;
  }
  if (level.has_entry) *out_ += ',';
  level.has_entry = true;
}

void JsonWriter::after_value() {
  if (levels_.empty()) done_ = true;
}

JsonWriter& JsonWriter::begin_object() {
  before_value();
  *out_ += '{';
  levels_.push_back(Level{true, false});
  if (order_ == KeyOrder::sorted) last_keys_.emplace_back();
  return *this;
}

JsonWriter& JsonWriter::begin_array() {
  before_value();
  *out_ += '[';
  levels_.push_back(Level{false, false});
  if (order_ == KeyOrder::sorted) last_keys_.emplace_back();
  return *this;
}

void JsonWriter::end(bool object, char bracket) {
  SENTRAIL_CHECK_NOTE(!levels_.empty() && levels_.back().object == object,
                      "an end without its begin");
  SENTRAIL_CHECK_NOTE(!key_waiting_, "a key without its value");
  *out_ += bracket;
  levels_.pop_back();
  if (order_ == KeyOrder::sorted) last_keys_.pop_back();
  after_value();
}

JsonWriter& JsonWriter::end_object() {
  end(true, '}');
  return *this;
}

JsonWriter& JsonWriter::end_array() {
  end(false, ']');
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  SENTRAIL_CHECK_NOTE(!levels_.empty() && levels_.back().object, "a key outside an object");
  SENTRAIL_CHECK_NOTE(!key_waiting_, "a key without its value");
  Level& level = levels_.back();
  if (order_ == KeyOrder::sorted) {
    SENTRAIL_CHECK_NOTE(!level.has_entry || last_keys_.back() < name, "keys must ascend");
    last_keys_.back() = name;
  }
  const bool follows = std::exchange(level.has_entry, true);
  key_waiting_ = true;
  if (!name.empty() && is_short_and_plain(name)) {
    Piece piece;
    if (follows) piece.add(',');
    piece.add('"');
    piece.add(name);
    piece.add('"');
    piece.add(':');
    out_->append(piece.view());
    return *this;
  }
  if (follows) *out_ += ',';
  append_json_string(*out_, name);
  *out_ += ':';
  return *this;
}

JsonWriter& JsonWriter::string(std::string_view value) {
  before_value();
  append_json_string(*out_, value);
  after_value();
  return *this;
}

JsonWriter& JsonWriter::integer(std::int64_t value) {
  before_value();
  append_integer(*out_, value);
  after_value();
  return *this;
}

JsonWriter& JsonWriter::unsigned_integer(std::uint64_t value) {
  before_value();
  append_integer(*out_, value);
  after_value();
  return *this;
}

JsonWriter& JsonWriter::boolean(bool value) {
  before_value();
  *out_ += value ? "true" : "false";
  after_value();
  return *this;
}

JsonWriter& JsonWriter::null() {
  before_value();
  *out_ += "null";
  after_value();
  return *this;
}

JsonWriter& JsonWriter::raw_number(std::string_view text) {
  SENTRAIL_CHECK_NOTE(is_json_number(text), "not a JSON number");
  before_value();
  *out_ += text;
  after_value();
  return *this;
}

void JsonWriter::scalar_of(JsonValue value) {
  switch (value.kind()) {
    case JsonKind::null:
      null();
      return;
    case JsonKind::boolean:
      boolean(value.boolean());
      return;
    case JsonKind::number:
      raw_number(value.text());
      return;
    case JsonKind::string:
      string(value.text());
      return;
    case JsonKind::array:
    case JsonKind::object:
      break;
  }
  SENTRAIL_UNREACHABLE("containers are opened by raw()");
}

namespace {

// A container that raw() is inside of: what is left of it. Elements of an array are themselves;
// an object's are its keys.
struct Open {
  bool object = false;
  std::vector<JsonValue> entries;
  std::size_t done = 0;
};

Open open(JsonValue container, bool sort) {
  Open result{container.kind() == JsonKind::object, {}, 0};
  result.entries.reserve(container.size());
  JsonValue entry = container.first_child();
  for (std::size_t left = container.size(); left > 0; --left) {
    result.entries.push_back(entry);
    if (left > 1) entry = result.object ? entry.next().next() : entry.next();
  }
  if (result.object && sort) {
    std::sort(result.entries.begin(), result.entries.end(),
              [](JsonValue a, JsonValue b) { return a.text() < b.text(); });
  }
  return result;
}

bool is_container(JsonValue value) {
  return value.kind() == JsonKind::array || value.kind() == JsonKind::object;
}

}  // namespace

JsonWriter& JsonWriter::raw(JsonValue value) {
  SENTRAIL_CHECK(value.exists());
  const bool sort = order_ == KeyOrder::sorted;
  std::vector<Open> open_containers;
  const auto begin = [&](JsonValue each) {
    if (!is_container(each)) return scalar_of(each);
    each.kind() == JsonKind::object ? begin_object() : begin_array();
    open_containers.push_back(open(each, sort));
  };
  begin(value);
  while (!open_containers.empty()) {
    Open& top = open_containers.back();
    if (top.done == top.entries.size()) {
      top.object ? end_object() : end_array();
      open_containers.pop_back();
      continue;
    }
    const JsonValue entry = top.entries[top.done++];
    if (top.object) {
      key(entry.text());
      begin(entry.next());
    } else {
      begin(entry);
    }
  }
  return *this;
}

}  // namespace sentrail
