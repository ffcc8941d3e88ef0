// An imported policy before it is text: tiers of rules, and what could not be carried.
//
// Neighbours: the readers fill it through ImportBuilder, write.hpp makes text of it. Must not know:
// any source format. Here stands the one place that decides which bound a rule takes.
// source: docs/importers.md, Bounds.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/import/formula.hpp"
#include "compiler/import/literal.hpp"
#include "core/decision.hpp"

namespace sentrail::compiler::import_ {

// Something that a person must read. What was carried but may surprise is a note.
struct Finding {
  bool carried = false;
  std::string rule;  // the source's name for it; empty for the file
  std::string message;

  friend bool operator==(const Finding&, const Finding&) = default;
};

// What became of one rule of the source.
struct SourceOutcome {
  std::string source;              // the source's name for it
  std::vector<std::string> rules;  // ours, of which there may be none
  bool exact = true;
};

// One rule as it will be written.
struct ImportedRule {
  std::string name;
  Outcome outcome = Outcome::block;
  FormulaRef condition;
  std::string because;
  std::vector<std::string> comments;
};

// One tier. `comments` stand for rules that were left out behind the last one.
struct ImportedTier {
  bool guard = false;
  std::string name;
  std::vector<ImportedRule> rules;
  std::vector<std::string> comments;
};

// One policy.
struct Imported {
  std::string name;
  std::vector<std::string> comments;
  std::vector<ImportedTier> tiers;
  Effect default_effect = Effect::require_approval;
  std::string default_because;
  std::vector<std::string> default_comments;
  std::vector<Finding> findings;
  std::vector<SourceOutcome> outcomes;
};

// A rule of the source on its way.
struct SourceRule {
  std::string label;    // how people find it in their file
  std::string because;  // what an agent is told
  std::vector<std::string> comments;
};

// Which tier of the builder.
using TierIndex = std::size_t;

// Adds rules so that none of them decides more loosely than its source. threads: one at a time.
class ImportBuilder {
 public:
  explicit ImportBuilder(std::string policy_name);

  // Adds a tier; tiers stand in the order in which they were added.
  [[nodiscard]] TierIndex add_tier(std::string_view name, bool guard);

  // Begins a rule of the source: what is added next belongs to it.
  void begin(SourceRule rule);
  // Says that the rule, as it is written, may surprise.
  void note(const std::string& message);
  // Says that something of the rule is not carried, whatever its condition.
  void not_carried(const std::string& message);
  // Writes the rule. A condition with unknowns makes an `allow` narrower and a `block` wider; an
  // approval asks where it is certain, and a guard tier asks where it may be.
  // `suffix` and `because` are for a second rule from the same source.
  void add(TierIndex tier, Outcome outcome, const FormulaRef& condition,
           std::string_view suffix = {}, std::string_view because = {});

  // As `note` and `not_carried`, of the file as a whole.
  void file_note(const std::string& message);
  void file_not_carried(const std::string& message);
  // Sets what decides where no rule does.
  void set_default(Effect effect, std::string because, std::vector<std::string> comments = {});
  // A line above everything.
  void comment(std::string text) { imported_.comments.push_back(std::move(text)); }

  // Takes what was built.
  [[nodiscard]] Imported take();

 private:
  void write(TierIndex tier, ImportedRule rule, std::string_view suffix,
             const std::string& comment);
  void leave_out(TierIndex tier, const std::string& comment);
  TierIndex uncertain_tier();

  Imported imported_;
  Names rule_names_;
  Names tier_names_;
  SourceRule source_;
  std::vector<std::vector<std::string>> waiting_;  // comments before a tier's next rule
  std::size_t uncertain_;                          // the guard tier, once there is one
};

}  // namespace sentrail::compiler::import_
