// A policy whose conditions are trees over a few numbers, risks and flags, so that no rule can be
// looked up: what native code is for.
//
// Neighbours: the tests of this folder. Must not know: engines.
#pragma once

#include <cstddef>
#include <string>

#include "tests/support/build_ir.hpp"
#include "tests/support/rule_book.hpp"

namespace sentrail::support {

// So many rules: (amount above a and age below b or not verified) and not risk above c.
[[nodiscard]] inline ir::Policy trees(std::size_t rules) {
  Book book;
  ir::Policy& p = book.policy;
  const auto order = [&](const char* of, ir::AtomOp op, std::size_t value) {
    return book.ask(test(of, op, {number(std::to_string(value))}));
  };
  for (std::size_t i = 0; i < rules; ++i) {
    const auto amount = order("body.amount", ir::AtomOp::greater, i * 7 % 100);
    const auto age = order("body.age", ir::AtomOp::less, i * 13 % 100);
    const auto items = order("body.items", ir::AtomOp::greater_equal, i * 3 % 50);
    const auto verified = book.ask(test("body.verified", ir::AtomOp::equal, {boolean(true)}));
    const auto either = any_of(p, {all_of(p, {amount, age}), not_of(p, verified)});
    book.add(all_of(p, {either, items}), i % 3 == 0 ? Outcome::require_approval : Outcome::block);
  }
  return std::move(p);
}

// One request of a hundred.
[[nodiscard]] inline oracle::Request trees_request(std::size_t i) {
  oracle::Request request;
  const auto value = [&](std::size_t factor, std::size_t below) {
    return number_value(std::to_string(i * factor % below));
  };
  request.values["body"] = object_value({{"amount", value(37, 120)},
                                         {"age", value(11, 120)},
                                         {"items", value(5, 60)},
                                         {"verified", boolean_value(i % 7 != 0)}});
  return request;
}

}  // namespace sentrail::support
