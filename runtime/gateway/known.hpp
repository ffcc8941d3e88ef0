// Who and what the gate knows, in memory: identities, stops, and the tools it may forward to.
//
// Neighbours: loaded from the store at the start and after every administrative change; each
// request reads one snapshot. Must not know: HTTP routes. Reading the store per request would put
// the disk on the I/O threads; a snapshot is complete, immutable and a pointer away.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/limits.hpp"
#include "core/result.hpp"
#include "core/uuid.hpp"
#include "crypto/seal.hpp"
#include "runtime/gateway/tool_promises.hpp"
#include "runtime/http/upstream.hpp"
#include "runtime/identity/directory.hpp"
#include "runtime/store/store.hpp"

namespace sentrail::gateway {

// A connection, ready to be called.
struct Upstream {
  store::Connection connection;
  std::shared_ptr<const http::UpstreamTarget> target;
  std::string host_header;    // host, with the port where it is not the scheme's own
  std::string authorization;  // the value to inject; empty: none. A secret.
  ToolPromises promises;
};

// Seals a tool's credential for storage, bound to its workspace and tool.
[[nodiscard]] std::string seal_credential(const crypto::SealKey& master, const Uuid& workspace_id,
                                          std::string_view tool, std::string_view credential);

// How a credential is presented: `bearer`, `token` and `basic` make an Authorization value, `none`
// makes nothing. fails: invalid_argument for another scheme, or bytes that no header may hold.
[[nodiscard]] Result<std::string> authorization_of(std::string_view auth_scheme,
                                                   std::string_view credential);

// All records at one moment. threads: immutable.
class Known {
 public:
  // What loading needs. The key outlives the call.
  struct Source {
    const store::Reader& reader;
    const crypto::SealKey& master;
    const std::string& ca_file;  // trusted for upstreams beside the system's roots; may be empty
    std::int64_t first_byte_ms = limits::kUpstreamFirstByteMsDefault;  // of every upstream
  };

  // Reads everything. cost: the disk; not on an I/O thread.
  // fails: as the store; corrupt where a credential does not open with this master key.
  [[nodiscard]] static Result<std::shared_ptr<const Known>> load(const Source& source);

  // The same with stops added that the store has not taken yet.
  [[nodiscard]] std::shared_ptr<const Known> with_stops(
      const std::vector<identity::LocalStop>& stops) const;

  [[nodiscard]] const identity::Directory& directory() const noexcept { return directory_; }

  // Another for each snapshot of this process, never zero.
  [[nodiscard]] std::uint64_t number() const noexcept { return number_; }

  // The tool's connection in a workspace; null if there is none. Valid as long as the snapshot.
  [[nodiscard]] const Upstream* upstream(const Uuid& workspace_id, std::string_view tool) const;

 private:
  explicit Known(identity::Directory directory);
  Known(const Known&) = default;

  identity::Directory directory_;
  std::uint64_t number_ = 0;
  std::map<std::pair<Uuid, std::string>, Upstream> upstreams_;
};

// Whether a tool may be called so: of a-z, 0-9, `_` and `-`, beginning with a letter, and not
// `status`, whose path would be the route of polls.
[[nodiscard]] bool is_tool_name(std::string_view name) noexcept;

// The snapshot in force. threads: any.
class KnownHolder {
 public:
  // Reads the first snapshot later: call reload() before serving. All in `source` outlive this.
  explicit KnownHolder(const Known::Source& source) : source_(source) {}

  // The snapshot in force. REQUIRES: reload() succeeded once. cost: a lock for a pointer's copy.
  [[nodiscard]] std::shared_ptr<const Known> get() const;

  // Reads everything anew and puts it in force; whoever committed a change calls this before
  // telling of it. cost: the disk. fails: as Known::load; what was in force stays.
  [[nodiscard]] Status reload();

  // Adds a stop in memory alone, in force when this returns; reload() keeps it. Never waits for the
  // disk, not even for a reload that does.
  void add_stop(identity::LocalStop stop);
  // Takes such a stop back: what the store says of it, as it was last read, counts from then on.
  void drop_stop(const Uuid& id);
  [[nodiscard]] std::vector<identity::LocalStop> local_stops() const;

  // Called, on whichever thread, after another snapshot came into force. REQUIRES: set before
  // there are threads.
  void on_change(std::function<void()> told) { told_ = std::move(told); }

  [[nodiscard]] const crypto::SealKey& master() const noexcept { return source_.master; }

 private:
  void put_in_force();

  const Known::Source source_;
  std::mutex loading_;  // one reload at a time: an older one must not replace a newer one
  mutable std::mutex mutex_;
  std::shared_ptr<const Known> loaded_;           // guarded by mutex_; as the store has it
  std::shared_ptr<const Known> current_;          // guarded by mutex_
  std::vector<identity::LocalStop> local_stops_;  // guarded by mutex_
  std::function<void()> told_;
};

}  // namespace sentrail::gateway
