// The phases in order, each reported once. See ready.hpp.
#include "compiler/driver/ready.hpp"

#include <utility>

namespace sentrail::compiler {

int make_ready(const std::string& path, const OutputOptions& output, Ready& ready) {
  Result<std::string> file = policy_file(path);
  if (!file) return report(file.error(), output);
  ready.file = *std::move(file);
  Loaded& loaded = ready.loaded;
  if (const Status status = load_policy(ready.file, loaded); !status) {
    return report(status.error(), output);
  }
  if (!loaded.policy) return report(loaded.sink, loaded.sources, output);
  auto compiled = Compiled::of(*loaded.policy, loaded.catalogs, loaded.sources);
  if (!compiled) return report(compiled.error(), output);
  ready.compiled = *std::move(compiled);
  return kFine;
}

}  // namespace sentrail::compiler
