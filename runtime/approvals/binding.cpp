// Encoder and decoder of the approval pre-image, and the hashes made of it.
//
// Neighbours: binding.hpp; crypto/hash.hpp does the hashing. Must not know: who calls it.
// INVARIANT: decode(encode(x)) = x for every legal x, and encode(decode(p)) = p for every p that
// decodes. Either one alone makes the encoding injective; fuzz_preimage tries both.
#include "runtime/approvals/binding.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <span>

#include "core/check.hpp"
#include "crypto/hash.hpp"

namespace sentrail::approvals {
namespace {

using std::literals::operator""sv;

constexpr std::string_view kApprovalDomain = "sentrail-approval-v1\0"sv;
constexpr std::string_view kAttachDomain = "sentrail-attach-v1\0"sv;

// --- writing -------------------------------------------------------------------------------

template <class Unsigned>
void append_big_endian(std::string& out, Unsigned value) {
  for (int shift = static_cast<int>(sizeof(Unsigned)) * 8 - 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(static_cast<std::uint8_t>(value >> shift)));
  }
}

// One field: u32 length, big-endian, then the bytes.
void append_field(std::string& out, std::string_view bytes) {
  SENTRAIL_CHECK(bytes.size() <= std::numeric_limits<std::uint32_t>::max());
  append_big_endian(out, static_cast<std::uint32_t>(bytes.size()));
  out.append(bytes);
}

template <std::size_t size>
void append_field(std::string& out, const std::array<std::uint8_t, size>& bytes) {
  append_field(out, std::string_view(reinterpret_cast<const char*>(bytes.data()), size));
}

template <class Unsigned>
void append_number(std::string& out, Unsigned value) {
  append_big_endian(out, static_cast<std::uint32_t>(sizeof(Unsigned)));
  append_big_endian(out, value);
}

// A list is one field that holds a field for each name and each value.
void append_list(std::string& out, std::span<const HeaderField> fields) {
  SENTRAIL_CHECK(is_canonical(fields));
  std::string inner;
  for (const HeaderField& field : fields) {
    append_field(inner, field.name);
    append_field(inner, field.value);
  }
  append_field(out, inner);
}

// The fields that say what is sent and under which rule: all that repeats with the same call.
void append_call(std::string& out, const BindingInput& input) {
  append_field(out, input.workspace);
  append_field(out, input.requester);
  append_field(out, input.agent);
  append_field(out, input.upstream);
  append_field(out, input.scheme);
  append_field(out, input.host);
  append_number(out, input.port);
  append_field(out, input.method);
  append_field(out, input.target);
  append_list(out, input.headers);
  append_field(out, input.body_hash);
  append_number(out, input.body_bytes);
  append_field(out, input.tool);
  const std::size_t definition = input.tool_definition_hash.size();
  SENTRAIL_CHECK(definition == 0 || definition == Hash{}.size());
  append_field(out, input.tool_definition_hash);
  append_list(out, input.preconditions);
}

void append_terms(std::string& out, const BindingInput& input) {
  append_field(out, input.rule);
  append_field(out, name_of(input.risk));
  append_field(out, input.quorum);
}

// --- reading -------------------------------------------------------------------------------

// Takes fields from the front; after a failure it stays failed and returns empty values.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  std::string_view take(const char* name) {
    if (error_ != nullptr) return {};
    if (rest_.size() < 4) return refuse(name);
    std::uint32_t size = 0;
    for (std::size_t i = 0; i < 4; ++i) size = size << 8 | static_cast<std::uint8_t>(rest_[i]);
    if (rest_.size() - 4 < size) return refuse(name);
    const std::string_view bytes = rest_.substr(4, size);
    rest_.remove_prefix(4 + std::size_t{size});
    return bytes;
  }

  std::string text(const char* name) { return std::string(take(name)); }

  template <std::size_t size>
  void fixed(const char* name, std::array<std::uint8_t, size>& out) {
    const std::string_view bytes = take(name);
    if (bytes.size() != size) {
      refuse(name);
      return;
    }
    std::copy(bytes.begin(), bytes.end(), out.begin());
  }

  template <class Unsigned>
  Unsigned number(const char* name) {
    std::array<std::uint8_t, sizeof(Unsigned)> bytes{};
    fixed(name, bytes);
    std::uint64_t value = 0;
    for (const std::uint8_t byte : bytes) value = value << 8 | byte;
    return static_cast<Unsigned>(value);
  }

  std::vector<HeaderField> list(const char* name) {
    Reader inner(take(name));
    std::vector<HeaderField> fields;
    while (!inner.rest_.empty() && inner.error_ == nullptr) {
      HeaderField field;
      field.name = inner.text(name);
      field.value = inner.text(name);
      fields.push_back(std::move(field));
    }
    if (inner.error_ != nullptr || !is_canonical(fields)) {
      refuse(name);
      return {};
    }
    return fields;
  }

  std::string_view refuse(const char* name) {
    if (error_ == nullptr) error_ = name;
    return {};
  }

  [[nodiscard]] const char* error() const noexcept { return error_; }
  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }

 private:
  std::string_view rest_;
  const char* error_ = nullptr;
};

