// The file first, then what was in force before.
//
// Neighbours: policy_keeper.hpp. Must not know: signals, HTTP.
#include "runtime/server/policy_keeper.hpp"

#include "core/limits.hpp"
#include "runtime/bundles/last_good.hpp"

namespace sentrail::server {

Result<FirstBundle> PolicyKeeper::load_first() {
  FirstBundle first;
  Error why;
  if (!source_.file.empty()) {
    Result<Bundle> loaded = reload();
    if (loaded) {
      first.bundle = *std::move(loaded);
      return first;
    }
    why = loaded.error();
  }
  const std::lock_guard lock(loading_);
  Result<Bundle> kept = bundles::load_last_good(source_.data_folder, options());
  if (kept) {
    first.complaint = why.message;
    first.bundle = *std::move(kept);
    active_.replace(first.bundle);
    return first;
  }
  if (!source_.file.empty()) {
    return fail(why.code, "no policy to decide with: " + why.message +
                              "; build it with `sentrailc build`, or take `policy.bundle` out "
                              "of the configuration and push one");
  }
  if (kept.error().code == Errc::not_found) return first;
  return fail(kept.error().code,
              "the last bundle that was in force cannot be used: " + kept.error().message);
}

Result<PolicyKeeper::Bundle> PolicyKeeper::reload() {
  const std::lock_guard lock(loading_);
  if (source_.file.empty()) {
    return fail(Errc::not_found, "no `policy.bundle` is configured; push one instead");
  }
  return bundles::install(source_.file, options(), source_.data_folder, active_);
}

Result<PolicyKeeper::Bundle> PolicyKeeper::install(std::string_view bytes) {
  const std::lock_guard lock(loading_);
  SENTRAIL_ASSIGN_OR_RETURN(Bundle bundle, bundles::LoadedBundle::from_bytes(bytes, options()));
  SENTRAIL_TRY(bundles::keep_last_good(source_.data_folder, *bundle));
  active_.replace(bundle);
  return bundle;
}

void PolicyKeeper::watch_zones_on(http::IoThread& io, const Clock& clock) {
  io.post([this, &io, &clock] { wait_for_zones_on(io, clock); });
}

void PolicyKeeper::wait_for_zones_on(http::IoThread& io, const Clock& clock) {
  io.after(limits::kZoneRefreshMs, [this, &io, &clock] {
    if (const Bundle bundle = active_.current()) bundle->refresh_zones(clock.now());
    wait_for_zones_on(io, clock);
  });
}

}  // namespace sentrail::server
