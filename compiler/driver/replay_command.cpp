// `replay`: what the policy decides about recorded requests, one a line.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "compiler/driver/commands.hpp"
#include "compiler/driver/ready.hpp"
#include "core/json_writer.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "runtime/decide/counting.hpp"
#include "runtime/request/read_requests.hpp"
#include "runtime/request/read_state.hpp"

namespace sentrail::compiler {
namespace {

constexpr std::size_t kBrokenShown = 20;

struct Options {
  std::string log = "-";
  std::string policy = ".";
};

// A line that is no request.
struct Broken {
  std::size_t line = 0;
  std::string why;
};

struct Summary {
  std::size_t records = 0;
  std::size_t broken_count = 0;
  std::vector<Broken> broken;  // the first of them
  std::array<std::size_t, 3> effects{};
  std::vector<std::size_t> rules;                // by number; the default last
  std::map<std::uint32_t, std::size_t> shadows;  // requests that each would change
};

// Reads lines of any length; of one that is too long only the beginning is kept.
class LineReader {
 public:
  explicit LineReader(std::FILE* file) : file_(file), buffer_(64u << 10) {}

  // Whether there was a line. `cut` tells that it was longer than a request may be.
  bool next(std::string& line, bool& cut) {
    line.clear();
    cut = false;
    bool any = false;
    while (true) {
      if (at_ == end_) {
        at_ = 0;
        end_ = std::fread(buffer_.data(), 1, buffer_.size(), file_);
        if (end_ == 0) return any;
      }
      any = true;
      const auto begin = buffer_.begin() + static_cast<std::ptrdiff_t>(at_);
      const auto stop = buffer_.begin() + static_cast<std::ptrdiff_t>(end_);
      const auto newline = std::find(begin, stop, '\n');
      const auto size = static_cast<std::size_t>(newline - begin);
      cut = cut || line.size() + size > limits::kBodyHeldBytesMax;
      if (!cut) line.append(begin, newline);
      at_ += size;
      if (newline == stop) continue;
      ++at_;
      return true;
    }
  }

  [[nodiscard]] bool failed() const { return std::ferror(file_) != 0; }

 private:
  std::FILE* file_;
  std::vector<char> buffer_;
  std::size_t at_ = 0;
  std::size_t end_ = 0;
};

constexpr auto kWorkspace = static_cast<std::size_t>(AttributeId::workspace);

// What goes on from one record to the next: limits count along the log.
struct Counts {
  decide::Scratch scratch;
  decide::Windows windows;
  std::int64_t now_ms = 0;  // of the last record that says when it was made
};

// Takes over when a record was made. Nothing is looked up where nothing is counted.
Status read_time(const Compiled& compiled, std::string_view line, Counts& counts) {
  if (compiled.program().limits.empty()) return {};
  SENTRAIL_ASSIGN_OR_RETURN(const request::GivenState state, request::read_state(line));
  if (state.at_ms) counts.now_ms = *state.at_ms;
  return {};
}

void count(const Compiled& compiled, std::span<request::Request> requests, Counts& counts,
           Summary& summary) {
  std::vector<const Facts*> actions;
  for (request::Request& one : requests) {
    one.set_now(0);  // as Compiled::evaluate
    actions.push_back(&one.facts());
  }
  const std::string_view workspace = actions.front()->values[kWorkspace].text;
  const decide::CountedDecisions counted = decide::decide_counted(
      compiled.engine(), actions, counts.scratch, &counts.windows, {workspace, counts.now_ms});
  const decide::Answer& answer = counted.answer;
  for (const decide::ShadowAnswer& one : counted.shadows) ++summary.shadows[one.shadow];
  ++summary.records;
  ++summary.effects[static_cast<std::size_t>(answer.effect)];
  const std::uint32_t rule =
      answer.impossible != kNoRow ? answer.obliging_rule : counted.decisions[answer.action].rule;
  ++summary.rules[rule == Decision::kByDefault ? summary.rules.size() - 1 : rule];
}

Result<Summary> replay(const Compiled& compiled, std::FILE* file) {
  Summary summary;
  summary.rules.resize(compiled.engine().program().written_count() + 1);
  Counts counts;
  counts.scratch.fit(compiled.engine().bound());
  LineReader reader(file);
  std::string line;
  bool cut = false;
  for (std::size_t number = 1; reader.next(line, cut); ++number) {
    if (!cut && line.find_first_not_of(" \t\r") == std::string::npos) continue;
    std::string why = "longer than a request may be";
    if (!cut) {
      auto requests = request::read_requests(line, compiled.catalogs());
      const Status timed = requests ? read_time(compiled, line, counts) : Status{};
      if (requests && timed) {
        count(compiled, *requests, counts, summary);
        continue;
      }
      why = requests ? timed.error().message : requests.error().message;
    }
    ++summary.broken_count;
    if (summary.broken.size() < kBrokenShown) summary.broken.push_back({number, std::move(why)});
  }
  if (reader.failed()) return fail(Errc::io, "the log cannot be read to its end");
  return summary;
}

// Rules that decided something, most first; equal ones in the policy's order.
std::vector<std::size_t> most_first(const Summary& summary) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < summary.rules.size(); ++i) {
    if (summary.rules[i] > 0) order.push_back(i);
  }
  std::ranges::stable_sort(order, std::ranges::greater{},
                           [&](std::size_t i) { return summary.rules[i]; });
  return order;
}

