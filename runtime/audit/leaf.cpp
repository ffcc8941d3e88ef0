// Writes leaves from one table of fields, and reads them through the same table.
//
// Neighbours: leaf.hpp, core/json_writer.hpp. Must not know: rows. Why not a JSON library for
// reading: a leaf is one flat object of texts and integers, and every other spelling is refused by
// writing it again and comparing.
#include "runtime/audit/leaf.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <variant>

#include "core/check.hpp"
#include "core/encoding.hpp"
#include "core/json_writer.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "core/uuid.hpp"

namespace sentrail::audit {

namespace {

using store::AuditEntry;
using store::AuditKind;
using store::Hash;

constexpr std::int64_t kVersion = 1;

// Both digits of each byte: six hashes a leaf are what most of its text is.
constexpr auto kHexPairs = [] {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<std::array<char, 2>, 256> out{};
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = {kDigits[i >> 4], kDigits[i & 0xf]};
  return out;
}();

// A field's value as it was read.
using Value = std::variant<std::string, std::int64_t>;

// Writes members straight into the text of a leaf, which is an entry's largest part.
class LeafText {
 public:
  explicit LeafText(std::string& out) : out_(out) {}

  void text(std::string_view name, std::string_view value) {
    begin(name);
    append_json_string(out_, value);
  }
  // Of characters that need no escape.
  void plain(std::string_view name, std::string_view value) {
    begin(name);
    out_.append("\"").append(value).append("\"");
  }
  void number(std::string_view name, std::int64_t value) {
    begin(name);
    std::array<char, 20> digits{};  // of the longest, which has a sign
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    SENTRAIL_CHECK(error == std::errc{});
    out_.append(digits.data(), end);
  }

 private:
  void begin(std::string_view name) {
    out_.append(out_.empty() ? "{\"" : ",\"").append(name).append("\":");
  }

