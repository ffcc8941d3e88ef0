// See random_answers.hpp.
#include "tests/support/random_answers.hpp"

#include <string>

#include "tests/support/build_ir.hpp"

namespace sentrail::support {

ir::Atom answered() {
  return test("response", ir::AtomOp::exists);
}

void answer_or_not(Random& random, oracle::Request& request) {
  const bool answer = random() % 2 == 0;
  for (const Attribute& row : kAttributes) {
    if (is_of_answers(*attribute_named(row.name)) && !answer) {
      request.values.erase(std::string(row.name));
    }
  }
  if (answer) request.values["response"] = boolean_value(true);
}

oracle::Request spoil(Random& random, oracle::Request request) {
  std::size_t which = random() % kAttributeCount;
  const auto drawn = static_cast<AttributeId>(which);
  const bool answer = request.values.contains("response");
  // Whether there is an answer is always known, and where there is none it has no parts.
  if (drawn == AttributeId::response || (is_of_answers(drawn) && !answer)) which = 0;
  const Attribute& row = kAttributes[which];
  if (static_cast<AttributeId>(which) == AttributeId::http_query) {
    request.query = {true, {}};
  } else if (static_cast<AttributeId>(which) == AttributeId::http_headers) {
    request.headers = {true, {}};
  } else {
    request.values[std::string(row.name)] = unreadable();
  }
  return request;
}

}  // namespace sentrail::support
