// Fuzzes the wall to JSON: it must agree with the second reader on what is JSON and on what it
// says, its output must read back as itself, and canonical forms must be fixed points.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "core/json_writer.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "tests/support/plain_json.hpp"
#include "wire/json.hpp"

namespace {

using sentrail::JsonDocument;
using sentrail::JsonWriter;
using sentrail::KeyOrder;

std::string written(const JsonDocument& document, KeyOrder order) {
  std::string text;
  JsonWriter json(&text, order);
  json.raw(document.root());
  SENTRAIL_CHECK(json.complete());
  return text;
}

// Every subtree ends where its parent says, and all text is UTF-8 within the document.
void check_nodes(const JsonDocument& document) {
  const auto& nodes = document.nodes();
  SENTRAIL_CHECK(nodes.front().end == nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    SENTRAIL_CHECK(nodes[i].end > i && nodes[i].end <= nodes.size());
    const auto kind = nodes[i].kind;
    if (kind != sentrail::JsonKind::string && kind != sentrail::JsonKind::number) continue;
    SENTRAIL_CHECK(nodes[i].text + std::size_t{nodes[i].count} <= document.text().size());
    SENTRAIL_CHECK(sentrail::is_valid_utf8(document.text().substr(nodes[i].text, nodes[i].count)));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto document = sentrail::wire::parse_json(text);
  const auto plain = sentrail::testing::plain_json(text, sentrail::limits::kJsonDepthMax);
  SENTRAIL_CHECK(document.has_value() == plain.has_value());
  if (!document) return 0;
  check_nodes(*document);
  const std::string again = written(*document, KeyOrder::as_written);
  SENTRAIL_CHECK(again == *plain);

  const auto reread = sentrail::wire::parse_json(again);
  SENTRAIL_CHECK(reread.has_value());
  SENTRAIL_CHECK(written(*reread, KeyOrder::as_written) == again);
  const std::string canonical = written(*document, KeyOrder::sorted);
  SENTRAIL_CHECK(written(*reread, KeyOrder::sorted) == canonical);
  SENTRAIL_CHECK(sentrail::wire::has_case_repeats(document->root()) ==
                 sentrail::wire::has_case_repeats(reread->root()));
  return 0;
}
