// A policy in two files, and an editor that has it open, for the tests of the language server.
//
// Neighbours: client.mjs is the editor; ../lsp_test.mjs and ../lsp_features_test.mjs ask.
import { spawn } from 'node:child_process';

import { CAPABILITIES, Editor, folderOf, offsetAt } from './client.mjs';

export const SENTRAILC = process.argv[2];

export const LISTS = `# What the company protects.
policy acme.lists
language 1

list protected = ["main", "release/**"]
list _own = ["a"]

# Whether it is a robot.
condition ci(who) = who ~ "ci-*" and env != live
`;
export const AGENTS = `policy acme.agents
language 1

import sentrail.github
import acme.lists as lists

list teams = ["web", "ops"]

condition robot = lists.ci(agent.id)
condition one_of(who, names) = who in names

guard tier safety {
  # Branches that people look after.
  rule protect: block
    on github [ref.delete, ref.force_push]
    when resource.ref in lists.protected
    because "🦜 {resource.ref} is protected"
}

tier everyday {
  rule reads: allow when risk == low
  rule robots: allow when robot and one_of(agent.owner, teams)
  rule rest: require_approval when always
  rule never: block when env == live
}

test "protected" {
  given github DELETE "/repos/acme/web/git/refs/heads/release/1.2"
  expect block by safety.protect
}
test "reading" {
  given github GET "/repos/acme/web/issues"
  expect allow by reads
}
`;

// An editor with both files on disk and the policy open.
export async function company(capabilities = CAPABILITIES) {
  const folder = folderOf({ 'acme/lists.sentrail': LISTS, 'acme/agents.sentrail': AGENTS });
  const editor = new Editor(SENTRAILC);
  const result = await editor.start(folder, capabilities);
  return { editor, folder, result };
}

export async function opened() {
  const { editor } = await company();
  const diagnostics = await editor.open('acme/agents.sentrail', AGENTS);
  return { editor, diagnostics, name: 'acme/agents.sentrail',
    uri: editor.uri('acme/agents.sentrail'), lists: editor.uri('acme/lists.sentrail') };
}

export async function single(text, capabilities = CAPABILITIES) {
  const editor = new Editor(SENTRAILC);
  await editor.start(folderOf({ 'p.sentrail': text }), capabilities);
  const diagnostics = await editor.open('p.sentrail', text);
  return { editor, diagnostics };
}

export const piece = (text, range) =>
  text.slice(offsetAt(text, range.start), offsetAt(text, range.end));
export const labels = (items) => items.map((item) => item.label);

// What a process says and how it ends when it is given bytes.
export function spoken(bytes, { close = true } = {}) {
  const child = spawn(SENTRAILC, ['lsp'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const parts = [];
  child.stdout.on('data', (part) => parts.push(part));
  child.stdin.on('error', () => {});
  child.stdin.write(bytes);
  if (close) child.stdin.end();
  return new Promise((done) => child.on('close', (code) =>
    done({ code, out: Buffer.concat(parts).toString() })));
}
export const framed = (value) => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
};
export const messagesIn = (out) => out.split(/Content-Length: \d+\r\n\r\n/).filter(Boolean)
  .map((text) => JSON.parse(text));
