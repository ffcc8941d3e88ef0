// See clauses.hpp.
#include "compiler/format/clauses.hpp"

#include <string>

namespace sentrail::compiler {

void ClauseLayout::approval(const ApprovalNode& node) {
  layout_.open();
  layout_.indent();
  approval_parts(node, "from (");
  layout_.dedent();
  layout_.close();
}

void ClauseLayout::obligations(const std::vector<ObligationNode>& nodes) {
  layout_.open();
  layout_.text("then ");
  layout_.indent();
  for (const ObligationNode& node : nodes) {
    const bool first = &node == &nodes.front();
    if (!first) {
      layout_.text(",");
      flush(node.span.begin, false, true);
      layout_.line();
    }
    layout_.text(node.word.text);
    if (node.kind == ObligationKind::log_full) layout_.text(" full");
    if (!node.path.steps.empty()) name_line(" ", slice(node.path.span));
    if (!node.channel.text.empty()) name_line(" ", node.channel.text);
    if (node.text) name_line(" ", slice(node.text->span));
  }
  layout_.dedent();
  layout_.close();
}

void ClauseLayout::window(std::span<const Literal> parts) {
  for (const char c : parts[0].text) layout_.text(c == ',' ? ", " : std::string(1, c));
  if (!parts[0].text.empty()) layout_.text(" ");
  if (!parts[1].text.empty()) layout_.text(std::string(parts[1].text) + " ");
  layout_.text(slice(parts[2].span));
}

void ClauseLayout::body(const Literal& node) {
  layout_.text("body ");
  layout_.verbatim(node.kind == LiteralKind::json ? node.text : slice(node.span));
}

}  // namespace sentrail::compiler
