// Recognises preconditions; everything that is not certainly one is none.
//
// Neighbours: preconditions.hpp. Must not know: the sending machine that relies on it.
#include "runtime/approvals/preconditions.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "core/text.hpp"

namespace sentrail::approvals {
namespace {

// The one entity tag of the If-Match fields. `*` also matches after the first application, and a
// list matches whatever state a first application left behind if that state is in the list.
std::optional<std::string> single_entity_tag(std::span<const HeaderField> headers) {
  std::optional<std::string> tag;
  for (const HeaderField& field : headers) {
    if (!equal_ignoring_ascii_case(field.name, "if-match")) continue;
    if (tag) return std::nullopt;
    tag = field.value;
  }
  if (!tag || tag->size() < 2 || tag->front() != '"' || tag->back() != '"') return std::nullopt;
  // A quote inside would end the tag: then this is a list.
  if (tag->find('"', 1) != tag->size() - 1) return std::nullopt;
  return tag;
}

bool changes_target(std::string_view method) noexcept {
  return method == "PUT" || method == "PATCH" || method == "DELETE";
}

// A Git object name: SHA-1 or SHA-256, whole. A prefix could name another commit tomorrow.
bool is_object_name(std::string_view text) noexcept {
  return (text.size() == 40 || text.size() == 64) &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

std::vector<HeaderField> find_preconditions(const PreconditionSource& source) {
  std::vector<HeaderField> found;
  if (source.tool == "github" && source.action == "pull_request.merge" && source.method == "PUT") {
    const JsonValue sha = source.body.exists() ? source.body.find("sha") : JsonValue{};
    if (sha.exists() && sha.kind() == JsonKind::string && is_object_name(sha.text())) {
      found.push_back({"github.merge.sha", std::string(sha.text())});
    }
  }
  if (std::optional<HeaderField> key = find_idempotency(source)) found.push_back(*std::move(key));
  if (source.honours_if_match && changes_target(source.method)) {
    if (std::optional<std::string> tag = single_entity_tag(source.headers)) {
      found.push_back({"if-match", *std::move(tag)});
    }
  }
  return found;  // in canonical order: `github…`, `idempotency`, `if-match`
}

}  // namespace sentrail::approvals
