// Fuzzes the lines of the control socket: one JSON object comes back for every line, with `ok`, and
// with code and error where that is false; a stop that was acknowledged is in force, and nothing
// else is.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/check.hpp"
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
    commands.add("status", server::status_command(stops, *store));
  }

  std::string folder;
  const audit::LeafCodec codec;
  const SystemClock clock;
  const crypto::SealKey master = crypto::SealKey::generate();
  std::unique_ptr<store::Store> store =
      test::open_memory_store(std::make_shared<test::MemoryDisk>(), codec);
  gateway::KnownHolder known{gateway::Known::Source{*store, master, {}, 1'000}};
  gateway::LocalStops stops{known, clock};
  server::ControlCommands commands;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static auto world = std::make_unique<World>();
  // 64 stops may wait, and nobody takes these.
  if (world->stops.waiting() > 60) world = std::make_unique<World>();
  const std::size_t before = world->stops.waiting();
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  const std::string answer = world->commands.answer(line, server::ControlPeer{});
  SENTRAIL_CHECK(answer.find('\n') == std::string::npos);
  const auto read = wire::parse_json(answer);
  SENTRAIL_CHECK_NOTE(read.has_value(), answer.c_str());
  const JsonValue ok = read->root().find("ok");
  SENTRAIL_CHECK(ok.exists() && ok.kind() == JsonKind::boolean);
  if (!ok.boolean()) {
    SENTRAIL_CHECK(read->root().find("code").exists() && read->root().find("error").exists());
    SENTRAIL_CHECK(world->stops.waiting() == before);
    return 0;
  }
  const bool stopped = read->root().find("stop").exists();
  SENTRAIL_CHECK(world->stops.waiting() == before + (stopped ? 1 : 0));
  return 0;
}
