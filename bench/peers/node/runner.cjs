// Cedar's WASM build and zen-engine on a translated workload: `node runner.cjs PEER FOLDER SECONDS`
// prints one row as JSON.
//
// Neighbours: ../run.py starts it and reads the row. What crosses between JavaScript and the engine
// is part of a call: there is no other way to call it.
"use strict";
const { readFileSync } = require("node:fs");

const [peer, folder, seconds] = [process.argv[2], process.argv[3], Number(process.argv[4])];
const now = () => Number(process.hrtime.bigint());
const read = (name) => readFileSync(`${folder}/${name}`, "utf8");
const asked = read("requests.jsonl").trim().split("\n").map((line) => JSON.parse(line));

function cedar() {
  const wasm = require("@cedar-policy/cedar-wasm/nodejs");
  const written = JSON.parse(read("policy.cedar.json"));
  const begin = now();
  const parsed = wasm.preparsePolicySet("bench", { staticPolicies: written.policies });
  if (parsed.type !== "success") throw new Error(JSON.stringify(parsed));
  const load = (now() - begin) / 1e6;
  const calls = asked.map(({ request }) => ({
    principal: { type: "Agent", id: request.agent_id },
    action: { type: "Action", id: request.action },
    resource: { type: "Repo", id: request.resource_repo },
    context: written.context ? request : {},
    preparsedPolicySetId: "bench",
    entities: [],
  }));
  const allows = (i) => {
    const answer = wasm.statefulIsAuthorized(calls[i]);
    if (answer.type !== "success") throw new Error(JSON.stringify(answer));
    return answer.response.decision === "allow";
  };
  return { load, allows };
}

function zen() {
  const { ZenEngine } = require("@gorules/zen-engine");
  const begin = now();
  const decision = new ZenEngine().createDecision(Buffer.from(read("policy.zen.json")));
  const load = (now() - begin) / 1e6;
  const allows = async (i) => {
    const answer = await decision.evaluate(asked[i].request);
    return answer.result.effect === "allow";
  };
  return { load, allows };
}

async function main() {
  const { load, allows } = { "cedar-wasm": cedar, zen }[peer]();
  // A promise is waited for only where there is one.
  const waits = allows(0) instanceof Promise;
  await allows(0);
  const begin = now();
  let checked = 0;
  let mismatches = 0;
  for (const [i, { expect }] of asked.entries()) {
    if (!expect || (checked >= 32 && now() - begin > seconds * 1e9)) break;
    checked += 1;
    mismatches += (await allows(i)) === (expect === "allow") ? 0 : 1;
  }
  const call = (now() - begin) / 1e9 / checked;
  const clamp = (value, low, high) => Math.min(Math.max(Math.floor(value), low), high);
  const count = clamp(seconds / call / 5, Math.min(32, asked.length), asked.length);
  const passes = clamp(seconds / call / count, 5, 200);
  let allowed = 0;
  const times = [];
  for (let pass = 0; pass < passes; ++pass) {
    const start = now();
    if (waits) for (let i = 0; i < count; ++i) allowed += (await allows(i)) ? 1 : 0;
    else for (let i = 0; i < count; ++i) allowed += allows(i) ? 1 : 0;
    times.push((now() - start) / count);
  }
  times.sort((a, b) => a - b);
  const row = { peer, peer_p50: times[passes >> 1], load_ms: load, requests: count, passes };
  console.log(JSON.stringify({ ...row, checked, mismatches, allowed }));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
