// Looks up the rows of the candidates. See approval.hpp.
#include "runtime/decide/approval.hpp"

#include <algorithm>
#include <span>

#include "runtime/decide/candidates.hpp"
#include "runtime/decide/counted.hpp"

namespace sentrail::decide {
namespace {

class Gathering {
 public:
  explicit Gathering(const Program& program) : p_(program) {}

  // Adds what a rule asks for, or for kNoRow the default.
  void add(std::uint32_t rule) {
    const std::uint32_t outcome =
        rule == kNoRow ? p_.policy[0].default_effect : p_.written(rule).outcome;
    if (outcome == kApproval) add(p_.approvals, rule);
  }

  // Adds what the `else` of a limit asks for.
  void add_limit(std::uint32_t limit) {
    if (p_.limits[limit].otherwise == kApproval) add(p_.limit_approvals, limit);
  }

  Approval take() { return std::move(all_); }

 private:
  static constexpr auto kApproval = static_cast<std::uint32_t>(Outcome::require_approval);

  void add(std::span<const ApprovalRow> rows, std::uint32_t of) {
    const auto row = std::lower_bound(
        rows.begin(), rows.end(), of,
        [](const ApprovalRow& one, std::uint32_t wanted) { return one.rule < wanted; });
    if (row == rows.end() || row->rule != of) {
      all_.join({{kUsualQuorum}, std::nullopt, true});
    } else if (row->within_ms == 0) {
      all_.join({{render_seats(p_, *row)}, std::nullopt, true});
    } else {
      all_.join({{render_seats(p_, *row)}, row->within_ms, false});
    }
  }

  const Program& p_;
  Approval all_;
};

}  // namespace

void Approval::join(const Approval& other) {
  for (const std::string& quorum : other.quorums) {
    const auto at = std::lower_bound(quorums.begin(), quorums.end(), quorum);
    if (at == quorums.end() || *at != quorum) quorums.insert(at, quorum);
  }
  if (!within_ms || (other.within_ms && *other.within_ms < *within_ms)) within_ms = other.within_ms;
  usual_time = usual_time || other.usual_time;
}

std::string Approval::text() const {
  std::string all;
  for (const std::string& quorum : quorums) all += (all.empty() ? "" : "; ") + quorum;
  return all;
}

std::int64_t Approval::decide_within_ms(std::int64_t usual_ms) const noexcept {
  if (!within_ms) return usual_ms;
  return usual_time ? std::min(*within_ms, usual_ms) : *within_ms;
}

std::optional<Approval> approval_of(const Engine& engine, const Decision& decision,
                                    const Facts& facts, Scratch& scratch, std::uint32_t shadow) {
  if (decision.effect != Effect::require_approval) return std::nullopt;
  const Program& p = engine.program();
  Gathering gathering(p);
  FullLimits full(decision);
  for_each_candidate(engine, decision, shadow, facts, scratch, [&](std::uint32_t rule) {
    gathering.add(rule);
    for (const LimitRow& limit : p.limits_of(rule)) {
      if (full.next()) gathering.add_limit(index_of(p, limit));
    }
  });
  if (decision.default_joined) gathering.add(kNoRow);
  return gathering.take();
}

}  // namespace sentrail::decide
