// Lays out steps node by node. See compile.hpp.
#include "compiler/regex/compile.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "core/limits.hpp"

namespace sentrail::compiler::regex {
namespace {

class Compiler {
 public:
  explicit Compiler(const Tree& tree) : tree_(tree) {}

  tl::expected<Program, Problem> run() {
    emit(tree_.root);
    add(RegexOp::match, 0, 0);
    if (!too_many_) return std::move(out_);
    return tl::make_unexpected(Problem{"takes more than " + std::to_string(limits::kRegexStepsMax) +
                                           " steps, its repetitions written out",
                                       "repeat less, or without an upper end", 0});
  }

 private:
  [[nodiscard]] std::uint32_t here() const { return static_cast<std::uint32_t>(out_.steps.size()); }

  std::uint32_t add(RegexOp op, std::uint32_t a, std::uint32_t b) {
    too_many_ = too_many_ || out_.steps.size() >= limits::kRegexStepsMax;
    if (too_many_) return 0;
    out_.steps.push_back({static_cast<std::uint32_t>(op), a, b});
    return here() - 1;
  }
  // A step whose second way is set when it is known.
  std::uint32_t add_split() {
    const std::uint32_t at = add(RegexOp::split, 0, 0);
    if (!too_many_) out_.steps[at].a = here();
    return at;
  }
  void lead(std::uint32_t split) {
    if (!too_many_) out_.steps[split].b = here();
  }
  void lead_jump(std::uint32_t jump) {
    if (!too_many_) out_.steps[jump].a = here();
  }

  std::uint32_t set_of(const std::vector<Range>& ranges) {
    const auto next = static_cast<std::uint32_t>(out_.sets.size());
    const auto [at, fresh] = sets_.try_emplace(ranges, next);
    if (fresh) out_.sets.push_back(ranges);
    return at->second;
  }

  // Recursion is bounded by limits::kRegexDepthMax, work by limits::kRegexStepsMax: what emits
  // nothing is not repeated.
  void emit(NodeId id) {
    const Node& node = tree_.nodes[id];
    switch (node.kind) {
      case NodeKind::empty:
        return;
      case NodeKind::set:
        add(RegexOp::set, set_of(node.set), 0);
        return;
      case NodeKind::assertion:
        add(RegexOp::assertion, static_cast<std::uint32_t>(node.assertion), 0);
        return;
      case NodeKind::sequence:
        for (const NodeId child : node.children) emit(child);
        return;
      case NodeKind::choice:
        return emit_choice(node);
      case NodeKind::repeat:
        return emit_repeat(node);
    }
  }

  void emit_choice(const Node& node) {
    std::vector<std::uint32_t> jumps;
    for (std::size_t i = 0; i < node.children.size() && !too_many_; ++i) {
      const bool last = i + 1 == node.children.size();
      const std::uint32_t split = last ? 0 : add_split();
      emit(node.children[i]);
      if (last) break;
      jumps.push_back(add(RegexOp::jump, 0, 0));
      lead(split);
    }
    for (const std::uint32_t jump : jumps) lead_jump(jump);
  }

  void emit_repeat(const Node& node) {
    const NodeId child = node.children.front();
    const bool open = node.most == kUnbounded;
    std::uint32_t begin = here();
    for (std::uint32_t i = 0; i < node.least && !too_many_; ++i) {
      begin = here();
      emit(child);
      if (here() == begin) return;
    }
    if (open && node.least > 0) {
      const std::uint32_t split = add(RegexOp::split, begin, 0);
      lead(split);
      return;
    }
    if (open) {
      const std::uint32_t split = add_split();
      emit(child);
      add(RegexOp::jump, split, 0);
      lead(split);
      return;
    }
    std::vector<std::uint32_t> splits;
    for (std::uint32_t i = node.least; i < node.most && !too_many_; ++i) {
      splits.push_back(add_split());
      const std::uint32_t before = here();
      emit(child);
      if (here() == before) break;
    }
    for (const std::uint32_t split : splits) lead(split);
  }

  const Tree& tree_;
  Program out_;
  std::map<std::vector<Range>, std::uint32_t> sets_;
  bool too_many_ = false;
};

}  // namespace

tl::expected<Program, Problem> compile(const Tree& tree) {
  return Compiler(tree).run();
}

}  // namespace sentrail::compiler::regex
