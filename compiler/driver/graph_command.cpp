// `graph`: the policy as a picture.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "compiler/driver/commands.hpp"
#include "compiler/driver/graph_svg.hpp"
#include "compiler/driver/ready.hpp"
#include "compiler/tester/tester.hpp"

namespace sentrail::compiler {
namespace {

// What an author wrote, on one line.
std::string one_line(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!blank) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  return out;
}

std::vector<std::string> clauses_of(const RuleNode& rule, const Ast& ast, const Sources& sources) {
  std::vector<std::string> clauses;
  if (rule.on) {
    // The span of an `on` clause is what stands behind the keyword, or begins with it.
    const std::string text = one_line(sources.slice(rule.on->span));
    clauses.push_back(text.starts_with("on ") ? text : "on " + text);
  }
  if (rule.when) clauses.push_back("when " + one_line(sources.slice(ast.exprs[*rule.when].span)));
  if (rule.unless) {
    clauses.push_back("unless " + one_line(sources.slice(ast.exprs[*rule.unless].span)));
  }
  return clauses;
}

const RuleNode* node_of(const ir::Rule& rule, const Ast& ast) {
  for (const TierNode& tier : ast.tiers) {
    for (const RuleNode& node : tier.rules) {
      if (node.span == rule.span) return &node;
    }
  }
  return nullptr;
}

// Puts each test where it is decided.
void add_tests(const Loaded& loaded, const Compiled& compiled, std::vector<GraphRule*> rules,
               GraphRule& by_default) {
  for (const ir::TestCase& test : loaded.policy->tests) {
    auto requests = requests_of(test, compiled.catalogs());
    if (!requests) continue;
    const std::uint32_t index = compiled.evaluate(*std::move(requests)).decision().rule;
    // The rule behind all others is the default of answers.
    GraphRule& rule = index >= rules.size() ? by_default : *rules[index];
    rule.tests.push_back(test.name);
    const std::filesystem::path file(loaded.sources[test.span.source].name());
    const std::string name = file.filename().string();
    if (std::ranges::find(rule.test_files, name) == rule.test_files.end()) {
      rule.test_files.push_back(name);
    }
  }
}

Graph graph_of(const Loaded& loaded, const Compiled& compiled) {
  const ir::Policy& policy = *loaded.policy;
  Graph graph;
  graph.policy = policy.name;
  for (const ir::Tier& tier : policy.tiers) {
    if (tier.implied) continue;
    GraphTier& column = graph.tiers.emplace_back();
    column.name = tier.name;
    column.guard = tier.guard;
    for (const ir::Rule& rule : tier.rules) {
      GraphRule& drawn = column.rules.emplace_back();
      drawn.name = rule.name;
      drawn.outcome = rule.outcome;
      if (const RuleNode* node = node_of(rule, *loaded.ast)) {
        drawn.clauses = clauses_of(*node, *loaded.ast, loaded.sources);
      }
    }
  }
  graph.by_default.name = "default";
  graph.by_default.outcome = static_cast<Outcome>(policy.default_effect);
  graph.by_default.clauses = {"joins unless a rule of an ordinary tier matches"};
  std::vector<GraphRule*> rules;
  for (GraphTier& tier : graph.tiers) {
    for (GraphRule& rule : tier.rules) rules.push_back(&rule);
  }
  add_tests(loaded, compiled, std::move(rules), graph.by_default);
  return graph;
}

int run(const std::string& path, const std::string& out, const LoadOptions& load,
        const OutputOptions& output) {
  Ready ready;
  if (const int code = make_ready(path, load, output, ready); code != kFine) return code;
  const std::string svg = graph_svg(graph_of(ready.loaded, *ready.compiled));
  const bool printed = out == "-";
  if (!printed) {
    if (const Status status = write_bytes(out, svg); !status) return report(status.error(), output);
  }
  if (output.json) {
    print_made(printed ? "svg" : "file", printed ? svg : out);
  } else if (printed) {
    std::fputs(svg.c_str(), stdout);
  }
  return kFine;
}

}  // namespace

void add_graph(CLI::App& app, CommandLine& program) {
  struct Options {
    std::string path = ".";
    std::string out = "-";
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("graph", "the policy as a picture (SVG)");
  command->add_option("path", options->path, "a policy, or a folder with one")
      ->capture_default_str();
  command->add_option("-o,--out", options->out, "the file to write; - for standard output")
      ->capture_default_str();
  command->callback([&program, options] {
    program.exit_code = run(options->path, options->out, program.load, program.output());
  });
}

}  // namespace sentrail::compiler
