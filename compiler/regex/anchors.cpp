// Whether a regular expression says where its matches begin and end. See tree.hpp.
//
// Neighbours: check/ warns of an allow rule whose expression does not. Must not know: text.
#include <algorithm>
#include <vector>

#include "compiler/regex/tree.hpp"

namespace sentrail::compiler::regex {
namespace {

// Whether all matches of a node begin, or end, at that end of the text.
class Anchors {
 public:
  Anchors(const Tree& tree, Assertion assertion) : tree_(tree), assertion_(assertion) {}

  // By node: children come before parents.
  [[nodiscard]] bool hold() const {
    std::vector<bool> held;
    for (const Node& node : tree_.nodes) held.push_back(holds(node, held));
    return held[tree_.root.value];
  }

 private:
  [[nodiscard]] bool holds(const Node& node, const std::vector<bool>& held) const {
    const auto child = [&held](NodeId id) { return held[id.value]; };
    switch (node.kind) {
      case NodeKind::assertion:
        return node.assertion == assertion_;
      case NodeKind::choice:
        return std::all_of(node.children.begin(), node.children.end(), child);
      case NodeKind::repeat:
        return node.least > 0 && child(node.children.front());
      case NodeKind::sequence:
        return assertion_ == Assertion::text_begin ? edge(node.children.begin(), node, child)
                                                   : edge(node.children.rbegin(), node, child);
      case NodeKind::empty:
      case NodeKind::set:
        break;
    }
    return false;
  }

  // The outermost part decides, where other assertions and empty parts take no room.
  template <class Iterator, class Child>
  [[nodiscard]] bool edge(Iterator at, const Node& node, const Child& child) const {
    for (std::size_t left = node.children.size(); left > 0; --left, ++at) {
      if (child(*at)) return true;
      const NodeKind kind = tree_.nodes[*at].kind;
      if (kind != NodeKind::assertion && kind != NodeKind::empty) return false;
    }
    return false;
  }

  const Tree& tree_;
  Assertion assertion_;
};

}  // namespace

bool is_anchored(const Tree& tree) {
  return Anchors(tree, Assertion::text_begin).hold() && Anchors(tree, Assertion::text_end).hold();
}

}  // namespace sentrail::compiler::regex
