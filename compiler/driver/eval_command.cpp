// `eval` and `explain`: what is decided about a request, and why.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <optional>

#include "compiler/driver/commands.hpp"
#include "compiler/driver/eval_answer.hpp"
#include "compiler/driver/ready.hpp"
#include "compiler/probe/requests.hpp"
#include "compiler/tester/flip.hpp"
#include "core/duration.hpp"
#include "core/json_writer.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "core/time.hpp"
#include "runtime/decide/approval.hpp"
#include "runtime/decide/explain.hpp"

namespace sentrail::compiler {
namespace {

struct Options {
  std::string request = "-";
  std::string policy = ".";
  std::string now;
  bool flip = false;
};

constexpr const char* word(Truth truth) {
  switch (truth) {
    case Truth::f:
      return "false";
    case Truth::u:
      return "undecidable";
    case Truth::t:
      return "true";
  }
  return "";
}

// Everything that both commands print.
struct Answer : EvalAnswer {
  std::optional<std::vector<Flip>> flips;
};

std::vector<Flip> flips_of(const Loaded& loaded, const EvalAnswer& answer) {
  std::vector<oracle::Request> actions;
  for (const request::Request& one : answer.evaluation.requests) {
    actions.push_back(probe::plain_request(one.facts()));
  }
  return flips_of(*loaded.policy, *answer.compiled, loaded.catalogs, actions, answer.state);
}

Result<Instant> parse_now(const std::string& text) {
  const bool day = text.find('T') == std::string::npos;
  Result<Instant> now = parse_rfc3339(day ? text + "T00:00:00Z" : text);
  if (now && now->unix_ms > 0) return now;
  return fail(Errc::invalid_argument,
              "`" + text + "` is no instant as 2026-11-20T17:59:00Z, and no day");
}

Result<Answer> answer_of(const Ready& ready, const Options& options) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::string json,
                            read_bytes(options.request, limits::kBodyHeldBytesMax));
  std::int64_t now_ms = 0;
  if (!options.now.empty()) {
    SENTRAIL_ASSIGN_OR_RETURN(const Instant now, parse_now(options.now));
    now_ms = now.unix_ms;
  }
  Answer answer;
  SENTRAIL_ASSIGN_OR_RETURN(static_cast<EvalAnswer&>(answer),
                            eval_answer(*ready.compiled, json, now_ms));
  if (options.flip) answer.flips = flips_of(ready.loaded, answer);
  return answer;
}

// Empty for the usual.
std::string approval_text(const decide::Approval& approval) {
  if (approval == decide::Approval{{decide::kUsualQuorum}, std::nullopt, true}) return "";
  std::string text = "\n  from " + approval.text();
  if (approval.within_ms) text += " within " + print_duration_ms(*approval.within_ms);
  if (approval.within_ms && approval.usual_time) text += " or the server's time, if that is less";
  return text;
}

std::string obligations_text(const Compiled& compiled, const decide::ObligationSet& obligations) {
  std::string out;
  obligations.for_each([&](std::uint32_t row) {
    out += (out.empty() ? "\n  then " : ", ") + render_obligation(compiled.engine().program(), row);
  });
  return out;
}

std::string shadows_text(const Answer& answer) {
  std::string out;
  for (const decide::ShadowAnswer& one : answer.evaluation.shadows) {
    out += "\n  shadow " + answer.compiled->rule_name(one.shadow) + " would make it " +
           std::string(name_of(one.answer.effect)) + " by " +
           answer.compiled->rule_name(one.answer.rule);
  }
  return out;
}

std::string eval_text(const Answer& answer) {
  const decide::Answer& given = answer.evaluation.answer;
  return std::string(name_of(given.effect)) + " by " +
         answer.compiled->rule_name(answer.evaluation.answer.rule) + "\n  " + reason_of(answer) +
         (given.approval ? approval_text(*given.approval) : "") +
         obligations_text(*answer.compiled, given.obligations) + shadows_text(answer);
}

void print_eval(const Answer& answer, const OutputOptions& output) {
  if (output.json) {
    std::string out;
    JsonWriter writer(&out);
    writer.begin_object();
    write_head(writer, answer);
    writer.end_object();
    std::printf("%s\n", out.c_str());
    return;
  }
  compiler::answer("eval", eval_text(answer), output);
}

std::string rules_text(const Answer& answer, const std::vector<decide::RuleAnswer>& rules) {
  constexpr std::size_t kTruthWidth = 13;
  std::string out;
  for (const decide::RuleAnswer& rule : rules) {
    // The default of answers is a rule that nobody has written (L19.6).
    const std::string name = answer.compiled->rule_name(rule.rule);
    if (!rule.reached || (name == "default" && rule.truth == Truth::f)) continue;
    std::string truth = word(rule.truth);
    truth.resize(kTruthWidth, ' ');
    out += "\n  " + truth + name;
    if (name == "default") continue;
    for (const decide::TestAnswer& test : rule.settled_by) {
      out += "\n      " + test.text + " is " + word(test.truth) + ": the value is " + test.value +
             " (line " + std::to_string(test.line) + ")";
    }
  }
  return out;
}

