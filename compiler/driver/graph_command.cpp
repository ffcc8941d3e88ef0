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

// What an author wrote, on one line, without comments.
std::string one_line(Span span, const Ast& ast, const Sources& sources) {
  std::string out;
  std::uint32_t at = span.begin;
  const auto add = [&](std::uint32_t end) {
    for (const char c : sources.slice({span.source, at, end})) {
      const bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
      if (!blank) {
        out += c;
      } else if (!out.empty() && out.back() != ' ') {
        out += ' ';
      }
    }
  };
  for (const Comment& comment : ast.comments) {
    if (comment.span.begin < at || comment.span.end > span.end) continue;
    add(comment.span.begin);
    at = comment.span.end;
  }
  add(span.end);
  return out;
}

std::vector<std::string> clauses_of(const RuleNode& rule, const Ast& ast, const Sources& sources) {
  std::vector<std::string> clauses;
  if (rule.on) {
    // The span of an `on` clause is what stands behind the keyword, or begins with it.
    const std::string text = one_line(rule.on->span, ast, sources);
    clauses.push_back(text.starts_with("on ") ? text : "on " + text);
  }
  if (rule.when) clauses.push_back("when " + one_line(ast.exprs[*rule.when].span, ast, sources));
  if (rule.unless) {
    clauses.push_back("unless " + one_line(ast.exprs[*rule.unless].span, ast, sources));
  }
  if (rule.until) clauses.push_back("until " + std::string(rule.until->text));
  return clauses;
}

// Who is asked, as policy text has it; the usual written out.
std::string asked(const ir::Approval& approval) {
  const ir::Seats usual;
  if (approval != ir::Approval{}) return to_string(approval);
  return "from (" + std::to_string(usual.people) + " of role " + usual.name + ")";
}

std::vector<std::string> consequences_of(const ir::Rule& rule) {
  std::vector<std::string> lines;
  if (rule.outcome == Outcome::require_approval) lines.push_back(asked(rule.approval));
  for (const ir::Limit& limit : rule.limits) lines.push_back(with_else(limit));
  for (const ir::Obligation& one : rule.obligations) lines.push_back("then " + to_string(one));
  return lines;
}

// The tree of the file that a rule is written in.
const Ast* tree_of(const Loaded& loaded, Span span) {
  for (const Ast* ast : loaded.modules.files()) {
    if (ast->source == span.source) return ast;
  }
  return nullptr;
}

const RuleNode* node_of(const ir::Rule& rule, const Ast& ast) {
  for (const TierNode& tier : ast.tiers) {
    for (const RuleNode& node : tier.rules) {
      if (node.span == rule.span) return &node;
    }
  }
  return nullptr;
}

GraphRule rule_of(const ir::Rule& rule, GraphRole role, const Loaded& loaded) {
  GraphRule drawn;
  drawn.name = rule.name;
  drawn.outcome = rule.outcome;
  drawn.role = role;
  const Ast* ast = tree_of(loaded, rule.span);
  const RuleNode* node = ast == nullptr ? nullptr : node_of(rule, *ast);
  if (node != nullptr) drawn.clauses = clauses_of(*node, *ast, loaded.sources);
  drawn.consequences = consequences_of(rule);
  return drawn;
}

GraphTier tier_of(const ir::Tier& tier, const Loaded& loaded) {
  GraphTier column;
  column.name = tier.name;
  column.guard = tier.guard;
  for (const ir::Rule& rule : tier.rules) {
    column.rules.push_back(rule_of(rule, GraphRole::decides, loaded));
  }
  for (const ir::Rule& rule : tier.alsos) {
    column.rules.push_back(rule_of(rule, GraphRole::adds, loaded));
  }
  for (const ir::Shadow& shadow : tier.shadows) {
    column.rules.push_back(rule_of(shadow.rule, GraphRole::shadow, loaded));
  }
  ir::for_each_written(tier, [&](const ir::Rule& rule) {
    const Ast* ast = tree_of(loaded, rule.span);
    const bool other = ast != nullptr && ast != loaded.modules.files().front();
    if (other && ast->policy) column.module = ast->policy->text;
  });
  return column;
}

// Every condition that has a name, those of the policy first.
std::vector<GraphCondition> conditions_of(const Loaded& loaded) {
  std::vector<GraphCondition> conditions;
  for (const Ast* ast : loaded.modules.files()) {
    const bool own = ast == loaded.modules.files().front();
    for (const ConditionNode& node : ast->conditions) {
      std::string head = own || !ast->policy ? "" : std::string(ast->policy->text) + ".";
      head += node.name.text;
      for (std::size_t i = 0; i < node.parameters.size(); ++i) {
        head += (i == 0 ? "(" : ", ") + std::string(node.parameters[i].text);
      }
      if (!node.parameters.empty()) head += ")";
      conditions.push_back(
          {std::move(head), one_line(ast->exprs[node.body].span, *ast, loaded.sources)});
    }
  }
  return conditions;
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
    if (!tier.implied) graph.tiers.push_back(tier_of(tier, loaded));
  }
  graph.conditions = conditions_of(loaded);
  graph.by_default.name = "default";
  graph.by_default.outcome = static_cast<Outcome>(policy.default_effect);
  graph.by_default.clauses = {"joins unless a rule of an ordinary tier matches"};
  if (policy.default_effect == Effect::require_approval) {
    graph.by_default.consequences = {asked(policy.default_approval)};
  }
  std::vector<GraphRule*> rules;
  for (GraphTier& tier : graph.tiers) {
    for (GraphRule& rule : tier.rules) {
      if (rule.role == GraphRole::decides) rules.push_back(&rule);
    }
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
