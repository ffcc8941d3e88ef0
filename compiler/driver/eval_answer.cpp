// Decides and writes down. See eval_answer.hpp.
#include "compiler/driver/eval_answer.hpp"

#include <utility>
#include <vector>

#include "runtime/decide/approval.hpp"
#include "runtime/decide/counted.hpp"
#include "runtime/decide/reason.hpp"
#include "runtime/request/read_requests.hpp"
#include "runtime/request/read_state.hpp"

namespace sentrail::compiler {
namespace {

void write_approval(JsonWriter& json, const decide::Approval& approval) {
  json.key("approval").begin_object().key("quorums").begin_array();
  for (const std::string& quorum : approval.quorums) json.string(quorum);
  json.end_array().key("withinMs");
  if (approval.within_ms) {
    json.integer(*approval.within_ms);
  } else {
    json.null();
  }
  json.key("usualTime").boolean(approval.usual_time).end_object();
}

void write_limits(JsonWriter& json, const EvalAnswer& answer) {
  const Program& program = answer.compiled->engine().program();
  json.key("limits").begin_array();
  for (const decide::LimitAnswer& one : answer.explanation.limits) {
    json.begin_object().key("rule");
    json.string(answer.compiled->rule_name(program.limits[one.limit].rule));
    json.key("limit").string(one.text).key("room").boolean(one.room);
    json.key("countable").boolean(one.countable).end_object();
  }
  json.end_array();
}

void write_obligations(JsonWriter& json, const Compiled& compiled,
                       const decide::ObligationSet& obligations) {
  json.key("obligations").begin_array();
  obligations.for_each(
      [&](std::uint32_t row) { json.string(render_obligation(compiled.engine().program(), row)); });
  json.end_array();
}

}  // namespace

Result<EvalAnswer> eval_answer(const Compiled& compiled, const std::string& json,
                               std::int64_t now_ms) {
  EvalAnswer answer;
  answer.compiled = &compiled;
  const decide::Engine& engine = compiled.engine();
  SENTRAIL_ASSIGN_OR_RETURN(std::vector<request::Request> requests,
                            request::read_requests(json, compiled.catalogs()));
  SENTRAIL_ASSIGN_OR_RETURN(const request::GivenState given, request::read_state(json));
  SENTRAIL_ASSIGN_OR_RETURN(answer.state, state_of(given.used, engine.program()));
  SENTRAIL_TRY(compiled.decider().can_decide(requests));
  answer.evaluation = compiled.evaluate(std::move(requests), answer.state, now_ms);
  const Decision& decision = answer.evaluation.decision();
  const Facts& facts = answer.evaluation.request().facts();
  decide::Scratch scratch = engine.make_scratch();
  answer.explanation = decide::explain(engine, decision, facts, scratch);
  // What obligations hide is in no reason (L15.7). What tests saw is shown to the author all the
  // same.
  answer.explanation.reason = decide::reason_of(
      engine, decision, facts, decide::deciding_limit(engine, decision, facts, scratch),
      &answer.evaluation.answer.obligations);
  return answer;
}

std::string reason_of(const EvalAnswer& answer) {
  const std::uint32_t impossible = answer.evaluation.answer.impossible;
  if (impossible == kNoRow) return answer.explanation.reason;
  return decide::impossible_reason(answer.compiled->engine().program(), impossible);
}

void write_head(JsonWriter& json, const EvalAnswer& answer) {
  const decide::Answer& given = answer.evaluation.answer;
  json.key("effect").string(name_of(given.effect));
  json.key("rule").string(answer.compiled->rule_name(answer.evaluation.answer.rule));
  json.key("reason").string(reason_of(answer));
  if (given.approval) write_approval(json, *given.approval);
  json.key("candidates").begin_array();
  for (const std::uint32_t rule : answer.explanation.candidates) {
    json.string(answer.compiled->rule_name(rule));
  }
  json.end_array();
  if (!answer.explanation.limits.empty()) write_limits(json, answer);
  write_obligations(json, *answer.compiled, given.obligations);
  json.key("shadows").begin_array();
  for (const decide::ShadowAnswer& one : answer.evaluation.shadows) {
    json.begin_object().key("shadow").string(answer.compiled->rule_name(one.shadow));
    json.key("effect").string(name_of(one.answer.effect));
    json.key("rule").string(answer.compiled->rule_name(one.answer.rule));
    if (one.answer.approval) write_approval(json, *one.answer.approval);
    write_obligations(json, *answer.compiled, one.answer.obligations);
    json.end_object();
  }
  json.end_array();
}

}  // namespace sentrail::compiler
