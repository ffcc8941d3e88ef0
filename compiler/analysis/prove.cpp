// One search for each claim. See prove.hpp.
#include "compiler/analysis/prove.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "compiler/analysis/full_limits.hpp"
#include "compiler/analysis/tries.hpp"
#include "compiler/analysis/workbench.hpp"
#include "compiler/oracle/oracle.hpp"

namespace sentrail::compiler::analysis {
namespace {

// Whether some obligation blocks what cannot be read (L15.6).
bool hides(const ir::Policy& policy) {
  bool found = false;
  for (const ir::Tier& tier : policy.tiers) {
    const auto look = [&found](const ir::Rule& rule) {
      for (const ir::Obligation& one : rule.obligations) found = found || one.path.has_value();
    };
    std::ranges::for_each(tier.rules, look);
    std::ranges::for_each(tier.alsos, look);
  }
  return found;
}

void find_by_trying(const ir::Policy& policy, const ir::Policy& searched, const ir::Proof& proof,
                    Judge& judge, Existence& found) {
  const std::optional<oracle::Request> request = try_to_refute(searched, proof);
  if (!request) return;
  const Result<oracle::Decision> decision = judge.decide(*request);
  if (!decision || decision->effect != proof.never) return;
  if (oracle::evaluate(policy, proof.when, *request) == Truth::f) return;
  if (!may_answer(policy, *request, proof.never)) return;
  found.witness = Witness{*request, *decision};
  found.verdict = Verdict::refuted;
  found.why.clear();
}

constexpr std::string_view kOtherwise =
    "what was found is answered otherwise: by a limit without room for it, by what cannot be "
    "hidden, or past the end of a rule; others may not be";

// Looks for a request that breaks a claim, as a formula says it.
void search(const ir::Policy& policy, Workbench& bench, Node broken, Existence& found,
            const ir::Proof& proof) {
  Query query(bench.circuit(), {&broken, 1});
  query.demand(broken);
  const Answer answer = query.solve();
  found.why = answer.why;
  if (answer.found == Found::none) found.verdict = Verdict::proved;
  if (answer.found != Found::some) return;
  found.witness = bench.confirm(0, answer, found.why, [&](const Witness& witness) {
    return witness.decision.effect == proof.never &&
           oracle::evaluate(policy, proof.when, witness.request) != Truth::f;
  });
  if (!found.witness) return;
  if (may_answer(policy, found.witness->request, proof.never)) {
    found.verdict = Verdict::refuted;
  } else {
    found.witness.reset();
    found.why = kOtherwise;
  }
}

// Tries the proofs of one effect on the policy in which it is met if it ever is.
void prove_one(const ir::Policy& policy, const ir::Policy& searched, Effect effect,
               std::vector<ProofOutcome>& outcomes) {
  const std::array<const ir::Policy*, 1> list = {&searched};
  Workbench bench(list);
  Meaning& meaning = bench.meaning(0);
  for (ProofOutcome& outcome : outcomes) {
    const ir::Proof& proof = *outcome.proof;
    if (proof.never != effect) continue;
    Existence& found = outcome.existence;
    const Banks when = meaning.condition(proof.when);
    const Node effect_is = meaning.effect_is(proof.never);
    search(policy, bench, bench.circuit().all({when.may, effect_is}), found, proof);
    if (found.verdict == Verdict::proved && proof.never == Effect::block && hides(policy)) {
      found.verdict = Verdict::unknown;
      found.why = "an obligation that cannot be carried out blocks, and those are not searched";
    }
    // Of what limits count something may be missing where the claim is undecidable.
    if (found.verdict == Verdict::unknown && found.why == kOtherwise) {
      Existence certain;
      search(policy, bench, bench.circuit().all({when.must, effect_is}), certain, proof);
      if (certain.verdict == Verdict::refuted) found = std::move(certain);
    }
    if (found.verdict == Verdict::unknown && !found.why.empty()) {
      find_by_trying(policy, searched, proof, bench.judge(0), found);
    }
  }
}

}  // namespace

std::vector<ProofOutcome> prove(const ir::Policy& policy) {
  std::vector<ProofOutcome> outcomes;
  for (const ir::Proof& proof : policy.proofs) outcomes.push_back({&proof, {}});
  for (const Effect effect : {Effect::allow, Effect::require_approval, Effect::block}) {
    const bool asked = std::ranges::any_of(
        policy.proofs, [&](const ir::Proof& proof) { return proof.never == effect; });
    if (!asked) continue;
    if (answers_of_limits(policy, effect)) {
      prove_one(policy, with_full_limits(policy, effect), effect, outcomes);
    } else {
      prove_one(policy, policy, effect, outcomes);
    }
  }
  return outcomes;
}

}  // namespace sentrail::compiler::analysis
