// Bytes to a policy's text and requests; every representation of the policy then gives the oracle's
// decision, effect and deciding rule and candidates: parsed and checked, formatted and read again,
// simplified, lowered, built into a bundle and loaded again, and the engine on each of the tables.
//
// An input that begins with `p` or `#` is policy text up to its first zero byte; what follows
// chooses requests. Any other chooses a valid policy with every operator, tiers, guards, `pass`,
// priorities, `on`, lists, conditions, a module and defaults (tests/support/written_policy.hpp):
// there the oracle judges what was meant, so that parser and checker are tested too.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "compiler/oracle/oracle.hpp"
#include "core/check.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/obligations.hpp"
#include "tests/support/representations.hpp"
#include "tests/support/written_policy.hpp"

namespace {

using namespace sentrail;
using namespace sentrail::support;

constexpr std::size_t kRequests = 8;
// Small, so that a second holds many: what three rules cannot show hardly exists.
constexpr RandomLimits kLimits = {3, 3, 2, 3, 4};

void compare(Representations& made, const compiler::ir::Policy& meant, const std::string& text,
             Random& random) {
  for (std::size_t i = 0; i < kRequests; ++i) {
    const oracle::Request request = random_request(random);
    std::string found = made.difference(request, oracle::decide(meant, request));
    if (found.empty()) {
      found = made.difference(
          request, describe(oracle::answer(meant, request), oracle::shadows_of(meant, request)));
    }
    if (found.empty()) continue;
    found = "a decision is not the oracle's: " + found + text + "\n" + describe(request);
    SENTRAIL_CHECK_NOTE(false, found.c_str());
  }
}

void compare_text(std::string_view input) {
  const std::size_t end = std::min(input.find('\0'), input.size());
  const std::string text(input.substr(0, end));
  Result<Representations> made = Representations::of(text);
  if (!made) return;
  const std::string_view rest = input.substr(end);
  Random random(std::span(reinterpret_cast<const std::uint8_t*>(rest.data()), rest.size()));
  compare(*made, made->checked(), text, random);
}

void compare_chosen(std::span<const std::uint8_t> bytes) {
  Random random(bytes);
  const WrittenPolicy written = random_written_policy(random, kLimits);
  Result<Representations> made = Representations::of(written.text, written.module);
  SENTRAIL_CHECK_NOTE(made.has_value(),
                      made ? "" : (made.error().message + written.text + written.module).c_str());
  compare(*made, written.policy, written.text + written.module, random);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 0 && (data[0] == 'p' || data[0] == '#')) {
    compare_text({reinterpret_cast<const char*>(data), size});
  } else {
    compare_chosen({data, size});
  }
  return 0;
}
