// Lowers, encodes and decodes. See bundled_program.hpp.
#include "tests/support/bundled_program.hpp"

#include <cstring>
#include <string>
#include <utility>

#include "compiler/lower/lower.hpp"
#include "core/bundle.hpp"
#include "core/check.hpp"
#include "core/result.hpp"

namespace sentrail::support {
namespace {

// The value, or an end with its error.
template <class T>
T must(Result<T> result) {
  SENTRAIL_CHECK_NOTE(result.has_value(), result ? "" : result.error().message.c_str());
  return std::move(*result);
}

}  // namespace

BundledProgram::BundledProgram(const compiler::ir::Policy& policy) {
  const ProgramStorage tables = must(compiler::lower(policy));
  BundleWriter writer;
  writer.add_policy(tables.view(), {});
  const std::string content = must(writer.finish());
  bundle_.resize((content.size() + 7) / 8);
  std::memcpy(bundle_.data(), content.data(), content.size());
  const auto reader =
      must(BundleReader::open({reinterpret_cast<const char*>(bundle_.data()), content.size()}));
  program_ = must(reader.program());
}

}  // namespace sentrail::support
