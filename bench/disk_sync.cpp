// Appending and waiting. See disk_sync.hpp.
#include "bench/disk_sync.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

#include "bench/measure.hpp"
#include "runtime/store/files.hpp"

namespace sentrail::bench {

Result<std::vector<double>> time_syncs(const std::string& folder, std::size_t bytes,
                                       std::size_t times) {
  const std::string path = folder + "/synced";
  const store::FileHandle file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (file.get() < 0) return store::io_failure("make", path);
  const std::string text(bytes, 'x');
  const Ticks ticks;
  std::vector<double> us;
  for (std::size_t i = 0; i < times; ++i) {
    SENTRAIL_TRY(store::write_at(file.get(), text, i * bytes, path));
    int synced = 0;
    us.push_back(ticks.time([&] { synced = ::fdatasync(file.get()); }) / 1e3);
    if (synced != 0) return store::io_failure("sync", path);
  }
  std::remove(path.c_str());
  return us;
}

}  // namespace sentrail::bench
