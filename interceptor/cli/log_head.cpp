// Reading heads. See log_head.hpp.
#include "interceptor/cli/log_head.hpp"

#include <algorithm>
#include <charconv>

#include "core/encoding.hpp"

namespace sentrail::cli {

Result<store::Hash> read_chain(JsonValue object) {
  const JsonValue member = object.find("chain");
  if (member.exists() && member.kind() == JsonKind::string) {
    store::Hash chain{};
    const Result<std::string> bytes = hex_decode(member.text());
    if (bytes && bytes->size() == chain.size()) {
      std::copy(bytes->begin(), bytes->end(), chain.begin());
      return chain;
    }
  }
  return fail(Errc::corrupt, "a chain hash is 32 bytes in hexadecimal");
}

Result<store::AuditHead> read_head(JsonValue object) {
  store::AuditHead head;
  const JsonValue size = object.find("size");
  const bool is_number = size.exists() && size.kind() == JsonKind::number;
  const std::string_view digits = is_number ? size.text() : std::string_view();
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), head.size);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    return fail(Errc::corrupt, "a head of the log has no size");
  }
  SENTRAIL_ASSIGN_OR_RETURN(head.chain, read_chain(object));
  return head;
}

}  // namespace sentrail::cli
