// Writes tests of a policy as it is, for people to review.
//
// Neighbours: coverage.hpp says what to test, probe/ writes requests as text; `gen-tests` prints.
// Must not know: layout (format/), files.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "compiler/catalog/catalog.hpp"
#include "compiler/ir/ir.hpp"
#include "compiler/tester/compiled.hpp"
#include "compiler/tester/situation.hpp"

namespace sentrail::compiler {

// A test as policy text has it, not yet laid out.
struct WrittenTest {
  std::string name;
  std::string text;
  Situation situation;
};

// Writes tests that hold a policy to what it decides, with names that no test of it has.
class TestWriter {
 public:
  // The policy outlives it.
  explicit TestWriter(const ir::Policy& policy);

  // The test of a situation; nothing where policy text cannot say that, or has said it here before.
  // A request of nothing gets a tool that no rule knows.
  [[nodiscard]] std::optional<WrittenTest> write(const std::string& name, Situation situation);
  // Whether the situation was written before, by its text.
  [[nodiscard]] bool is_written(const Situation& situation) const;

 private:
  [[nodiscard]] std::string free_name(const std::string& wanted);
  [[nodiscard]] std::optional<std::string> given_text(const Situation& situation) const;

  const ir::Policy& policy_;
  std::set<std::string> names_;
  std::set<std::string> given_;
  std::set<AttributeId> session_;  // what the policy asks of sessions
};

// Which tests: with `everything` also of what the policy's own tests reach already.
struct GenerateOptions {
  bool everything = false;
  std::uint64_t seed = 1;
};

// Declarations of tests, one after the other, not yet laid out.
struct GeneratedTests {
  std::string text;
  std::size_t count = 0;
  std::vector<std::string> without;  // rules for which no test could be found or written
};

// One test for each rule and `also` rule, for the default, for each value at and beside a boundary,
// and for the last request that each limit has room for and the first that it has none for, each
// with the decision that the policy gives now. Names are not those of tests that are there.
// REQUIRES: `compiled` is of `policy`. cost: as coverage_of.
[[nodiscard]] GeneratedTests generate_tests(const ir::Policy& policy, const Compiled& compiled,
                                            std::span<const Catalog> catalogs,
                                            const Sources& sources, const GenerateOptions& options);

}  // namespace sentrail::compiler
