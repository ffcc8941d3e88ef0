// Brings conditions into forms and forms back into conditions. See simplify.hpp.
#include "compiler/simplify/simplify.hpp"

#include <algorithm>
#include <deque>
#include <utility>
#include <vector>

#include "compiler/simplify/forms.hpp"
#include "core/check.hpp"

namespace sentrail::compiler {
namespace {

// Whether all that a test compares with is one entry, perhaps repeated.
bool is_list_of_one(const ir::Atom& atom) {
  if (atom.op != ir::AtomOp::in || atom.operands.empty()) return false;
  if (row_of(atom.attribute.attribute).type == Type::time) return false;
  return std::all_of(atom.operands.begin(), atom.operands.end(),
                     [&](const ir::Operand& o) { return o == atom.operands.front(); });
}

// `in` with one entry is that entry's own test; repeated entries say nothing new.
ir::Atom tidied(const ir::Atom& atom) {
  ir::Atom tidy = atom;
  tidy.operands.resize(1);
  const ir::OperandKind kind = tidy.operands.front().kind;
  if (kind == ir::OperandKind::pattern) tidy.op = ir::AtomOp::matches;
  // A network has many addresses, of which `==` could name one.
  const bool many =
      kind == ir::OperandKind::network && tidy.operands.front().text.find('/') != std::string::npos;
  if (kind != ir::OperandKind::pattern && kind != ir::OperandKind::number_range && !many) {
    tidy.op = ir::AtomOp::equal;
  }
  return tidy;
}

// Simplifies all conditions of one policy.
class Simplifier {
 public:
  explicit Simplifier(const ir::Policy& policy) : in_(policy) {}

  ir::Policy run();

 private:
  void read_conditions();
  [[nodiscard]] std::vector<bool> polarities() const;
  [[nodiscard]] FormId form_of(const ir::Condition& condition, bool negated);
  ir::ConditionId write(FormId root);
  ir::ConditionId write_leaf(const Form& form);
  ir::ConditionId push(ir::ConditionKind kind, Span span, std::vector<ir::ConditionId> children);

