// Grounds of decisions as JSON. See explanation.hpp.
#include "runtime/gateway/explanation.hpp"

#include <bit>
#include <string_view>

#include "core/time.hpp"
#include "runtime/decide/reason.hpp"

namespace sentrail::gateway {
namespace {

std::string_view word(Truth truth) {
  switch (truth) {
    case Truth::t:
      return "true";
    case Truth::f:
      return "false";
    case Truth::u:
      return "undecidable";
  }
  return "undecidable";
}

void write_approval(JsonWriter& json, const decide::Approval& approval) {
  json.begin_object().key("quorums").begin_array();
  for (const std::string& quorum : approval.quorums) json.string(quorum);
  json.end_array().key("withinMs");
  if (approval.within_ms) {
    json.integer(*approval.within_ms);
  } else {
    json.null();
  }
  json.key("usualTime").boolean(approval.usual_time).end_object();
}

// What is written of a rule beside what it says.
void write_note(JsonWriter& json, const Program& program, const decide::RuleAnswer& rule) {
  const NoteRow* note = program.note_of(rule.rule);
  if (note == nullptr) return;
  if (note->owner.bytes > 0) json.key("owner").string(program.view(note->owner));
  if (note->ticket.bytes > 0) json.key("ticket").string(program.view(note->ticket));
  if (note->until_ms == 0) return;
  json.key("endsAt").string(format_rfc3339_ms(note->until_ms));
  json.key("ended").boolean(rule.ended);
}

void write_rule(JsonWriter& json, const Program& program, const decide::RuleAnswer& rule) {
  json.begin_object();
  json.key("rule").string(decide::rule_name_of(program, rule.rule));
  json.key("truth").string(word(rule.truth));
  json.key("candidate").boolean(rule.candidate);
  write_note(json, program, rule);
  json.key("settledBy").begin_array();
  for (const decide::TestAnswer& test : rule.settled_by) {
    json.begin_object();
    json.key("test").string(test.text);
    json.key("truth").string(word(test.truth));
    json.key("value").string(test.value);
    json.key("line").unsigned_integer(test.line);
    json.key("column").unsigned_integer(test.column);
    json.end_object();
  }
  json.end_array().end_object();
}

void write_verdict(JsonWriter& json, const Program& program, const decide::Verdict& verdict) {
  json.begin_object();
  json.key("rule").string(decide::rule_name_of(program, verdict.rule));
  json.key("truth").string(word(verdict.truth));
  json.key("settledBy");
  if (verdict.too_large) {
    json.null().end_object();
    return;
  }
  json.begin_array();
  const NodeRow* const nodes = &program.nodes[program.rules[verdict.rule].condition_begin];
  for (std::uint64_t bits = verdict.settled_by; bits != 0; bits &= bits - 1) {
    const NodeRow& test = nodes[std::countr_zero(bits)];
    json.begin_object();
    json.key("line").unsigned_integer(test.line);
    json.key("column").unsigned_integer(test.column);
    json.end_object();
  }
  json.end_array().end_object();
}

}  // namespace

void write_explanations(JsonWriter& json, const Program& program,
                        std::span<const decide::Explanation> explanations) {
  json.begin_array();
  for (const decide::Explanation& one : explanations) {
    json.begin_object();
    json.key("decision").string(name_of(one.decision.effect));
    json.key("rule").string(one.rule);
    json.key("reason").string(one.reason);
    if (one.approval) {
      json.key("approval");
      write_approval(json, *one.approval);
    }
    json.key("candidates").begin_array();
    for (const std::uint32_t rule : one.candidates)
      json.string(decide::rule_name_of(program, rule));
    json.end_array();
    json.key("rules").begin_array();
    for (const decide::RuleAnswer& rule : one.rules) {
      if (rule.reached) write_rule(json, program, rule);
    }
    json.end_array().end_object();
  }
  json.end_array();
}

void write_verdicts(JsonWriter& json, const Program& program, std::span<const Grounded> actions) {
  json.begin_array();
  for (const Grounded& one : actions) {
    json.begin_object();
    json.key("decision").string(name_of(one.decision.effect));
    json.key("rule").string(decide::rule_name_of(program, one.decision.rule));
    json.key("candidateCount").unsigned_integer(one.decision.candidate_count);
    json.key("candidates").begin_array();
    for (const decide::Verdict& verdict : one.verdicts.all()) {
      write_verdict(json, program, verdict);
    }
    json.end_array().end_object();
  }
  json.end_array();
}

}  // namespace sentrail::gateway
