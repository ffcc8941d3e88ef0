// Tokens and declarations, from matches to nodes.
//
// Neighbours: builder.hpp; builder_conditions.cpp has conditions, builder_tests.cpp tests and
// tables. Must not know: PEGTL.
#include "compiler/syntax/builder.hpp"

#include <algorithm>

#include "compiler/code_points.hpp"
#include "core/limits.hpp"

namespace sentrail::compiler {
namespace {

constexpr std::array<const char*, 9> kClauseNames = {
    "on", "when", "unless", "because", "priority", "owner", "ticket", "until", "then"};
constexpr std::size_t kPriorityDigitsMax = 9;

std::string ticked(std::string_view text) {
  return "`" + std::string(text) + "`";
}

// Where a rule keeps the text of `owner`, `ticket` or `until`.
std::optional<Literal>& note_of(RuleNode& rule, Clause clause) {
  switch (clause) {
    case Clause::owner:
      return rule.owner;
    case Clause::ticket:
      return rule.ticket;
    default:
      return rule.until;
  }
}

}  // namespace

AstBuilder::AstBuilder(SourceId source, std::string_view text, DiagnosticSink& sink)
    : source_(source), text_(text), errors_(source, text, sink) {
  ast_.source = source;
}

std::string_view AstBuilder::keep(std::string text) {
  return ast_.decoded.emplace_back(std::move(text));
}

// --- tokens --------------------------------------------------------------------------------
void AstBuilder::comment(Span span) {
  // A separator may be read twice after a failed attempt; a comment is kept once.
  if (!ast_.comments.empty() && span.begin <= ast_.comments.back().span.begin) return;
  while (span.end > span.begin && (text_[span.end - 1] == ' ' || text_[span.end - 1] == '\t')) {
    --span.end;
  }
  const std::size_t before = text_.substr(0, span.begin).find_last_not_of(" \t");
  ast_.comments.push_back({span, before == std::string_view::npos || text_[before] == '\n'});
}

void AstBuilder::name(Span span) {
  name_ = {span, text_of(span)};
  if (name_.text.size() <= limits::kNameBytesMax) return;
  errors_.report(DiagnosticKind::name_too_long, span,
                 "this name has " + std::to_string(name_.text.size()) + " bytes, at most " +
                     std::to_string(limits::kNameBytesMax) + " are allowed",
                 "names stand in audit records and tables: choose a shorter one");
}

void AstBuilder::string(Span span) {
  const Span inner{source_, span.begin + 1, span.end - 1};
  const bool escaped = text_of(inner).find('\\') != std::string_view::npos;
  literal_ = {LiteralKind::string, span, escaped ? keep(decode(inner)) : text_of(inner), {}};
}

std::string AstBuilder::decode(Span span) {
  std::string out;
  for (std::size_t at = span.begin; at < span.end;) {
    if (text_[at] != '\\') {
      out.push_back(text_[at++]);
      continue;
    }
    append_escape(out, span, ++at);
  }
  return out;
}

// Appends what the escape at `at`, after its backslash, stands for, and moves past it.
void AstBuilder::append_escape(std::string& out, Span span, std::size_t& at) {
  const char code = text_[at++];
  if (code != 'u') {
    out.push_back(code == 'n' ? '\n' : code == 't' ? '\t' : code);
    return;
  }
  const std::size_t close = text_.find('}', at);
  SENTRAIL_CHECK(close < span.end);
  char32_t value = 0;
  for (const char digit : text_.substr(at + 1, close - at - 1)) {
    const int low = digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
    value = value * 16 + static_cast<char32_t>(low);
  }
  const bool scalar = value <= 0x10FFFF && !(value >= 0xD800 && value <= 0xDFFF);
  if (scalar) {
    append_utf8(out, value);
  } else {
    errors_.report(DiagnosticKind::bad_escape, errors_.span(at - 2, close + 1),
                   ticked(text_.substr(at - 2, close + 1 - (at - 2))) + " is not a character",
                   "write a Unicode scalar value: at most 10ffff, no surrogate");
  }
  at = close + 1;
}

// A number or an instant, or two of them joined by `..`.
void AstBuilder::one_or_range(LiteralKind kind, Span span) {
  literal_ = {kind, span, text_of(span), {}};
  if (!upper_) return;
  const std::size_t dots = literal_.text.find("..");
  literal_ = {LiteralKind::range, span, text_of(span).substr(0, dots), text_of(*upper_)};
  upper_.reset();
}

// The text as it stands between the slashes, and the flags.
void AstBuilder::regex(Span span) {
  const std::string_view whole = text_of(span);
  const std::size_t close = whole.rfind('/');
  literal_ = {LiteralKind::regex, span, whole.substr(1, close - 1), whole.substr(close + 1)};
}

void AstBuilder::plain(LiteralKind kind, Span span) {
  literal_ = {kind, span, text_of(span), {}};
}

void AstBuilder::json(Span span) {
  std::string_view text = text_of(span);
  if (text.find('\r') != std::string_view::npos) {
    std::string lines(text);
    std::erase(lines, '\r');
    text = keep(std::move(lines));
  }
  literal_ = {LiteralKind::json, span, text, {}};
}

void AstBuilder::path_step(Span span) {
  const bool quoted = text_[span.begin] == '"';
  steps_.push_back({span, quoted ? literal_.text : text_of(span)});
}

void AstBuilder::path(Span span) {
  path_ = {span, std::exchange(star_, 0), 0, ast_.steps.keep(steps_)};
  const std::size_t steps = path_.steps.size() - 1;  // behind the name
  if (steps <= limits::kPathStepsMax) return;
  errors_.report(DiagnosticKind::path_too_long, span,
                 "this path has " + std::to_string(steps) + " steps, at most " +
                     std::to_string(limits::kPathStepsMax) + " are allowed",
                 "test something less deep");
}

void AstBuilder::list_begin() {
  entries_.clear();
  entries_too_many_ = false;
}

void AstBuilder::list_entry() {
  if (entries_.size() < limits::kListEntriesMax) {
    entries_.push_back(literal_);
    return;
  }
  if (entries_too_many_) return;
  entries_too_many_ = true;
  errors_.report(DiagnosticKind::list_too_long, literal_.span,
                 "this is entry " + std::to_string(entries_.size() + 1) + ", at most " +
                     std::to_string(limits::kListEntriesMax) + " are allowed",
                 "use patterns, or several lists");
}

void AstBuilder::list_end(Span span) {
  list_ = Operand{until_end(span), true, false, ast_.literals.keep(entries_)};
  entries_.clear();
}

Operand AstBuilder::take_operand() {
  if (!list_) return Operand{literal_.span, false, false, ast_.literals.keep({&literal_, 1})};
  return *std::exchange(list_, std::nullopt);
}

// --- head, imports, lists ------------------------------------------------------------------
void AstBuilder::declare(DeclKind kind, std::size_t index, Span span) {
  ast_.order.push_back({kind, static_cast<std::uint32_t>(index), span});
}

void AstBuilder::policy(Span span) {
  span = until_end(span);
  if (ast_.policy) {
    errors_.report(DiagnosticKind::misplaced_header, span, "a second `policy`",
                   "one file is one policy", {{ast_.policy->span, "the first is here"}});
    return;
  }
  if (!ast_.order.empty()) {
    errors_.report(DiagnosticKind::misplaced_header, span, "`policy` stands after a declaration",
                   "make it the first line of the file");
  }
  ast_.policy = name_;
  declare(DeclKind::policy, 0, span);
}

void AstBuilder::language(Span span) {
  span = until_end(span);
  if (literal_.text != "1" || literal_.kind != LiteralKind::number) {
    errors_.report(DiagnosticKind::unsupported_language, literal_.span,
                   "language " + ticked(text_of(literal_.span)) + " is not known",
                   "write `language 1`, or use the compiler that this policy was written for");
  }
  if (ast_.language) {
    errors_.report(DiagnosticKind::misplaced_header, span, "a second `language`",
                   Help::write("take it away", ""), {{ast_.language->span, "the first is here"}});
    return;
  }
  const bool first = std::all_of(ast_.order.begin(), ast_.order.end(),
                                 [](const Decl& d) { return d.kind == DeclKind::policy; });
  if (!first) {
    errors_.report(DiagnosticKind::misplaced_header, span, "`language` stands after a declaration",
                   "write it on the line after `policy`");
  }
  ast_.language = literal_;
  declare(DeclKind::language, 0, span);
}

void AstBuilder::import(Span span) {
  import_.span = until_end(span);
  ast_.imports.push_back(import_);
  declare(DeclKind::import_, ast_.imports.size() - 1, import_.span);
}

void AstBuilder::list_declaration(Span span) {
  list_node_.span = until_end(span);
  list_node_.entries = take_operand().literals;
  declare(DeclKind::list, ast_.lists.size(), list_node_.span);
  ast_.lists.push_back(std::move(list_node_));
  list_node_ = {};
}

// --- rules ---------------------------------------------------------------------------------
void AstBuilder::outcome(Span span) {
  outcome_span_ = span;
  const std::string_view text = text_of(span);
  const std::optional<Effect> effect = effect_named(text);
  outcome_ = effect ? static_cast<Outcome>(*effect) : Outcome::pass;
}

void AstBuilder::seats(Span span) {
  seats_.span = until_end(span);
  seats_.name = literal_;
  quorum_.push_back(std::exchange(seats_, {}));
}

ApprovalNode& AstBuilder::approval_part(Span span) {
  span = until_end(span);
  if (!approval_) approval_ = {span, std::exchange(quorum_, {}), std::nullopt};
  approval_->span.end = span.end;
  return *approval_;
}

void AstBuilder::within(Span span) {
  approval_part(span).within = literal_;
}

void AstBuilder::clause_keyword(Clause clause, Span span) {
  std::optional<Span>& first = clauses_[static_cast<std::size_t>(clause)];
  span = until_end(span);
  if (first) {
    const std::string name = ticked(kClauseNames[static_cast<std::size_t>(clause)]);
    errors_.report(DiagnosticKind::duplicate_clause, span, "a second " + name + " in one rule",
                   clause == Clause::when     ? "join the conditions with `and` or `or`"
                   : clause == Clause::unless ? "join the conditions with `or`"
                                              : "write each clause once",
                   {{*first, "the first is here"}});
    return;
  }
  first = span;
}

void AstBuilder::on_actions() {
  const Operand operand = take_operand();
  on_.bracketed = operand.bracketed;
  on_.actions = operand.literals;
  if (on_.actions.empty()) {
    errors_.report(DiagnosticKind::expected_value, operand.span, "an empty list of actions",
                   "name an action, or take the list away to mean every action");
  }
  for (const Literal& action : on_.actions) {
    if (action.kind == LiteralKind::word || action.kind == LiteralKind::string) continue;
    errors_.report(DiagnosticKind::expected_value, action.span,
                   ticked(text_of(action.span)) + " is not an action",
                   "actions are words such as `issues.create` or `ref.*`");
    break;
  }
}

void AstBuilder::on_clause(Span span) {
  on_.span = until_end(span);
  rule_.on = std::move(on_);
  on_ = {};
}

void AstBuilder::because_text() {
  because_ = literal_;
  if (literal_.text.size() <= limits::kBecauseBytesMax) return;
  errors_.report(DiagnosticKind::text_too_long, literal_.span,
                 "this text has " + std::to_string(literal_.text.size()) + " bytes, at most " +
                     std::to_string(limits::kBecauseBytesMax) + " are allowed",
                 "say it in one sentence");
}

void AstBuilder::clause(Clause clause) {
  switch (clause) {
    case Clause::on:
      break;
    case Clause::when:
      rule_.when = take_condition();
      break;
    case Clause::unless:
      rule_.unless = take_condition();
      break;
    case Clause::because:
      rule_.because = std::exchange(because_, std::nullopt);
      break;
    case Clause::priority:
      rule_.priority = literal_;
      if (literal_.text.size() > kPriorityDigitsMax || literal_.kind != LiteralKind::number ||
          literal_.text.find_first_not_of("0123456789") != std::string_view::npos) {
        errors_.report(DiagnosticKind::malformed_number, literal_.span,
                       ticked(text_of(literal_.span)) + " is not a priority",
                       "a priority is a whole number from 0 to 999999999; lower comes first");
      }
      break;
    case Clause::owner:
    case Clause::ticket:
    case Clause::until:
      note(clause);
      break;
    case Clause::then:
      rule_.then = std::exchange(obligations_, {});
      break;
  }
}

void AstBuilder::note(Clause clause) {
  note_of(rule_, clause) = literal_;
  if (literal_.text.size() <= limits::kRuleNoteBytesMax) return;
  errors_.report(DiagnosticKind::text_too_long, literal_.span,
                 "this text has " + std::to_string(literal_.text.size()) + " bytes, at most " +
                     std::to_string(limits::kRuleNoteBytesMax) + " are allowed",
                 "name it, or give its address");
}

void AstBuilder::rule(Span span) {
  rule_.span = until_end(span);
  rule_.outcome = rule_.kind == RuleKind::also ? Outcome::pass : outcome_;
  rule_.outcome_span = outcome_span_;
  rule_.approval = std::exchange(approval_, std::nullopt);
  if (!rule_.on && !rule_.when && !clause_failed_) {
    errors_.report(DiagnosticKind::missing_condition, rule_.name.span,
                   "rule " + ticked(rule_.name.text) + " has neither `on` nor `when`",
                   "say when it matches; `when always` says that it always does");
  }
  if (rule_.kind == RuleKind::also && !clause_failed_) check_also();
  if (in_tier_) {
    tier_.rules.push_back(std::move(rule_));
  } else {
    if (!implicit_tier_) {
      implicit_tier_ = static_cast<std::uint32_t>(ast_.tiers.size());
      declare(DeclKind::tier, ast_.tiers.size(), rule_.span);
      ast_.tiers.push_back({rule_.span, false, true, {}, {}});
    }
    TierNode& implicit = ast_.tiers[*implicit_tier_];
    implicit.span.end = rule_.span.end;
    declare(DeclKind::rule, implicit.rules.size(), rule_.span);
    implicit.rules.push_back(std::move(rule_));
  }
  abandon_rule();
}

// --- tiers, default ------------------------------------------------------------------------
void AstBuilder::tier(Span span) {
  tier_.span = until_end(span);
  declare(DeclKind::tier, ast_.tiers.size(), tier_.span);
  ast_.tiers.push_back(std::move(tier_));
  tier_ = {};
  in_tier_ = false;
}

void AstBuilder::default_declaration(Span span) {
  declare(DeclKind::default_, ast_.defaults.size(), until_end(span));
  ast_.defaults.push_back({until_end(span), static_cast<Effect>(outcome_), outcome_span_,
                           std::exchange(approval_, std::nullopt),
                           std::exchange(because_, std::nullopt)});
}

void AstBuilder::proof(Span span) {
  declare(DeclKind::proof, ast_.proofs.size(), until_end(span));
  ast_.proofs.push_back(
      {until_end(span), heading_, static_cast<Effect>(outcome_), take_condition()});
}

void AstBuilder::stray_close(Span span) {
  if (errors_.count() > 0) return;  // it may close what was skipped
  errors_.report(DiagnosticKind::expected_declaration, until_end(span), "this `}` closes nothing",
                 Help::write("take it away", ""));
}

void AstBuilder::abandon_rule() {
  abandon_clause();
  seats_ = {};
  quorum_.clear();
  approval_.reset();
  also_outcome_.reset();
  rule_ = {};
  clause_failed_ = false;
  clauses_ = {};
}

void AstBuilder::abandon_clause() {
  clause_failed_ = true;
  if (limit_) limit_end();
  on_ = {};
  because_.reset();
  obligations_.clear();
  upper_.reset();
  sized_ = false;
  list_.reset();
  operands_.clear();
  for (const Frame& frame : frames_) {
    if (frame.mixed) report_mixed(frame, {});  // the condition it stands in has no end
  }
  frames_.clear();
  use_.reset();
  argument_is_path_ = false;
  quantifiers_.clear();
}

void AstBuilder::abandon_declaration() {
  abandon_rule();
  list_node_ = {};
  condition_ = {};
  tier_ = {};
  in_tier_ = false;
  in_table_ = false;
  given_ = {};
  columns_.clear();
  row_.clear();
  rows_.clear();
  row_tests_.clear();
}

}  // namespace sentrail::compiler
