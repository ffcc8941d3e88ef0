// Runs the phases one after the other. See compiled.hpp.
#include "tests/support/compiled.hpp"

#include <algorithm>
#include <optional>

#include "compiler/lower/raise.hpp"
#include "compiler/simplify/simplify.hpp"
#include "core/check.hpp"
#include "runtime/decide/counting.hpp"
#include "tests/support/interpreted_native.hpp"

namespace sentrail::support {
Compiled::Compiled(const compiler::ir::Policy& policy, Phases phases)
    : bundled_(phases == Phases::all ? compiler::simplify(policy) : policy) {
  const Program& program = bundled_.program();
  engine_ = std::make_unique<decide::Engine>(program, decide::EngineKind::linear);
  other_ = std::make_unique<decide::Engine>(program, decide::EngineKind::table);
  // Half of the policies with a table beside native code, half without.
  const auto coverage =
      program.rules.size() % 2 == 0 ? jit::Coverage::every_rule : jit::Coverage::whole;
  native_ = std::make_unique<decide::Engine>(program, decide::EngineKind::jit,
                                             &interpreted_native(coverage));
  zones_ = std::make_unique<wire::ZoneClocks>(zone_names_of(engine_->program()));
  scratch_.fit(engine_->bound());
}

Decision Compiled::decide(const Facts& facts) {
  if (engine_->program().zones.empty() || !facts.zones.empty()) {
    return decide_by_all(facts);
  }
  const auto zones = zones_->at(facts.now_ms);
  Facts timed = facts;
  timed.zones = *zones;
  return decide_by_all(timed);
}

Decision Compiled::decide_by_all(const Facts& facts) {
  const Decision decision = engine_->decide(facts, scratch_);
  const Decision other = other_->decide(facts, scratch_);
  const Decision native = native_->decide(facts, scratch_);
  if (other == decision && native == decision) return decision;
  const auto said = [](const Decision& one) {
    std::string out = std::string(name_of(one.effect)) + " by " + std::to_string(one.rule) + " of";
    for (std::size_t i = 0; i < std::min<std::size_t>(one.candidate_count, 16); ++i) {
      out += " " + std::to_string(one.candidates[i]);
    }
    return out + (one.undecidable ? ", undecidable" : "") + (one.default_joined ? ", default" : "");
  };
  SENTRAIL_CHECK_NOTE(false, ("linear: " + said(decision) + "\ntable: " + said(other) +
                              "\nnative: " + said(native) + "\n" + dump(program()))
                                 .c_str());
}

namespace {

std::string describe(const std::optional<decide::Approval>& approval) {
  if (!approval) return "nobody";
  std::string out;
  for (const std::string& quorum : approval->quorums) out += quorum + "; ";
  if (approval->within_ms) out += "within " + std::to_string(*approval->within_ms);
  return out + (approval->usual_time ? " or as usual" : "");
}

std::string describe(const Program& program, const decide::Answer& answer) {
  std::string out(name_of(answer.effect));
  out += " by " + describe(answer.approval);
  std::vector<compiler::ir::Obligation> obligations;
  answer.obligations.for_each([&](std::uint32_t row) {
    const auto raised = compiler::raise_obligation(program, row);
    SENTRAIL_CHECK_NOTE(raised.has_value(), "a verified program's obligations can be raised");
    obligations.push_back(*raised);
  });
  std::ranges::sort(obligations, compiler::ir::comes_before);
  for (const auto& one : obligations) out += ", " + to_string(one);
  return out;
}

}  // namespace

std::string Compiled::approval(const Decision& decision, const Facts& facts) {
  return describe(decide::approval_of(*engine_, decision, facts, scratch_));
}

std::string described_answer(const decide::Engine& engine, const Facts& facts,
                             decide::Scratch& scratch,
                             const std::map<std::uint32_t, std::int64_t>* used) {
  const Program& p = engine.program();
  const Facts* const actions[] = {&facts};
  decide::Windows windows;
  const decide::CountedDecisions counted =
      decide::simulate_counted(engine, actions, scratch, &windows, {"w", 0, used});
  std::string out = describe(p, counted.answer);
  for (const decide::ShadowAnswer& one : counted.shadows) {
    out += "\n";
    out += p.view(p.written(one.shadow).name);
    out += " would make it " + describe(p, one.answer);
  }
  return out;
}

}  // namespace sentrail::support