std::string name_of_rule(const Compiled& compiled, std::size_t index) {
  const bool last = index == compiled.engine().program().written_count();
  return compiled.rule_name(last ? Decision::kByDefault : static_cast<std::uint32_t>(index));
}

void print_text(const Summary& summary, const Compiled& compiled) {
  for (const Broken& broken : summary.broken) {
    std::fprintf(stderr, "line %zu is left out: %s\n", broken.line,
                 escape_display(broken.why).c_str());
  }
  if (summary.broken_count > summary.broken.size()) {
    std::fprintf(stderr, "and %zu more lines\n", summary.broken_count - summary.broken.size());
  }
  std::printf("%zu requests, %zu broken line%s\n", summary.records, summary.broken_count,
              summary.broken_count == 1 ? "" : "s");
  for (const Effect effect : {Effect::allow, Effect::require_approval, Effect::block}) {
    const std::size_t count = summary.effects[static_cast<std::size_t>(effect)];
    const double share = summary.records == 0 ? 0.0
                                              : 100.0 * static_cast<double>(count) /
                                                    static_cast<double>(summary.records);
    std::printf("  %-16s %10zu  %5.1f %%\n", std::string(name_of(effect)).c_str(), count, share);
  }
  std::printf("by rule\n");
  for (const std::size_t i : most_first(summary)) {
    std::printf("  %10zu  %s\n", summary.rules[i], name_of_rule(compiled, i).c_str());
  }
  if (!summary.shadows.empty()) std::printf("shadow rules would change\n");
  for (const auto& [shadow, count] : summary.shadows) {
    std::printf("  %10zu  %s\n", count, name_of_rule(compiled, shadow).c_str());
  }
}

void print_json(const Summary& summary, const Compiled& compiled) {
  std::string out;
  JsonWriter json(&out);
  json.begin_object().key("ok").boolean(summary.broken_count == 0);
  json.key("requests").unsigned_integer(summary.records);
  json.key("brokenLines").unsigned_integer(summary.broken_count);
  json.key("effects").begin_object();
  for (const Effect effect : {Effect::allow, Effect::require_approval, Effect::block}) {
    json.key(name_of(effect)).unsigned_integer(summary.effects[static_cast<std::size_t>(effect)]);
  }
  json.end_object().key("rules").begin_array();
  for (const std::size_t i : most_first(summary)) {
    json.begin_object().key("rule").string(name_of_rule(compiled, i));
    json.key("requests").unsigned_integer(summary.rules[i]).end_object();
  }
  json.end_array().key("shadows").begin_array();
  for (const auto& [shadow, count] : summary.shadows) {
    json.begin_object().key("shadow").string(name_of_rule(compiled, shadow));
    json.key("requests").unsigned_integer(count).end_object();
  }
  json.end_array().key("broken").begin_array();
  for (const Broken& broken : summary.broken) {
    json.begin_object().key("line").unsigned_integer(broken.line);
    json.key("why").string(broken.why).end_object();
  }
  json.end_array().end_object();
  std::printf("%s\n", out.c_str());
}

int run(const Options& options, const OutputOptions& output) {
  Ready ready;
  if (const int code = make_ready(options.policy, output, ready); code != kFine) return code;
  const Compiled& compiled = *ready.compiled;
  const bool standard = options.log == "-";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
      standard ? nullptr : std::fopen(options.log.c_str(), "rb"),
      [](std::FILE* open) { return open == nullptr ? 0 : std::fclose(open); });
  if (!standard && !file) {
    return report(Error{Errc::io, "cannot open " + options.log}, output);
  }
  const Result<Summary> summary = replay(compiled, standard ? stdin : file.get());
  if (!summary) return report(summary.error(), output);
  output.json ? print_json(*summary, compiled) : print_text(*summary, compiled);
  return summary->broken_count == 0 ? kFine : kFindings;
}

}  // namespace

void add_replay(CLI::App& app, CommandLine& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("replay", "what the policy decides about recorded requests");
  command->add_option("log", options->log, "requests as JSON, one a line; - for stdin")
      ->capture_default_str();
  command->add_option("-p,--policy", options->policy, "a policy, or a folder with one")
      ->capture_default_str();
  command->footer("The form of requests: docs/request_format.md.");
  command->callback([&program, options] { program.exit_code = run(*options, program.output()); });
}

}  // namespace sentrail::compiler