  const ir::Policy& in_;
  ir::Policy out_;
  std::deque<ir::Atom> tidied_;   // forms point into it, and to the atoms of in_
  std::vector<FormId> forms_of_;  // by condition
  Forms forms_;
};

ir::Policy Simplifier::run() {
  out_ = in_.without_conditions();
  out_.conditions.reserve(in_.conditions.size());
  read_conditions();
  for (ir::Tier& tier : out_.tiers) {
    // A copy: its ids are those of in_ until they are written.
    ir::for_each_written(tier, [this](ir::Rule& rule) {
      FormId form = forms_of_[rule.when.value];
      if (rule.unless) {
        form = forms_.junction(FormKind::all, {form, forms_of_[rule.unless->value]},
                               in_.conditions[rule.when].span);
      }
      rule.when = write(form);
      rule.unless.reset();
    });
  }
  for (ir::Proof& proof : out_.proofs) proof.when = write(forms_of_[proof.when.value]);
  return std::move(out_);
}

// Whether each condition stands under an odd number of negations. Parents come after children, so
// one pass from the end hands it down.
std::vector<bool> Simplifier::polarities() const {
  std::vector<bool> negated(in_.conditions.size(), false);
  for (const ir::Tier& tier : in_.tiers) {
    ir::for_each_written(tier, [&](const ir::Rule& rule) {
      if (rule.unless) negated[rule.unless->value] = true;
    });
  }
  for (std::size_t i = in_.conditions.size(); i-- > 0;) {
    const ir::Condition& condition = in_.conditions[ir::ConditionId{static_cast<std::uint32_t>(i)}];
    const bool turns = condition.kind == ir::ConditionKind::not_;
    // `any` is not the `all` of what is negated: both are false of what is absent.
    const bool apart = is_quantified(condition.kind);
    for (const ir::ConditionId child : condition.children) {
      negated[child.value] = !apart && negated[i] != turns;
    }
  }
  return negated;
}

void Simplifier::read_conditions() {
  const std::vector<bool> negated = polarities();
  forms_of_.resize(in_.conditions.size());
  forms_.reserve(in_.conditions.size());
  for (std::uint32_t i = 0; i < in_.conditions.size(); ++i) {
    const ir::Condition& condition = in_.conditions[ir::ConditionId{i}];
    if (condition.kind != ir::ConditionKind::atom) {
      forms_of_[i] = form_of(condition, negated[i]);
      continue;
    }
    const bool one = is_list_of_one(condition.atom);
    const ir::Atom& atom = one ? tidied_.emplace_back(tidied(condition.atom)) : condition.atom;
    forms_of_[i] = forms_.literal(atom, negated[i], condition.span);
  }
}

// De Morgan: a negated `all` is the `any` of its negated children, which they already are.
FormId Simplifier::form_of(const ir::Condition& condition, bool negated) {
  std::vector<FormId> children;
  for (const ir::ConditionId child : condition.children) children.push_back(forms_of_[child.value]);
  switch (condition.kind) {
    case ir::ConditionKind::always:
      return forms_.constant(!negated, condition.span);
    case ir::ConditionKind::not_:
      return children.front();
    case ir::ConditionKind::all:
      return forms_.junction(negated ? FormKind::any : FormKind::all, children, condition.span);
    case ir::ConditionKind::any:
      return forms_.junction(negated ? FormKind::all : FormKind::any, children, condition.span);
    case ir::ConditionKind::some_element:
    case ir::ConditionKind::every_element:
      return forms_.quantified(condition, negated, children.front());
    case ir::ConditionKind::atom:
      break;
  }
  SENTRAIL_UNREACHABLE("atoms are literals");
}

ir::ConditionId Simplifier::push(ir::ConditionKind kind, Span span,
                                 std::vector<ir::ConditionId> children) {
  ir::Condition condition;
  condition.kind = kind;
  condition.span = span;
  condition.children = std::move(children);
  return out_.conditions.push_back(std::move(condition));
}

ir::ConditionId Simplifier::write_leaf(const Form& form) {
  ir::Condition leaf;
  leaf.span = form.span;
  if (form.kind == FormKind::literal) {
    leaf.kind = ir::ConditionKind::atom;
    leaf.atom = *form.atom;
  }
  if (form.kind == FormKind::quantified) {
    // Quantifiers nest limits::kQuantifierDepthMax deep, and so does this recursion.
    leaf.kind = form.quantifier->kind;
    leaf.atom = form.quantifier->atom;
    leaf.element = form.quantifier->element;
    leaf.children = {write(form.children.front())};
  }
  const bool negated = form.kind == FormKind::never || form.negated;
  const ir::ConditionId id = out_.conditions.push_back(std::move(leaf));
  return negated ? push(ir::ConditionKind::not_, form.span, {id}) : id;
}

// Writes a form and what is below it, children first, with a stack of its own.
ir::ConditionId Simplifier::write(FormId root) {
  struct Frame {
    FormId form;
    std::vector<ir::ConditionId> done;
  };
  std::vector<Frame> frames;
  FormId next = root;
  for (;;) {
    const Form& form = forms_[next];
    if (form.kind == FormKind::all || form.kind == FormKind::any) {
      frames.push_back({next, {}});
      next = form.children.front();
      continue;
    }
    ir::ConditionId written = write_leaf(form);
    while (!frames.empty()) {
      Frame& parent = frames.back();
      const Form& junction = forms_[parent.form];
      parent.done.push_back(written);
      if (parent.done.size() < junction.children.size()) break;
      written =
          push(junction.kind == FormKind::all ? ir::ConditionKind::all : ir::ConditionKind::any,
               junction.span, std::move(parent.done));
      frames.pop_back();
    }
    if (frames.empty()) return written;
    next = forms_[frames.back().form].children[frames.back().done.size()];
  }
}

}  // namespace

ir::Policy simplify(const ir::Policy& policy) {
  return Simplifier(policy).run();
}

}  // namespace sentrail::compiler
