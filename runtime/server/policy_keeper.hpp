// Where the bundle in force comes from: a file, what was pushed, or what was in force before.
//
// Neighbours: runtime/bundles/ checks and keeps bundles; daemon.cpp asks at the start and on
// SIGHUP, the gateway on a push. Must not know: signals, HTTP.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "crypto/note.hpp"
#include "runtime/bundles/active_bundle.hpp"
#include "runtime/bundles/loaded_bundle.hpp"
#include "runtime/gateway/obligations.hpp"
#include "runtime/http/handler.hpp"

namespace sentrail::server {

// What a keeper may load. `file` may be empty.
struct PolicySource {
  std::string file;
  std::string data_folder;  // of the last good bundle
  std::vector<crypto::NoteVerifier> trusted;
  bool allow_unsigned = false;
  std::size_t needed = 1;  // of the trusted, see bundles::LoadOptions
  decide::EngineKind engine = decide::EngineKind::automatic;
  const decide::NativeMaker* native = nullptr;  // outlives the keeper
};

// How the start went.
struct FirstBundle {
  std::shared_ptr<const bundles::LoadedBundle> bundle;  // null: none there
  std::string complaint;  // why the file could not be used and the last good one decides
};

// threads: any; one load at a time.
class PolicyKeeper {
 public:
  using Bundle = std::shared_ptr<const bundles::LoadedBundle>;

  // `active` outlives the keeper.
  PolicyKeeper(PolicySource source, bundles::ActiveBundle& active)
      : source_(std::move(source)), active_(active) {}

  // Puts the file's bundle in force, else the last good one. Without a file and a last good one
  // there is none, and that is no failure.
  // fails: as LoadedBundle::from_file(), where a bundle should be there and none can be loaded.
  [[nodiscard]] Result<FirstBundle> load_first();

  // Puts the file's bundle in force. fails: as LoadedBundle::from_file(); not_found if no file is
  // configured; what was in force stays.
  [[nodiscard]] Result<Bundle> reload();

  // Puts bytes in force and keeps them as the last good bundle. fails: as
  // LoadedBundle::from_bytes(); io; what was in force stays.
  [[nodiscard]] Result<Bundle> install(std::string_view bytes);

  // Looks every limits::kZoneRefreshMs what the clocks of the policy's zones show, as long as that
  // thread runs. Both outlive it. threads: any.
  void watch_zones_on(http::IoThread& io, const Clock& clock);

 private:
  void wait_for_zones_on(http::IoThread& io, const Clock& clock);
  [[nodiscard]] bundles::LoadOptions options() const {
    return {source_.trusted,        source_.allow_unsigned, source_.needed,
            gateway::can_carry_out, source_.engine,         source_.native};
  }

  const PolicySource source_;
  bundles::ActiveBundle& active_;
  std::mutex loading_;
};

}  // namespace sentrail::server
