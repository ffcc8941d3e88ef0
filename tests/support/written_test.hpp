// How the tests of a random policy are written: paths, operators, values and lists.
//
// Neighbours: written_policy.cpp joins them to conditions and rules. Must not know: rules.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tests/support/build_ir.hpp"
#include "tests/support/random_policy.hpp"

namespace sentrail::support {

// Writes tests in one of the ways that there are, and the lists that they name.
class AtomWriter {
 public:
  explicit AtomWriter(Random& random) : random_(random) {}

  std::string text_or_word(const ir::AttributeRef& ref, std::string_view text);
  std::string value(const ir::AttributeRef& ref, const ir::Operand& operand);
  std::string entry(const ir::AttributeRef& ref, const ir::Operand& operand);
  std::string entries(const ir::Atom& atom);
  std::string path(const ir::AttributeRef& ref);
  std::string test(const ir::Atom& atom, bool negated);
  // `time in A..B`, or a list of such; nothing if a condition is not what one of these means.
  std::optional<std::string> ranges_test(const ir::Policy& policy, ir::ConditionId id,
                                         bool negated);

  // How a name of the module is written here.
  [[nodiscard]] std::string called(const std::string& name) const {
    return has_module && !in_module ? "m." + name : name;
  }
  // The declarations of all lists so far.
  [[nodiscard]] const std::string& lists() const { return lists_; }

  bool has_module = false;  // the names are its own
  bool in_module = false;   // what is being written stands there

 private:
  std::size_t below(std::size_t count) { return static_cast<std::size_t>(random_() % count); }
  bool once_in(std::size_t count) { return below(count) == 0; }

  std::string quoted(std::string_view text);
  std::string left_side(const ir::Atom& atom);
  std::string in_test(const ir::Atom& atom, bool negated);
  std::string of_list(const std::string& entries);
  std::optional<std::string> range(const ir::Policy& policy, ir::ConditionId id);

  Random& random_;
  std::string lists_;
  std::size_t list_count_ = 0;
};

}  // namespace sentrail::support
