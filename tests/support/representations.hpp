// Every form that a policy takes on its way from text to answer, all asked the same.
//
// Neighbours: compiler/ phases and runtime/bundles make the forms, compiler/oracle judges;
// tests/fuzz and tests/exhaustive feed it. Must not know: where texts and requests come from.
#pragma once

#include <memory>
#include <string>

#include "compiler/ir/ir.hpp"
#include "compiler/oracle/oracle.hpp"
#include "core/result.hpp"

namespace sentrail::support {

// The forms of one policy. threads: one at a time.
class Representations {
 public:
  // Makes them all. Aborts where one phase refuses what the one before it made, or where the
  // formatted text does not check to the same policy. fails: invalid_argument with the diagnostics
  // if the text has errors; limit_exceeded if it is too large to be lowered.
  // in: `module` is the text of a module `m` that the text may import; "" for none.
  [[nodiscard]] static Result<Representations> of(const std::string& text,
                                                  const std::string& module = "");
  Representations(Representations&&) noexcept;
  Representations& operator=(Representations&&) noexcept;
  ~Representations();

  // The policy that the text means, by `check`.
  [[nodiscard]] const compiler::ir::Policy& checked() const;

  // Asks each form: the formatted text, the simplified policy, its tables, the tables of the policy
  // as it was checked, the bundle built and loaded again, the explanation. Gives the first one
  // whose decision is not `expected`, with both decisions; nothing if all agree.
  [[nodiscard]] std::string difference(const compiler::oracle::Request& request,
                                       const compiler::oracle::Decision& expected);

  // The same for answers, with obligations and shadow rules, in the form of support::describe().
  [[nodiscard]] std::string difference(const compiler::oracle::Request& request,
                                       const std::string& expected);

 private:
  struct Forms;
  explicit Representations(std::unique_ptr<Forms> forms);

  std::unique_ptr<Forms> forms_;
};

}  // namespace sentrail::support
