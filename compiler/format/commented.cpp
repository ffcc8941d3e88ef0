// See commented.hpp.
#include "compiler/format/commented.hpp"

namespace sentrail::compiler {

bool Commented::blank_before(std::size_t offset) const {
  const std::string_view text = source_.text().substr(0, offset);
  const std::size_t end = text.find_last_not_of(" \t");
  if (end == std::string_view::npos || text[end] != '\n') return false;
  const std::size_t above = text.substr(0, end).find_last_not_of(" \t\r");
  return above != std::string_view::npos && text[above] == '\n';
}

bool Commented::flush(std::size_t offset, bool blanks, bool first) {
  bool behind = true;
  bool wrote = false;
  for (; next_ < ast_.comments.size() && ast_.comments[next_].span.begin < offset; ++next_) {
    const Comment& comment = ast_.comments[next_];
    if (behind && !comment.own_line) {
      layout_.trailing(slice(comment.span));
    } else {
      const bool blank = comment.own_line && blank_before(comment.span.begin);
      layout_.hard(blanks && blank && !(first && !wrote));
      layout_.text(slice(comment.span));
      wrote = true;
    }
    behind = false;
  }
  return wrote;
}

void Commented::begin_unit(std::size_t offset, bool first) {
  const bool wrote = flush(offset, true, first);
  layout_.hard(blank_before(offset) && !(first && !wrote));
}

void Commented::begin_part(std::size_t offset) {
  flush(offset, false, true);
  layout_.hard();
}

void Commented::close_block(Span block, bool empty) {
  flush(block.end - 1, true, empty);
  layout_.dedent();
  layout_.hard();
  layout_.text("}");
}

void Commented::bracketed(std::span<const Literal> entries, std::size_t close) {
  layout_.open();
  layout_.text("[");
  layout_.indent();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::size_t offset = entries[i].span.begin;
    const bool first = i == 0;
    const bool wrote = flush(offset, true, first);
    const bool blank = blank_before(offset) && (!first || wrote);
    if (first) {
      layout_.soft(blank);
    } else {
      layout_.line(blank);
    }
    layout_.text(slice(entries[i].span));
    if (i + 1 < entries.size()) layout_.text(",");
  }
  if (!entries.empty()) layout_.if_broken(",");
  flush(close, true, entries.empty());
  layout_.dedent();
  layout_.soft();
  layout_.text("]");
  layout_.close();
}

void Commented::approval_parts(const ApprovalNode& node, std::string_view from) {
  for (const SeatsNode& seats : node.seats) {
    flush(seats.span.begin, false, true);
    layout_.line();
    const bool first = &seats == &node.seats.front();
    layout_.text(first ? from : "and ");
    if (first) layout_.indent();
    if (seats.people) {
      layout_.text(slice(seats.people->span));
      layout_.text(" of ");
    }
    layout_.text(seats.role ? "role " : "group ");
    layout_.text(slice(seats.name.span));
  }
  if (!node.seats.empty()) {
    layout_.text(")");
    layout_.dedent();
  }
  if (node.within) {
    flush(node.within->span.begin, false, true);
    layout_.line();
    layout_.text("within ");
    layout_.text(slice(node.within->span));
  }
}

}  // namespace sentrail::compiler
