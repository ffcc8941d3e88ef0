// Lowers and loads. See compiled_policy.hpp.
#include "bench/compiled_policy.hpp"

#include <chrono>
#include <cstring>
#include <string>

#include "compiler/lower/lower.hpp"
#include "compiler/simplify/simplify.hpp"
#include "core/bundle.hpp"
#include "core/check.hpp"
#include "core/result.hpp"

namespace sentrail::bench {
namespace {

template <class T>
T must(Result<T> result) {
  SENTRAIL_CHECK_NOTE(result.has_value(), result ? "" : result.error().message.c_str());
  return std::move(*result);
}

}  // namespace

CompiledPolicy::CompiledPolicy(const compiler::ir::Policy& policy) {
  const auto begin = std::chrono::steady_clock::now();
  const ProgramStorage tables = must(compiler::lower(compiler::simplify(policy)));
  BundleWriter writer;
  writer.add_policy(tables.view(), {});
  const std::string content = must(writer.finish());
  bundle_.resize((content.size() + 7) / 8);
  std::memcpy(bundle_.data(), content.data(), content.size());
  program_ =
      must(must(BundleReader::open({reinterpret_cast<const char*>(bundle_.data()), content.size()}))
               .program());
  const auto passed = std::chrono::steady_clock::now() - begin;
  build_ms_ = std::chrono::duration<double, std::milli>(passed).count();
}

}  // namespace sentrail::bench
