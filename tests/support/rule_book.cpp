// Turns the request into facts. See rule_book.hpp.
#include "tests/support/rule_book.hpp"

#include <optional>

#include "core/check.hpp"
#include "tests/support/facts_of.hpp"

namespace sentrail::support {

Decision decide_request(Compiled& compiled, const oracle::Request& request) {
  const std::optional<OwnedFacts> facts = OwnedFacts::of(request);
  SENTRAIL_CHECK(facts.has_value());
  return compiled.decide(**facts);
}

}  // namespace sentrail::support
