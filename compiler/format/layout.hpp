// A stream of texts and possible line breaks, and its rendering within a width.
//
// Neighbours: format.cpp fills it. Must not know: policies. A group is written on one line if it
// fits and holds nothing that forces a line; otherwise each of its own breaks becomes a newline.
// source: D. C. Oppen, Prettyprinting (TOPLAS 1980), with the lookahead computed beforehand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace sentrail::compiler {

// Collects pieces in order; views must outlive it. Every open has its close, every indent its
// dedent.
class Layout {
 public:
  // Adds a text without newlines.
  void text(std::string_view text);
  // As `text`, for a text made for the occasion.
  void text(std::string text) { this->text(std::string_view(kept_.emplace_back(std::move(text)))); }
  void text(const char* text) { this->text(std::string_view(text)); }
  // Adds a text that may have newlines; they are kept, without indentation.
  void verbatim(std::string_view text);
  // Adds a comment at the end of a line; what follows is a break.
  void trailing(std::string_view comment);
  // Adds a text that is only written if the group around it is broken.
  void if_broken(std::string_view text) { add({Kind::if_broken, false, text, 0}); }
  // Adds a break: a space, nothing, or always a newline; `blank` leaves an empty line if broken.
  void line(bool blank = false) { add({Kind::line, blank, {}, 1}); }
  void soft(bool blank = false) { add({Kind::soft, blank, {}, 0}); }
  void hard(bool blank = false) { add({Kind::hard, blank, {}, 0}); }
  // Brackets a group, and what stands two columns further in.
  void open() { add({Kind::open, false, {}, 0}); }
  void close() { add({Kind::close, false, {}, 0}); }
  void indent() { add({Kind::indent, false, {}, 0}); }
  void dedent() { add({Kind::dedent, false, {}, 0}); }

  // Writes everything within `width` columns where possible; lines have no trailing blanks, the
  // result ends with a newline unless it is empty. cost: linear in the pieces and their texts.
  [[nodiscard]] std::string render(std::size_t width) const;

 private:
  enum class Kind : std::uint8_t {
    text,
    verbatim,
    trailing,
    if_broken,
    line,
    soft,
    hard,
    open,
    close,
    indent,
    dedent,
  };
  struct Piece {
    Kind kind;
    bool blank;
    std::string_view text;
    std::size_t width;  // on one line
  };
  // What a group would need: columns on one line, and whether something in it forces a newline.
  struct Need {
    std::size_t columns = 0;
    bool forced = false;
  };

  void add(Piece piece) { pieces_.push_back(piece); }
  [[nodiscard]] std::vector<Need> needs() const;

  std::vector<Piece> pieces_;
  std::deque<std::string> kept_;
};

}  // namespace sentrail::compiler
