// Fuzzes the importers: the first byte chooses the format. A text is imported or refused; what is
// imported parses, checks (write_policy has seen to both) and is laid out, and never fails for
// having been written wrongly.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "compiler/format/format.hpp"
#include "compiler/import/import.hpp"
#include "compiler/syntax/parser.hpp"
#include "core/check.hpp"

namespace {

using sentrail::compiler::import_::ImportFormat;

constexpr std::string_view kMap =
    "principal: {types: {User: user.id}, in: {Group: user.groups}, "
    "attributes: {department: agent.owner}}\n"
    "action: {attribute: action, groups: {write: [upload]}}\n"
    "resource: {type: resource.type, id: resource.id, types: {Album: album}, "
    "in: {Album: resource.name}, attributes: {path: resource.path}}\n"
    "context: {attribute: args, members: {method: http.method, query.q: http.query.q}}\n"
    "variables: {dest_domain: http.host}\n";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  sentrail::compiler::import_::ImportRequest request;
  request.format = static_cast<ImportFormat>(data[0] % 3);
  request.text = text;
  request.name = "fuzz";
  if (request.format != ImportFormat::sentrail && data[0] % 2 == 0) request.map = kMap;
  const auto result = sentrail::compiler::import_::import_policy(request);
  if (!result) {
    SENTRAIL_CHECK_NOTE(result.error().code != sentrail::Errc::unsupported,
                        result.error().message.c_str());
    return 0;
  }
  sentrail::compiler::Sources sources;
  sentrail::compiler::DiagnosticSink sink;
  const auto id = sources.add("fuzz", result->policy);
  const auto ast = sentrail::compiler::parse(id, sources, sink);
  SENTRAIL_CHECK(ast.has_value());
  SENTRAIL_CHECK(sentrail::compiler::format(*ast, sources) == result->policy);
  return 0;
}
