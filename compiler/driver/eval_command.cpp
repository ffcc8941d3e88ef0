// `eval` and `explain`: what is decided about a request, and why.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <optional>

#include "compiler/driver/commands.hpp"
#include "compiler/driver/ready.hpp"
#include "compiler/probe/requests.hpp"
#include "compiler/tester/flip.hpp"
#include "core/json_writer.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "runtime/decide/explain.hpp"
#include "runtime/request/read_requests.hpp"

namespace sentrail::compiler {
namespace {

struct Options {
  std::string request = "-";
  std::string policy = ".";
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
struct Answer {
  const Compiled* compiled = nullptr;
  Evaluation evaluation;
  decide::Explanation explanation;  // of the action that decides
  std::optional<std::vector<Flip>> flips;
};

std::vector<Flip> flips_of(const Loaded& loaded, const Answer& answer) {
  std::vector<oracle::Request> actions;
  for (const request::Request& one : answer.evaluation.requests) {
    actions.push_back(probe::plain_request(one.facts()));
  }
  return flips_of(*loaded.policy, *answer.compiled, loaded.catalogs, actions);
}

Result<Answer> answer_of(const Ready& ready, const Options& options) {
  Answer answer;
  answer.compiled = ready.compiled.get();
  SENTRAIL_ASSIGN_OR_RETURN(const std::string json,
                            read_bytes(options.request, limits::kBodyHeldBytesMax));
  SENTRAIL_ASSIGN_OR_RETURN(std::vector<request::Request> requests,
                            request::read_requests(json, answer.compiled->catalogs()));
  answer.evaluation = answer.compiled->evaluate(std::move(requests));
  decide::Scratch scratch = answer.compiled->engine().make_scratch();
  answer.explanation =
      decide::explain(answer.compiled->engine(), answer.evaluation.request().facts(), scratch);
  if (options.flip) answer.flips = flips_of(ready.loaded, answer);
  return answer;
}

void write_head(JsonWriter& json, const Answer& answer) {
  json.key("effect").string(name_of(answer.explanation.decision.effect));
  json.key("rule").string(answer.explanation.rule);
  json.key("reason").string(answer.explanation.reason);
  json.key("candidates").begin_array();
  for (const std::uint32_t rule : answer.explanation.candidates) {
    json.string(answer.compiled->rule_name(rule));
  }
  // Obligations arrive with the language that has them; the member is part of the shape.
  json.end_array().key("obligations").begin_array().end_array();
}

void print_eval(const Answer& answer, bool json) {
  const decide::Explanation& explanation = answer.explanation;
  if (json) {
    std::string out;
    JsonWriter writer(&out);
    writer.begin_object();
    write_head(writer, answer);
    writer.end_object();
    std::printf("%s\n", out.c_str());
    return;
  }
  std::printf("%s by %s\n  %s\n", std::string(name_of(explanation.decision.effect)).c_str(),
              explanation.rule.c_str(), explanation.reason.c_str());
}

void print_rules(const Answer& answer) {
  for (const decide::RuleAnswer& rule : answer.explanation.rules) {
    if (!rule.reached) continue;
    std::printf("  %-12s %s\n", word(rule.truth), answer.compiled->rule_name(rule.rule).c_str());
    for (const decide::TestAnswer& test : rule.settled_by) {
      std::printf("      %s is %s: the value is %s (line %u)\n", test.text.c_str(),
                  word(test.truth), test.value.c_str(), test.line);
    }
  }
}

void write_rules(JsonWriter& json, const Answer& answer) {
  json.key("rules").begin_array();
  for (const decide::RuleAnswer& rule : answer.explanation.rules) {
    json.begin_object()
        .key("rule")
        .string(answer.compiled->rule_name(rule.rule))
        .key("truth")
        .string(word(rule.truth))
        .key("reached")
        .boolean(rule.reached)
        .key("candidate")
        .boolean(rule.candidate)
        .key("settledBy")
        .begin_array();
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

void print_flips(const std::vector<Flip>& flips) {
  if (flips.empty()) {
    std::printf("no change of one or two values was found that changes the decision\n");
  }
  for (const Flip& flip : flips) {
    std::printf("it would be %s by %s, if\n", std::string(name_of(flip.effect)).c_str(),
                flip.rule.c_str());
    for (const Change& change : flip.changes) {
      std::printf("    %s were %s instead of %s\n", to_string(change.ref).c_str(),
                  probe::show(change.to).c_str(), probe::show(change.from).c_str());
    }
  }
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

void print_explain(const Answer& answer, bool json) {
  if (!json) {
    print_eval(answer, false);
    std::printf("rules met, in order:\n");
    print_rules(answer);
    if (answer.flips) print_flips(*answer.flips);
    return;
  }
  std::string out;
  JsonWriter writer(&out);
  writer.begin_object();
  write_head(writer, answer);
  write_rules(writer, answer);
  if (answer.flips) write_flips(writer, *answer.flips);
  writer.end_object();
  std::printf("%s\n", out.c_str());
}

int run(const Options& options, const OutputOptions& output,
        void (*print)(const Answer& answer, bool json)) {
  Ready ready;
  if (const int code = make_ready(options.policy, output, ready); code != kFine) return code;
  const Result<Answer> answer = answer_of(ready, options);
  if (!answer) return report(answer.error(), output);
  print(*answer, output.json);
  return kFine;
}

void add(CLI::App& app, CommandLine& program, const char* name, const char* what,
         void (*print)(const Answer& answer, bool json)) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(name, what);
  command->add_option("request", options->request, "a file of request JSON; - for stdin")
      ->capture_default_str();
  command->add_option("-p,--policy", options->policy, "a policy, or a folder with one")
      ->capture_default_str();
  if (print == print_explain) {
    command->add_flag("--flip", options->flip,
                      "also the smallest change of the request that changes the decision");
  }
  command->footer("The form of requests: docs/request_format.md.");
  command->callback(
      [&program, options, print] { program.exit_code = run(*options, {program.json}, print); });
}

}  // namespace

void add_eval(CLI::App& app, CommandLine& program) {
  add(app, program, "eval", "the decision on a request", print_eval);
}

void add_explain(CLI::App& app, CommandLine& program) {
  add(app, program, "explain", "which test of which rule decided", print_explain);
}

}  // namespace sentrail::compiler
