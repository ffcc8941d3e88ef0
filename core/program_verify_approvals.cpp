// See program_verify_approvals.hpp.
#include "core/program_verify_approvals.hpp"

#include <tuple>

#include "core/limits.hpp"
#include "core/names.hpp"
#include "core/program_verify_rows.hpp"

namespace sentrail {
namespace {

// One reviewer, which is what a rule without a row asks for.
bool is_usual(const Program& p, const ApprovalRow& row) {
  if (row.within_ms != 0 || row.seats_count != 1) return false;
  const SeatsRow& seats = p.seats[row.seats_begin];
  return seats.people == 1 && seats.role == 1 && p.view(seats.name) == "reviewer";
}

Status verify_seats(const Program& p, const ApprovalRow& row) {
  std::uint64_t people = 0;
  for (std::uint32_t i = row.seats_begin; i < row.seats_begin + row.seats_count; ++i) {
    const SeatsRow& seats = p.seats[i];
    const std::string_view name = p.view(seats.name);
    people += seats.people;
    if (seats.role > 1) return broken("seats", i, "is of no such kind");
    if (seats.people == 0) return broken("seats", i, "asks for nobody");
    if (people > limits::kQuorumSeatsMax) return broken("seats", i, "asks for too many people");
    if (seats.role == 1 ? !is_approver_role(name) : !is_group_name(name)) {
      return broken("seats", i, "names nobody who can approve");
    }
    if (i == row.seats_begin) continue;
    const SeatsRow& before = p.seats[i - 1];
    if (std::tuple(before.role, p.view(before.name)) >= std::tuple(seats.role, name)) {
      return broken("seats", i, "is out of order");
    }
  }
  return {};
}

// One approval: its seats continue those before it, and it is not what is asked for anyway.
Status verify_approval(const Program& p, const char* table, std::size_t i, const ApprovalRow& row,
                       std::uint64_t& next) {
  if (row.zero != 0) return broken(table, i, "has odd bytes");
  if (row.seats_count == 0) return broken(table, i, "has no seats");
  if (row.seats_begin != next || row.seats_count > p.seats.size() - next) {
    return broken(table, i, "does not continue the range of the row before");
  }
  next += row.seats_count;
  if (row.within_ms != 0 &&
      (row.within_ms < limits::kWithinMsMin || row.within_ms > limits::kWithinMsMax)) {
    return broken(table, i, "gives a time that is too short or too long");
  }
  SENTRAIL_TRY(verify_seats(p, row));
  return is_usual(p, row) ? broken(table, i, "asks for the usual") : Status{};
}

}  // namespace

Status verify_approvals(const Program& p) {
  constexpr auto kApproval = static_cast<std::uint32_t>(Outcome::require_approval);
  std::uint64_t next = 0;
  for (std::size_t i = 0; i < p.approvals.size(); ++i) {
    const ApprovalRow& row = p.approvals[i];
    if (i > 0 && p.approvals[i - 1].rule >= row.rule) {
      return broken("approvals", i, "is out of order");
    }
    const bool by_default = row.rule == kNoRow;
    if (!by_default && row.rule >= p.written_count())
      return broken("approvals", i, "names no rule");
    const std::uint32_t outcome =
        by_default ? p.policy[0].default_effect : p.written(row.rule).outcome;
    if (outcome != kApproval) return broken("approvals", i, "is of what requires no approval");
    SENTRAIL_TRY(verify_approval(p, "approvals", i, row, next));
  }
  for (std::size_t i = 0; i < p.limit_approvals.size(); ++i) {
    const ApprovalRow& row = p.limit_approvals[i];
    if (i > 0 && p.limit_approvals[i - 1].rule >= row.rule) {
      return broken("limit_approvals", i, "is out of order");
    }
    if (row.rule >= p.limits.size()) return broken("limit_approvals", i, "names no limit");
    if (p.limits[row.rule].otherwise != kApproval) {
      return broken("limit_approvals", i, "is of what requires no approval");
    }
    SENTRAIL_TRY(verify_approval(p, "limit_approvals", i, row, next));
  }
  return next == p.seats.size() ? Status{} : broken("seats", next, "belongs to nothing");
}

}  // namespace sentrail
