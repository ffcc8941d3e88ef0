// One function of the pool for each block. See interpreted_native.hpp.
#include "tests/support/interpreted_native.hpp"

#include <cstdio>
#include <memory>
#include <utility>
#include <vector>

namespace sentrail::support {
namespace {

constexpr std::size_t kFunctions = 1'024;

// A request that outlives what asked for it.
struct Kept {
  std::vector<jit::FormulaNode> nodes;
  std::vector<jit::FormulaRule> rules;
  bool used = false;
};

std::array<Kept, kFunctions>& kept() {
  static std::array<Kept, kFunctions> all;
  return all;
}

jit::JitRequest request_of(const Kept& one) {
  jit::JitRequest request;
  request.nodes = one.nodes.data();
  request.node_count = static_cast<std::uint32_t>(one.nodes.size());
  request.rules = one.rules.data();
  request.rule_count = static_cast<std::uint32_t>(one.rules.size());
  return request;
}

template <std::size_t I>
void run(const std::uint64_t* inputs, std::uint64_t* masks) {
  const auto answer = masks_of(request_of(kept()[I]), inputs);
  masks[0] |= answer[0];
  masks[1] |= answer[1];
}

template <std::size_t... I>
constexpr auto functions_of(std::index_sequence<I...>) {
  return std::array<decide::NativeCode, sizeof...(I)>{run<I>...};
}
constexpr auto kRun = functions_of(std::make_index_sequence<kFunctions>{});

// `at(i)` is the value of a node before this one.
template <class At>
bool holds(const jit::FormulaNode& node, const std::uint64_t* inputs, const At& at) {
  const auto value = [&] { return static_cast<std::uint32_t>(inputs[node.a]); };
  switch (node.op) {
    case jit::FormulaOp::constant:
      return node.a != 0;
    case jit::FormulaOp::equals:
      return value() == node.b;
    case jit::FormulaOp::within:
      return value() >= node.b && value() - node.b < node.c;
    case jit::FormulaOp::among:
      return (node.b >> value() & 1) != 0;
    case jit::FormulaOp::both:
      return at(node.a) && at(node.b);
    case jit::FormulaOp::either:
      return at(node.a) || at(node.b);
    case jit::FormulaOp::negation:
      return !at(node.a);
  }
  return false;
}

// The functions of one program.
using Session = std::vector<std::size_t>;

void* open_session(char*, std::size_t) {
  return new Session();
}

jit::JitStatus compile(void* session, const jit::JitRequest* request, jit::JitResult* result,
                       char* why, std::size_t why_bytes) {
  result->instructions = request->node_count;
  if (result->instructions > request->instructions_max) {
    return jit::JitStatus::too_many_instructions;
  }
  result->code_bytes = request->node_count;
  if (result->code_bytes > request->code_bytes_max) return jit::JitStatus::too_many_bytes;
  for (std::size_t i = 0; i < kFunctions; ++i) {
    Kept& one = kept()[i];
    if (one.used) continue;
    one.used = true;
    one.nodes.assign(request->nodes, request->nodes + request->node_count);
    one.rules.assign(request->rules, request->rules + request->rule_count);
    static_cast<Session*>(session)->push_back(i);
    result->code = kRun[i];
    return jit::JitStatus::made;
  }
  std::snprintf(why, why_bytes, "all functions are in use");
  return jit::JitStatus::failed;
}

void close_session(void* session) {
  const std::unique_ptr<Session> ended(static_cast<Session*>(session));
  for (const std::size_t i : *ended) kept()[i].used = false;
}

}  // namespace

std::array<std::uint64_t, 2> masks_of(const jit::JitRequest& request, const std::uint64_t* inputs) {
  // On the stack where it fits: deciding allocates nothing, here neither.
  std::array<bool, 4'096> few{};
  std::vector<bool> many;
  const bool fits = request.node_count <= few.size();
  if (!fits) many.resize(request.node_count);
  const auto at = [&](std::uint32_t i) -> bool { return fits ? few[i] : many[i]; };
  for (std::uint32_t i = 0; i < request.node_count; ++i) {
    const bool value = holds(request.nodes[i], inputs, at);
    if (fits) {
      few[i] = value;
    } else {
      many[i] = value;
    }
  }
  std::array<std::uint64_t, 2> masks{};
  for (std::uint32_t i = 0; i < request.rule_count; ++i) {
    const jit::FormulaRule& rule = request.rules[i];
    const bool yes = at(rule.yes);
    const bool no = rule.no == jit::kOpposite ? !yes : at(rule.no);
    masks[0] |= std::uint64_t{yes} << i;
    masks[1] |= std::uint64_t{no} << i;
  }
  return masks;
}

const jit::JitApi& interpreted_api() noexcept {
  static const jit::JitApi kApi = {
      .open = open_session, .compile = compile, .close = close_session};
  return kApi;
}

const decide::NativeMaker& interpreted_native(jit::Coverage coverage) {
  const auto made = [](jit::Coverage of) {
    jit::LibraryOptions options;
    options.coverage = of;
    return std::make_unique<const jit::Library>(options, &interpreted_api());
  };
  static const std::array kMakers = {made(jit::Coverage::gainful), made(jit::Coverage::every_rule),
                                     made(jit::Coverage::whole)};
  return *kMakers[static_cast<std::size_t>(coverage)];
}

}  // namespace sentrail::support
