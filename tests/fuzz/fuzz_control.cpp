// Fuzzes the lines of the control socket: one JSON object comes back for every line, with `ok`, and
// with code and error where that is false; a stop that was acknowledged is in force, one that
// stands already is not thrown twice, and nothing else is; a resume leaves nothing that waits.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "core/uuid.hpp"
#include "crypto/seal.hpp"
#include "runtime/audit/leaf.hpp"
#include "runtime/server/control_commands.hpp"
#include "tests/support/memory_kv.hpp"
#include "wire/json.hpp"

namespace {

using namespace sentrail;

// What the commands act on: a store in memory, and stops in a file of this process.
struct World {
  World() {
    folder = std::filesystem::temp_directory_path().string() + "/fuzz-control-" +
             std::to_string(::getpid());
    std::filesystem::remove_all(folder);
    std::filesystem::create_directory(folder);
    SENTRAIL_CHECK(known.reload().has_value());
    SENTRAIL_CHECK(stops.restore(folder + "/stops").has_value());
    commands.add("stop", server::stop_command(stops));
    commands.add("resume", server::resume_command({stops, *store, *changes, administration}));
    commands.add("status", server::status_command(stops, *store));
  }

  // It posts to `changes` as long as it runs.
  ~World() { writer.reset(); }

  // The stops that wait for the store.
  [[nodiscard]] std::set<std::string> waiting() const {
    std::set<std::string> ids;
    for (const identity::LocalStop& stop : known.local_stops()) ids.insert(format_uuid(stop.id));
    return ids;
  }

  std::string folder;
  const audit::LeafCodec codec;
  const SystemClock clock;
  const crypto::SealKey master = crypto::SealKey::generate();
  std::unique_ptr<store::Store> store =
      test::open_memory_store(std::make_shared<test::MemoryDisk>(), codec);
  gateway::KnownHolder known{gateway::Known::Source{*store, master, {}, 1'000}};
  gateway::LocalStops stops{known, clock};
  const audit::Recorder recorder{master, Uuid{}};
  const identity::Administration administration{recorder, clock};
  std::unique_ptr<store::Writer> writer = std::make_unique<store::Writer>(*store, clock);
  std::unique_ptr<gateway::AdminCommits> changes =
      std::make_unique<gateway::AdminCommits>(*writer, known);
  server::ControlCommands commands;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static auto world = std::make_unique<World>();
  // 64 stops may wait, and only a resume has the store take them.
  if (world->stops.waiting() > 60) world = std::make_unique<World>();
  const std::set<std::string> before = world->waiting();
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  const std::string answer = world->commands.answer(line, server::ControlPeer{});
  SENTRAIL_CHECK(answer.find('\n') == std::string::npos);
  const auto read = wire::parse_json(answer);
  SENTRAIL_CHECK_NOTE(read.has_value(), answer.c_str());
  const JsonValue ok = read->root().find("ok");
  SENTRAIL_CHECK(ok.exists() && ok.kind() == JsonKind::boolean);
  const std::set<std::string> after = world->waiting();
  const JsonValue stop = read->root().find("stop");
  if (ok.boolean() && stop.exists()) {
    std::set<std::string> expected = before;
    expected.insert(std::string(stop.text()));
    SENTRAIL_CHECK_NOTE(after == expected, answer.c_str());
    return 0;
  }
  SENTRAIL_CHECK_NOTE(after == before || after.empty(), answer.c_str());
  if (ok.boolean()) return 0;
  SENTRAIL_CHECK(read->root().find("code").exists() && read->root().find("error").exists());
  return 0;
}
