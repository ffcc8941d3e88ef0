// Places a request in time, counts, decides. See decider.hpp.
#include "compiler/tester/decider.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "core/check.hpp"
#include "core/json_writer.hpp"
#include "core/program.hpp"
#include "runtime/decide/counting.hpp"
#include "runtime/request/attributes.hpp"

namespace sentrail::compiler {
namespace {

// Whether conditions ask about an attribute of some kind.
bool asks_of(const Program& program, bool (*kind)(AttributeId)) {
  return std::ranges::any_of(program.slots, [&](const SlotRow& slot) {
    const auto attribute = attribute_named(program.view(slot.attribute));
    return slot.binder == 0 && attribute && kind(*attribute);
  });
}

// What a call leaves behind for those after it. source: docs/language.md, L20.4.
class Session {
 public:
  Session(const decide::Engine& engine, std::span<const request::Request> requests)
      : engine_(engine),
        program_(engine.program()),
        first_(requests.begin(), requests.end()),
        counted_(program_.counts.size(), Truth::f) {
    for (const request::Request& one : first_) ask_counts(one);
  }

  // Counts one call. out: the requests as the next call finds them.
  std::vector<request::Request> after(const decide::Answer& answer) {
    ++calls_;
    const bool writes = std::ranges::any_of(first_, [](const request::Request& one) {
      const Fact& risk = one.facts()[AttributeId::risk];
      return risk.kind != FactKind::string || risk.text != name_of(Risk::low);
    });
    if (writes) ++writes_;
    answer.obligations.for_each([this](std::uint32_t row) {
      const ObligationRow& one = program_.obligations[row];
      if (one.kind == static_cast<std::uint32_t>(ObligationKind::taint)) {
        taints_.emplace(program_.view(one.text));
      }
    });
    std::vector<request::Request> next;
    for (const request::Request& one : first_) next.push_back(seen_by(one));
    return next;
  }

 private:
  [[nodiscard]] request::Request seen_by(const request::Request& one) const {
    std::vector<request::GivenAttribute> given;
    count(one, AttributeId::session_calls, calls_, given);
    count(one, AttributeId::session_writes, writes_, given);
    count_tests(one, given);
    const Fact& before = one.facts()[AttributeId::session_taints];
    if (before.kind == FactKind::string_set) {
      std::set<std::string_view> all(taints_.begin(), taints_.end());
      all.insert(before.set.begin(), before.set.end());
      request::GivenAttribute& made = given.emplace_back();
      made.attribute = AttributeId::session_taints;
      JsonWriter json(&made.json);
      json.begin_array();
      for (const std::string_view taint : all) json.string(taint);
      json.end_array();
    }
    auto made = request::with_attributes(one, given);
    SENTRAIL_CHECK(made.has_value());
    return *std::move(made);
  }

  // L20.8: a call counts if one of its actions does. All calls are at one instant.
  void ask_counts(const request::Request& one) {
    decide::Scratch scratch = engine_.make_scratch();
    scratch.forget();
    for (std::uint32_t i = 0; i < counted_.size(); ++i) {
      counted_[i] = either(counted_[i], engine_.counts(i, one.facts(), scratch));
    }
  }

  // While a call is remembered that may count or not, nobody knows how many do.
  void count_tests(const request::Request& one, std::vector<request::GivenAttribute>& given) const {
    for (std::uint32_t i = 0; i < counted_.size(); ++i) {
      const SlotRow& slot = program_.slots[program_.counts[i].slot];
      const std::string_view name = program_.view(program_.steps[slot.steps_begin]);
      const Fact before = one.facts().at(AttributeId::session_count, {&name, 1});
      if (before.kind != FactKind::number || counted_[i] == Truth::f) continue;
      const bool known = counted_[i] == Truth::t;
      given.push_back({AttributeId::session_count,
                       {std::string(name)},
                       known ? std::to_string(number_of(before) + calls_) : "",
                       !known});
    }
  }

  static std::uint64_t number_of(const Fact& fact) {
    std::uint64_t number = 0;
    std::from_chars(fact.text.data(), fact.text.data() + fact.text.size(), number);
    return number;
  }

  // What nobody knew before nobody knows after.
  static void count(const request::Request& one, AttributeId id, std::uint64_t more,
                    std::vector<request::GivenAttribute>& given) {
    const Fact& before = one.facts()[id];
    if (before.kind != FactKind::number) return;
    given.push_back({id, {}, std::to_string(number_of(before) + more), false});
  }

  const decide::Engine& engine_;
  const Program& program_;
  std::vector<request::Request> first_;
  std::vector<Truth> counted_;  // by row of the program's counts: whether a call counts
  std::uint64_t calls_ = 0;
  std::uint64_t writes_ = 0;
  std::set<std::string> taints_;
};

}  // namespace

Decider::Decider(const decide::Engine& engine) : engine_(&engine) {
  const Program& program = engine.program();
  session_ = asks_of(program, is_of_session);
  if (program.zones.empty()) return;
  zones_ = std::make_unique<wire::ZoneClocks>(zone_names_of(program));
}

Status Decider::can_decide(std::span<const request::Request> requests) const {
  const bool answer = std::ranges::any_of(requests, [](const request::Request& one) {
    return one.facts()[AttributeId::response].kind != FactKind::absent;
  });
  if (!answer || asks_of(engine_->program(), is_of_answers)) return {};
  return fail(Errc::invalid_argument,
              "this is about an answer, and the policy has no rule `on response`: each passes");
}

void Decider::place_in_time(request::Request& one, std::int64_t otherwise_ms) const {
  const Facts& facts = one.facts();
  const bool given =
      facts.now_ms != Facts{}.now_ms || facts[AttributeId::time].kind != FactKind::absent;
  if (!given) one.set_now(otherwise_ms);
  if (zones_ != nullptr) one.set_zones(zones_->at(facts.now_ms));
}

Evaluation Decider::evaluate(std::vector<request::Request> requests, const State& state,
                             std::int64_t otherwise_ms) const {
  Evaluation evaluation;
  evaluation.requests = std::move(requests);
  for (request::Request& one : evaluation.requests) place_in_time(one, otherwise_ms);
  std::vector<const Facts*> actions;
  const auto look = [&] {
    actions.clear();
    for (const request::Request& one : evaluation.requests) actions.push_back(&one.facts());
  };
  look();
  Session session(*engine_, evaluation.requests);
  decide::Scratch scratch = engine_->make_scratch();
  decide::Windows windows;
  decide::CountAt at{"", 0, &state.used};
  at.shadows = false;
  for (std::uint32_t i = 0; i < state.calls_before; ++i) {
    const auto before = decide::decide_counted(*engine_, actions, scratch, &windows, at);
    if (!session_) continue;
    evaluation.requests = session.after(before.answer);
    for (request::Request& one : evaluation.requests) place_in_time(one, otherwise_ms);
    look();
  }
  at.shadows = true;
  decide::CountedDecisions counted =
      decide::decide_counted(*engine_, actions, scratch, &windows, at);
  evaluation.decisions = std::move(counted.decisions);
  evaluation.answer = std::move(counted.answer);
  evaluation.shadows = std::move(counted.shadows);
  return evaluation;
}

}  // namespace sentrail::compiler
