// Decides each recorded request twice. See traffic.hpp.
#include "compiler/driver/traffic.hpp"

#include <algorithm>
#include <cstdio>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "compiler/tester/compiled.hpp"
#include "runtime/request/read_requests.hpp"

namespace sentrail::compiler {
namespace {

constexpr std::size_t kExamplesShown = 3;

// One side's answer to a line.
struct Answer {
  Effect effect = Effect::block;
  std::uint32_t rule = 0;
  std::optional<decide::Approval> approval;
  std::set<std::string> obligations;
};

Result<Answer> answer_of(const TrafficSide& side, std::string_view json) {
  SENTRAIL_ASSIGN_OR_RETURN(std::vector<request::Request> requests,
                            request::read_requests(json, side.catalogs));
  SENTRAIL_TRY(side.decider.can_decide(requests));
  const Evaluation evaluation = side.decider.evaluate(std::move(requests));
  const decide::Answer& given = evaluation.answer;
  Answer answer{given.effect, given.rule, given.approval, {}};
  given.obligations.for_each([&](std::uint32_t row) {
    answer.obligations.insert(render_obligation(side.decider.engine().program(), row));
  });
  return answer;
}

// Widenings first; of those, and of the others, what changes most.
auto rank_of(const TrafficChange& change) {
  const int from = static_cast<int>(change.from);
  const int to = static_cast<int>(change.to);
  return std::tuple(!change.widens(), -(from > to ? from - to : to - from), from,
                    change.obligations);
}

void count(const TrafficSide& before, const TrafficSide& after, const Answer& was, const Answer& is,
           std::size_t line, Traffic& traffic) {
  const bool obligations = was.effect == is.effect && was.approval == is.approval;
  if (obligations && was.obligations == is.obligations) return;
  auto group = std::ranges::find_if(traffic.changes, [&](const TrafficChange& change) {
    return change.from == was.effect && change.to == is.effect && change.obligations == obligations;
  });
  if (group == traffic.changes.end()) {
    traffic.changes.push_back({was.effect, is.effect, obligations, 0, {}});
    group = traffic.changes.end() - 1;
  }
  ++group->count;
  if (group->examples.size() == kExamplesShown) return;
  group->examples.push_back({line, rule_name(before.decider.engine().program(), was.rule),
                             rule_name(after.decider.engine().program(), is.rule)});
}

const char* note_of(const TrafficChange& change) {
  if (change.obligations) return "  (other obligations)";
  if (change.widens()) return "  (widens)";
  return change.from == change.to ? "  (other people or time)" : "";
}

}  // namespace

Result<Traffic> traffic_of(const std::string& log, const TrafficSide& before,
                           const TrafficSide& after) {
  Traffic traffic;
  const TakeLine take = [&](std::string_view json, std::size_t line) -> Status {
    SENTRAIL_ASSIGN_OR_RETURN(const Answer was, answer_of(before, json));
    SENTRAIL_ASSIGN_OR_RETURN(const Answer is, answer_of(after, json));
    count(before, after, was, is, line, traffic);
    return {};
  };
  SENTRAIL_ASSIGN_OR_RETURN(traffic.recorded, read_recorded(log, take));
  std::ranges::sort(traffic.changes, {}, rank_of);
  return traffic;
}

void print_traffic(const Traffic& traffic) {
  print_broken(traffic.recorded);
  std::size_t changed = 0;
  for (const TrafficChange& change : traffic.changes) changed += change.count;
  const std::size_t all = traffic.recorded.requests;
  std::printf("recorded: %s; %zu change (%.1f %%)\n", counted(traffic.recorded).c_str(), changed,
              share_of(changed, all));
  for (const TrafficChange& change : traffic.changes) {
    std::printf("  %s -> %s: %zu (%.1f %%)%s\n", std::string(name_of(change.from)).c_str(),
                std::string(name_of(change.to)).c_str(), change.count, share_of(change.count, all),
                note_of(change));
    for (const TrafficExample& example : change.examples) {
      std::printf("    line %zu: %s -> %s\n", example.line, example.before.c_str(),
                  example.after.c_str());
    }
  }
}

void write_traffic(JsonWriter& json, const Traffic& traffic) {
  json.key("traffic").begin_object();
  write_counts(json, traffic.recorded);
  json.key("changes").begin_array();
  for (const TrafficChange& change : traffic.changes) {
    json.begin_object().key("from").string(name_of(change.from));
    json.key("to").string(name_of(change.to)).key("widens").boolean(change.widens());
    json.key("obligationsOnly").boolean(change.obligations);
    json.key("requests").unsigned_integer(change.count);
    const double share = share_of(change.count, traffic.recorded.requests);
    json.key("percent").raw_number(std::to_string(share));
    json.key("examples").begin_array();
    for (const TrafficExample& example : change.examples) {
      json.begin_object().key("line").unsigned_integer(example.line);
      json.key("before").string(example.before).key("after").string(example.after).end_object();
    }
    json.end_array().end_object();
  }
  json.end_array();
  write_broken(json, traffic.recorded);
  json.end_object();
}

}  // namespace sentrail::compiler
