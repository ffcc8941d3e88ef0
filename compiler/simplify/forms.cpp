// The rewrites. See forms.hpp and README.md.
#include "compiler/simplify/forms.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace sentrail::compiler {
namespace {

void append_number(std::string& out, std::uint64_t number) {
  out.append(reinterpret_cast<const char*>(&number), sizeof number);
}

void append_text(std::string& out, std::string_view text) {
  append_number(out, text.size());
  out += text;
}

void append_operand(std::string& key, const ir::Operand& operand) {
  append_number(key, static_cast<std::uint64_t>(operand.kind));
  append_text(key, operand.text);
  append_text(key, operand.upper.str());
  append_number(key, operand.boolean ? 1 : 0);
  const Window& window = operand.window;
  append_number(key,
                std::uint64_t{window.days} << 32 | std::uint64_t{window.from} << 16 | window.until);
}

// Of a list, in an order of its own and without repeats.
void append_operands(std::string& key, const std::vector<ir::Operand>& operands) {
  if (operands.size() == 1) return append_operand(key, operands.front());
  std::set<std::string> keys;
  for (const ir::Operand& operand : operands) {
    std::string one;
    append_operand(one, operand);
    keys.insert(std::move(one));
  }
  for (const std::string& one : keys) key += one;
}

void append_reference(std::string& key, const ir::AttributeRef& ref) {
  append_number(key, static_cast<std::uint64_t>(ref.attribute));
  append_number(key, ref.binder);
  append_number(key, ref.steps.size());
  for (const std::string& step : ref.steps) append_text(key, step);
}

// `a == b` is `b == a`.
void append_pair(std::string& key, const ir::AttributeRef& a, const ir::AttributeRef& b) {
  std::string first;
  std::string second;
  append_reference(first, a);
  append_reference(second, b);
  if (second < first) std::swap(first, second);
  append_text(key, first);
  key += second;
}

void append_atom(std::string& key, const ir::Atom& atom) {
  append_number(key, static_cast<std::uint64_t>(atom.op));
  append_number(key, static_cast<std::uint64_t>(atom.tested_type));
  append_number(key, atom.sized ? 1 : 0);
  if (atom.other) {
    append_pair(key, atom.attribute, *atom.other);
  } else {
    append_reference(key, atom.attribute);
  }
  append_operands(key, atom.operands);
}

// How long a test takes, roughly: cheap ones first spare the others. Members of JSON are searched
// for, patterns walk the value.
std::uint32_t cost_of(const ir::Atom& atom) {
  std::uint32_t cost = 1;
  switch (atom.op) {
    case ir::AtomOp::in:
      ++cost;
      for (const ir::Operand& operand : atom.operands) {
        if (operand.kind == ir::OperandKind::pattern && cost < 100) cost += 4;
      }
      break;
    case ir::AtomOp::has:
    case ir::AtomOp::contains:
      cost += 3;
      break;
    case ir::AtomOp::search:
      cost += 6;
      break;
    case ir::AtomOp::matches:
      cost += 4;
      break;
    case ir::AtomOp::same:
      cost += atom.other->steps.empty() ? 1 : 9;
      break;
    default:
      break;
  }
  return cost + (atom.attribute.steps.empty() ? 0 : 8);
}

}  // namespace

std::string key_text(const ir::Atom& atom) {
  std::string key;
  append_atom(key, atom);
  return key;
}

std::string key_text(const ir::Policy& policy, ir::ConditionId id) {
  const ir::Condition& condition = policy.conditions[id];
  std::string key;
  append_number(key, static_cast<std::uint64_t>(condition.kind));
  const bool tests = condition.kind == ir::ConditionKind::atom || is_quantified(condition.kind);
  append_text(key, tests ? key_text(condition.atom) : "");
  append_number(key, condition.children.size());
  for (const ir::ConditionId child : condition.children) key += key_text(policy, child);
  return key;
}

std::string key_text(const ir::Policy& policy, const ir::Rule& rule) {
  std::string key;
  append_text(key, key_text(policy, rule.when));
  append_text(key, rule.unless ? key_text(policy, *rule.unless) : "");
  const bool ends = rule.outcome == Outcome::allow && rule.until_ms;
  append_text(key, ends ? std::to_string(*rule.until_ms) : "");
  return key;
}

