// Fuzz: any bytes as a bundle. Whatever the frame and the verifier let through is decided by each
// engine, to one decision, and explained on facts made of its own strings, without a crash and
// within its own tables. Hash and
// cost certificate, which no mutation would hit, are made to fit first. It begins with bundles that
// the compiler makes at the start: committed ones would be of an older format one day and reach
// nothing.
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "core/bundle.hpp"
#include "core/check.hpp"
#include "core/encoding.hpp"
#include "crypto/hash.hpp"
#include "runtime/bundles/loaded_bundle.hpp"
#include "runtime/decide/explain.hpp"
#include "runtime/decide/verdicts.hpp"
#include "tests/support/interpreted_native.hpp"
#include "tests/support/policy_bundle.hpp"

// libFuzzer's own mutations. source: llvm.org/docs/LibFuzzer.html
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace sentrail {
namespace {

constexpr std::string_view kWords[] = {"", "/", "a/b", "release/1", "x.y", "high", "../a", "\xff"};

// The tables of a bundle, whatever they hold; nothing if one is missing.
bool tables_of(const BundleReader& reader, Program& program) {
  bool whole = true;
  for_each_table(program, [&](TableId id, auto& table) {
    using Row = typename std::remove_cvref_t<decltype(table)>::value_type;
    const auto rows = reader.section<Row>(static_cast<std::uint32_t>(id));
    whole = whole && rows.has_value();
    if (rows) table = *rows;
  });
  return whole;
}

// Gives a program that is sound but for its certificate the right one. `buffer` holds its rows.
bool verify_with_any_cost(Program& program) {
  const Status status = verify(program);
  if (status) return true;
  if (status.error().message.find("cost certificate") == std::string::npos) return false;
  // Ours to write: the rows lie in this function's caller's buffer.
  const_cast<PolicyRow&>(program.policy[0]).cost = cost_of(program);
  SENTRAIL_CHECK(verify(program).has_value());
  return true;
}

// Facts whose texts are the policy's own words in turn.
Facts facts_of(const Program& program, std::size_t turn, const JsonDocument& body) {
  Facts facts;
  for (std::size_t i = 0; i < kAttributeCount; ++i) {
    const std::size_t pick = turn * 7 + i;
    const std::size_t words = program.symbols.size() + std::size(kWords);
    const std::size_t word = pick % words;
    const std::string_view text = word < program.symbols.size()
                                      ? program.view(program.symbols[word])
                                      : kWords[word - program.symbols.size()];
    switch (pick % 5) {
      case 0:
        break;
      case 1:
        facts.values[i] = Fact::unreadable();
        break;
      case 2:
        facts.values[i] = Fact::of(body.root());
        break;
      default:
        facts.values[i] = Fact::of(text);
        break;
    }
  }
  return facts;
}

void decide_with(const Program& program) {
  SENTRAIL_CHECK(!dump(program).empty());
  const decide::Engine engine(program, decide::EngineKind::linear);
  const decide::Engine table(program, decide::EngineKind::table);
  const decide::Engine native(program, decide::EngineKind::jit,
                              &support::interpreted_native(jit::Coverage::every_rule));
  decide::Scratch scratch = engine.make_scratch();
  const JsonDocument body(
      {{JsonKind::array, 0, 2, 3}, {JsonKind::string, 0, 1, 2}, {JsonKind::number, 1, 1, 3}}, "a7");
  for (std::size_t turn = 0; turn < 4; ++turn) {
    const Facts facts = facts_of(program, turn, body);
    const Decision decision = engine.decide(facts, scratch);
    SENTRAIL_CHECK(decision.rule == Decision::kByDefault || decision.rule < program.rules.size());
    SENTRAIL_CHECK(native.decide(facts, scratch) == decision);
    SENTRAIL_CHECK(table.decide(facts, scratch) == decision);
    const decide::Verdicts verdicts = decide::verdicts_of(table, decision, facts, scratch);
    for (const decide::Verdict& one : verdicts.all()) SENTRAIL_CHECK(one.truth != Truth::f);
    const decide::Explanation why = decide::explain(engine, facts, scratch);
    SENTRAIL_CHECK(why.decision == decision);
    SENTRAIL_CHECK(why.candidates.size() == decision.candidate_count);
  }
}

void read_tables(std::string_view content) {
  const Result<BundleReader> reader = BundleReader::open(content);
  if (!reader) return;
  Program program;
  if (!tables_of(*reader, program) || !verify_with_any_cost(program)) return;
  decide_with(program);
  const std::string digest = hex_encode(crypto::sha256(reader->content()));
  const std::string whole = std::string(reader->content()) +
                            bundle_statement(program.name(), reader->content().size(), digest);
  const auto loaded =
      bundles::LoadedBundle::from_bytes(whole, {.trusted = {}, .allow_unsigned = true});
  if (loaded) SENTRAIL_CHECK(dump((*loaded)->program()) == dump(program));
}

constexpr std::string_view kCatalog = R"(
catalog: acme.api
tool: api
version: 1
hosts: [api.example.com]
aliases: {"/numbered/{id}": "/owned/{owner}/{name}"}
ids: ["{owner}/{name}#{id}", "{name}"]
parameters:
  id: int
  name: string
  owner: {to: owner, caseless: true, never_ends: .x}
  ref: {kind: multi, to: ref, as: qualified}
  kind: {kind: enum, values: [a, b]}
actions: {thing.read: {risk: low, read: true}, thing.write: {risk: high}}
families:
  things:
    paths:
      /owned/{owner}/{name}: {GET: thing.read}
      /owned/{owner}/{name}/{ref}: {PUT: thing.write}
      /kinds/{kind}: {POST: {action: thing.write, refine: [{when: {query.q: x}, risk: critical}]}}
)";

constexpr std::string_view kEveryOperator = R"(
policy fuzz.whole
language 1
import acme.api
list refs = ["main", "release/**", "v?.*"]
guard tier safety {
  rule refs: block on api thing.* when resource.ref in refs and not body.x.y == 3
    because "{resource.ref} is not to be written"
  rule seen: pass when mcp.first_seen == true or mcp.annotations is object
}
tier team {
  rule low: allow priority 1 when agent.roles has "reader" and risk <= low
    unless http.query.a ~ "x*?y" or body.k is null
  rule some: require_approval priority 2 when args.n in [0..500, "x", true] or http.host exists
  rule rest: block when args.list has 1.5e3 or body.s > -0.25
}
default block because "no rule"
)";

