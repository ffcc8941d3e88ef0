// The naive baseline: what somebody writes who wants a fast loop over the rules, and no more.
//
// Neighbours: engines.cpp runs it beside the engines; core/program.hpp is what it reads;
// runtime/decide answers the tests that are more than a compare. Must not know: workloads. What it
// does and leaves out is told in README.md, since ratios are quoted against it.
#pragma once

#include <cstdint>
#include <vector>

#include "core/decision.hpp"
#include "core/facts.hpp"
#include "core/program.hpp"
#include "runtime/decide/bound.hpp"
#include "runtime/decide/scratch.hpp"

namespace sentrail::bench {

// Rules in order, early exit, over interned operands. Keeps views of the program, which must
// outlive it. threads: immutable; each with its own Room.
class NaiveEngine {
 public:
  explicit NaiveEngine(const Program& verified);

  // What is known of one request: of each slot that compares need its string as a small integer,
  // its first bytes, and the small integers of its elements.
  struct Room {
    struct Value {
      std::uint32_t symbol = 0;
      std::uint32_t elements_begin = 0;
      std::uint32_t elements_end = 0;
      decide::TextHead head;
    };
    std::vector<Value> values;
    std::vector<std::uint32_t> elements;
    std::uint32_t element_count = 0;
    decide::Scratch scratch;
    bool odd = false;  // something could not be decided: the rules are evaluated as trees
  };
  [[nodiscard]] Room make_room() const;

  // Decides one action. What the request's strings cost to intern is part of it.
  [[nodiscard]] Decision decide(const Facts& facts, Room& room) const noexcept;

  // Bytes of its own tables, those of the program aside.
  [[nodiscard]] std::size_t size_bytes() const noexcept;

 private:
  // How a literal is told; the cheap ones come first in a rule.
  enum class How : std::uint8_t {
    symbol,   // two small integers are compared
    head,     // first bytes; where they fit, the pattern is asked
    element,  // a small integer among a few
    asked,    // whatever else: a test that is answered once a request
    tree,     // what is no conjunction
  };
  struct Check {
    How how = How::asked;
    bool negated = false;
    std::uint8_t rank = 0;  // of cost
    std::uint32_t slot = 0;
    std::uint32_t wanted = 0;  // symbol; of a tree its node
    std::uint32_t atom = 0;
    decide::TextHead head;
    decide::TextHead mask;
  };
  struct Rule {
    std::uint32_t checks_begin = 0;
    std::uint32_t checks_end = 0;
  };
  // What a slot is read for.
  struct Use {
    bool symbol = false;
    bool head = false;
    bool elements = false;
  };
  struct Walk;

  void add_rule(std::uint32_t rule);
  void add_literal(const NodeRow& node);
  [[nodiscard]] Check check_of(std::uint32_t atom);
  void set_head(const PatternRow& pattern, Check& check) const;
  void read(const Facts& facts, Room& room) const noexcept;
  void read_elements(const Fact& fact, Room::Value& value, Room& room) const noexcept;
  [[nodiscard]] bool holds(const Check& check, const Facts& facts, Room& room) const noexcept;
  [[nodiscard]] bool holds_slowly(const Check& check, const Facts& facts,
                                  Room& room) const noexcept;
  [[nodiscard]] std::uint32_t first_match(std::uint32_t begin, std::uint32_t end,
                                          const Facts& facts, Room& room) const noexcept;
  void walk_trees(const decide::Tier& tier, const Facts& facts, Room& room,
                  Walk& walk) const noexcept;

  decide::BoundProgram bound_;
  std::vector<Check> checks_;
  std::vector<Rule> rules_;
  std::vector<Use> uses_;            // by slot
  std::vector<std::uint32_t> read_;  // slots that are read
};

}  // namespace sentrail::bench