std::uint32_t Forms::key_of(const std::string& text) {
  const auto next = static_cast<std::uint32_t>(keys_.size());
  return keys_.try_emplace(text, next).first->second;
}

void Forms::reserve(std::size_t conditions) {
  forms_.reserve(conditions);
  keys_.reserve(conditions);
}

FormId Forms::constant(bool value, Span span) {
  Form form;
  form.kind = value ? FormKind::always : FormKind::never;
  form.span = span;
  form.key = key_of(value ? "t" : "f");
  return forms_.push_back(std::move(form));
}

FormId Forms::literal(const ir::Atom& atom, bool negated, Span span) {
  Form form;
  form.kind = FormKind::literal;
  form.atom = &atom;
  form.negated = negated;
  form.span = span;
  key_ = negated ? '-' : '+';
  append_atom(key_, atom);
  form.key = key_of(key_);
  form.cost = cost_of(atom);
  return forms_.push_back(std::move(form));
}

FormId Forms::quantified(const ir::Condition& quantifier, bool negated, FormId child) {
  Form form;
  form.kind = FormKind::quantified;
  form.quantifier = &quantifier;
  form.negated = negated;
  form.children = {child};
  form.span = quantifier.span;
  std::string key = negated ? "!" : "?";
  key += quantifier.kind == ir::ConditionKind::some_element ? 's' : 'e';
  append_number(key, forms_[child].key);
  form.key = key_of(key + key_text(quantifier.atom));
  form.cost = std::min(64 + 8 * forms_[child].cost, 10'000u);
  return forms_.push_back(std::move(form));
}

FormId Forms::junction(FormKind kind, const std::vector<FormId>& children, Span span) {
  const FormKind neutral = kind == FormKind::all ? FormKind::always : FormKind::never;
  const FormKind settling = kind == FormKind::all ? FormKind::never : FormKind::always;
  std::vector<FormId> kept;
  for (const FormId child : flattened(kind, children)) {
    if (forms_[child].kind == settling) return child;
    if (forms_[child].kind != neutral) kept.push_back(child);
  }
  drop_repeated(kept);
  drop_absorbed(kind, kept);
  if (kept.empty()) return constant(kind == FormKind::all, span);
  if (kept.size() == 1) return kept.front();
  std::stable_sort(kept.begin(), kept.end(),
                   [this](FormId a, FormId b) { return forms_[a].cost < forms_[b].cost; });

  Form form;
  form.kind = kind;
  form.span = span;
  std::vector<std::uint32_t> keys;
  for (const FormId child : kept) {
    keys.push_back(forms_[child].key);
    form.cost = std::min(form.cost + forms_[child].cost, 10'000u);
  }
  std::sort(keys.begin(), keys.end());
  std::string key = kind == FormKind::all ? "&" : "|";
  for (const std::uint32_t child : keys) append_number(key, child);
  form.key = key_of(key);
  form.children = std::move(kept);
  return forms_.push_back(std::move(form));
}

std::vector<FormId> Forms::flattened(FormKind kind, const std::vector<FormId>& children) {
  std::vector<FormId> flat;
  for (const FormId child : children) {
    const Form& form = forms_[child];
    if (form.kind == kind) {
      flat.insert(flat.end(), form.children.begin(), form.children.end());
    } else {
      flat.push_back(child);
    }
  }
  return flat;
}

void Forms::drop_repeated(std::vector<FormId>& children) const {
  std::set<std::uint32_t> seen;
  std::erase_if(children, [&](FormId child) { return !seen.insert(forms_[child].key).second; });
}

void Forms::drop_absorbed(FormKind kind, std::vector<FormId>& children) const {
  std::set<std::uint32_t> present;
  for (const FormId child : children) present.insert(forms_[child].key);
  const FormKind other = kind == FormKind::all ? FormKind::any : FormKind::all;
  std::erase_if(children, [&](FormId child) {
    const Form& form = forms_[child];
    if (form.kind != other) return false;
    return std::any_of(form.children.begin(), form.children.end(),
                       [&](FormId grandchild) { return present.contains(forms_[grandchild].key); });
  });
}

}  // namespace sentrail::compiler
