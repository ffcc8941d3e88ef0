// Draws a policy: a column for each tier, its rules in the order in which they are tried, beneath
// them those that decide nothing, what joins the tiers, and the conditions that have names. Effects
// differ by colour and by shape.
//
// Neighbours: graph_command.cpp fills the graph in. Must not know: policies, files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/decision.hpp"

namespace sentrail::compiler {

// What a rule is in its tier.
enum class GraphRole : std::uint8_t { decides, adds, shadow };

// What is drawn of a rule, or of the default. Texts without line breaks are wrapped.
struct GraphRule {
  std::string name;
  Outcome outcome = Outcome::block;
  GraphRole role = GraphRole::decides;
  std::vector<std::string> clauses;       // `on …`, `when …`, `unless …`
  std::vector<std::string> consequences;  // who is asked, limits, obligations
  std::vector<std::string> tests;         // names of those that it decides
  std::vector<std::string> test_files;    // where these stand, each once
};

// One column.
struct GraphTier {
  std::string name;
  std::string module;  // that it comes from; empty for the policy's own
  bool guard = false;
  std::vector<GraphRule> rules;  // those that decide first
};

// A condition that has a name, as it is written.
struct GraphCondition {
  std::string head;  // `acme.lists.ci(who)`
  std::string body;
};

// A policy as it is drawn.
struct Graph {
  std::string policy;
  std::vector<GraphTier> tiers;
  GraphRule by_default;
  std::vector<GraphCondition> conditions;
};

// One SVG document, readable without colour, without scripts, fonts or anything else from outside.
// Texts are escaped; what nobody could see is shown as `\u{…}`.
[[nodiscard]] std::string graph_svg(const Graph& graph);

}  // namespace sentrail::compiler
