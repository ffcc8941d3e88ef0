// Writing the counters. See metrics.hpp.
#include "runtime/gateway/metrics.hpp"

#include <string_view>

namespace sentrail::gateway {
namespace {

void write_family(std::string& out, std::string_view name, std::string_view help) {
  out.append("# HELP ").append(name).append(" ").append(help).append("\n");
  out.append("# TYPE ").append(name).append(" counter\n");
}

void write_value(std::string& out, std::string_view name, std::string_view labels,
                 std::uint64_t value) {
  out.append(name).append(labels).append(" ").append(std::to_string(value)).append("\n");
}

}  // namespace

void Metrics::write(std::string& out) const {
  constexpr std::string_view kDecisions = "sentrail_decisions_total";
  write_family(out, kDecisions, "Decisions recorded, by what they were.");
  for (const Effect effect : {Effect::allow, Effect::require_approval, Effect::block}) {
    const std::string labels = "{decision=\"" + std::string(name_of(effect)) + "\"}";
    write_value(out, kDecisions, labels, decisions_[static_cast<std::size_t>(effect)].load());
  }
  constexpr std::string_view kForwarded = "sentrail_forwarded_total";
  write_family(out, kForwarded, "Calls sent to tools, by whether a whole answer came.");
  write_value(out, kForwarded, "{answered=\"false\"}", forwarded_[0].load());
  write_value(out, kForwarded, "{answered=\"true\"}", forwarded_[1].load());
  constexpr std::string_view kVotes = "sentrail_votes_total";
  write_family(out, kVotes, "Decisions of people about held calls.");
  write_value(out, kVotes, "{verdict=\"deny\"}", votes_[0].load());
  write_value(out, kVotes, "{verdict=\"approve\"}", votes_[1].load());
  write_family(out, "sentrail_votes_unread_total",
               "Decisions of people that came sooner than anybody reads.");
  write_value(out, "sentrail_votes_unread_total", "", unread_.load());
  write_family(out, "sentrail_votes_emergency_total", "Calls approved with an emergency code.");
  write_value(out, "sentrail_votes_emergency_total", "", emergencies_.load());
  write_family(out, "sentrail_stopped_total", "Calls that a kill switch or pause held back.");
  write_value(out, "sentrail_stopped_total", "", stopped_.load());
  write_family(out, "sentrail_unrecorded_total", "Calls blocked because no entry could be made.");
  write_value(out, "sentrail_unrecorded_total", "", unrecorded_.load());
}

}  // namespace sentrail::gateway
