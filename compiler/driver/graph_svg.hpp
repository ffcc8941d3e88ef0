// Draws a policy: a column for each tier, its rules in the order in which they are tried, and what
// joins them. Effects differ by colour and by shape.
//
// Neighbours: graph_command.cpp fills the graph in. Must not know: policies, files.
#pragma once

#include <string>
#include <vector>

#include "core/decision.hpp"

namespace sentrail::compiler {

// What is drawn of a rule, or of the default.
struct GraphRule {
  std::string name;
  Outcome outcome = Outcome::block;
  std::vector<std::string> clauses;     // `on …`, `when …`, `unless …`, each on one line
  std::vector<std::string> tests;       // names of those that it decides
  std::vector<std::string> test_files;  // where these stand, each once
};

// One column.
struct GraphTier {
  std::string name;
  bool guard = false;
  std::vector<GraphRule> rules;
};

// A policy as it is drawn.
struct Graph {
  std::string policy;
  std::vector<GraphTier> tiers;
  GraphRule by_default;
};

// One SVG document, readable without colour, without scripts, fonts or anything else from outside.
// Texts are escaped; what nobody could see is shown as `\u{…}`.
[[nodiscard]] std::string graph_svg(const Graph& graph);

}  // namespace sentrail::compiler
