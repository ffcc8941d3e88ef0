// The text of a policy. See write.hpp.
#include "compiler/import/write.hpp"

#include <algorithm>
#include <string_view>

#include "compiler/check/check.hpp"
#include "compiler/code_points.hpp"
#include "compiler/format/format.hpp"
#include "compiler/syntax/parser.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

namespace sentrail::compiler::import_ {
namespace {

constexpr std::size_t kCommentColumns = 92;
constexpr std::size_t kCommentCharactersMax = 2'000;
constexpr std::size_t kBecauseCharacters = 200;  // what people are shown of a reason (L8.10)

// Words of a comment, as many as fit on a line; a longer word stands alone.
void append_comment(std::string& out, std::string_view text) {
  const std::string shown = cap_characters(escape_unseen(text), kCommentCharactersMax);
  std::string line = "#";
  for (std::size_t at = 0; at < shown.size();) {
    const std::size_t end = std::min(shown.find(' ', at), shown.size());
    if (line.size() > 1 && line.size() + 1 + (end - at) > kCommentColumns) {
      out += line + "\n";
      line = "#";
    }
    line += " " + shown.substr(at, end - at);
    at = end + 1;
  }
  out += line + "\n";
}

void append_comments(std::string& out, const std::vector<std::string>& comments) {
  for (const std::string& comment : comments) append_comment(out, comment);
}

// A reason: braces are holes in ours, and mean themselves in every source.
void append_because(std::string& out, std::string_view because) {
  if (because.empty()) return;
  std::string doubled;
  for (const char c : cap_characters(because, kBecauseCharacters)) {
    doubled += c;
    if (c == '{' || c == '}') doubled += c;
  }
  const std::optional<std::string> text = quoted(doubled);
  if (text) out += "\n  because " + *text;
}

void append_rule(std::string& out, const ImportedRule& rule) {
  append_comments(out, rule.comments);
  out += "rule " + rule.name + ": " + std::string(name_of(rule.outcome)) + "\n  when " +
         write_condition(rule.condition);
  append_because(out, rule.because);
  out += "\n\n";
}

std::string raw_text(const Imported& imported) {
  std::string out;
  append_comments(out, imported.comments);
  out += "policy " + imported.name + "\nlanguage 1\n\n";
  for (const ImportedTier& tier : imported.tiers) {
    if (tier.rules.empty()) {
      append_comments(out, tier.comments);
      if (!tier.comments.empty()) out += "\n";
      continue;
    }
    out += (tier.guard ? "guard tier " : "tier ") + tier.name + " {\n";
    for (const ImportedRule& rule : tier.rules) append_rule(out, rule);
    append_comments(out, tier.comments);
    out += "}\n\n";
  }
  append_comments(out, imported.default_comments);
  out += "default " + std::string(name_of(imported.default_effect));
  append_because(out, imported.default_because);
  return out + "\n";
}

std::string first_error(const DiagnosticSink& sink, const Sources& sources) {
  for (const Diagnostic& diagnostic : sink.sorted()) {
    if (diagnostic.severity() == Severity::error) return render_text(diagnostic, sources, false);
  }
  return "no reason given";
}

}  // namespace

Result<std::string> write_policy(const Imported& imported) {
  std::string text = raw_text(imported);
  if (text.size() > limits::kSourceBytesMax) {
    return fail(Errc::limit_exceeded,
                "the imported policy would be longer than a policy may be; "
                "import it in parts");
  }
  Sources sources;
  DiagnosticSink sink;
  const SourceId raw = sources.add("imported", std::move(text));
  std::optional<Ast> ast = parse(raw, sources, sink);
  if (ast) {
    std::string formatted = format(*ast, sources);
    const SourceId laid_out = sources.add("imported.sentrail", formatted);
    ast = parse(laid_out, sources, sink);
    if (ast && check(*ast, sources, nullptr, sink)) return formatted;
  }
  return fail(Errc::unsupported,
              "the language does not take what was imported: " + first_error(sink, sources));
}

}  // namespace sentrail::compiler::import_
