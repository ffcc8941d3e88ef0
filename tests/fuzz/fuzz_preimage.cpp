// Fuzzes the approval pre-image: both identities that make it injective.
//
// Neighbours: runtime/approvals/binding.hpp. First byte odd: the rest is read as a pre-image, and
// what decodes must encode to the same bytes. Even: the rest fills a binding, which must survive
// encoding and decoding, and must differ in hash from itself with one byte moved between fields.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/check.hpp"
#include "runtime/approvals/binding.hpp"

namespace {

using sentrail::approvals::BindingInput;
using sentrail::approvals::HeaderField;

// Takes pieces from the front of the input; zeros once it is used up.
class Supply {
 public:
  explicit Supply(std::string_view bytes) : rest_(bytes) {}

  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const auto value = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }
  std::string text() {
    const std::size_t size = std::min<std::size_t>(byte(), rest_.size());
    std::string taken(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return taken;
  }
  template <std::size_t size>
  void fill(std::array<std::uint8_t, size>& out) {
    for (std::uint8_t& value : out) value = byte();
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (int i = 0; i < 8; ++i) value = value << 8 | byte();
    return value;
  }
  std::vector<HeaderField> fields() {
    std::vector<HeaderField> raw(byte() % 5);
    for (HeaderField& field : raw) field = {text(), text()};
    auto canonical = sentrail::approvals::canonical_headers(raw);
    return canonical ? *std::move(canonical) : std::vector<HeaderField>{};
  }

 private:
  std::string_view rest_;
};

BindingInput build(Supply& supply) {
  BindingInput input;
  supply.fill(input.action_id);
  supply.fill(input.nonce);
  for (std::string* text :
       {&input.workspace, &input.requester, &input.agent, &input.upstream, &input.scheme,
        &input.host, &input.method, &input.target, &input.tool, &input.rule, &input.quorum}) {
    *text = supply.text();
  }
  input.port = static_cast<std::uint16_t>(supply.number());
  input.headers = supply.fields();
  input.preconditions = supply.fields();
  supply.fill(input.body_hash);
  supply.fill(input.bundle_hash);
  input.body_bytes = supply.number();
  if (supply.byte() % 2 == 1) {
    input.tool_definition_hash.assign(32, static_cast<char>(supply.byte()));
  }
  input.risk = static_cast<sentrail::Risk>(supply.byte() % 4);
  input.decide_by_ms = supply.number();
  input.execute_within_ms = supply.number();
  return input;
}

void check_built(Supply supply) {
  const BindingInput input = build(supply);
  const std::string preimage = encode_preimage(input);
  const auto decoded = sentrail::approvals::decode_preimage(preimage);
  SENTRAIL_CHECK(decoded.has_value());
  SENTRAIL_CHECK(*decoded == input);

  BindingInput slid = input;
  if (slid.workspace.empty()) return;
  slid.requester.insert(slid.requester.begin(), slid.workspace.back());
  slid.workspace.pop_back();
  SENTRAIL_CHECK(encode_preimage(slid) != preimage);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (bytes.empty()) return 0;
  if ((data[0] & 1) == 0) {
    check_built(Supply(bytes.substr(1)));
    return 0;
  }
  const auto decoded = sentrail::approvals::decode_preimage(bytes.substr(1));
  if (decoded) SENTRAIL_CHECK(encode_preimage(*decoded) == bytes.substr(1));
  return 0;
}
