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

// Calls `put` with the pieces of a text between its quotes, escaped.
template <class Put>
void escape(std::string_view text, Put put) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t plain = json_plain_ascii_run(text.substr(at));
    if (plain > 0) put(text.substr(at, plain));
    at += plain;
    if (at == text.size()) return;
    const CodePoint point = decode_utf8(text, at);
    const char byte = text[at];
    if (!point.valid) {
      put(kReplacement);
    } else if (point.size > 1) {
      put(text.substr(at, point.size));
    } else if (const char letter = short_escape(byte); letter != '\0') {
      const std::array<char, 2> two = {'\\', letter};
      put(std::string_view(two.data(), two.size()));
    } else {
      constexpr std::string_view kHex = "0123456789abcdef";
      const auto value = static_cast<unsigned char>(byte);
      const std::array<char, 6> six = {'\\', 'u', '0', '0', kHex[value >> 4u], kHex[value & 15u]};
      put(std::string_view(six.data(), six.size()));
    }
    at += point.size;
  }
}

// Writes a text between quotes. out: the place behind them
char* quote(char* at, std::string_view text) noexcept {
  *at++ = '"';
  at = std::copy(text.begin(), text.end(), at);
  *at++ = '"';
  return at;
}

// The digits of a whole number.
class Digits {
 public:
  template <class Integer>
  explicit Digits(Integer value) {
    const auto [end, error] = std::to_chars(digits_.data(), digits_.data() + digits_.size(), value);
    SENTRAIL_CHECK(error == std::errc());
    size_ = static_cast<std::size_t>(end - digits_.data());
  }
  [[nodiscard]] std::string_view view() const noexcept { return {digits_.data(), size_}; }

 private:
  std::array<char, 24> digits_{};
  std::size_t size_ = 0;
};

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  escape(text, [&out](std::string_view piece) { out += piece; });
  out += '"';
}

JsonWriter::JsonWriter(std::string* out, KeyOrder order) : out_(out), order_(order) {
  SENTRAIL_CHECK(out != nullptr);
}

void JsonWriter::flush() {
  out_->append(waiting_.data(), waiting_bytes_);
  waiting_bytes_ = 0;
}

void JsonWriter::put(char byte) {
  if (waiting_bytes_ == waiting_.size()) flush();
  waiting_[waiting_bytes_++] = byte;
}

void JsonWriter::put(std::string_view text) {
  if (text.empty()) return;
  if (text.size() > waiting_.size() - waiting_bytes_) {
    flush();
    if (text.size() > waiting_.size()) {
      out_->append(text);
      return;
    }
  }
  std::memcpy(waiting_.data() + waiting_bytes_, text.data(), text.size());
  waiting_bytes_ += text.size();
}

void JsonWriter::put_string(std::string_view text) {
  const std::size_t quoted = text.size() + 2;
  const bool plain = json_plain_ascii_run(text) == text.size();
  if (plain && quoted <= waiting_.size()) {
    if (quoted > waiting_.size() - waiting_bytes_) flush();
    quote(waiting_.data() + waiting_bytes_, text);
    waiting_bytes_ += quoted;
    return;
  }
  put('"');
  escape(text, [this](std::string_view piece) { put(piece); });
  put('"');
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
  if (level.has_entry) put(',');
  level.has_entry = true;
}

void JsonWriter::after_value() {
  if (!levels_.empty()) return;
  done_ = true;
  flush();
}

JsonWriter& JsonWriter::begin_object() {
  before_value();
  put('{');
  levels_.push_back(Level{true, false});
  if (order_ == KeyOrder::sorted) last_keys_.emplace_back();
  return *this;
}

JsonWriter& JsonWriter::begin_array() {
  before_value();
  put('[');
  levels_.push_back(Level{false, false});
  if (order_ == KeyOrder::sorted) last_keys_.emplace_back();
  return *this;
}

void JsonWriter::end(bool object, char bracket) {
  SENTRAIL_CHECK_NOTE(!levels_.empty() && levels_.back().object == object,
                      "an end without its begin");
  SENTRAIL_CHECK_NOTE(!key_waiting_, "a key without its value");
  put(bracket);
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

JsonWriter& JsonWriter::key(JsonKey key) {
  const std::string_view name = key.text();
  SENTRAIL_CHECK_NOTE(!levels_.empty() && levels_.back().object, "a key outside an object");
  SENTRAIL_CHECK_NOTE(!key_waiting_, "a key without its value");
  Level& level = levels_.back();
  if (order_ == KeyOrder::sorted) {
    SENTRAIL_CHECK_NOTE(!level.has_entry || last_keys_.back() < name, "keys must ascend");
    last_keys_.back() = name;
  }
  key_waiting_ = true;
  const bool follows = std::exchange(level.has_entry, true);
  const std::size_t most = name.size() + 4;  // a comma, two quotes and a colon
  if (key.plain() && most <= waiting_.size()) {
    if (most > waiting_.size() - waiting_bytes_) flush();
    char* at = waiting_.data() + waiting_bytes_;
    if (follows) *at++ = ',';
    at = quote(at, name);
    *at++ = ':';
    waiting_bytes_ = static_cast<std::size_t>(at - waiting_.data());
    return *this;
  }
  if (follows) put(',');
  put_string(name);
  put(':');
  return *this;
}

JsonWriter& JsonWriter::string(std::string_view value) {
  before_value();
  put_string(value);
  after_value();
  return *this;
}

JsonWriter& JsonWriter::integer(std::int64_t value) {
  before_value();
  put(Digits(value).view());
  after_value();
  return *this;
}

JsonWriter& JsonWriter::unsigned_integer(std::uint64_t value) {
  before_value();
  put(Digits(value).view());
  after_value();
  return *this;
}

JsonWriter& JsonWriter::boolean(bool value) {
  before_value();
  put(value ? std::string_view("true") : std::string_view("false"));
  after_value();
  return *this;
}

JsonWriter& JsonWriter::null() {
  before_value();
  put(std::string_view("null"));
  after_value();
  return *this;
}

JsonWriter& JsonWriter::raw_number(std::string_view text) {
  SENTRAIL_CHECK_NOTE(is_json_number(text), "not a JSON number");
  before_value();
  put(text);
  after_value();
  return *this;
}

JsonWriter& JsonWriter::written(std::string_view json) {
  SENTRAIL_CHECK_NOTE(!json.empty(), "nothing is no JSON");
  before_value();
  put(json);
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
