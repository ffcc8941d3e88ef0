// A CEL engine that is not ours, asked what it decides: the reference for what `sentrailc import
// sentinelgate` writes.
//
// In:  one JSON array of {"rules": [{priority, tool_match, condition, action}], "requests":
//      [{…variables}], "default": "allow" or "deny"} on standard input; tool_match is `*` or a
//      name.
// Out: one JSON array of arrays of "allow", "approval_required" and "deny". As the gateway decides:
//      the highest priority first, an expression that fails ends the call.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const require = createRequire(new URL('../../../demo/package.json', import.meta.url));
const { celEnv, parse, plan, isCelError } = require('@bufbuild/cel');

const env = celEnv();

function planned(rule) {
  return { ...rule, holds: plan(env, parse(rule.condition)) };
}

function decide(rules, request, otherwise) {
  for (const { tool_match: tool, action, holds } of rules) {
    if (tool !== '*' && tool !== request.tool_name) continue;
    const truth = holds(request);
    if (isCelError(truth) || typeof truth !== 'boolean') return 'deny';
    if (truth) return action;
  }
  return otherwise;
}

function answers({ rules, requests, default: otherwise }) {
  const ordered = rules.map(planned).sort((a, b) => b.priority - a.priority);
  return requests.map((request) => decide(ordered, request, otherwise));
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, 'utf8')).map(answers)));
