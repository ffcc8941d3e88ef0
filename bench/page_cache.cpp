// By posix_fadvise and mincore. See page_cache.hpp.
#include "bench/page_cache.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <vector>

#include "runtime/store/files.hpp"

namespace sentrail::bench {
namespace {

namespace fs = std::filesystem;
using store::io_failure;

// Calls `visit(file, path, bytes)` for each regular file that is not empty.
template <class Visit>
Status for_each_file(const std::string& folder, const Visit& visit) {
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.file_size() == 0) continue;
    const std::string path = entry.path().string();
    const store::FileHandle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) return io_failure("open", path);
    SENTRAIL_TRY(visit(file.get(), path, static_cast<std::size_t>(entry.file_size())));
  }
  return {};
}

}  // namespace

Status drop_pages(const std::string& folder) {
  const store::FileHandle root(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (root.get() < 0) return io_failure("open", folder);
  if (::syncfs(root.get()) != 0) return io_failure("sync", folder);
  return for_each_file(folder, [](int file, const std::string& path, std::size_t) -> Status {
    if (::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED) != 0) return io_failure("drop", path);
    return {};
  });
}

Result<double> pages_in_memory(const std::string& folder) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  std::size_t all = 0;
  std::size_t there = 0;
  SENTRAIL_TRY(
      for_each_file(folder, [&](int file, const std::string& path, std::size_t bytes) -> Status {
        void* const at = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, file, 0);
        if (at == MAP_FAILED) return io_failure("map", path);
        std::vector<unsigned char> pages((bytes + page - 1) / page);
        const int looked = ::mincore(at, bytes, pages.data());
        ::munmap(at, bytes);
        if (looked != 0) return io_failure("look at", path);
        all += pages.size();
        for (const unsigned char one : pages) there += one & 1u;
        return {};
      }));
  return all == 0 ? 0 : static_cast<double>(there) / static_cast<double>(all);
}

}  // namespace sentrail::bench
