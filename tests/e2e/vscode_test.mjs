// The extension in VS Code: packaged, installed, started, and used as people use it.
//
//   node vscode_test.mjs SENTRAILC [PICTURES]
//
// code-server is VS Code's own workbench and extension host behind a web server. Ends with 77 where
// tools/setup_vscode.sh has not run. With a folder, a picture of the window after every step.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { Window, missing } from './vscode/window.mjs';

const [, , program, pictures] = process.argv;
if (missing() !== undefined) {
  console.log(`skipped: ${missing()} is not there: run tools/setup_vscode.sh`);
  process.exit(77);
}

const LISTS = `policy acme.lists
language 1

list protected = ["main"]
`;
const AGENTS = `policy acme.agents
language 1

import sentrail.github
import acme.lists as lists

tier team {
  rule merges: block
    on github pull_request.merge
    when resource.rf in lists.protected

  rule reads: allow when risk == low
  rule again: block when risk == low
}

test "reading" {
  given github GET "/repos/acme/web/issues"
  expect allow by reads
}
`;
const FILE = 'agents.sentrail';

let window;
let step = 0;
const it = (name, body) => test(name, { timeout: 180_000 }, async () => {
  try {
    await body();
  } finally {
    if (pictures) await window.picture(path.join(pictures, `${++step}-${name}.png`));
  }
});

before(async () => {
  window = await Window.open({ [FILE]: AGENTS, 'acme/lists.sentrail': LISTS },
    { 'sentrail.path': program });
});
after(() => window?.close());

it('colours', async () => {
  await window.show(FILE);
  await window.see('.statusbar-item', 'Sentrail policy');
  const tokens = await Promise.all(['rule', 'merges', 'github', '"reading"'].map(
    (token) => window.colour(token)));
  assert.equal(new Set(tokens).size, tokens.length, `${tokens}`);
});

it('a finding is underlined and among the problems', async () => {
  await window.page.locator('.squiggly-error').first().waitFor();
  await window.command('Problems: Focus on Problems View');
  const finding = await window.see('.markers-panel .monaco-list-row', 'resource.rf');
  assert.match(await finding.textContent(), /there is no attribute `resource\.rf`.*S0210/);
});

it('its code leads to the explanation', async () => {
  await window.page.locator('.markers-panel a').filter({ hasText: 'S0210' })
    .click({ modifiers: ['Control'] });
  await window.see('.tab.active', 'S0210');
  await window.see('.view-lines', /a\spath\sbegins\swith\san\sattribute/);
});

it('the lens waits while there are errors', async () => {
  await window.show(FILE);
  await window.see('.codelens-decoration', 'not checked: the policy has errors');
});

it('the fix of a finding', async () => {
  await window.go(10, 12);
  await window.press('Control+.');
  await window.see('.action-widget', 'did you mean `resource.ref`?');
  await window.press('Enter');
  await window.seeNothing('.squiggly-error');
  await window.save(FILE, /when resource\.ref in lists\.protected/);
});

it('a lens says what is reached, and shows the tests', async () => {
  await window.see('.codelens-decoration', /never reached/);
  await window.page.locator('.codelens-decoration a').filter({ hasText: 'covered by 1 test' })
    .click();
  await window.see('.peekview-widget .ref-tree', 'test "reading"');
  await window.press('Escape');
  await window.seeNothing('.peekview-widget');
});

it('hover', async () => {
  await window.go(10, 14);
  await window.command('Show or Focus Hover');
  await window.see('.monaco-hover', /a git ref/);
  await window.press('Escape');
});

it('completion: only what can stand there', async () => {
  await window.go(12, 37);
  await window.type(' and agent.ro');
  await window.see('.suggest-widget.visible .monaco-list-row', 'agent.roles');
  const rows = await window.page.locator('.suggest-widget .monaco-list-row').allTextContents();
  assert.ok(rows.every((row) => row.startsWith('agent.')), `${rows}`);
  await window.press('Enter');
  await window.type(' has "a');
  await window.save(FILE, /risk == low and agent\.roles has "a"\n/);
  assert.equal(await window.page.locator('.suggest-widget.visible').count(), 0);
});

it('the layout', async () => {
  await window.go(13, 1);
  await window.type('        ');
  await window.command('Format Document');
  await window.save(FILE, /^ {2}rule again: block when risk == low$/m);
});

it('definition and rename, across files', async () => {
  await window.go(10, 33);
  await window.command('Go to Definition');
  await window.see('.tab.active', 'lists.sentrail');
  await window.command('Rename Symbol');
  await window.page.locator('.rename-box input').fill('kept');
  await window.press('Enter');
  await window.see('.view-lines', /list\s+kept/);
  await window.command('File: Save All Files');
  await window.show(FILE);
  await window.save(FILE, /resource\.ref in lists\.kept/);
  assert.match(window.saved('acme/lists.sentrail'), /list kept/);
});

it('symbols', async () => {
  await window.press('Control+Shift+o');
  for (const name of ['team', 'merges', 'reads', 'again']) {
    await window.see('.quick-input-list .monaco-list-row', name);
  }
  await window.press('Escape');
});

it('a compiler that is not there is said, and found again', async () => {
  await window.configure({ 'sentrail.path': '/nowhere/sentrailc' });
  const said = await window.see('.notification-list-item', /cannot start \/nowhere\/sentrailc/);
  assert.match(await said.textContent(), /set sentrail\.path.*ENOENT/);
  await window.configure({ 'sentrail.path': program });
  await window.go(12, 1);
  await window.press('End');
  await window.type(' x');
  await window.page.locator('.squiggly-error').first().waitFor();
  await window.command('Sentrail: Restart Language Server');
  await window.command('Undo');
  await window.seeNothing('.squiggly-error');
});
