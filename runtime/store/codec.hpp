// The byte form of fields: fixed-width big-endian integers, length-prefixed texts and lists.
//
// Neighbours: records_codec.cpp describes records with it, keys.cpp and floor.cpp use its integers.
// Must not know: any record. The decoder is total: it never reads past its input, never allocates
// more than the input pays for, and remembers its first failure.
// source: docs/store_format.md.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/check.hpp"
#include "core/uuid.hpp"

namespace sentrail::store {

// The greatest enumerator of an enum that is stored; specialised beside the records.
template <class Enum>
inline constexpr std::uint8_t kLastEnumerator = 0;

// Appends an unsigned integer, most significant byte first.
template <class Unsigned>
void append_big_endian(std::string& out, Unsigned value) {
  std::array<char, sizeof(Unsigned)> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<char>((value >> (8 * (bytes.size() - 1 - i))) & 0xff);
  }
  out.append(bytes.data(), bytes.size());
}

// Reads what append_big_endian() wrote. REQUIRES: bytes.size() >= sizeof(Unsigned).
template <class Unsigned>
[[nodiscard]] Unsigned read_big_endian(std::string_view bytes) noexcept {
  SENTRAIL_CHECK(bytes.size() >= sizeof(Unsigned));
  Unsigned value = 0;
  for (std::size_t i = 0; i < sizeof(Unsigned); ++i) {
    value = static_cast<Unsigned>((value << 8) | static_cast<std::uint8_t>(bytes[i]));
  }
  return value;
}

// Writes fields behind each other. Call it with fields; it takes them in order.
class Encoder {
 public:
  explicit Encoder(std::string* out) : out_(out) {}

  // Writes each field.
  template <class... Fields>
  void operator()(const Fields&... fields) {
    (field(fields), ...);
  }

 private:
  void field(const std::string& text) {
    SENTRAIL_CHECK(text.size() <= 0xffffffffu);
    append_big_endian(*out_, static_cast<std::uint32_t>(text.size()));
    out_->append(text);
  }
  void field(const Uuid& id) { field(id.bytes); }
  template <std::size_t kSize>
  void field(const std::array<std::uint8_t, kSize>& bytes) {
    out_->append(reinterpret_cast<const char*>(bytes.data()), kSize);
  }
  template <class T>
  void field(const std::optional<T>& value) {
    field(value.has_value());
    if (value) field(*value);
  }
  template <class T>
  void field(const std::vector<T>& values) {
    SENTRAIL_CHECK(values.size() <= 0xffffffffu);
    append_big_endian(*out_, static_cast<std::uint32_t>(values.size()));
    for (const T& value : values) field(value);
  }
  template <class T>
  void field(const T& value) {
    if constexpr (std::is_enum_v<T>) {
      out_->push_back(static_cast<char>(value));
    } else if constexpr (std::is_same_v<T, bool>) {
      out_->push_back(value ? '\1' : '\0');
    } else if constexpr (std::is_integral_v<T>) {
      append_big_endian(*out_, static_cast<std::make_unsigned_t<T>>(value));
    } else {
      describe(*this, value);
    }
  }

  std::string* out_;
};

// Reads fields in the order in which they were written. After a failure it does nothing more.
class Decoder {
 public:
  explicit Decoder(std::string_view in) : in_(in) {}

  // Reads each field.
  template <class... Fields>
  void operator()(Fields&... fields) {
    (field(fields), ...);
  }

  // Whether all of the input was read and all of it was legal.
  [[nodiscard]] bool complete() const noexcept { return !failed_ && in_.empty(); }

 private:
  [[nodiscard]] std::string_view take(std::size_t size) {
    if (failed_ || in_.size() < size) {
      failed_ = true;
      return {};
    }
    const std::string_view taken = in_.substr(0, size);
    in_.remove_prefix(size);
    return taken;
  }
  template <class Unsigned>
  [[nodiscard]] Unsigned integer() {
    const std::string_view bytes = take(sizeof(Unsigned));
    return failed_ ? Unsigned{0} : read_big_endian<Unsigned>(bytes);
  }

  void field(std::string& text) { text = std::string(take(integer<std::uint32_t>())); }
  void field(Uuid& id) { field(id.bytes); }
  template <std::size_t kSize>
  void field(std::array<std::uint8_t, kSize>& bytes) {
    const std::string_view taken = take(kSize);
    for (std::size_t i = 0; i < taken.size(); ++i) bytes[i] = static_cast<std::uint8_t>(taken[i]);
  }
  template <class T>
  void field(std::optional<T>& value) {
    bool present = false;
    field(present);
    if (present && !failed_) field(value.emplace());
  }
  // Every element takes at least one byte, so a count past the rest is refused before allocating.
  template <class T>
  void field(std::vector<T>& values) {
    const std::uint32_t count = integer<std::uint32_t>();
    if (count > in_.size()) failed_ = true;
    for (std::uint32_t i = 0; i < count && !failed_; ++i) field(values.emplace_back());
  }
  template <class T>
  void field(T& value) {
    if constexpr (std::is_enum_v<T>) {
      const std::uint8_t raw = integer<std::uint8_t>();
      if (raw > kLastEnumerator<T>) failed_ = true;
      if (!failed_) value = static_cast<T>(raw);
    } else if constexpr (std::is_same_v<T, bool>) {
      const std::uint8_t raw = integer<std::uint8_t>();
      if (raw > 1) failed_ = true;
      value = raw == 1;
    } else if constexpr (std::is_integral_v<T>) {
      value = static_cast<T>(integer<std::make_unsigned_t<T>>());
    } else {
      describe(*this, value);
    }
  }

  std::string_view in_;
  bool failed_ = false;
};

}  // namespace sentrail::store
