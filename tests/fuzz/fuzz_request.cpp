// Fuzz: any bytes as `sentrailc eval`'s request. No crash; what is read has facts that hold
// together: an action is a text, a read is never unknown, every string is UTF-8; and what is
// written of it, as it is recorded, is read back as what is written the same.
#include <cstdint>
#include <string_view>

#include "core/check.hpp"
#include "core/text.hpp"
#include "runtime/request/read_requests.hpp"
#include "runtime/request/write_requests.hpp"
#include "tests/support/catalogs.hpp"

// The catalog is read once, and its seconds are none of the first input's.
extern "C" int LLVMFuzzerInitialize(int* /*count*/, char*** /*arguments*/) {
  (void)sentrail::tests::github_tables();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sentrail;
  static const CatalogView view = tests::github_tables().view();
  const auto requests = request::read_requests({reinterpret_cast<const char*>(data), size}, view);
  if (!requests.has_value()) {
    SENTRAIL_CHECK(is_valid_utf8(requests.error().message) && !requests.error().message.empty());
    return 0;
  }
  SENTRAIL_CHECK(!requests->empty());
  for (const request::Request& one : *requests) {
    const Facts& facts = one.facts();
    for (const Fact& fact : facts.values) {
      if (fact.kind == FactKind::string) SENTRAIL_CHECK(is_valid_utf8(fact.text));
    }
    for (const NamedText& entry : facts.query.entries) {
      SENTRAIL_CHECK(is_valid_utf8(entry.name) && is_valid_utf8(entry.value));
    }
  }
  const std::string text = request::write_requests(*requests);
  const auto again = request::read_requests(text, view);
  SENTRAIL_CHECK_NOTE(again.has_value(), again ? "" : again.error().message.c_str());
  SENTRAIL_CHECK_NOTE(request::write_requests(*again) == text, text.c_str());
  return 0;
}
