// Fixes made on a text, and diagnostics made with their fixes. See fix.hpp, diagnostic.hpp.
#include "compiler/diag/fix.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

namespace sentrail::compiler {
namespace {

// Written with the quotes of what it replaces, or where a bare word would not do.
std::string as_written(std::string_view before, std::string text) {
  const bool was_quoted = before.size() >= 2 && before.front() == '"' && before.back() == '"';
  if (!was_quoted || text.starts_with('"')) return text;
  return "\"" + std::move(text) + "\"";
}

// The edits made so far, by their begin, apart from each other.
class Accepted {
 public:
  [[nodiscard]] bool fits(const Edit& edit) const {
    const auto next = made_.lower_bound(edit.span.begin);
    const bool before_next = next == made_.end() || edit.span.end < next->first ||
                             (edit.span.end == next->first && edit.span.begin < edit.span.end &&
                              next->second->span.begin < next->second->span.end);
    if (!before_next) return false;
    if (next == made_.begin()) return true;
    const Span previous = std::prev(next)->second->span;
    return previous.end < edit.span.begin ||
           (previous.end == edit.span.begin && edit.span.begin < edit.span.end);
  }
  void add(const Edit& edit) { made_.emplace(edit.span.begin, &edit); }
  void remove(const Edit& edit) { made_.erase(edit.span.begin); }

  [[nodiscard]] std::string applied_to(std::string_view text) const {
    std::string out;
    std::size_t at = 0;
    for (const auto& [begin, edit] : made_) {
      out += text.substr(at, begin - at);
      out += edit->text;
      at = edit->span.end;
    }
    out += text.substr(at);
    return out;
  }

 private:
  std::map<std::uint32_t, const Edit*> made_;
};

// Adds all edits of a fix, or none.
bool add_whole(const Fix& fix, SourceId source, Accepted& accepted) {
  std::size_t added = 0;
  for (const Edit& edit : fix.edits) {
    if (edit.span.source != source || !accepted.fits(edit)) break;
    accepted.add(edit);
    ++added;
  }
  if (added == fix.edits.size()) return added > 0;
  for (std::size_t i = 0; i < added; ++i) accepted.remove(fix.edits[i]);
  return false;
}

}  // namespace

Help Help::write(std::string words, std::string replacement) {
  Help help(std::move(words));
  help.replacement = std::move(replacement);
  return help;
}

Diagnostic diagnose(DiagnosticKind kind, Span span, std::string message, Help help,
                    std::vector<DiagnosticNote> notes, std::string_view written) {
  std::optional<Fix> fix;
  if (help.replacement) {
    std::string text = as_written(written, std::move(*help.replacement));
    const bool shown = !text.empty() && text.find('\n') == std::string::npos;
    std::string title = shown ? "write `" + text + "`" : help.text;
    fix = Fix{std::move(title), {{span, std::move(text)}}};
  } else if (!help.edits.empty()) {
    fix = Fix{help.text, std::move(help.edits)};
  }
  return {kind, span, std::move(message), std::move(notes), std::move(help.text), std::move(fix)};
}

FixedText apply_fixes(const Sources& sources, SourceId source,
                      const std::vector<Diagnostic>& diagnostics) {
  FixedText result;
  Accepted accepted;
  for (std::size_t i = 0; i < diagnostics.size(); ++i) {
    const std::optional<Fix>& fix = diagnostics[i].fix;
    if (fix && add_whole(*fix, source, accepted)) result.applied.push_back(i);
  }
  result.text = accepted.applied_to(sources[source].text());
  return result;
}

}  // namespace sentrail::compiler
