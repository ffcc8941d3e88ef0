// Writes and reads the parts of keys.
//
// Neighbours: keys.hpp, codec.hpp (integers). Must not know: values.
#include "runtime/store/keys.hpp"

#include <algorithm>

#include "core/check.hpp"
#include "core/limits.hpp"
#include "runtime/store/codec.hpp"

namespace sentrail::store {

namespace {

// Moves negative times before positive ones.
constexpr std::uint64_t kSign = 1ull << 63;

constexpr std::uint64_t sortable(std::int64_t time) noexcept {
  return static_cast<std::uint64_t>(time) ^ kSign;
}

}  // namespace

Key& Key::add(const Uuid& id) {
  text_.append(reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size());
  return *this;
}

Key& Key::add(const Hash& hash) {
  text_.append(reinterpret_cast<const char*>(hash.data()), hash.size());
  return *this;
}

Key& Key::byte(char value) {
  text_.push_back(value);
  return *this;
}

Key& Key::integer(std::uint64_t value) {
  append_big_endian(text_, value);
  return *this;
}

Key& Key::time(std::int64_t unix_ms) {
  return integer(sortable(unix_ms));
}

Key& Key::newest_first(std::int64_t unix_ms) {
  return integer(~sortable(unix_ms));
}

Key& Key::sized(std::string_view text) {
  append_big_endian(text_, static_cast<std::uint32_t>(text.size()));
  return last(text);
}

Key& Key::last(std::string_view text) {
  text_.append(text);
  return *this;
}

Uuid uuid_in(std::string_view key, std::size_t at) {
  SENTRAIL_CHECK(key.size() >= at + 16);
  Uuid id;
  for (std::size_t i = 0; i < 16; ++i) id.bytes[i] = static_cast<std::uint8_t>(key[at + i]);
  return id;
}

std::int64_t time_in(std::string_view key, std::size_t at) {
  SENTRAIL_CHECK(key.size() >= at + 8);
  return static_cast<std::int64_t>(read_big_endian<std::uint64_t>(key.substr(at)) ^ kSign);
}

std::string leaf_key(std::uint64_t sequence) {
  return Key().byte('L').integer(sequence).text();
}

void write_index_prefix(std::string& prefix, const Uuid& workspace_id, AuditColumn column,
                        std::string_view value, bool hashed) {
  SENTRAIL_CHECK(value.size() <= limits::kAuditTermBytesMax);
  constexpr char kHashed = '\xff';
  static_assert(limits::kAuditTermBytesMax < 0xff);
  prefix.assign(reinterpret_cast<const char*>(workspace_id.bytes.data()), sizeof(Uuid::bytes));
  prefix.push_back(static_cast<char>(column));
  prefix.push_back(hashed ? kHashed : static_cast<char>(value.size()));
  prefix.append(value);
}

IndexPosition index_position(std::int64_t time_ms, std::uint64_t sequence) noexcept {
  return {~sortable(time_ms), ~sequence};
}

void append_position(std::string& key, const IndexPosition& position) {
  append_big_endian(key, position.time);
  append_big_endian(key, position.sequence);
}

IndexPosition position_in(std::string_view key, std::size_t at) {
  SENTRAIL_CHECK(key.size() >= at + kIndexPositionBytes);
  return {read_big_endian<std::uint64_t>(key.substr(at)),
          read_big_endian<std::uint64_t>(key.substr(at + 8))};
}

std::string_view index_list_of(std::string_view key) noexcept {
  return key.substr(0, key.size() - std::min(key.size(), kIndexPositionBytes));
}

}  // namespace sentrail::store