  std::string& out_;
};

// What a leaf is written of; Leaf owns what this borrows. An entry is much larger than its leaf.
struct Written {
  std::uint64_t sequence;
  const AuditEntry& entry;
};

// How one field is written, unless it has nothing to say, and read. `read` says whether the value
// is legal.
struct Field {
  std::string_view name;
  void (*write)(LeafText& out, std::string_view name, const Written& leaf);
  bool (*read)(Leaf& leaf, const Value& value);
};

void write_text(LeafText& out, std::string_view name, std::string_view text) {
  if (!text.empty()) out.text(name, text);
}
void write_name(LeafText& out, std::string_view name, std::string_view enumerator) {
  if (!enumerator.empty()) out.plain(name, enumerator);
}
void write_id(LeafText& out, std::string_view name, const Uuid& id) {
  if (id != Uuid{}) out.plain(name, UuidText(id).view());
}
void write_hash(LeafText& out, std::string_view name, const std::optional<Hash>& hash) {
  if (!hash) return;
  std::array<char, 2 * sizeof(Hash)> text{};
  for (std::size_t i = 0; i < hash->size(); ++i) {
    std::copy_n(kHexPairs[(*hash)[i]].begin(), 2, text.begin() + 2 * i);
  }
  out.plain(name, {text.data(), text.size()});
}
void write_number(LeafText& out, std::string_view name,
                  const std::optional<std::uint64_t>& number) {
  if (number) out.number(name, static_cast<std::int64_t>(*number));
}

bool to_text(std::string& out, const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (text != nullptr) out = *text;
  return text != nullptr;
}

bool to_id(Uuid& out, const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return false;
  const Result<Uuid> id = parse_uuid(*text);
  if (id) out = *id;
  return id.has_value();
}

bool to_hash(std::optional<Hash>& out, const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return false;
  const Result<std::string> bytes = hex_decode(*text);
  if (!bytes || bytes->size() != sizeof(Hash)) return false;
  std::copy(bytes->begin(), bytes->end(), reinterpret_cast<char*>(out.emplace().data()));
  return true;
}

bool to_number(std::optional<std::uint64_t>& out, const Value& value) {
  const auto* number = std::get_if<std::int64_t>(&value);
  if (number == nullptr || *number < 0) return false;
  out = static_cast<std::uint64_t>(*number);
  return true;
}

// The enumerator with that name among the first `count`.
template <class Enum>
bool to_enum(Enum& out, const Value& value, std::size_t count) {
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr || text->empty()) return false;
  for (std::size_t i = 0; i < count; ++i) {
    if (name_of(static_cast<Enum>(i)) != *text) continue;
    out = static_cast<Enum>(i);
    return true;
  }
  return false;
}

// Members of AuditEntry by type, as table entries.
template <std::string AuditEntry::* kMember>
constexpr Field text_field(std::string_view name) {
  return {name,
          [](LeafText& out, std::string_view key, const Written& leaf) {
            write_text(out, key, leaf.entry.*kMember);
          },
          [](Leaf& leaf, const Value& value) { return to_text(leaf.entry.*kMember, value); }};
}
template <Uuid AuditEntry::* kMember>
constexpr Field id_field(std::string_view name) {
  return {name,
          [](LeafText& out, std::string_view key, const Written& leaf) {
            write_id(out, key, leaf.entry.*kMember);
          },
          [](Leaf& leaf, const Value& value) { return to_id(leaf.entry.*kMember, value); }};
}
template <std::optional<Hash> AuditEntry::* kMember>
constexpr Field hash_field(std::string_view name) {
  return {name,
          [](LeafText& out, std::string_view key, const Written& leaf) {
            write_hash(out, key, leaf.entry.*kMember);
          },
          [](Leaf& leaf, const Value& value) { return to_hash(leaf.entry.*kMember, value); }};
}
template <std::optional<std::uint64_t> AuditEntry::* kMember>
constexpr Field number_field(std::string_view name) {
  return {name,
          [](LeafText& out, std::string_view key, const Written& leaf) {
            write_number(out, key, leaf.entry.*kMember);
          },
          [](Leaf& leaf, const Value& value) { return to_number(leaf.entry.*kMember, value); }};
}

// Fields that are not a plain member of the types above.
void write_decision(LeafText& out, std::string_view name, const Written& leaf) {
  write_name(out, name, name_of(leaf.entry.decision));
}
bool read_decision(Leaf& leaf, const Value& value) {
  return to_enum(leaf.entry.decision, value, 5);
}
void write_kind(LeafText& out, std::string_view name, const Written& leaf) {
  write_name(out, name, name_of(leaf.entry.kind));
}
bool read_kind(Leaf& leaf, const Value& value) {
  return to_enum(leaf.entry.kind, value, store::kAuditKindCount);
}
void write_risk(LeafText& out, std::string_view name, const Written& leaf) {
  if (leaf.entry.risk) write_name(out, name, name_of(*leaf.entry.risk));
}
bool read_risk(Leaf& leaf, const Value& value) {
  return to_enum(leaf.entry.risk.emplace(), value, 4);
}
void write_sequence(LeafText& out, std::string_view name, const Written& leaf) {
  out.number(name, static_cast<std::int64_t>(leaf.sequence));
}
bool read_sequence(Leaf& leaf, const Value& value) {
  std::optional<std::uint64_t> number;
  const bool legal = to_number(number, value);
  leaf.sequence = number.value_or(0);
  return legal;
}
void write_state(LeafText& out, std::string_view name, const Written& leaf) {
  if (leaf.entry.state) write_name(out, name, name_of(*leaf.entry.state));
}
bool read_state(Leaf& leaf, const Value& value) {
  return to_enum(leaf.entry.state.emplace(), value, 10);
}
void write_status(LeafText& out, std::string_view name, const Written& leaf) {
  if (leaf.entry.status) out.number(name, *leaf.entry.status);
}
bool read_status(Leaf& leaf, const Value& value) {
  const auto* number = std::get_if<std::int64_t>(&value);
  if (number != nullptr) leaf.entry.status = *number;
  return number != nullptr;
}
void write_time(LeafText& out, std::string_view name, const Written& leaf) {
  out.number(name, leaf.entry.time_ms);
}
bool read_time(Leaf& leaf, const Value& value) {
  const auto* number = std::get_if<std::int64_t>(&value);
  if (number != nullptr) leaf.entry.time_ms = *number;
  return number != nullptr;
}
void write_version(LeafText& out, std::string_view name, const Written&) {
  out.number(name, kVersion);
}
bool read_version(Leaf&, const Value& value) {
  return value == Value(kVersion);
}

// Sorted by name. Never change a row: leaves are for ever. source: docs/audit_log.md.
constexpr auto kFields = std::to_array<Field>({
    text_field<&AuditEntry::action>("action"),
    id_field<&AuditEntry::action_id>("action_id"),
    hash_field<&AuditEntry::agent_commitment>("agent_c"),
    hash_field<&AuditEntry::approval_hash>("approval_hash"),
    id_field<&AuditEntry::boot_id>("boot_id"),
    hash_field<&AuditEntry::bundle_hash>("bundle_hash"),
    id_field<&AuditEntry::correlation_id>("correlation_id"),
    {"decision", write_decision, read_decision},
    id_field<&AuditEntry::id>("id"),
    id_field<&AuditEntry::key_id>("key_id"),
    number_field<&AuditEntry::kill_epoch>("kill_epoch"),
    {"kind", write_kind, read_kind},
    text_field<&AuditEntry::obligations>("obligations"),
    number_field<&AuditEntry::of>("of"),
    hash_field<&AuditEntry::payload_commitment>("payload_c"),
    hash_field<&AuditEntry::person_commitment>("person_c"),
    id_field<&AuditEntry::policy_id>("policy_id"),
    number_field<&AuditEntry::previous>("previous"),
    hash_field<&AuditEntry::reason_commitment>("reason_c"),
    hash_field<&AuditEntry::requester_commitment>("requester_c"),
    hash_field<&AuditEntry::resource_commitment>("resource_c"),
    text_field<&AuditEntry::resource_type>("resource_type"),
    hash_field<&AuditEntry::response_commitment>("response_c"),
    {"risk", write_risk, read_risk},
    text_field<&AuditEntry::rule>("rule"),
    {"seq", write_sequence, read_sequence},
    text_field<&AuditEntry::shadows>("shadows"),
    text_field<&AuditEntry::source>("source"),
    {"state", write_state, read_state},
    {"status", write_status, read_status},
    text_field<&AuditEntry::tags>("tags"),
    {"time_ms", write_time, read_time},
    text_field<&AuditEntry::tool>("tool"),
    {"v", write_version, read_version},
    id_field<&AuditEntry::workspace_id>("workspace_id"),
});

static_assert(std::is_sorted(kFields.begin(), kFields.end(),
                             [](const Field& a, const Field& b) { return a.name < b.name; }));

// The numbers that the leaf holds as signed 64-bit integers.
bool numbers_fit(const Written& leaf) {
  constexpr std::uint64_t kMax = INT64_MAX;
  const AuditEntry& entry = leaf.entry;
  return leaf.sequence <= kMax && entry.previous.value_or(0) <= kMax &&
         entry.of.value_or(0) <= kMax && entry.kill_epoch.value_or(0) <= kMax;
}

std::string write_leaf(const Written& leaf) {
  std::string out;
  out.reserve(1024);
  LeafText text(out);
  for (const Field& field : kFields) field.write(text, field.name, leaf);
  out.push_back('}');
  return out;
}

// Takes the text of a leaf apart. Lax where comparing with the canonical form is strict anyway.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  [[nodiscard]] bool at_end() const { return at_ == text_.size(); }