const std::vector<std::string>& whole_bundles() {
  static const std::vector<std::string> bundles = [] {
    const compiler::Catalog catalog = tests::checked_catalog(kCatalog);
    return std::vector<std::string>{
        tests::bundle_bytes_of("policy fuzz.small\nrule any_call: allow when always\n", catalog),
        tests::bundle_bytes_of(kEveryOperator, catalog)};
  }();
  return bundles;
}

}  // namespace
}  // namespace sentrail

// Now and then begins anew with a whole bundle; else as libFuzzer would.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  const std::vector<std::string>& bundles = sentrail::whole_bundles();
  const std::string& whole = bundles[seed % bundles.size()];
  if ((size < 64 || seed % 97 == 0) && whole.size() <= max_size) {
    std::memcpy(data, whole.data(), whole.size());
    size = whole.size();
    if (seed % 5 == 0) return size;
  }
  return LLVMFuzzerMutate(data, size, max_size);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > (1u << 18)) return 0;
  std::vector<std::uint64_t> words(size / 8 + 1);
  if (size > 0) std::memcpy(words.data(), data, size);
  const std::string_view bytes(reinterpret_cast<const char*>(words.data()), size);
  const auto loaded =
      sentrail::bundles::LoadedBundle::from_bytes(bytes, {.trusted = {}, .allow_unsigned = true});
  if (loaded) sentrail::decide_with((*loaded)->program());
  sentrail::read_tables(bytes);
  return 0;
}
