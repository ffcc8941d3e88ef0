// The phases in order, each reported once. See ready.hpp.
#include "compiler/driver/ready.hpp"

#include <utility>

#include "compiler/driver/roots.hpp"

namespace sentrail::compiler {

bool make_ready(const std::string& path, const LoadOptions& load, Reporter& reporter,
                Ready& ready) {
  const auto fail = [&reporter](const Error& error) {
    reporter.failure(error);
    return false;
  };
  Result<std::string> file = root_of(path, load);
  if (!file) return fail(file.error());
  ready.file = *std::move(file);
  Loaded& loaded = ready.loaded;
  if (const Status status = load_policy(ready.file, load, loaded); !status) {
    return fail(status.error());
  }
  if (!loaded.policy) {
    reporter.findings(loaded.sink, loaded.sources);
    reporter.exit_with(kCouldNot);
    return false;
  }
  auto compiled = Compiled::of(*loaded.policy, loaded.catalogs, loaded.sources);
  if (!compiled) return fail(compiled.error());
  ready.compiled = *std::move(compiled);
  return true;
}

int make_ready(const std::string& path, const LoadOptions& load, const OutputOptions& output,
               Ready& ready) {
  Reporter reporter(output);
  return make_ready(path, load, reporter, ready) ? kFine : reporter.finish();
}

}  // namespace sentrail::compiler
