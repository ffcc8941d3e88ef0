// Reads `{attribute}`, `{{` and `}}`. See templates.hpp.
#include "compiler/check/templates.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "compiler/check/paths.hpp"

namespace sentrail::compiler::checking {
namespace {

bool is_step_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

class TemplateReader {
 public:
  TemplateReader(Context& context, const Literal& literal)
      : context_(context), literal_(literal), text_(literal.text) {
    // Offsets of the decoded text are those of the source only if nothing was escaped.
    const std::string_view written = context.sources.slice(literal.span);
    exact_ = written.size() == text_.size() + 2 && written.substr(1, text_.size()) == text_;
  }

  std::optional<ir::Template> read() {
    made_.texts.emplace_back();
    for (std::size_t at = 0; at < text_.size();) {
      const char c = text_[at];
      const bool doubled = at + 1 < text_.size() && text_[at + 1] == c;
      if ((c == '{' || c == '}') && doubled) {
        made_.texts.back() += c;
        at += 2;
      } else if (c == '}') {
        bad(at, at + 1, "a `}` closes nothing", braces(at, "}}", "write `}}` for a brace"));
        return std::nullopt;
      } else if (c == '{') {
        const auto end = hole(at + 1);
        if (!end) return std::nullopt;
        at = *end;
      } else {
        made_.texts.back() += c;
        ++at;
      }
    }
    return std::move(made_);
  }

 private:
  [[nodiscard]] Span span(std::size_t begin, std::size_t end) const {
    if (!exact_) return literal_.span;
    const std::uint32_t first = literal_.span.begin + 1;
    return {literal_.span.source, first + static_cast<std::uint32_t>(begin),
            first + static_cast<std::uint32_t>(end)};
  }

  [[nodiscard]] Help braces(std::size_t at, const char* both, const char* words) const {
    return exact_ ? Help(words, {{span(at, at + 1), both}}) : Help(words);
  }

  void bad(std::size_t begin, std::size_t end, std::string message, Help help) {
    context_.report(DiagnosticKind::bad_template, span(begin, end), std::move(message),
                    std::move(help));
  }

  // Reads the hole that begins at `begin`, behind its brace; gives where the text goes on.
  std::optional<std::size_t> hole(std::size_t begin) {
    const std::size_t end = text_.find('}', begin);
    if (end == std::string_view::npos) {
      bad(begin - 1, text_.size(), "a `{` is never closed",
          braces(begin - 1, "{{", "write `{{` for a brace"));
      return std::nullopt;
    }
    std::vector<Name> steps;
    for (std::size_t at = begin; at <= end;) {
      std::size_t stop = at;
      while (stop < end && is_step_character(text_[stop])) ++stop;
      if (stop == at || (stop < end && text_[stop] != '.')) {
        bad(begin, end, ticked(text_.substr(begin, end - begin)) + " is not an attribute",
            "name an attribute, as in `{resource.ref}`; write `{{` for a brace");
        return std::nullopt;
      }
      steps.push_back({span(at, stop), text_.substr(at, stop - at)});
      at = stop + 1;
    }
    auto ref = resolve(context_, Path{span(begin, end), 0, 0, steps});
    if (!ref) return std::nullopt;
    if (ref->attribute == AttributeId::time) {
      bad(begin, end, "`time` is not shown in a reason", "the record says when it was decided");
      return std::nullopt;
    }
    made_.holes.push_back(std::move(*ref));
    made_.texts.emplace_back();
    return end + 1;
  }

  Context& context_;
  const Literal& literal_;
  std::string_view text_;
  bool exact_ = false;
  ir::Template made_;
};

}  // namespace

std::optional<ir::Template> check_template(Context& context, const Literal& text) {
  return TemplateReader(context, text).read();
}

}  // namespace sentrail::compiler::checking
