// The readers, one by format. See import.hpp.
#include "compiler/import/import.hpp"

#include <algorithm>

#include "compiler/import/cedar.hpp"
#include "compiler/import/document.hpp"
#include "compiler/import/mapping.hpp"
#include "compiler/import/sentinelgate.hpp"
#include "compiler/import/sentrail_json.hpp"
#include "compiler/import/write.hpp"

namespace sentrail::compiler::import_ {
namespace {

Result<ImportMap> map_of(const ImportRequest& request) {
  if (!request.map) return default_map();
  if (request.format == ImportFormat::sentrail) {
    return fail(Errc::invalid_argument,
                "Sentrail's policies have no names to map; leave out the map");
  }
  Result<ImportMap> map = read_map(*request.map);
  if (!map) return fail(map.error().code, "the map: " + map.error().message);
  return map;
}

Result<Imported> read(const ImportRequest& request, const std::string& name) {
  SENTRAIL_ASSIGN_OR_RETURN(const ImportMap map, map_of(request));
  if (request.format == ImportFormat::cedar) {
    if (request.default_effect) {
      return fail(Errc::invalid_argument,
                  "Cedar denies what no permit covers; leave out the default");
    }
    return import_cedar(request.text, map, name);
  }
  SENTRAIL_ASSIGN_OR_RETURN(const wire::YamlNode root, parse_document(request.text));
  if (request.format == ImportFormat::sentrail) {
    return import_sentrail(root, request.default_effect, name);
  }
  return import_sentinelgate(root, is_json_document(request.text), map, request.default_effect,
                             name);
}

}  // namespace

std::optional<ImportFormat> import_format_named(std::string_view name) noexcept {
  if (name == "sentrail") return ImportFormat::sentrail;
  if (name == "sentinelgate") return ImportFormat::sentinelgate;
  if (name == "cedar") return ImportFormat::cedar;
  return std::nullopt;
}

bool ImportResult::exact() const noexcept {
  return std::all_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.carried; });
}

Result<ImportResult> import_policy(const ImportRequest& request) {
  SENTRAIL_ASSIGN_OR_RETURN(Imported imported, read(request, name_like(request.name, "imported")));
  ImportResult result;
  SENTRAIL_ASSIGN_OR_RETURN(result.policy, write_policy(imported));
  result.findings = std::move(imported.findings);
  result.outcomes = std::move(imported.outcomes);
  return result;
}

}  // namespace sentrail::compiler::import_
