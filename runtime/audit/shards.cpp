// Names of shards, and what links them. See shards.hpp.
#include "runtime/audit/shards.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace sentrail::audit {
namespace {

constexpr std::size_t kYearDigits = 4;

}  // namespace

int year_of(std::int64_t time_ms) noexcept {
  // Clamped before the calendar sees it: its years have sixteen bits.
  constexpr std::int64_t kLastMs = 253'402'300'799'999;  // 9999-12-31T23:59:59.999Z
  const std::chrono::sys_time<std::chrono::milliseconds> time(
      std::chrono::milliseconds(std::clamp<std::int64_t>(time_ms, 0, kLastMs)));
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(time));
  return static_cast<int>(date.year());
}

std::optional<int> parse_year(std::string_view text) noexcept {
  int year = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), year);
  if (text.size() != kYearDigits || error != std::errc() || end != text.data() + text.size() ||
      year < kFirstYear || year > kLastYear) {
    return std::nullopt;
  }
  return year;
}

std::string shard_folder(int year) {
  return std::to_string(year);
}

std::string shard_origin(std::string_view origin, int year) {
  return std::string(origin) + "/" + shard_folder(year);
}

std::optional<int> shard_year(std::string_view name, std::string_view origin) {
  if (!name.starts_with(origin)) return std::nullopt;
  name.remove_prefix(origin.size());
  if (!name.starts_with('/')) return std::nullopt;
  return parse_year(name.substr(1));
}

Result<crypto::NoteVerifier> shard_key(const crypto::NoteVerifier& log, int year) {
  return crypto::NoteVerifier::from_key(shard_origin(log.name(), year), log.key());
}

std::string shard_text(std::string_view origin, const ShardRoot& root) {
  return checkpoint_text({shard_origin(origin, root.shard.year), root.size, root.root});
}

bool is_link(std::string_view leaf) noexcept {
  return !leaf.starts_with('{');
}

Result<Checkpoint> parse_link(std::string_view leaf, std::string_view origin) {
  SENTRAIL_ASSIGN_OR_RETURN(Checkpoint link, parse_checkpoint_text(leaf));
  if (checkpoint_text(link) != leaf || !shard_year(link.origin, origin)) {
    return fail(Errc::corrupt, "its first leaf is no checkpoint of a shard of this log");
  }
  return link;
}

std::string shard_list(const std::vector<int>& years) {
  std::string text;
  for (const int year : years) text += shard_folder(year) + "\n";
  return text;
}

Result<std::vector<int>> parse_shard_list(std::string_view text) {
  std::vector<int> years;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::optional<int> year = parse_year(text.substr(0, end));
    if (end == text.npos || !year || (!years.empty() && *year <= years.back())) {
      return fail(Errc::corrupt, "the list of shards is malformed: a year a line, each later");
    }
    years.push_back(*year);
    text.remove_prefix(end + 1);
  }
  return years;
}

}  // namespace sentrail::audit
