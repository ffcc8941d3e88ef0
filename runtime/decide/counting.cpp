// See counting.hpp.
#include "runtime/decide/counting.hpp"

#include <algorithm>
#include <tuple>

#include "core/truth.hpp"

namespace sentrail::decide {
namespace {

void append_number(CounterName& out, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(number >> shift & 0xff);
}

void append_text(CounterName& out, std::string_view text) {
  append_number(out, text.size());
  out += text;
}

// A limit has two names and counts by both, so that neither renaming a rule nor editing its
// condition forgets what was counted.
std::array<CounterName, 2> names_of(const LimitRow& row, const LimitUse& use,
                                    std::string_view workspace, const NameSeal* seal) {
  CounterName rest;
  append_text(rest, workspace);
  for (const std::string_view key : use.keys()) append_text(rest, key);
  std::array<CounterName, 2> names;
  append_number(names[0], row.place_id);
  append_number(names[1], row.content_id);
  for (CounterName& name : names) {
    name += rest;
    if (seal != nullptr) seal->seal(name);
  }
  return names;
}

class Counting {
 public:
  // If `shadow` is not kNoRow, as if that shadow rule were a rule.
  Counting(const Engine& engine, Scratch& scratch, Windows* windows, const CountAt& at,
           std::uint32_t shadow = kNoRow)
      : engine_(engine), scratch_(scratch), windows_(windows), at_(at), shadow_(shadow) {}

  Decision decide(const Facts& facts) {
    const Decision plain = shadow_ == kNoRow ? engine_.decide(facts, scratch_)
                                             : decide_with(engine_, shadow_, facts, scratch_);
    limits_of(engine_, plain, facts, scratch_, uses_, shadow_);
    if (uses_.count == 0) return plain;
    Rooms rooms;
    charges_of_one_.clear();
    for (std::uint32_t i = 0; i < uses_.count; ++i) rooms[i] = has_room(uses_.uses[i]);
    for (const Charge& charge : charges_of_one_) {
      windows_->charge(charge, at_.now_ms);
      charges_.push_back(charge);
    }
    return resolve(engine_, plain, uses_, rooms, facts, scratch_, shadow_);
  }

  void give_back() {
    for (const Charge& charge : charges_) windows_->give_back(charge, at_.now_ms);
  }
  void charge_again() {
    for (const Charge& charge : charges_) windows_->charge(charge, at_.now_ms);
  }

  // What all actions have charged, of each counter in one, as far as 64 bits go.
  std::vector<Charge> take() {
    const auto key = [](const Charge& one) { return std::tie(one.counter, one.per_ms); };
    std::ranges::stable_sort(charges_, {}, key);
    std::vector<Charge> merged;
    for (Charge& charge : charges_) {
      std::int64_t sum = 0;
      const bool joins = !merged.empty() && key(merged.back()) == key(charge) &&
                         !__builtin_add_overflow(merged.back().amount, charge.amount, &sum);
      if (joins) {
        merged.back().amount = sum;
      } else {
        merged.push_back(std::move(charge));
      }
    }
    return merged;
  }

 private:
  // Tests a limit, and notes what is charged whatever comes of it: a counter once an action.
  bool has_room(const LimitUse& use) {
    if (windows_ == nullptr || !use.countable) return false;
    const LimitRow& row = engine_.program().limits[use.limit];
    std::int64_t used = 0;
    bool available = at_.known_since_ms <= at_.now_ms - row.per_ms;
    for (CounterName& name : names_of(row, use, at_.workspace, at_.seal)) {
      used = std::max(used, windows_->used(name, row.per_ms, at_.now_ms));
      available = windows_->can_charge(name, at_.now_ms) && available;
      const bool twice = std::ranges::any_of(
          charges_of_one_, [&](const Charge& one) { return one.counter == name; });
      if (!twice) charges_of_one_.push_back({std::move(name), row.per_ms, use.amount});
    }
    if (at_.used != nullptr) {
      const auto held = at_.used->find(use.limit);
      if (held != at_.used->end()) used = add_units(used, held->second);
    }
    return available && add_units(used, use.amount) <= row.most;
  }

  const Engine& engine_;
  Scratch& scratch_;
  Windows* windows_;
  const CountAt& at_;
  std::uint32_t shadow_;
  LimitUses uses_{};
  std::vector<Charge> charges_of_one_;
  std::vector<Charge> charges_;
};

bool has_shadows(const Program& program) {
  return std::ranges::find(program.asides, static_cast<std::uint32_t>(AsideKind::shadow),
                           &AsideRow::kind) != program.asides.end();
}

// Of each shadow rule what it would change. REQUIRES: the windows are as the request found them.
std::vector<ShadowAnswer> shadows_of(const Engine& engine, std::span<const Facts* const> actions,
                                     const Answer& live, Scratch& scratch, Windows* windows,
                                     const CountAt& at) {
  std::vector<ShadowAnswer> differing;
  const Program& p = engine.program();
  for (std::size_t i = 0; i < p.asides.size(); ++i) {
    if (p.asides[i].kind != static_cast<std::uint32_t>(AsideKind::shadow)) continue;
    const auto shadow = static_cast<std::uint32_t>(p.rules.size() + i);
    // What does not match changes nothing.
    const bool met = std::ranges::any_of(actions, [&](const Facts* facts) {
      scratch.forget();
      return engine.condition(shadow, *facts, scratch) != Truth::f;
    });
    if (!met) continue;
    Counting counting(engine, scratch, windows, at, shadow);
    std::vector<Decision> changed;
    for (const Facts* facts : actions) changed.push_back(counting.decide(*facts));
    counting.give_back();
    Answer answer = answer_of(engine, changed, actions, scratch, shadow);
    if (same(answer, live)) continue;
    differing.push_back({shadow, std::move(answer)});
  }
  return differing;
}

CountedDecisions decide_all(const Engine& engine, std::span<const Facts* const> actions,
                            Scratch& scratch, Windows* windows, const CountAt& at, bool keep) {
  Counting counting(engine, scratch, windows, at);
  CountedDecisions out;
  out.decisions.reserve(actions.size());
  for (const Facts* facts : actions) out.decisions.push_back(counting.decide(*facts));
  out.answer = answer_of(engine, out.decisions, actions, scratch);
  const bool charges = keep && out.answer.effect != Effect::block;
  const bool shadows = at.shadows && has_shadows(engine.program());
  if (shadows || !charges) counting.give_back();
  if (shadows) out.shadows = shadows_of(engine, actions, out.answer, scratch, windows, at);
  if (shadows && charges) counting.charge_again();
  if (charges) out.charges = counting.take();
  return out;
}

}  // namespace

CountedDecisions decide_counted(const Engine& engine, std::span<const Facts* const> actions,
                                Scratch& scratch, Windows* windows, const CountAt& at) {
  return decide_all(engine, actions, scratch, windows, at, true);
}

CountedDecisions simulate_counted(const Engine& engine, std::span<const Facts* const> actions,
                                  Scratch& scratch, Windows* windows, const CountAt& at) {
  return decide_all(engine, actions, scratch, windows, at, false);
}

}  // namespace sentrail::decide
