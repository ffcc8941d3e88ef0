// Which bound a rule takes, and what is said of it. See model.hpp.
#include "compiler/import/model.hpp"

#include <limits>
#include <utility>

namespace sentrail::compiler::import_ {
namespace {

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

std::string joined(const std::vector<std::string>& reasons) {
  std::string out;
  for (const std::string& reason : reasons) {
    if (!out.empty()) out += "; ";
    out += reason;
  }
  return out;
}

}  // namespace

ImportBuilder::ImportBuilder(std::string policy_name) : uncertain_(kNone) {
  imported_.name = std::move(policy_name);
}

TierIndex ImportBuilder::add_tier(std::string_view name, bool guard) {
  imported_.tiers.push_back({guard, tier_names_.unique(name, "tier_of_import"), {}, {}});
  waiting_.emplace_back();
  return imported_.tiers.size() - 1;
}

// Stands behind the others: where guard tiers stand changes no effect.
TierIndex ImportBuilder::uncertain_tier() {
  if (uncertain_ == kNone) {
    uncertain_ = add_tier("uncertain", true);
    waiting_[uncertain_].emplace_back(
        "Approvals whose condition could not be carried in full: these ask wherever they may "
        "apply.");
  }
  return uncertain_;
}

void ImportBuilder::begin(SourceRule rule) {
  source_ = std::move(rule);
  imported_.outcomes.push_back({source_.label, {}, true});
}

void ImportBuilder::note(const std::string& message) {
  imported_.findings.push_back({true, source_.label, message});
  source_.comments.push_back("Note: " + message + ".");
}

void ImportBuilder::not_carried(const std::string& message) {
  imported_.findings.push_back({false, source_.label, message});
  imported_.outcomes.back().exact = false;
  source_.comments.push_back("NOT CARRIED: " + message + ".");
}

void ImportBuilder::file_note(const std::string& message) {
  imported_.findings.push_back({true, {}, message});
  imported_.comments.push_back("Note: " + message + ".");
}

void ImportBuilder::file_not_carried(const std::string& message) {
  imported_.findings.push_back({false, {}, message});
  imported_.comments.push_back("NOT CARRIED: " + message + ".");
}

void ImportBuilder::set_default(Effect effect, std::string because,
                                std::vector<std::string> comments) {
  imported_.default_effect = effect;
  imported_.default_because = std::move(because);
  imported_.default_comments = std::move(comments);
}

void ImportBuilder::write(TierIndex tier, ImportedRule rule, std::string_view suffix,
                          const std::string& comment) {
  rule.name = rule_names_.unique(source_.label + std::string(suffix), "rule_of_import");
  rule.comments = std::move(waiting_[tier]);
  waiting_[tier].clear();
  rule.comments.insert(rule.comments.end(), source_.comments.begin(), source_.comments.end());
  source_.comments.clear();  // once is enough
  if (!comment.empty()) rule.comments.push_back(comment);
  imported_.outcomes.back().rules.push_back(rule.name);
  imported_.tiers[tier].rules.push_back(std::move(rule));
}

void ImportBuilder::leave_out(TierIndex tier, const std::string& comment) {
  std::vector<std::string>& waiting = waiting_[tier];
  waiting.insert(waiting.end(), source_.comments.begin(), source_.comments.end());
  source_.comments.clear();
  waiting.push_back(comment);
}

void ImportBuilder::add(TierIndex tier, Outcome outcome, const FormulaRef& condition,
                        std::string_view suffix, std::string_view because) {
  const FormulaRef whole =
      fits(condition) ? condition : unknown("its condition is too large for one rule");
  const bool exact = is_exact(whole);
  const Leaning leaning = outcome == Outcome::allow   ? Leaning::allow
                          : outcome == Outcome::block ? Leaning::block
                                                      : Leaning::none;
  const bool wide = outcome == Outcome::block;
  const FormulaRef bound = wide ? upper_bound(whole, leaning) : lower_bound(whole, leaning);
  const bool left_out = bound->kind == FormulaKind::never;
  const ImportedRule rule{
      {}, outcome, bound, std::string(because.empty() ? source_.because : because), {}};
  if (exact) {
    if (left_out) return leave_out(tier, "Left out: `" + source_.label + "` never matches.");
    return write(tier, rule, suffix, {});
  }
  std::string done;
  if (outcome == Outcome::allow) {
    done = left_out ? "the rule is left out" : "the rule allows less";
  } else if (outcome == Outcome::block) {
    done =
        bound->kind == FormulaKind::always ? "the rule blocks everything" : "the rule blocks more";
  } else {
    done = "the rule asks wherever it may apply";
  }
  const std::string message = joined(reasons_of(whole)) + ": " + done;
  imported_.findings.push_back({false, source_.label, message});
  imported_.outcomes.back().exact = false;
  const std::string comment = "NOT CARRIED: " + message + ".";
  if (left_out) {
    leave_out(tier, "`" + source_.label + "`: " + comment);
  } else {
    write(tier, rule, suffix, comment);
  }
  if (outcome == Outcome::require_approval) {
    const FormulaRef may = upper_bound(whole, Leaning::none);
    if (may->kind != FormulaKind::never) {
      ImportedRule wide_rule = rule;
      wide_rule.condition = may;
      write(uncertain_tier(), std::move(wide_rule), std::string(suffix) + " may apply", {});
    }
  }
}

Imported ImportBuilder::take() {
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    imported_.tiers[i].comments = std::move(waiting_[i]);
  }
  return std::move(imported_);
}

}  // namespace sentrail::compiler::import_
