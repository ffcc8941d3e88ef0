// Fuzz: any method, target and body through GitHub's catalog.
//
// What must hold: no crash; at least one action; a read only where the catalog declares one; the
// tree finds what the definition says; and encoding a letter that needs none changes nothing.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "compiler/catalog/overlap.hpp"
#include "core/check.hpp"
#include "core/limits.hpp"
#include "runtime/classify/classify.hpp"
#include "tests/support/catalogs.hpp"
#include "wire/json.hpp"

namespace sentrail {
namespace {

constexpr std::string_view kMethods[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};

class FuzzBody final : public classify::BodySource {
 public:
  explicit FuzzBody(std::string_view bytes) {
    auto document = wire::parse_json(bytes);
    if (document.has_value()) document_ = *std::move(document);
    fact_ = bytes.empty() ? Fact{}
                          : (document_.empty() ? Fact::unreadable() : Fact::of(document_.root()));
  }
  [[nodiscard]] Fact body() override { return fact_; }

 private:
  JsonDocument document_;
  Fact fact_;
};

Result<classify::Classified> classified(std::string_view method, std::string_view target,
                                        classify::BodySource& body) {
  static const CatalogView view = tests::github_tables().view();
  classify::Call call;
  call.tool = "github";
  call.method = method;
  call.target = target;
  call.body = &body;
  return classify::classify(view, call);
}

bool same(const Fact& a, const Fact& b) {
  return a.kind == b.kind && a.text == b.text;
}

// `%61` for the first `a` in the path.
std::string with_a_letter_encoded(std::string_view target) {
  const std::string_view path = target.substr(0, target.find('?'));
  for (std::size_t i = 1; i < path.size(); ++i) {
    const bool inside_escape = path[i - 1] == '%' || (i > 1 && path[i - 2] == '%');
    const char c = path[i];
    if (inside_escape || !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))) continue;
    char code[4];
    std::snprintf(code, sizeof code, "%%%02X", static_cast<unsigned>(c));
    return std::string(target.substr(0, i)) + code + std::string(target.substr(i + 1));
  }
  return std::string(target);
}

void check_against_definition(std::string_view method, const classify::Classified& answer) {
  const auto known = catalog_method_named(method == "HEAD" ? "GET" : method);
  SENTRAIL_CHECK(known.has_value());
  std::vector<std::string> segments;
  for (const classify::Segment& segment : answer.target.segments) {
    if (segment.placeholder) return;  // an alias: the definition knows names only
    segments.emplace_back(segment.text);
  }
  const compiler::Catalog& catalog = tests::github_catalog();
  auto meant = compiler::resolve(catalog, *known, segments);
  if (!meant && *known == CatalogMethod::post) {
    meant = compiler::resolve(catalog, CatalogMethod::patch, segments);
  }
  const CatalogView view = tests::github_tables().view();
  SENTRAIL_CHECK(meant.has_value() == (answer.operation != nullptr));
  if (meant.has_value()) {
    SENTRAIL_CHECK(catalog.operations[*meant].path.text == view.at(answer.operation->path));
  }
}

void check(std::string_view method, std::string_view target, classify::BodySource& body) {
  const auto answer = classified(method, target, body);
  if (!answer.has_value()) return;
  SENTRAIL_CHECK(!answer->actions.empty());
  for (const classify::ActionFound& found : answer->actions) {
    SENTRAIL_CHECK(!found.read || answer->operation != nullptr);
    SENTRAIL_CHECK(!found.read || method == "GET" || method == "HEAD" || method == "POST");
    SENTRAIL_CHECK(found.risk != Risk::low || found.read);
  }
  check_against_definition(method, *answer);
  const std::string respelled = with_a_letter_encoded(target);
  if (respelled.size() > limits::kHttpTargetBytesMax) return;
  const auto again = classified(method, respelled, body);
  SENTRAIL_CHECK(again.has_value() && again->operation == answer->operation &&
                 again->actions.size() == answer->actions.size() &&
                 again->target.path == answer->target.path);
  SENTRAIL_CHECK(again->actions == answer->actions && same(again->owner, answer->owner) &&
                 same(again->repo, answer->repo) && same(again->ref, answer->ref) &&
                 same(again->path, answer->path) && same(again->name, answer->name) &&
                 same(again->resource_id, answer->resource_id));
}

}  // namespace
}  // namespace sentrail

// The catalog is read once, and its seconds are none of the first input's.
extern "C" int LLVMFuzzerInitialize(int* /*count*/, char*** /*arguments*/) {
  (void)sentrail::tests::github_tables();
  return 0;
}

// Input: a byte for the method, the target up to a newline, then the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t newline = std::min(text.find('\n'), text.size());
  sentrail::FuzzBody body(newline < text.size() ? text.substr(newline + 1) : std::string_view());
  sentrail::check(sentrail::kMethods[data[0] % std::size(sentrail::kMethods)],
                  text.substr(0, newline), body);
  return 0;
}
