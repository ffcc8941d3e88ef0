// Compares the transition function with the table of docs/execution.md, cell by cell.
//
// Neighbours: machine_test.cpp tests what the table leaves out. The page is the specification: a
// cell that differs is a bug of one of the two.
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "tests/unit/execute/machine_fixture.hpp"

namespace sentrail::execute {
namespace {

struct Row {
  std::string name;
  std::vector<std::string> cells;
};

std::vector<std::string> split_row(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream in(line.substr(1));
  for (std::string cell; std::getline(in, cell, '|');) {
    const std::size_t first = cell.find_first_not_of(' ');
    const std::size_t last = cell.find_last_not_of(' ');
    cells.push_back(first == std::string::npos ? "" : cell.substr(first, last - first + 1));
  }
  return cells;
}

// The table whose head begins with `| event |`.
std::vector<Row> read_table() {
  std::ifstream file(SENTRAIL_SOURCE_DIR "/docs/execution.md");
  EXPECT_TRUE(file) << "docs/execution.md";
  std::vector<Row> rows;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    inside = inside ? line.starts_with("|") : line.starts_with("| event |");
    if (!inside) {
      if (!rows.empty()) break;
      continue;
    }
    std::vector<std::string> cells = split_row(line);
    rows.push_back({cells.front(), {cells.begin() + 1, cells.end()}});
  }
  EXPECT_GE(rows.size(), 3u);
  return rows;
}

// What each row means. Every alternative of Event appears.
std::map<std::string, std::function<Event(const Action&)>> meanings() {
  const auto just = [](Event event) { return [event](const Action&) { return event; }; };
  const auto answer = [](std::uint32_t status) {
    return
        [status](const Action& a) { return Event{ResponseReceived{a.record.fence, status, {}}}; };
  };
  return {
      {"vote approve", just(approve_by(reviewer(1)))},
      {"vote deny", just(deny_by(reviewer(1)))},
      {"escalation due", just(EscalationDue{})},
      {"decide_by reached", just(DecideByReached{})},
      {"execute_by reached", just(ExecuteByReached{})},
      {"recheck passes", just(Rechecked{Recheck::pass, ""})},
      {"recheck stops", just(Rechecked{Recheck::kill_switch, ""})},
      {"recheck finds other bytes", just(Rechecked{Recheck::binding_mismatch, ""})},
      {"claim", just(Claimed{executor(), {}})},
      {"claim, recheck stops", just(Claimed{executor(), {Recheck::key_revoked, ""}})},
      {"intent recorded", [](const Action& a) { return IntentRecorded{a.record.fence}; }},
      {"first byte sent", [](const Action& a) { return FirstByteSent{a.record.fence}; }},
      {"nothing sent", [](const Action& a) { return NothingSent{a.record.fence, "refused"}; }},
      {"nothing sent, the server stops",
       [](const Action& a) { return NothingSent{a.record.fence, "stopping", true}; }},
      {"connection lost", [](const Action& a) { return ConnectionLost{a.record.fence, "reset"}; }},
      {"response 2xx", answer(201)},
      {"response 4xx", answer(422)},
      {"response 502", answer(502)},
      {"lease lapsed", just(LeaseLapsed{})},
      {"executor lost", just(ExecutorLost{})},
      {"store went back", just(StoreWentBack{})},
      {"settled as applied", just(DoubtSettled{admin(1), true, ""})},
      {"settled as not applied", just(DoubtSettled{admin(1), false, ""})},
      {"probe finds it applied", just(Probed{ProbeAnswer::applied, false, ""})},
      {"probe finds it not applied", just(Probed{ProbeAnswer::not_applied, true, ""})},
      {"probe cannot tell", just(Probed{ProbeAnswer::unknown, true, ""})},
      {"grant used", just(GrantUsed{})},
      {"withdrawn", just(Withdrawn{})},
  };
}

std::int64_t time_of(const std::string& row) {
  if (row == "decide_by reached") return kDecideBy;
  if (row == "escalation due") return kEscalateAt;
  if (row == "execute_by reached") return kExecuteBy;
  if (row == "lease lapsed") return kLeaseUntil;
  return kNow;
}

TEST(MachineTable, EveryCellOfThePageIsWhatTheFunctionDoes) {
  const std::vector<Row> rows = read_table();
  const auto known = meanings();
  std::vector<store::ActionState> states;
  for (const std::string& name : rows[0].cells) states.push_back(state_named(name));
  ASSERT_EQ(states.size(), kStates.size());

  std::size_t cells = 0;
  for (std::size_t r = 2; r < rows.size(); ++r) {  // after the head and its rule
    const Row& row = rows[r];
    ASSERT_TRUE(known.contains(row.name)) << "no meaning for row `" << row.name << "`";
    ASSERT_EQ(row.cells.size(), states.size()) << row.name;
    for (std::size_t s = 0; s < states.size(); ++s) {
      SCOPED_TRACE(row.name + " in " + std::string(name_of(states[s])));
      const Action before = action_in(states[s]);
      const auto step = transition(before, known.at(row.name)(before), time_of(row.name));
      ++cells;
      if (row.cells[s] == "–") {
        EXPECT_FALSE(step);
        continue;
      }
      ASSERT_TRUE(step) << step.error().message;
      if (row.cells[s] == "=") {
        EXPECT_EQ(step->action.record, before.record);
        EXPECT_TRUE(step->effects.empty());
        continue;
      }
      EXPECT_EQ(name_of(step->action.record.state), row.cells[s]);
      EXPECT_NE(step->action.record, before.record);
    }
  }
  EXPECT_EQ(rows.size() - 2, known.size()) << "a row is missing on the page";
  EXPECT_EQ(cells, known.size() * kStates.size());
}

// The tests above know every kind of event: a new one must enter the table.
TEST(MachineTable, KnowsEveryKindOfEvent) {
  std::map<std::size_t, int> kinds;
  const Action action = action_in(store::ActionState::held);
  for (const auto& [name, make] : meanings()) ++kinds[make(action).index()];
  EXPECT_EQ(kinds.size(), std::variant_size_v<Event>);
}

}  // namespace
}  // namespace sentrail::execute
