// Parts that several declarations have: who approves, what `then` obliges to, windows, JSON.
//
// Neighbours: commented.hpp below, format.cpp above. Must not know: the shapes of declarations.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "compiler/format/commented.hpp"

namespace sentrail::compiler {

// What a formatter of rules builds on.
class ClauseLayout : protected Commented {
 protected:
  using Commented::Commented;

  void name_line(std::string_view keyword, std::string_view name) {
    layout_.text(keyword);
    layout_.text(name);
  }
  // Writes `from` and `within` behind an effect, on its line if there is room.
  void approval(const ApprovalNode& node);
  // Writes a window: `mon..fri, sun 09:00..18:00 "Europe/Berlin"`.
  void window(std::span<const Literal> parts);
  // Writes the JSON of a request or an answer, as it is written.
  void body(const Literal& node);
  // Writes `then …` on one line if there is room, else each obligation on its own.
  void obligations(const std::vector<ObligationNode>& nodes);
};

}  // namespace sentrail::compiler
