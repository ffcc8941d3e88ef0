// Runs a policy's own tests on the engine that will decide.
//
// Neighbours: compiled.hpp; the `test` command prints what comes out. Must not know: files.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "compiler/ir/ir.hpp"
#include "compiler/tester/compiled.hpp"

namespace sentrail::compiler {

// What became of one test.
struct TestOutcome {
  const ir::TestCase* test = nullptr;
  bool passed = false;
  std::string expected;  // `block by protect_branches`
  std::string actual;    // the same of what came out, or why the request could not be made
  double seconds = 0;    // units: seconds of this test alone
};

// All outcomes in the author's order, and which rules no test was decided by.
struct TestReport {
  std::vector<TestOutcome> outcomes;
  std::size_t failed = 0;
  std::vector<std::string> rules_never_deciding;  // qualified names
};

// The request that a test gives: one for each action that it is or may be.
// fails: as the gate would refuse it; values that do not go with their attribute.
[[nodiscard]] Result<std::vector<request::Request>> requests_of(const ir::TestCase& test,
                                                                const CatalogView& catalogs);

// Whether the decision on a test's request is what the test expects.
[[nodiscard]] bool is_passed(const ir::TestCase& test, const Decider& decider,
                             std::vector<request::Request> requests);

// Runs every test. REQUIRES: `compiled` is of `policy`. The report points into the policy.
[[nodiscard]] TestReport run_tests(const ir::Policy& policy, const Compiled& compiled);

// Runs the tests of modules, each as the policy that it is by itself, and adds their outcomes. What
// such a test is decided by is no longer among `rules_never_deciding`. The report points into them.
[[nodiscard]] Status add_module_tests(std::span<const ir::Policy> modules,
                                      std::span<const Catalog> catalogs, const Sources& sources,
                                      TestReport& report);

}  // namespace sentrail::compiler
