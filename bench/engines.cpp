// The table of engines. See engines.hpp.
#include "bench/engines.hpp"

#include <cstdio>

#include "bench/naive.hpp"
#include "runtime/decide/engine.hpp"
#include "runtime/decide/table.hpp"
#include "runtime/decide/verdicts.hpp"
#include "runtime/jit/library.hpp"

namespace sentrail::bench {
namespace {

// The loop over requests, with the engine's own call in it. `One` is made of a program and decides
// facts.
template <class One>
class RunOf final : public EngineRun {
 public:
  explicit RunOf(const Program& program) : one_(program) {}

  [[nodiscard]] Decision decide(const Facts& facts) override { return one_.decide(facts); }
  [[nodiscard]] std::uint32_t pass(std::span<const support::OwnedFacts> facts) override {
    std::uint32_t sum = 0;
    for (const support::OwnedFacts& one : facts) sum += one_.decide(*one).rule;
    return sum;
  }
  [[nodiscard]] std::optional<std::uint32_t> pass_with_verdicts(
      std::span<const support::OwnedFacts> facts) override {
    if constexpr (requires(const Facts& one) { one_.decide_with_verdicts(one); }) {
      std::uint32_t sum = 0;
      for (const support::OwnedFacts& one : facts) sum += one_.decide_with_verdicts(*one);
      return sum;
    }
    return std::nullopt;
  }
  [[nodiscard]] std::size_t size_bytes() const override { return one_.size_bytes(); }

 private:
  One one_;
};

template <class One>
std::unique_ptr<EngineRun> make(const Program& program) {
  return std::make_unique<RunOf<One>>(program);
}

// Native code comes from beside the bench, as it does for the server.
const decide::NativeMaker& native_maker() {
  static const jit::Library kLibrary;
  return kLibrary;
}

template <decide::EngineKind Kind>
struct Ours {
  explicit Ours(const Program& program)
      : engine(program, Kind, &native_maker()), scratch(engine.make_scratch()) {
    std::fprintf(stderr, "# %s: %s\n", std::string(name_of(Kind)).c_str(),
                 engine.description().c_str());
  }
  [[nodiscard]] Decision decide(const Facts& facts) { return engine.decide(facts, scratch); }
  [[nodiscard]] std::uint32_t decide_with_verdicts(const Facts& facts) {
    const Decision decision = engine.decide(facts, scratch);
    const decide::Verdicts verdicts = decide::verdicts_of(engine, decision, facts, scratch);
    std::uint64_t sum = decision.rule;
    for (const decide::Verdict& one : verdicts.all()) sum += one.settled_by;
    return static_cast<std::uint32_t>(sum);
  }
  [[nodiscard]] std::size_t size_bytes() const {
    const std::size_t tables = engine.table() == nullptr ? 0 : engine.table()->report().bytes;
    return bytes_of(engine.program()) + tables + engine.native_report().code_bytes;
  }

  decide::Engine engine;
  decide::Scratch scratch;
};

struct Naive {
  explicit Naive(const Program& program)
      : bytes(bytes_of(program)), engine(program), room(engine.make_room()) {}
  [[nodiscard]] Decision decide(const Facts& facts) { return engine.decide(facts, room); }
  [[nodiscard]] std::size_t size_bytes() const { return bytes + engine.size_bytes(); }

  std::size_t bytes;
  NaiveEngine engine;
  NaiveEngine::Room room;
};

struct NaiveReader : Naive {
  using Naive::Naive;
  [[nodiscard]] Decision decide(const Facts& facts) {
    engine.read_all(facts, room);
    Decision decision;
    decision.rule = room.element_count;
    return decision;
  }
};

}  // namespace

const std::vector<EngineKind>& engine_kinds() {
  static const std::vector<EngineKind> kKinds = {
      {"auto", "what the runtime takes", make<Ours<decide::EngineKind::automatic>>},
      {"jit", "the table, and native code for rules that gain by it",
       make<Ours<decide::EngineKind::jit>>},
      {"table", "rules that may match are looked up", make<Ours<decide::EngineKind::table>>},
      {"linear", "one chain of questions a tier, each answered once a request",
       make<Ours<decide::EngineKind::linear>>},
      {"naive", "rules in order, early exit, over interned operands", make<Naive>},
  };
  return kKinds;
}

const EngineKind* engine_named(std::string_view name) {
  for (const EngineKind& kind : engine_kinds()) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

std::unique_ptr<EngineRun> make_naive_reader(const Program& program) {
  return make<NaiveReader>(program);
}

std::size_t bytes_of(const Program& program) {
  std::size_t bytes = 0;
  for_each_table(program, [&](TableId, const auto& table) { bytes += table.size_bytes(); });
  return bytes;
}

}  // namespace sentrail::bench