  std::optional<std::string> string() {
    if (!take('"')) return std::nullopt;
    std::string out;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] != '\\') {
        out.push_back(text_[at_++]);
      } else if (!escape(out)) {
        return std::nullopt;
      }
    }
    if (!take('"')) return std::nullopt;
    return out;
  }

  std::optional<std::int64_t> integer() {
    std::int64_t value = 0;
    const char* const begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
    if (error != std::errc{}) return std::nullopt;
    at_ += static_cast<std::size_t>(end - begin);
    return value;
  }

  std::optional<Value> value() {
    if (at_ < text_.size() && text_[at_] == '"') {
      std::optional<std::string> text = string();
      return text ? std::optional<Value>(*std::move(text)) : std::nullopt;
    }
    const std::optional<std::int64_t> number = integer();
    return number ? std::optional<Value>(*number) : std::nullopt;
  }

 private:
  // REQUIRES: a backslash is next.
  bool escape(std::string& out) {
    constexpr std::string_view kShort = "\"\\bfnrt";
    constexpr std::string_view kMeant = "\"\\\b\f\n\r\t";
    const std::string_view rest = text_.substr(at_ + 1);
    if (rest.empty()) return false;
    if (const std::size_t which = kShort.find(rest.front()); which != std::string_view::npos) {
      out.push_back(kMeant[which]);
      at_ += 2;
      return true;
    }
    unsigned code = 0;
    if (rest.size() < 5 || rest.front() != 'u') return false;
    const auto [end, error] = std::from_chars(rest.data() + 1, rest.data() + 5, code, 16);
    if (error != std::errc{} || end != rest.data() + 5 || code >= 0x20) return false;
    out.push_back(static_cast<char>(code));
    at_ += 6;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

tl::unexpected<Error> bad(const std::string& why) {
  return fail(Errc::corrupt, "leaf: " + why);
}

// Reads members in the order of the table; each field at most once, which the order enforces.
Status read_members(Scanner& scanner, Leaf& leaf) {
  std::size_t next = 0;
  do {
    const std::optional<std::string> name = scanner.string();
    if (!name || !scanner.take(':')) return bad("expected a key");
    while (next < kFields.size() && kFields[next].name < *name) ++next;
    if (next == kFields.size() || kFields[next].name != *name) {
      return bad("the key `" + escape_display(*name) + "` is unknown, repeated or out of order");
    }
    const std::optional<Value> value = scanner.value();
    if (!value) return bad("`" + *name + "` has neither a string nor a 64-bit integer");
    if (*name == "v" && std::holds_alternative<std::int64_t>(*value) &&
        std::get<std::int64_t>(*value) > kVersion) {
      return fail(Errc::unsupported, "leaf: written by a newer release of sentrail");
    }
    if (!kFields[next].read(leaf, *value)) return bad("`" + *name + "` has no legal value");
    ++next;
  } while (scanner.take(','));
  return {};
}

}  // namespace

