// Loads and shakes hands. See library.hpp.
#include "runtime/kafka/library.hpp"

#include <dlfcn.h>

#include <cstring>
#include <filesystem>

namespace sentrail::kafka {
namespace {

constexpr const char* kRemedy =
    "; build it with -DSENTRAIL_KAFKA=ON, which needs librdkafka-dev, and put it beside the "
    "program";

}  // namespace

Result<const KafkaApi*> load_library(std::string path) {
  if (path.empty()) {
    std::error_code error;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
    path = (program.parent_path() / kLibraryName).string();
  }
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return fail(Errc::not_found, "an exporter to Kafka needs " + path + kRemedy);
  }
  void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    return fail(Errc::not_found, std::string("cannot load ") + ::dlerror() +
                                     "; the package librdkafka1 has what it needs");
  }
  const auto entry = reinterpret_cast<EntryPoint>(::dlsym(library, kEntryPoint));
  const KafkaApi* const api = entry == nullptr ? nullptr : entry();
  if (api == nullptr || std::strcmp(api->build, SENTRAIL_VERSION) != 0) {
    return fail(Errc::unsupported, path + " is of another version" + kRemedy);
  }
  return api;
}

}  // namespace sentrail::kafka
