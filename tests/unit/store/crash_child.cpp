// Writes to a store until it is killed: by its own hook at a named place, or by its parent.
//
// Neighbours: crash_test.cpp starts it. Must not know: what the parent checks. Prints the number of
// entries after each acknowledgement, one a line, unbuffered.
// usage: store_crash_child <directory> <place or -> <arrivals before the kill>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/sync_point.hpp"
#include "core/time.hpp"
#include "runtime/store/store_rocksdb.hpp"
#include "runtime/store/writer.hpp"
#include "tests/support/memory_kv.hpp"
#include "tests/unit/store/fixtures.hpp"

namespace sentrail::store {
namespace {

// Kills the process at the n-th arrival at a place.
class KillingHook final : public SyncPointHook {
 public:
  KillingHook(std::string place, int arrivals) : place_(std::move(place)), left_(arrivals) {}
  void reach(std::string_view name) noexcept override {
    if (name == place_ && left_.fetch_sub(1) == 1) ::kill(::getpid(), SIGKILL);
  }

 private:
  const std::string place_;
  std::atomic<int> left_;
};

void say(const std::string& line) {
  const std::string text = line + "\n";
  if (::write(STDOUT_FILENO, text.data(), text.size()) < 0) ::_exit(4);
}

int run(const std::string& directory, const std::string& place, std::string_view count) {
  int arrivals = 0;
  std::from_chars(count.data(), count.data() + count.size(), arrivals);
  const test::PlainLeafCodec codec;
  KillingHook hook(place, arrivals);
  OpenOptions options;
  options.directory = directory;
  options.create = true;
  options.codec = &codec;
  options.hook = &hook;
  RocksDbOptions engine;
  engine.write_buffer_bytes = 64u << 10;  // so that tables are written under way
  Result<OpenedStore> opened = open_rocksdb_store(options, engine);
  if (!opened) {
    say("refused " + opened.error().message);
    return 3;
  }
  const SystemClock clock;
  WriterOptions settings;
  settings.floor_interval_ms = 5;
  Writer writer(*opened->store, clock, settings, &hook);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&writer, t] {
      AuditEntry one = entry(1);
      one.sealed = {{Uuid{}, std::string(500, 'x')}};
      for (int i = 0; i < 2000; ++i) {
        // Some are held, and counted by their thread all the same.
        const auto call = static_cast<std::uint64_t>(t * 1'000'000 + ::getpid() * 10'000 + i);
        const ChargedCounter charged{hash_of(static_cast<std::uint8_t>(t)), 60'000, 60'000, 1};
        const ChargeLimits charge{{kHome, id_of(call), 1, {}, {}, {charged}}, {}, i % 5 == 0};
        const Outcome outcome = writer.commit(transaction(AppendAudit{one}, charge), 60'000);
        if (!outcome.status) return;
        say(std::to_string(outcome.first_sequence));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return 0;
}

}  // namespace
}  // namespace sentrail::store

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  return sentrail::store::run(argv[1], argv[2], argv[3]);
}