// Of whom a rule is, and why and for how long it is there.
void write_note(JsonWriter& json, const Compiled& compiled, std::uint32_t rule) {
  const Program& program = compiled.engine().program();
  const NoteRow* note = program.note_of(rule);
  if (note == nullptr) return;
  if (note->owner.bytes > 0) json.key("owner").string(program.view(note->owner));
  if (note->ticket.bytes > 0) json.key("ticket").string(program.view(note->ticket));
  if (note->until_ms != 0) json.key("endsAt").string(format_rfc3339_ms(note->until_ms));
}

void write_rules(JsonWriter& json, const Answer& answer, const char* key,
                 const std::vector<decide::RuleAnswer>& rules) {
  json.key(key).begin_array();
  for (const decide::RuleAnswer& rule : rules) {
    json.begin_object()
        .key("rule")
        .string(answer.compiled->rule_name(rule.rule))
        .key("truth")
        .string(word(rule.truth))
        .key("reached")
        .boolean(rule.reached)
        .key("candidate")
        .boolean(rule.candidate);
    write_note(json, *answer.compiled, rule.rule);
    json.key("settledBy").begin_array();
    for (const decide::TestAnswer& test : rule.settled_by) {
      json.begin_object()
          .key("test")
          .string(test.text)
          .key("truth")
          .string(word(test.truth))
          .key("value")
          .string(test.value)
          .key("line")
          .unsigned_integer(test.line)
          .key("column")
          .unsigned_integer(test.column)
          .end_object();
    }
    json.end_array().end_object();
  }
  json.end_array();
}

// The limits of candidates, and which of them have room.
std::string limits_text(const Answer& answer) {
  const Program& program = answer.compiled->engine().program();
  std::string out;
  for (const decide::LimitAnswer& one : answer.explanation.limits) {
    out += "\n  " + std::string(one.room ? "has room    " : "has no room ") +
           answer.compiled->rule_name(program.limits[one.limit].rule) + ": " + one.text;
    if (!one.countable) out += " (what it counts is not there or cannot be read)";
  }
  return out.empty() ? out : "\nlimits, in order:" + out;
}

std::string flips_text(const std::vector<Flip>& flips) {
  if (flips.empty()) return "\nno change of one or two values was found that changes the decision";
  std::string out;
  for (const Flip& flip : flips) {
    out += "\nit would be " + std::string(name_of(flip.effect)) + " by " + flip.rule + ", if";
    for (const Change& change : flip.changes) {
      out += "\n    " + to_string(change.ref) + " were " + probe::show(change.to) + " instead of " +
             probe::show(change.from);
    }
  }
  return out;
}

void write_flips(JsonWriter& json, const std::vector<Flip>& flips) {
  json.key("flips").begin_array();
  for (const Flip& flip : flips) {
    json.begin_object().key("effect").string(name_of(flip.effect)).key("rule").string(flip.rule);
    json.key("changes").begin_array();
    for (const Change& change : flip.changes) {
      json.begin_object().key("attribute").string(to_string(change.ref));
      json.key("from").string(probe::show(change.from));
      json.key("to").string(probe::show(change.to)).end_object();
    }
    json.end_array().end_object();
  }
  json.end_array();
}

void print_explain(const Answer& answer, const OutputOptions& output) {
  if (!output.json) {
    compiler::answer(
        "explain",
        eval_text(answer) +
            "\nrules met, in order:" + rules_text(answer, answer.explanation.rules) +
            (answer.explanation.asides.empty()
                 ? ""
                 : "\n`also` and shadow rules:" + rules_text(answer, answer.explanation.asides)) +
            limits_text(answer) + (answer.flips ? flips_text(*answer.flips) : ""),
        output);
    return;
  }
  std::string out;
  JsonWriter writer(&out);
  writer.begin_object();
  write_head(writer, answer);
  write_rules(writer, answer, "rules", answer.explanation.rules);
  write_rules(writer, answer, "asides", answer.explanation.asides);
  if (answer.flips) write_flips(writer, *answer.flips);
  writer.end_object();
  std::printf("%s\n", out.c_str());
}

int run(const Options& options, const LoadOptions& load, const OutputOptions& output,
        void (*print)(const Answer& answer, const OutputOptions& output)) {
  Ready ready;
  if (const int code = make_ready(options.policy, load, output, ready); code != kFine) return code;
  const Result<Answer> answer = answer_of(ready, options);
  if (!answer) return report(answer.error(), output);
  print(*answer, output);
  return kFine;
}

void add(CLI::App& app, CommandLine& program, const char* name, const char* what,
         void (*print)(const Answer& answer, const OutputOptions& output)) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(name, what);
  command->add_option("request", options->request, "a file of request JSON; - for stdin")
      ->capture_default_str();
  command->add_option("--now", options->now,
                      "when it is decided, if the request does not say: 2026-11-20T17:59:00Z, or "
                      "a day");
  command->add_option("-p,--policy", options->policy, "a policy, or a folder with one")
      ->capture_default_str();
  if (print == print_explain) {
    command->add_flag("--flip", options->flip,
                      "also the smallest change of the request that changes the decision");
  }
  command->footer("The form of requests: docs/request_format.md.");
  program.reporting.push_back(command);
  command->callback([&program, options, print] {
    program.exit_code = run(*options, program.load, program.output(), print);
  });
}

}  // namespace

void add_eval(CLI::App& app, CommandLine& program) {
  add(app, program, "eval", "the decision on a request", print_eval);
}

void add_explain(CLI::App& app, CommandLine& program) {
  add(app, program, "explain", "which test of which rule decided", print_explain);
}

}  // namespace sentrail::compiler