Result<std::string> encode_leaf(const AuditEntry& entry, std::uint64_t sequence) {
  const Written leaf{sequence, entry};
  for (const std::string* text :
       {&entry.action, &entry.resource_type, &entry.rule, &entry.source, &entry.tool}) {
    if (!is_valid_utf8(*text)) {
      return fail(Errc::invalid_argument, "a text of an audit entry is not UTF-8");
    }
  }
  if (!numbers_fit(leaf)) {
    return fail(Errc::invalid_argument, "a number of an audit entry is past 63 bits");
  }
  std::string out = write_leaf(leaf);
  // Whatever is logged can also be withdrawn, which takes a few bytes more.
  const std::size_t room = entry.kind == AuditKind::withdrawn ? 0 : limits::kAuditWithdrawalBytes;
  if (out.size() + room > limits::kAuditEntryBytesMax) {
    return fail(Errc::limit_exceeded, "an audit entry of " + std::to_string(out.size()) +
                                          " bytes does not fit into the log; hash what is long");
  }
  return out;
}

Result<Leaf> decode_leaf(std::string_view bytes) {
  if (bytes.size() > limits::kAuditEntryBytesMax) return bad("too long");
  if (!is_valid_utf8(bytes)) return bad("not UTF-8");
  Leaf leaf;
  Scanner scanner(bytes);
  if (!scanner.take('{')) return bad("expected an object");
  SENTRAIL_TRY(read_members(scanner, leaf));
  if (!scanner.take('}') || !scanner.at_end()) return bad("expected the object's end");
  // Catches what the scanner let pass: other escapes, +1, 01, empty texts, missing fields.
  if (write_leaf({leaf.sequence, leaf.entry}) != bytes) return bad("not in the canonical form");
  return leaf;
}

crypto::Digest leaf_hash(std::string_view leaf) {
  return crypto::Sha256().update(std::string_view("\0", 1)).update(leaf).finish();
}

crypto::Digest extend_chain(const crypto::Digest& chain, std::string_view leaf) {
  const crypto::Digest hash = leaf_hash(leaf);
  return crypto::Sha256().update(as_chars(chain)).update(as_chars(hash)).finish();
}

}  // namespace sentrail::audit
