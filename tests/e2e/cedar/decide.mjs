// Cedar itself, asked what it decides: the reference for what `sentrailc import cedar` writes.
//
// In:  one JSON array of {"policies": text, "requests": [{principal, action, resource, context,
//      entities}]} on standard input.
// Out: one JSON array of arrays of "allow" and "deny", or {"error": …} where the text is not Cedar.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const require = createRequire(new URL('../../../demo/package.json', import.meta.url));
const cedar = require('@cedar-policy/cedar-wasm/nodejs');

function decide(policies, request) {
  const answer = cedar.isAuthorized({ ...request, policies: { staticPolicies: policies } });
  if (answer.type !== 'success') throw new Error(JSON.stringify(answer.errors));
  return answer.response.decision;
}

function answers({ policies, requests }) {
  try {
    return requests.map((request) => decide(policies, request));
  } catch (error) {
    return { error: String(error.message) };
  }
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, 'utf8')).map(answers)));
