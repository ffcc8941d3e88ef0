// Checks the form of a leaf without building its entry: verifying a log is mostly this.
//
// Neighbours: leaf.cpp reads the same form into an entry; a test holds the two against each other
// byte by byte. Must not know: what a field means. Why not decode_leaf: that takes ten times as
// long, and a log has more entries than anything else.
#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>

#include "core/limits.hpp"
#include "core/text.hpp"
#include "runtime/audit/leaf.hpp"

namespace sentrail::audit {
namespace {

using store::AuditKind;

// What a value may be.
enum class Shape : std::uint8_t {
  text,     // a string that is not empty
  id,       // a UUID that is not nil
  hash,     // 64 hexadecimal digits
  count,    // an integer that is not negative
  integer,  // of 64 bits
  kind,     // an enumerator's name
  decision,
  risk,
  state,
  version,
};

struct Field {
  std::string_view head;  // the key in quotes, and the colon
  Shape shape;
};

constexpr auto kFields = std::to_array<Field>({
    {"\"action\":", Shape::text},
    {"\"action_id\":", Shape::id},
    {"\"agent_c\":", Shape::hash},
    {"\"approval_hash\":", Shape::hash},
    {"\"boot_id\":", Shape::id},
    {"\"bundle_hash\":", Shape::hash},
    {"\"correlation_id\":", Shape::id},
    {"\"decision\":", Shape::decision},
    {"\"id\":", Shape::id},
    {"\"key_id\":", Shape::id},
    {"\"kill_epoch\":", Shape::count},
    {"\"kind\":", Shape::kind},
    {"\"obligations\":", Shape::text},
    {"\"of\":", Shape::count},
    {"\"payload_c\":", Shape::hash},
    {"\"person_c\":", Shape::hash},
    {"\"policy_id\":", Shape::id},
    {"\"previous\":", Shape::count},
    {"\"reason_c\":", Shape::hash},
    {"\"requester_c\":", Shape::hash},
    {"\"resource_c\":", Shape::hash},
    {"\"resource_type\":", Shape::text},
    {"\"response_c\":", Shape::hash},
    {"\"risk\":", Shape::risk},
    {"\"rule\":", Shape::text},
    {"\"seq\":", Shape::count},
    {"\"shadows\":", Shape::text},
    {"\"source\":", Shape::text},
    {"\"state\":", Shape::state},
    {"\"status\":", Shape::integer},
    {"\"tags\":", Shape::text},
    {"\"time_ms\":", Shape::integer},
    {"\"tool\":", Shape::text},
    {"\"v\":", Shape::version},
    {"\"workspace_id\":", Shape::id},
});
constexpr std::size_t kFieldKind = 11;
constexpr std::size_t kFieldSequence = 25;
constexpr std::size_t kFieldTime = 31;
constexpr std::size_t kFieldVersion = 33;
static_assert(kFields[kFieldKind].shape == Shape::kind && kFields[kFieldSequence].head[1] == 's' &&
              kFields[kFieldTime].head[1] == 't' && kFields[kFieldVersion].head[1] == 'v');

// The front of a member as words, and which bits of them its key has: keys are told apart at once.
using Words = std::array<std::uint64_t, 3>;
struct Head {
  Words words;
  Words mask;
};
constexpr auto kHeads = [] {
  std::array<Head, kFields.size()> out{};
  for (std::size_t i = 0; i < out.size(); ++i) {
    std::array<char, sizeof(Words)> text{};
    std::array<std::uint8_t, sizeof(Words)> mask{};
    for (std::size_t at = 0; at < kFields[i].head.size(); ++at) {
      text[at] = kFields[i].head[at];
      mask[at] = 0xff;
    }
    out[i] = {std::bit_cast<Words>(text), std::bit_cast<Words>(mask)};
  }
  return out;
}();

// The first field from `next` on that the text begins with; kFields.size() if none does.
std::size_t field_at(std::string_view text, std::size_t next) noexcept {
  if (text.size() < sizeof(Words)) {
    while (next < kFields.size() && !text.starts_with(kFields[next].head)) ++next;
    return next;
  }
  Words words{};
  std::memcpy(words.data(), text.data(), sizeof(words));
  for (; next < kFields.size(); ++next) {
    const Head& head = kHeads[next];
    if ((((words[0] ^ head.words[0]) & head.mask[0]) | ((words[1] ^ head.words[1]) & head.mask[1]) |
         ((words[2] ^ head.words[2]) & head.mask[2])) == 0) {
      break;
    }
  }
  return next;
}

// Sixteen bytes at once, by whatever the machine has for that.
using Bytes [[gnu::vector_size(16)]] = std::uint8_t;

Bytes load_bytes(const char* text) noexcept {
  Bytes out;
  std::memcpy(&out, text, sizeof(out));
  return out;
}

// Whether no bit of any byte is set.
bool is_clear(Bytes bytes) noexcept {
  std::array<std::uint64_t, 2> words{};
  std::memcpy(words.data(), &bytes, sizeof(words));
  return (words[0] | words[1]) == 0;
}

// All bits of those bytes that are no lower-case hexadecimal digits.
Bytes no_hex(Bytes text) noexcept {
  const auto digit = text - std::uint8_t{'0'} < std::uint8_t{10};
  const auto letter = text - std::uint8_t{'a'} < std::uint8_t{6};
  return reinterpret_cast<Bytes>(~(digit | letter));
}

bool all_hex_64(const char* text) noexcept {
  return is_clear(no_hex(load_bytes(text)) | no_hex(load_bytes(text + 16)) |
                  no_hex(load_bytes(text + 32)) | no_hex(load_bytes(text + 48)));
}

bool all_hex_2(const char* text) noexcept {
  const auto hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return hex(text[0]) && hex(text[1]);
}

// Most leaves are ASCII, which is told many bytes at a time.
bool is_utf8(std::string_view text) noexcept {
  Bytes seen{};
  std::size_t at = 0;
  for (; at + sizeof(seen) <= text.size(); at += sizeof(seen)) seen |= load_bytes(text.data() + at);
  std::uint8_t rest = 0;
  for (; at < text.size(); ++at) rest |= static_cast<std::uint8_t>(text[at]);
  return (is_clear(seen & std::uint8_t{0x80}) && (rest & 0x80) == 0) || is_valid_utf8(text);
}

// Takes an escape off the front, after its backslash: only where nothing shorter says the same.
bool take_escape(std::string_view& text) noexcept {
  constexpr std::string_view kShort = "\"\\bfnrt";
  constexpr std::string_view kHaveShort = "\b\f\n\r\t";
  if (text.empty()) return false;
  if (kShort.find(text.front()) != text.npos) {
    text.remove_prefix(1);
    return true;
  }
  if (text.size() < 5 || !text.starts_with("u00") || !all_hex_2(text.data() + 3)) return false;
  unsigned code = 0;
  std::from_chars(text.data() + 3, text.data() + 5, code, 16);
  text.remove_prefix(5);
  return code < 0x20 && kHaveShort.find(static_cast<char>(code)) == kHaveShort.npos;
}

// Takes a string with its quotes off the front; out: what stands between them, or nothing.
std::optional<std::string_view> take_string(std::string_view& text) noexcept {
  if (!text.starts_with('"')) return std::nullopt;
  const char* const begin = text.data() + 1;
  text.remove_prefix(1);
  while (true) {
    std::size_t plain = 0;
    while (plain < text.size() && static_cast<unsigned char>(text[plain]) >= 0x20 &&
           text[plain] != '"' && text[plain] != '\\') {
      ++plain;
    }
    text.remove_prefix(plain);
    if (text.empty() || static_cast<unsigned char>(text.front()) < 0x20) return std::nullopt;
    if (text.front() == '"') break;
    text.remove_prefix(1);
    if (!take_escape(text)) return std::nullopt;
  }
  const std::string_view inside(begin, static_cast<std::size_t>(text.data() - begin));
  text.remove_prefix(1);
  return inside;
}

std::optional<std::int64_t> take_integer(std::string_view& text) noexcept {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  const std::string_view digits = text.substr(0, static_cast<std::size_t>(end - text.data()));
  const std::string_view unsigned_digits = digits.substr(digits.front() == '-' ? 1 : 0);
  const bool zero = unsigned_digits.front() == '0';
  if (zero && digits.size() > 1) return std::nullopt;  // 01, -0
  text.remove_prefix(digits.size());
  return value;
}

// Takes an enumerator's name, in quotes, off the front.
template <class Enum>
bool take_name(std::string_view& text, std::size_t count) noexcept {
  const auto name = take_string(text);
  if (!name || name->empty()) return false;
  for (std::size_t i = 0; i < count; ++i) {
    if (name_of(static_cast<Enum>(i)) == *name) return true;
  }
  return false;
}

bool take_id(std::string_view& text) noexcept {
  constexpr std::string_view kNil = "00000000-0000-0000-0000-000000000000";
  constexpr std::size_t kWhole = kNil.size() + 2;
  if (text.size() < kWhole || text.front() != '"' || text[kWhole - 1] != '"') return false;
  const std::string_view id = text.substr(1, kNil.size());
  text.remove_prefix(kWhole);
  // Exactly where hyphens belong no digit is. The last four bytes are looked at with twelve before
  // them.
  constexpr Bytes kHyphens = {0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0, 0, 0, 0, 0xff, 0, 0};
  constexpr Bytes kLaterHyphens = {0, 0, 0xff, 0, 0, 0, 0, 0xff, 0, 0, 0, 0, 0, 0, 0, 0};
  constexpr Bytes kLastHyphen = {0, 0, 0, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  const char* const at = id.data();
  const Bytes wrong = (no_hex(load_bytes(at)) ^ kHyphens) |
                      (no_hex(load_bytes(at + 16)) ^ kLaterHyphens) |
                      (no_hex(load_bytes(at + 20)) ^ kLastHyphen);
  return is_clear(wrong) && at[8] == '-' && at[13] == '-' && at[18] == '-' && at[23] == '-' &&
         id != kNil;
}

bool take_hash(std::string_view& text) noexcept {
  constexpr std::size_t kWhole = 2 * sizeof(store::Hash) + 2;
  if (text.size() < kWhole || text.front() != '"' || text[kWhole - 1] != '"') return false;
  const std::string_view hash = text.substr(1, kWhole - 2);
  text.remove_prefix(kWhole);
  static_assert(2 * sizeof(store::Hash) == 64);
  return all_hex_64(hash.data());
}

// Takes a value off the front; `number` is what an integer is.
bool take_value(std::string_view& text, Shape shape, std::int64_t& number) noexcept {
  switch (shape) {
    case Shape::text: {
      const auto value = take_string(text);
      return value && !value->empty();
    }
    case Shape::id:
      return take_id(text);
    case Shape::hash:
      return take_hash(text);
    case Shape::kind:
      return take_name<AuditKind>(text, store::kAuditKindCount);
    case Shape::decision:
      return take_name<store::AuditDecision>(text, 5);
    case Shape::risk:
      return take_name<Risk>(text, 4);
    case Shape::state:
      return take_name<store::ActionState>(text, 10);
    case Shape::count:
    case Shape::integer:
    case Shape::version: {
      const auto value = take_integer(text);
      number = value.value_or(-1);
      return value && (shape != Shape::count || number >= 0) &&
             (shape != Shape::version || number == 1);
    }
  }
  return false;
}

// The number of a leaf in its canonical form.
std::optional<std::uint64_t> sequence_of(std::string_view text) noexcept {
  if (text.size() > limits::kAuditEntryBytesMax || !text.starts_with('{') || !is_utf8(text)) {
    return std::nullopt;
  }
  std::array<bool, kFields.size()> seen{};
  std::int64_t sequence = 0;
  std::size_t next = 0;
  do {
    text.remove_prefix(1);  // `{` or `,`
    next = field_at(text, next);
    if (next == kFields.size()) return std::nullopt;
    text.remove_prefix(kFields[next].head.size());
    std::int64_t number = 0;
    if (!take_value(text, kFields[next].shape, number)) return std::nullopt;
    if (next == kFieldSequence) sequence = number;
    seen[next++] = true;
  } while (text.starts_with(','));
  if (text != "}") return std::nullopt;
  if (!seen[kFieldKind] || !seen[kFieldSequence] || !seen[kFieldTime] || !seen[kFieldVersion]) {
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(sequence);
}

}  // namespace

Result<std::uint64_t> check_leaf(std::string_view bytes) {
  if (const auto sequence = sequence_of(bytes)) return *sequence;
  // What is wrong is said by who reads it whole.
  SENTRAIL_ASSIGN_OR_RETURN(const Leaf leaf, decode_leaf(bytes));
  return leaf.sequence;
}

Result<std::int64_t> time_of_leaf(std::string_view leaf) {
  // Within a text the quote behind the name would have a backslash before it.
  constexpr std::string_view kHead = ",\"time_ms\":";
  const std::size_t at = leaf.rfind(kHead);
  std::int64_t time = 0;
  if (at == leaf.npos) return fail(Errc::corrupt, "a leaf without a time");
  const char* const begin = leaf.data() + at + kHead.size();
  const auto [end, error] = std::from_chars(begin, leaf.data() + leaf.size(), time);
  if (error != std::errc()) return fail(Errc::corrupt, "a leaf whose time is no number");
  return time;
}

}  // namespace sentrail::audit
