// Writes entries of ever later years and publishes them until its own hook kills it at a named
// place.
//
// Neighbours: crash_test.cpp starts it. Must not know: what the parent checks. Prints, unbuffered,
// `a <number>` for each entry that is acknowledged and `p <year> <size> <root>` for each
// checkpoint. usage: audit_crash_child <folder> <place> <arrivals before the kill>
#include <signal.h>
#include <unistd.h>

#include <charconv>
#include <span>
#include <string>
#include <string_view>

#include "core/encoding.hpp"
#include "tests/unit/audit/crash_log.hpp"
#include "tests/unit/store/fixtures.hpp"

namespace sentrail::audit {
namespace {

// Kills the process at the n-th arrival at a place.
class KillingHook final : public SyncPointHook {
 public:
  KillingHook(std::string place, int arrivals) : place_(std::move(place)), left_(arrivals) {}
  void reach(std::string_view name) noexcept override {
    if (name == place_ && --left_ == 0) ::kill(::getpid(), SIGKILL);
  }

 private:
  const std::string place_;
  int left_;
};

void say(const std::string& line) {
  const std::string text = line + "\n";
  if (::write(STDOUT_FILENO, text.data(), text.size()) < 0) ::_exit(4);
}

int run(const std::string& folder, const std::string& place, std::string_view count) {
  int arrivals = 0;
  std::from_chars(count.data(), count.data() + count.size(), arrivals);
  constexpr std::int64_t kYearMs = 366LL * 86'400'000;
  constexpr int kSteps = 400;
  KillingHook hook(place, arrivals);
  test::CrashLog log;
  if (const std::string why = test::open_crash_log(log, folder, &hook); !why.empty()) {
    say("refused " + why);
    return 3;
  }
  for (int step = 0; step < kSteps; ++step) {
    const std::uint64_t number = log.store.store->audit_head().size;
    for (std::uint64_t i = 0; i < 1 + number % 90; ++i) {
      store::AuditEntry entry = store::entry(number + i);
      entry.time_ms = static_cast<std::int64_t>((number + i) / 200) * kYearMs;
      const store::Transaction one = store::transaction(store::AppendAudit{entry});
      const store::Transaction* const all = &one;
      const auto outcome = log.store.store->apply(std::span(&all, 1)).front();
      if (!outcome.status) return 5;
      say("a " + std::to_string(outcome.first_sequence));
    }
    if (!log.keeper->step()) return 6;
    const Checkpoint published = unverified_checkpoint(log.keeper->checkpoint()).value();
    const std::string year = published.origin.substr(published.origin.rfind('/') + 1);
    say("p " + year + " " + std::to_string(published.size) + " " +
        base64_encode(as_chars(published.root)));
  }
  return 0;
}

}  // namespace
}  // namespace sentrail::audit

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  return sentrail::audit::run(argv[1], argv[2], argv[3]);
}
