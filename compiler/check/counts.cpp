// Writes what is counted apart from the policy's own conditions. See counts.hpp.
#include "compiler/check/counts.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "compiler/check/answers.hpp"
#include "compiler/ir/policy_text.hpp"
#include "core/duration.hpp"
#include "core/limits.hpp"

namespace sentrail::compiler::checking {
namespace {

std::optional<std::int64_t> window_of(Context& context, const Literal& within) {
  const std::optional<std::int64_t> ms = parse_duration_ms(within.text);
  if (ms && *ms >= limits::kLimitPerMsMin && *ms <= limits::kLimitPerMsMax) return ms;
  context.report(DiagnosticKind::bad_count_time, within.span,
                 "a count cannot look back " + ticked(within.text),
                 "write a whole number and `s`, `m`, `h` or `d`, from " +
                     print_duration_ms(limits::kLimitPerMsMin) + " to " +
                     print_duration_ms(limits::kLimitPerMsMax));
  return std::nullopt;
}

// Why a call cannot be asked for an attribute; "" if it can.
std::string fault_of(const ir::AttributeRef& ref) {
  if (ref.attribute == AttributeId::session_count) return "a count within a count";
  const std::string name = ticked(to_string(ref));
  if (is_of_session(ref.attribute)) return name + " is of the session, not of one call";
  if (is_of_answers(ref.attribute)) return name + " is of an answer, and calls are counted";
  return "";
}

// L20.6: what is counted asks of the call that is counted, as its request was.
bool check_asked(Context& context, const ir::Count& count) {
  for (const ir::Condition& one : count.conditions) {
    if (one.kind != ir::ConditionKind::atom && !ir::is_quantified(one.kind)) continue;
    std::string fault = fault_of(one.atom.attribute);
    if (fault.empty() && one.atom.other) fault = fault_of(*one.atom.other);
    if (fault.empty()) continue;
    context.report(DiagnosticKind::bad_count, one.span, std::move(fault),
                   "count by what a call is, such as its `tool`, `action`, `resource` or `body`; "
                   "join what else is to hold by `and` behind the count");
    return false;
  }
  return true;
}

bool check_place(Context& context, const Path& path) {
  if (context.quantifier_depth == 0) return true;
  context.report(DiagnosticKind::bad_count, path.span, "a count within `any` or `all`",
                 "a count is the same for every element: join it by `and` in front of the "
                 "quantifier");
  return false;
}

bool check_text(Context& context, const Path& path, const std::string& text) {
  if (text.size() <= limits::kCountTextBytesMax) return true;
  context.report(DiagnosticKind::bad_count, path.span,
                 "written out, what is counted has " + std::to_string(text.size()) +
                     " bytes, at most " + std::to_string(limits::kCountTextBytesMax) +
                     " are allowed",
                 "count by patterns in the place of long lists");
  return false;
}

}  // namespace

std::optional<ir::Count> count_of(Context& context, const Path& path, const WriteTest& write) {
  const Scope& scope = *context.frame->scope;
  const CountNode& node = scope.ast->count_of(path);
  const std::size_t errors = context.error_count;
  ir::Count count;
  const std::optional<std::int64_t> within_ms = window_of(context, node.within);
  if (check_place(context, path)) {
    std::swap(context.policy.conditions, count.conditions);
    static_cast<void>(write_part(context, scope, node.test, write));
    std::swap(context.policy.conditions, count.conditions);
  }
  if (context.error_count != errors || !check_asked(context, count)) return std::nullopt;
  count.within_ms = *within_ms;
  count.text = ir::count_text(count.conditions, count.root(), count.within_ms);
  if (!check_text(context, path, count.text)) return std::nullopt;
  return count;
}

ir::AttributeRef reference_to(const ir::Count& count) {
  return {AttributeId::session_count, {count.text}};
}

std::optional<ir::AttributeRef> resolve_count(Context& context, const Path& path,
                                              const WriteTest& write) {
  std::optional<ir::Count> count = count_of(context, path, write);
  if (!count) return std::nullopt;
  ir::AttributeRef ref = reference_to(*count);
  const std::vector<ir::Count>& counts = context.policy.counts;
  const std::size_t before = counts.size();
  add_count(context.policy, *std::move(count));
  if (counts.size() == before || counts.size() != limits::kSessionCountsMax + 1) return ref;
  context.report(DiagnosticKind::bad_count, path.span,
                 "the policy counts more than " + std::to_string(limits::kSessionCountsMax) +
                     " different things",
                 "each call is tried against all of them: count fewer");
  return std::nullopt;
}

std::vector<std::string> counts_of(const Context& context) {
  std::set<std::string> texts;
  for_each_policy(context, [&texts](const ir::Policy& policy) {
    for (const ir::Count& count : policy.counts) texts.insert(count.text);
    return false;
  });
  return {texts.begin(), texts.end()};
}

}  // namespace sentrail::compiler::checking
