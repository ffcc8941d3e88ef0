// See approvals.hpp.
#include "compiler/check/approvals.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <string>
#include <utility>

#include "core/duration.hpp"
#include "core/limits.hpp"
#include "core/names.hpp"

namespace sentrail::compiler::checking {
namespace {

// The number of people; nothing if it is none or above what one quorum may ask for.
std::optional<std::uint32_t> people_of(const SeatsNode& node) {
  if (!node.people) return 1;
  const std::string_view text = node.people->text;
  std::uint32_t people = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), people);
  if (error != std::errc{} || text.front() == '0' || people > limits::kQuorumSeatsMax) {
    return std::nullopt;
  }
  return people;
}

bool check_name(Context& context, const SeatsNode& node) {
  const std::string name(node.name.text);
  if (node.role ? is_approver_role(name) : is_group_name(name)) return true;
  if (node.role) {
    const std::vector<std::string_view> roles(kRoleNames.begin(), kRoleNames.begin() + 3);
    context.report(DiagnosticKind::bad_quorum, node.name.span,
                   "people of the role " + ticked(name) + " do not approve",
                   suggestion(name, roles, "the roles that approve are " + enumerate(roles)));
  } else {
    context.report(DiagnosticKind::bad_quorum, node.name.span,
                   ticked(name) + " cannot be the name of a group",
                   "groups are named in lower-case letters, digits, `_` and `-`, a letter first");
  }
  return false;
}

// Terms of one name are one: a person fills one seat.
std::vector<ir::Seats> check_seats(Context& context, const ApprovalNode& node) {
  std::map<std::pair<bool, std::string_view>, std::uint32_t> people_of_name;
  std::uint64_t all = 0;
  bool fine = true;
  for (const SeatsNode& seats : node.seats) {
    const std::optional<std::uint32_t> people = people_of(seats);
    fine = check_name(context, seats) && fine;
    if (!people) {
      context.report(DiagnosticKind::bad_quorum, seats.people->span,
                     ticked(seats.people->text) + " is not a number of people",
                     "write a whole number from 1 to " + std::to_string(limits::kQuorumSeatsMax));
      fine = false;
      continue;
    }
    all += *people;
    people_of_name[{seats.role, seats.name.text}] += *people;
  }
  if (fine && all > limits::kQuorumSeatsMax) {
    context.report(DiagnosticKind::bad_quorum, node.span,
                   "this asks for " + std::to_string(all) + " people, at most " +
                       std::to_string(limits::kQuorumSeatsMax) + " are allowed",
                   "ask for fewer: more never meet");
    fine = false;
  }
  if (!fine || people_of_name.empty()) return ir::Approval{}.seats;
  std::vector<ir::Seats> seats;
  for (const auto& [name, people] : people_of_name) {
    seats.push_back({name.first, std::string(name.second), people});
  }
  return seats;
}

std::optional<std::int64_t> check_within(Context& context, const Literal& within) {
  const std::optional<std::int64_t> ms = parse_duration_ms(within.text);
  if (!ms) {
    context.report(DiagnosticKind::bad_within, within.span,
                   ticked(within.text) + " is not a span of time",
                   "write a whole number and `s`, `m`, `h` or `d`, as `24h`");
    return std::nullopt;
  }
  if (*ms >= limits::kWithinMsMin && *ms <= limits::kWithinMsMax) return ms;
  context.report(DiagnosticKind::bad_within, within.span,
                 "people cannot be given " + ticked(within.text) + " to decide",
                 "give them from " + print_duration_ms(limits::kWithinMsMin) + " to " +
                     print_duration_ms(limits::kWithinMsMax));
  return std::nullopt;
}

}  // namespace

ir::Approval check_approval(Context& context, const std::optional<ApprovalNode>& node,
                            Outcome outcome) {
  ir::Approval approval;
  if (!node) return approval;
  if (outcome != Outcome::require_approval) {
    context.report(DiagnosticKind::misplaced_approval, node->span,
                   ticked(node->seats.empty() ? "within" : "from") + " stands beside " +
                       ticked(name_of(outcome)),
                   "only `require_approval` waits for people: take it away");
    return approval;
  }
  if (!node->seats.empty()) approval.seats = check_seats(context, *node);
  if (node->within) approval.within_ms = check_within(context, *node->within);
  return approval;
}

}  // namespace sentrail::compiler::checking
