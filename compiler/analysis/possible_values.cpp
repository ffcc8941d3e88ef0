// See possible_values.hpp.
#include "compiler/analysis/possible_values.hpp"

#include <utility>
#include <vector>

namespace sentrail::compiler::analysis {
namespace {

using oracle::Value;
using oracle::ValueKind;

bool is_absent(const Value& value) {
  return value.kind == ValueKind::absent;
}

// An answer is there or not.
bool is_phase(const Value& value) {
  return is_absent(value) || value.boolean;
}

// What headers are, and one of them.
bool is_headers(const Value& value) {
  return is_absent(value) || value.kind == ValueKind::unreadable || value.kind == ValueKind::object;
}
bool is_header(const Value& value) {
  return is_absent(value) || value.kind == ValueKind::unreadable || value.kind == ValueKind::string;
}

// What is counted is there, and not below 0.
bool is_of_counts(const Value& value) {
  return !is_absent(value) && value.text[0] != '-';
}

void keep(ScalarClasses& classes, bool (*kept)(const Value&)) {
  std::vector<std::uint32_t> left;
  for (std::uint32_t i = 0; i < classes.values.size(); ++i) {
    if (kept(classes.values[i])) left.push_back(i);
  }
  const auto pick = [&left](Bits& bits) {
    Bits made(static_cast<std::uint32_t>(left.size()));
    for (std::uint32_t i = 0; i < left.size(); ++i) {
      if (bits.test(left[i])) made.set(i);
    }
    bits = std::move(made);
  };
  for (TestTruth& truth : classes.tests) {
    pick(truth.certain);
    pick(truth.undecidable);
  }
  std::vector<Value> values;
  for (const std::uint32_t i : left) values.push_back(std::move(classes.values[i]));
  classes.values = std::move(values);
}

}  // namespace

void keep_possible(const ir::AttributeRef& ref, ScalarClasses& classes) {
  if (ref.attribute == AttributeId::response) keep(classes, is_phase);
  if (ref.attribute == AttributeId::response_headers) {
    keep(classes, ref.steps.empty() ? is_headers : is_header);
  }
  if (is_of_session(ref.attribute)) keep(classes, is_of_counts);
}

}  // namespace sentrail::compiler::analysis
