// Measuring and writing of layouts.
//
// Neighbours: layout.hpp. Must not know: policies.
#include "compiler/format/layout.hpp"

#include "compiler/code_points.hpp"
#include "core/check.hpp"

namespace sentrail::compiler {

void Layout::text(std::string_view text) {
  add({Kind::text, false, text, display_width(text)});
}

void Layout::verbatim(std::string_view text) {
  const bool lines = text.find('\n') != std::string_view::npos;
  add({lines ? Kind::verbatim : Kind::text, false, text, lines ? 0 : display_width(text)});
}

void Layout::trailing(std::string_view comment) {
  add({Kind::trailing, false, comment, 0});
}

// For each `open`: the columns up to the first break after its `close`, were all on one line.
std::vector<Layout::Need> Layout::needs() const {
  std::vector<Need> needs(pieces_.size());
  std::vector<std::size_t> columns(pieces_.size() + 1, 0);  // before each piece
  std::vector<std::size_t> forced(pieces_.size() + 1, 0);
  std::vector<std::size_t> next_break(pieces_.size() + 1, pieces_.size());
  std::vector<std::size_t> closes;
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    const Kind kind = pieces_[i].kind;
    const bool forces = kind == Kind::hard || kind == Kind::verbatim || kind == Kind::trailing;
    columns[i + 1] = columns[i] + pieces_[i].width;
    forced[i + 1] = forced[i] + (forces ? 1 : 0);
  }
  for (std::size_t i = pieces_.size(); i-- > 0;) {
    const Kind kind = pieces_[i].kind;
    const bool breaks = kind == Kind::line || kind == Kind::soft || kind == Kind::hard;
    next_break[i] = breaks ? i : next_break[i + 1];
    if (kind == Kind::close) closes.push_back(i);
    if (kind != Kind::open) continue;
    SENTRAIL_CHECK(!closes.empty());
    const std::size_t close = closes.back();
    closes.pop_back();
    needs[i].columns = columns[next_break[close]] - columns[i];
    needs[i].forced = forced[close] != forced[i];
  }
  return needs;
}

std::string Layout::render(std::size_t width) const {
  const std::vector<Need> needs = this->needs();
  std::string out;
  std::vector<bool> broken = {true};
  std::size_t indentation = 0;
  std::size_t column = 0;
  bool at_line_begin = true;
  const auto write = [&](std::string_view text, std::size_t columns) {
    if (at_line_begin) out.append(indentation, ' ');
    if (at_line_begin) column = indentation;
    at_line_begin = false;
    out += text;
    column += columns;
  };
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    const Piece& piece = pieces_[i];
    switch (piece.kind) {
      case Kind::text:
        write(piece.text, piece.width);
        break;
      case Kind::verbatim:
        write(piece.text, width);
        break;  // nothing fits behind it
      case Kind::trailing:
        out += "  ";
        out += piece.text;
        break;
      case Kind::if_broken:
        if (broken.back()) write(piece.text, piece.text.size());
        break;
      case Kind::line:
      case Kind::soft:
      case Kind::hard:
        if (!broken.back() && piece.kind != Kind::hard) {
          if (piece.kind == Kind::line) write(" ", 1);
        } else if (!out.empty()) {
          out += piece.blank ? "\n\n" : "\n";
          at_line_begin = true;
        }
        break;
      case Kind::open: {
        const std::size_t begin = at_line_begin ? indentation : column;
        broken.push_back(broken.back() && (needs[i].forced || begin + needs[i].columns > width));
        break;
      }
      case Kind::close:
        broken.pop_back();
        break;
      case Kind::indent:
        indentation += 2;
        break;
      case Kind::dedent:
        indentation -= 2;
        break;
    }
  }
  if (!out.empty()) out += "\n";
  return out;
}

}  // namespace sentrail::compiler
