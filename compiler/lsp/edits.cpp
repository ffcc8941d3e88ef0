// Layout and fixes as edits. See features.hpp.
#include <algorithm>
#include <utility>

#include "compiler/diag/fix.hpp"
#include "compiler/driver/fix_policy.hpp"
#include "compiler/format/format.hpp"
#include "compiler/lsp/features.hpp"

namespace sentrail::compiler::lsp {
namespace {

constexpr std::string_view kQuickFix = "quickfix";
constexpr std::string_view kFixAll = "source.fixAll.sentrail";

// The bytes that two texts differ in, whole characters at both ends.
struct Difference {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::string_view text;
};

bool continues_character(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
}

Difference difference_of(std::string_view before, std::string_view after) {
  const std::size_t shorter = std::min(before.size(), after.size());
  std::size_t front = 0;
  while (front < shorter && before[front] == after[front]) ++front;
  while (front > 0 && (continues_character(before, front) || continues_character(after, front))) {
    --front;
  }
  std::size_t back = 0;
  while (back < shorter - front &&
         before[before.size() - back - 1] == after[after.size() - back - 1]) {
    ++back;
  }
  while (back > 0 && (continues_character(before, before.size() - back) ||
                      continues_character(after, after.size() - back))) {
    --back;
  }
  return {static_cast<std::uint32_t>(front), static_cast<std::uint32_t>(before.size() - back),
          after.substr(front, after.size() - back - front)};
}

Range range_of(const View& view, const Difference& difference) {
  return view.file.range_of({view.file.source, difference.begin, difference.end},
                            view.client.encoding);
}

// Whether a kind is asked for: by itself or by what it is a kind of.
bool wanted(const std::vector<std::string>& only, std::string_view kind) {
  return std::ranges::any_of(only, [&](const std::string& one) {
    return kind == one || (kind.starts_with(one) && kind[one.size()] == '.');
  });
}

bool overlap(const Range& a, const Range& b) {
  return a.start <= b.end && b.start <= a.end;
}

void write_fix(JsonWriter& json, const View& view, const Diagnostic& diagnostic, Places& places) {
  json.begin_object().key("title").string(diagnostic.fix->title).key("kind").string(kQuickFix);
  json.key("isPreferred").boolean(true).key("diagnostics").begin_array();
  write_diagnostic(json, diagnostic, places, view.client);
  json.end_array();
  EditList edits(view);
  for (const Edit& edit : diagnostic.fix->edits) {
    edits.add(places.path(edit.span), places.range(edit.span), edit.text);
  }
  json.key("edit");
  edits.write(json);
  json.end_object();
}

void write_fix_all(JsonWriter& json, const View& view) {
  const Result<FixedPolicy> fixed =
      fix_text(view.file.path, std::string(view.file.text()), view.workspace.source());
  if (!fixed || fixed->after == fixed->before) return;
  const Difference difference = difference_of(fixed->before, fixed->after);
  EditList edits(view);
  edits.add(view.file.path, range_of(view, difference), std::string(difference.text));
  json.begin_object().key("title").string("make all fixes of this file");
  json.key("kind").string(kFixAll).key("edit");
  edits.write(json);
  json.end_object();
}

}  // namespace

Answer formatting(const View& view) {
  if (!view.file.whole) return "[]";
  const std::string formatted = format(view.file.ast, view.file.sources);
  std::string out;
  JsonWriter json(&out);
  json.begin_array();
  if (formatted != view.file.text()) {
    const Difference difference = difference_of(view.file.text(), formatted);
    json.begin_object().key("range");
    write(json, range_of(view, difference));
    json.key("newText").string(difference.text).end_object();
  }
  json.end_array();
  return out;
}

Answer code_action(const View& view, const Range& range, const std::vector<std::string>& only) {
  std::string out;
  JsonWriter json(&out);
  json.begin_array();
  if (only.empty() || wanted(only, kQuickFix)) {
    std::vector<std::string> made;
    for (const Unit* unit : view.workspace.units_of(view.file.path)) {
      Places places(unit->loaded.sources, view.documents, view.client.encoding);
      for (const Diagnostic& diagnostic : unit->loaded.sink.sorted()) {
        if (!diagnostic.fix || places.path(diagnostic.span) != view.file.path) continue;
        if (!overlap(places.range(diagnostic.span), range)) continue;
        std::string one;
        JsonWriter writer(&one);
        write_fix(writer, view, diagnostic, places);
        if (std::ranges::find(made, one) != made.end()) continue;
        write_fix(json, view, diagnostic, places);
        made.push_back(std::move(one));
      }
    }
  }
  if (wanted(only, kFixAll)) write_fix_all(json, view);
  json.end_array();
  return out;
}

}  // namespace sentrail::compiler::lsp