void read_call(Reader& reader, BindingInput& input) {
  input.workspace = reader.text("workspace");
  input.requester = reader.text("requester");
  input.agent = reader.text("agent");
  input.upstream = reader.text("upstream");
  input.scheme = reader.text("scheme");
  input.host = reader.text("host");
  input.port = reader.number<std::uint16_t>("port");
  input.method = reader.text("method");
  input.target = reader.text("target");
  input.headers = reader.list("headers");
  reader.fixed("body_hash", input.body_hash);
  input.body_bytes = reader.number<std::uint64_t>("body_bytes");
  input.tool = reader.text("tool");
  input.tool_definition_hash = reader.text("tool_definition_hash");
  const std::size_t definition = input.tool_definition_hash.size();
  if (definition != 0 && definition != Hash{}.size()) reader.refuse("tool_definition_hash");
  input.preconditions = reader.list("preconditions");
}

}  // namespace

std::string encode_preimage(const BindingInput& input) {
  std::string out(kApprovalDomain);
  append_field(out, input.action_id);
  append_field(out, input.nonce);
  append_call(out, input);
  append_field(out, input.bundle_hash);
  append_terms(out, input);
  append_number(out, input.decide_by_ms);
  append_number(out, input.execute_within_ms);
  return out;
}

Result<BindingInput> decode_preimage(std::string_view preimage) {
  if (!preimage.starts_with(kApprovalDomain)) {
    return fail(Errc::corrupt, "pre-image does not begin with `sentrail-approval-v1` and NUL");
  }
  Reader reader(preimage.substr(kApprovalDomain.size()));
  BindingInput input;
  reader.fixed("action_id", input.action_id);
  reader.fixed("nonce", input.nonce);
  read_call(reader, input);
  reader.fixed("bundle_hash", input.bundle_hash);
  input.rule = reader.text("rule");
  const std::optional<Risk> risk = risk_named(reader.take("risk"));
  if (risk) {
    input.risk = *risk;
  } else {
    reader.refuse("risk");
  }
  input.quorum = reader.text("quorum");
  input.decide_by_ms = reader.number<std::uint64_t>("decide_by");
  input.execute_within_ms = reader.number<std::uint64_t>("execute_within");
  if (reader.error() == nullptr && !reader.at_end()) reader.refuse("end");
  if (reader.error() != nullptr) {
    return fail(Errc::corrupt, "pre-image is malformed at `" + std::string(reader.error()) + "`");
  }
  return input;
}

Hash approval_hash(const BindingInput& input) {
  return crypto::sha256(encode_preimage(input));
}

Hash attach_hash(const BindingInput& input) {
  std::string out(kAttachDomain);
  append_call(out, input);
  append_terms(out, input);
  append_number(out, input.execute_within_ms);
  return crypto::sha256(out);
}

Hash action_hash(const BindingInput& input, std::string_view body) {
  std::string out = target_url(input);
  out += input.method;
  out += body;
  return crypto::sha256(out);
}

std::string target_url(const BindingInput& input) {
  std::string url = input.scheme + "://" + input.host;
  const bool implied = (input.scheme == "https" && input.port == 443) ||
                       (input.scheme == "http" && input.port == 80);
  if (!implied) url += ":" + std::to_string(input.port);
  return url + input.target;
}

}  // namespace sentrail::approvals
