// The naive baseline: what somebody writes who wants a fast loop over the rules, and no more.
//
// Neighbours: engines.cpp runs it beside the engines; core/program.hpp is what it reads;
// runtime/decide answers the tests that are more than a compare. Must not know: workloads. What it
// does and leaves out is told in README.md, since ratios are quoted against it.
#pragma once

#include <cstdint>
#include <string_view>
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

  // What is known of one request: of each slot that compares need, once it is asked for, its string
  // as a small integer, its first bytes, and the small integers of its elements.
  struct Room {
    struct Value {
      bool known = false;
      std::uint32_t symbol = 0;
      std::uint32_t elements_begin = 0;
      std::uint32_t elements_end = 0;
      std::string_view text;
    };
    std::vector<Value> values;
    std::vector<std::uint64_t> words;  // of each slot kWords: what a first look compares
    std::vector<std::uint32_t> elements;
    std::uint32_t element_count = 0;
    decide::Scratch scratch;
    bool odd = false;  // something could not be decided: the rules are evaluated as trees
  };
  [[nodiscard]] Room make_room() const;

  // Decides one action. What the request's strings cost to intern is part of it.
  [[nodiscard]] Decision decide(const Facts& facts, Room& room) const noexcept;

  // Reads all that some rule compares, and decides nothing: what a decision takes whatever the
  // rules.
  void read_all(const Facts& facts, Room& room) const noexcept;

  // Bytes of its own tables, those of the program aside.
  [[nodiscard]] std::size_t size_bytes() const noexcept;

 private:
  // How a literal is told; compares come before what is asked, otherwise a rule keeps its order.
  enum class How : std::uint8_t {
    symbol,   // two small integers are compared
    head,     // first bytes; where they fit, the pattern is asked
    element,  // a small integer among a few; also a segment of a path, by its hash
    asked,    // whatever else: a test that is answered once a request
    tree,     // what is no conjunction
  };
  // What must follow the bytes of a head: whatever the pattern says, anything but a separator, the
  // end or a separator.
  enum class Tail : std::uint8_t { pattern, run, deep };
  struct Check {
    How how = How::asked;
    Tail tail = Tail::pattern;
    bool negated = false;
    std::uint8_t rank = 0;  // of cost
    std::uint32_t slot = 0;
    std::uint32_t wanted = 0;  // symbol; of a tree its node; of a head how many bytes it has
    std::uint32_t atom = 0;
    decide::TextHead head;
    decide::TextHead mask;
  };
  // The first look at a rule: two words of one slot that must be as its first check wants them.
  struct Rule {
    decide::TextHead wanted;
    decide::TextHead mask;  // zero: the look says nothing
    std::uint32_t slot = 0;
    std::uint32_t word = 0;  // of all words; the first of the two
    std::uint32_t checks_begin = 0;
    std::uint32_t checks_end = 0;
  };
  // The words of a slot: its first bytes, its symbol, a bit for each of its elements' symbols.
  static constexpr std::uint32_t kHeadWord = 0;
  static constexpr std::uint32_t kSymbolWord = 2;
  static constexpr std::uint32_t kElementsWord = 3;
  static constexpr std::uint32_t kWords = 4;
  // What a slot is read for.
  struct Use {
    bool symbol = false;
    bool head = false;
    bool elements = false;
    bool segments = false;
  };
  struct Walk;

  void add_rule(std::uint32_t rule);
  [[nodiscard]] static Rule look_of(const Check& first);
  void add_literal(const NodeRow& node);
  [[nodiscard]] Check check_of(std::uint32_t atom);
  void add_segment(const Check& pattern);
  void set_head(const PatternRow& pattern, Check& check) const;
  void forget(Room& room) const noexcept;
  void read(std::uint32_t slot, const Facts& facts, Room& room) const noexcept;
  void read_elements(const Fact& fact, Room::Value& value, Room& room) const noexcept;
  static void read_segments(char separator, Room::Value& value, Room& room) noexcept;
  [[nodiscard]] bool holds(const Check& check, const Facts& facts, Room& room) const noexcept;
  [[nodiscard]] bool is_followed(const Check& check, const Room::Value& value) const noexcept;
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
