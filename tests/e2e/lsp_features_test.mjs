// What `sentrailc lsp` answers: every feature, asked by Microsoft's own client library.
//
//   node lsp_features_test.mjs SENTRAILC
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { edited, offsetAt, positionOf } from './lsp/client.mjs';
import { AGENTS, LISTS, SENTRAILC, company, labels, opened, piece, single }
  from './lsp/company.mjs';

test('hover', async () => {
  const { editor, name } = await opened();
  const hover = async (what, count = 1, behind = 1) =>
    (await editor.at('hover', name, positionOf(AGENTS, what, count, behind)))?.contents.value;
  assert.match(await hover('risk'), /\*\*risk\*\*: risk, derived[^]*`low` < `medium`/);
  assert.match(await hover('agent.owner'), /string, authenticated/);
  assert.match(await hover('teams', 2), /list teams = \[\n {2}"web",\n {2}"ops",\n\][^]*2 entries/);
  assert.match(await hover('lists.protected', 1, 8), /list protected = \[/);
  assert.match(await hover('lists.ci', 1, 7), /condition ci\(who\)[^]*Whether it is a robot/);
  assert.match(await hover('protect:'), /`acme\.agents\.safety\.protect`[^]*look after/);
  assert.match(await hover('ref.delete'), /github ref\.delete\*\*: risk [a-z]+, writes[^]*DELETE/);
  assert.match(await hover('github [', 1, 2), /catalog `sentrail\.github`/);
  assert.match(await hover('=='), /Equal/);
  assert.match(await hover('{resource.ref}', 1, 5), /a git ref/);
  assert.match(await hover('rule never', 1, 6), /S0305/);
  assert.match(await hover('require_approval'), /held until/);
  assert.equal(await hover('# Branches', 1, 4), undefined);
  await editor.stop();
});

test('completion by place', async () => {
  const { editor } = await company();
  const name = 'acme/agents.sentrail';
  await editor.open(name, AGENTS);
  const head = AGENTS.split('\n').slice(0, 10).join('\n') + '\n';
  const offered = async (marked) => labels(await editor.offered(name, head + marked));
  const has = async (marked, ...wanted) => {
    const all = await offered(marked);
    for (const one of wanted) assert.ok(all.includes(one), `${marked}: ${one} of ${all}`);
    return all;
  };
  const lacks = (all, ...others) => {
    for (const one of others) assert.ok(!all.includes(one), `${one} of ${all}`);
  };
  lacks(await has('|', 'rule', 'guard tier', 'test table'), 'when', 'risk');
  lacks(await has('rule a: |', 'allow', 'pass'), 'rule');
  lacks(await has('guard tier t { rule a: |', 'block', 'pass'), 'allow');
  await has('rule a: allow |', 'when', 'on', 'because', 'rule');
  await has('rule a: allow on |', 'github');
  await has('rule a: allow on github |', 'issues.create', 'when');
  await has('rule a: allow on github [issues.|', 'issues.create', 'pull_request.merge');
  lacks(await has('rule a: allow when |', 'risk', 'robot', 'lists.ci', 'not', 'always'), 'and');
  await has('rule a: allow when resource.|', 'resource.ref');
  lacks(await has('rule a: allow when risk |', '==', '<', 'exists', 'is'), '~', 'has');
  await has('rule a: allow when agent.roles |', 'has');
  lacks(await has('rule a: allow when risk == |', 'low', 'critical'), 'risk', 'and');
  await has('rule a: allow when env == |', 'live', 'test');
  await has('rule a: allow when agent.registered == |', 'true');
  await has('rule a: allow when resource.ref in |', 'teams', 'lists.protected');
  await has('rule a: allow when body.x is |', 'absent', 'number');
  await has('rule a: allow when risk == low |', 'and', 'or', 'unless', 'rule');
  await has('rule a: allow when risk == low and (|', 'env', 'robot');
  await has('rule a: allow when size(body.x) |', '>=', 'not in');
  await has('rule a: allow when agent.registered |', 'in', 'not in', 'is');
  lacks(await has('rule a: allow when time |', '<', 'not in'), '==', 'exists', 'is');
  const freeze = '2026-12-20..2027-01-05';
  const office = 'mon..fri 09:00..18:00 "Europe/Berlin"';
  await has('rule a: allow when time in |', freeze, office, 'teams');
  lacks(await has('rule a: allow when time not in [|', freeze), office);
  lacks(await has('rule a: allow when time < |', '2027-01-31T12:00:00Z'), office);
  lacks(await has('rule a: allow when agent.roles is |', 'list', 'absent'), 'string', 'object');
  await has('rule a: allow when |', 'any', 'all');
  assert.deepEqual(await offered('rule a: allow when any x |'), ['in']);
  await has('rule a: allow when any x in |', 'agent.roles', 'body');
  await has('rule a: allow when any x in body.files: |', 'x', 'env');
  await has('rule a: allow when any x in body.files: x.size |', '<', 'has', '~');
  lacks(await has('rule a: allow when any x in agent.roles: x |', '==', '~'), '<', 'has');
  lacks(await offered('rule a: allow when any x in body.files: x == 1 and |'), 'x');
  await has('rule a: block when always because "x {|', 'resource.repo');
  assert.deepEqual(await offered('rule a: block when always because "x |'), []);
  assert.deepEqual(await offered('# |'), []);
  await has('condition c(who) = |', 'who', 'risk');
  await has('import |', 'sentrail.github', 'acme.lists');
  await has('default |', 'block', 'require_approval');
  await has('test "x" { given |', 'github', 'with');
  await has('test "x" { given github |', 'DELETE');
  await has('test "x" { given with |', 'risk');
  await has('test "x" { given with risk = |', 'low', 'unreadable');
  await has('rule a: block when always\ntest "x" { given with risk = low expect |', 'block');
  await has('rule a: block when always\ntest "x" { given with risk = low expect block by |', 'a',
    'default');
  await has('test table "x" for |', 'github');
  await has('test table "x" for github {\n  |', 'method', 'effect');

  const items = await editor.offered(name, `${head}rule a: allow when lists.c|`);
  const ci = items.find((item) => item.label === 'lists.ci');
  assert.equal(ci.insertTextFormat, 2);
  assert.equal(ci.textEdit.newText, 'lists.ci(${1:who})');
  const { text } = editor.texts.get(name);
  assert.equal(piece(text, ci.textEdit.range), 'lists.c');
  assert.ok(items.every((item) => item.textEdit.range.start.line === ci.textEdit.range.start.line));
  await editor.stop();
});

test('no snippets and no Markdown for a client without them', async () => {
  const { editor } = await single('policy p\nlanguage 1\nrule a: block when risk == low\n', {});
  const hover = await editor.at('hover', 'p.sentrail', { line: 2, character: 20 });
  assert.equal(hover.contents.kind, 'plaintext');
  assert.doesNotMatch(hover.contents.value, /[*`]/);
  for (const item of await editor.offered('p.sentrail', '|')) {
    assert.equal(item.insertTextFormat, undefined);
    assert.equal(item.textEdit.newText, item.label);
  }
  const symbols = await editor.ask('documentSymbol', 'p.sentrail');
  assert.deepEqual(symbols, []);
  await editor.stop();
});

test('definition, references and highlights, across files', async () => {
  const { editor, name, uri, lists } = await opened();
  const define = (what, count, behind) =>
    editor.at('definition', name, positionOf(AGENTS, what, count, behind));
  const [list] = await define('lists.protected', 1, 7);
  assert.deepEqual([list.uri, piece(LISTS, list.range)], [lists, 'protected']);
  const [alias] = await define('lists.protected', 1, 2);
  assert.deepEqual([alias.uri, piece(AGENTS, alias.range)], [uri, 'lists']);
  const [module] = await define('acme.lists', 1, 3);
  assert.deepEqual([module.uri, piece(LISTS, module.range)], [lists, 'acme.lists']);
  const [rule] = await define('safety.protect', 1, 9);
  assert.deepEqual([rule.uri, rule.range.start], [uri, positionOf(AGENTS, 'protect:')]);
  const [tier] = await define('safety.protect', 1, 2);
  assert.equal(piece(AGENTS, tier.range), 'safety');
  const [condition] = await define('robot and', 1, 2);
  assert.deepEqual(condition.range.start, positionOf(AGENTS, 'robot ='));
  const [parameter] = await define('who in', 1, 1);
  assert.deepEqual(parameter.range.start, positionOf(AGENTS, 'who, names'));
  assert.equal(await define('github', 1, 1), null);

  const references = await editor.at('references', name, positionOf(AGENTS, 'teams', 2, 1),
    { context: { includeDeclaration: true } });
  assert.deepEqual(references.map((one) => one.range.start),
    [positionOf(AGENTS, 'teams', 1), positionOf(AGENTS, 'teams', 2)]);
  const used = await editor.at('references', name, positionOf(AGENTS, 'lists.protected', 1, 8),
    { context: { includeDeclaration: false } });
  assert.deepEqual(used.map((one) => [one.uri, piece(AGENTS, one.range)]), [[uri, 'protected']]);
  const highlights = await editor.at('documentHighlight', name, positionOf(AGENTS, 'reads:'));
  assert.deepEqual(highlights.map((one) => one.kind), [3, 2]);
  await editor.stop();
});

test('rename, across files and in tests, and what is refused', async () => {
  const { editor, name, uri, lists } = await opened();
  const rename = (what, count, behind, newName) =>
    editor.at('rename', name, positionOf(AGENTS, what, count, behind), { newName });
  const texts = { [uri]: AGENTS, [lists]: LISTS };
  const result = (edit) => Object.fromEntries(edit.documentChanges.map((one) =>
    [one.textDocument.uri, edited(texts[one.textDocument.uri], one.edits)]));

  let renamed = result(await rename('lists.protected', 1, 8, 'guarded'));
  assert.equal(renamed[lists], LISTS.replace('list protected', 'list guarded'));
  assert.equal(renamed[uri], AGENTS.replace('lists.protected', 'lists.guarded'));
  renamed = result(await rename('protect:', 1, 1, 'no_deletion'));
  assert.equal(renamed[uri], AGENTS.replace('rule protect:', 'rule no_deletion:')
    .replace('safety.protect', 'safety.no_deletion'));
  renamed = result(await rename('lists\n', 1, 1, 'company'));
  assert.equal(renamed[uri],
    AGENTS.replaceAll('lists.', 'company.').replace('acme.company.', 'acme.lists.')
      .replace('as lists', 'as company'));
  renamed = result(await rename('names', 1, 1, 'set'));
  assert.equal(renamed[uri], AGENTS.replaceAll('names', 'set'));

  const prepared = await editor.at('prepareRename', name, positionOf(AGENTS, 'safety', 2, 1));
  assert.equal(prepared.placeholder, 'safety');
  const refused = async (pattern, ...args) =>
    assert.rejects(rename(...args), (error) => {
      assert.match(error.message, pattern);
      return true;
    });
  await refused(/keyword/, 'teams', 1, 1, 'when');
  await refused(/keyword/, 'teams', 1, 1, 'within');
  await refused(/no name/, 'teams', 1, 1, '1a');
  await refused(/no name/, 'teams', 1, 1, 'a.b');
  await refused(/128 bytes/, 'teams', 1, 1, 'a'.repeat(129));
  await refused(/reads/, 'robots:', 1, 1, 'reads');
  await refused(/attributes belong/, 'agent.owner', 1, 1, 'x');
  await refused(/catalog/, 'ref.delete', 1, 1, 'x');
  await refused(/place of its file/, 'acme.lists', 1, 6, 'x');
  await refused(/./, 'who, names', 1, 1, 'agent');
  await refused(/./, 'lists.protected', 1, 8, '_hidden');
  await refused(/no name here/, 'because', 1, 1, 'x');
  await editor.replace(name, AGENTS.replace('rule rest: require_approval when', 'rule rest when'));
  await refused(/agents\.sentrail has errors of syntax/, 'teams', 1, 1, 'squads');
  await editor.stop();
});

test('a new name that would be taken for something else', async () => {
  const text = 'policy p\nlanguage 1\ncondition c(who) = who == live\n' +
    'rule a: block when c(env)\n';
  const { editor } = await single(text);
  await assert.rejects(editor.at('rename', 'p.sentrail', positionOf(text, 'who'),
    { newName: 'live' }));
  await editor.stop();
});

test('symbols, folding and colours, also of what is whole in a broken text', async () => {
  const { editor, name } = await opened();
  const symbols = await editor.ask('documentSymbol', name);
  assert.deepEqual(labels(symbols.map((one) => ({ label: one.name }))),
    ['teams', 'robot', 'one_of', 'safety', 'everyday', 'protected', 'reading']);
  assert.deepEqual(symbols[4].children.map((one) => [one.name, one.detail]),
    [['reads', 'allow'], ['robots', 'allow'], ['rest', 'require_approval'], ['never', 'block']]);
  const inside = (a, b) => offsetAt(AGENTS, a.start) <= offsetAt(AGENTS, b.start) &&
    offsetAt(AGENTS, b.end) <= offsetAt(AGENTS, a.end);
  for (const one of symbols) assert.ok(inside(one.range, one.selectionRange), one.name);

  const folds = await editor.ask('foldingRange', name);
  const lineOf = (what) => positionOf(AGENTS, what).line;
  assert.ok(folds.some((one) => one.startLine === lineOf('guard tier')));
  assert.ok(folds.some((one) => one.kind === 'imports'));

  const left = async (written) => {
    await editor.replace(name, AGENTS.replace('reads: allow when risk == low', written));
    const all = await editor.ask('documentSymbol', name);
    return all[4].children.map((one) => one.name);
  };
  assert.deepEqual(await left('reads: allow when risk =='), ['reads', 'robots', 'rest', 'never']);
  assert.deepEqual(await left('reads allow when risk == low'), ['robots', 'rest', 'never']);
  await editor.stop();
});

test('semantic tokens', async () => {
  const { editor, result } = await company();
  const name = 'acme/agents.sentrail';
  const text = AGENTS.replace('risk == low',
    'http.headers."x-🦜" =~ /^a🦜$/i and size(body.n) > 1.5');
  await editor.open(name, text);
  const { tokenTypes } = result.capabilities.semanticTokensProvider.legend;
  const { data } = await editor.ask('semanticTokens/full', name);
  const found = [];
  let [line, character] = [0, 0];
  for (let i = 0; i < data.length; i += 5) {
    character = data[i] === 0 ? character + data[i + 1] : data[i + 1];
    line += data[i];
    const start = offsetAt(text, { line, character });
    found.push([text.slice(start, start + data[i + 2]), tokenTypes[data[i + 3]]]);
  }
  const has = (word, type) => assert.ok(
    found.some(([one, kind]) => one === word && kind === type), `${word} ${type}`);
  has('policy', 'keyword');
  has('acme.agents', 'namespace');
  has('teams', 'variable');
  has('robot', 'function');
  has('ci', 'function');
  has('who', 'parameter');
  has('protect', 'method');
  has('safety', 'class');
  has('agent.id', 'property');
  has('http.headers.', 'property');
  has('"x-🦜"', 'property');
  has('github', 'type');
  has('ref.delete', 'event');
  has('require_approval', 'enumMember');
  has('/^a🦜$/i', 'regexp');
  has('=~', 'operator');
  has('1.5', 'number');
  has('"web"', 'string');
  has('# Branches that people look after.', 'comment');
  await editor.stop();
});

test('formatting', async () => {
  const messy = 'policy   p\nlanguage 1\n# é🦜\nrule a:block\n when   env==live\n';
  const { editor } = await single(messy);
  const options = { options: { tabSize: 2, insertSpaces: true } };
  const edits = await editor.ask('formatting', 'p.sentrail', options);
  const tidy = edited(messy, edits);
  assert.match(tidy, /^policy p\nlanguage 1\n/);
  await editor.replace('p.sentrail', tidy);
  assert.deepEqual(await editor.ask('formatting', 'p.sentrail', options), []);
  await editor.replace('p.sentrail', 'rule   a: blok');
  assert.deepEqual(await editor.ask('formatting', 'p.sentrail', options), []);
  await editor.stop();
});

test('quick fixes, and all of them at once', async () => {
  const text = 'policy p\nlanguage 1\nrule a: block when resource.reff == main\n' +
    'rule b: blok when risk == low\n';
  const wrong = text.replace('blok', 'block').replace('risk == low', 'rsk == low');
  const { editor, diagnostics } = await single(wrong);
  assert.deepEqual(diagnostics.map((one) => one.code), ['S0210', 'S0210']);
  const ask = (range, context) => editor.ask('codeAction', 'p.sentrail', { range, context });
  const actions = await ask(diagnostics[0].range, { diagnostics: [diagnostics[0]] });
  assert.deepEqual(actions.map((one) => [one.kind, one.isPreferred]), [['quickfix', true]]);
  assert.deepEqual(actions[0].diagnostics[0].range, diagnostics[0].range);
  const fixed = edited(wrong, actions[0].edit.documentChanges[0].edits);
  assert.equal(fixed, wrong.replace('reff', 'ref'));
  assert.deepEqual(await ask({ start: { line: 0, character: 0 }, end: { line: 0, character: 1 } },
    { diagnostics: [] }), []);
  const all = { start: { line: 0, character: 0 }, end: { line: 4, character: 0 } };
  const [everything] = await ask(all, { diagnostics: [], only: ['source.fixAll'] });
  assert.equal(everything.kind, 'source.fixAll.sentrail');
  assert.equal(edited(wrong, everything.edit.documentChanges[0].edits),
    wrong.replace('reff', 'ref').replace('rsk', 'risk'));
  await editor.stop();
});

test('a lens above each rule', async () => {
  const { editor, name, uri } = await opened();
  const lenses = await editor.ask('codeLens', name);
  assert.equal(lenses.length, 10);
  const resolved = await Promise.all(lenses.map((one) => editor.request('codeLens/resolve', one)));
  assert.deepEqual(resolved.map((one) => one.range), lenses.map((one) => one.range));
  const about = (what) => resolved.filter((one) => one.data.about === what)
    .map((one) => one.command);
  assert.deepEqual(about('reach').map((one) => one.title), ['reachable', 'reachable', 'reachable',
    'reachable', 'never reached: shadowed by rest']);
  const covered = about('tests');
  assert.deepEqual(covered.map((one) => one.title), ['covered by 1 test', 'covered by 1 test',
    'covered by 0 tests', 'covered by 0 tests', 'covered by 0 tests']);
  assert.equal(covered[0].command, 'sentrail.showTests');
  const [where, position, tests] = covered[0].arguments;
  assert.equal(where, uri);
  assert.deepEqual(position, positionOf(AGENTS, 'protect:'));
  assert.match(piece(AGENTS, tests[0].range), /^test "protected"/);
  await editor.stop();
});

test('a line above a rule says what was computed, and nothing else', async () => {
  const titles = async (text) => {
    const { editor } = await single(text);
    const lenses = (await editor.ask('codeLens', 'p.sentrail'))
      .filter((one) => one.command || one.data.about === 'reach');
    const all = await Promise.all(lenses.map((one) =>
      one.command ? one : editor.request('codeLens/resolve', one)));
    await editor.stop();
    return all.map((one) => one.command.title);
  };
  const rules = (count) => Array.from({ length: count }, (_, i) =>
    `rule r${i}: block when agent.id == "a${i}"\n`).join('');
  const head = 'policy p\nlanguage 1\n';
  const thousand = await titles(`${head}${rules(1000)}` +
    'rule last: require_approval when agent.id in ["a7", "a8"]\n');
  assert.equal(thousand[999], 'reachable');
  assert.match(thousand[1000], /^never reached: shadowed by r7 and r8(;|$)/);
  assert.deepEqual(new Set(await titles(head + rules(2001))),
    new Set(['not analysed: the policy is large']));
  assert.deepEqual(await titles(`${head}rule a: block when resource.reff == "x"\n`),
    ['not checked: the policy has errors']);
  assert.deepEqual(await titles(`${head}rule a: allow when env == live and env == test\n` +
    'also rule b when always then alert\nshadow rule c: block when always\n'),
    ['never matches; counts where something cannot be read', 'adds to the decision',
      'recorded, decides nothing']);
});

// A lock file of one tool, as `sentrailc lock` writes it.
function lock(folder, server, tools) {
  mkdirSync(path.join(folder, 'catalogs'), { recursive: true });
  const done = spawnSync(SENTRAILC, ['lock', server, '-', '-o',
    path.join(folder, 'catalogs/tools.lock.json'), '--name', 'acme.tools'],
  { input: JSON.stringify(tools), encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
}
const tool = (name, properties) => ({ name, inputSchema: { type: 'object', properties } });

test('lock files: watched, offered, and what their tools take', async () => {
  const { editor, folder } = await company();
  await editor.open('acme/agents.sentrail', AGENTS);  // asked for before this is answered
  const [{ registerOptions }] = editor.registrations;
  assert.ok(registerOptions.watchers.some((one) => one.globPattern === '**/catalogs/*.lock.json'));
  const pay = tool('pay', { amount: { type: 'number' },
    to: { type: 'object', properties: { name: { type: 'string' } } },
    speed: { type: 'string', enum: ['slow', 'fast'] } });
  lock(folder, 'bank', [pay]);

  const head = 'policy acme.payments\nlanguage 1\nimport acme.tools\n';
  const rule = 'rule large: require_approval when mcp.tool == "pay" and args.amount > 500\n';
  const name = 'acme/payments.sentrail';
  assert.deepEqual(await editor.open(name, head + rule), []);
  const offered = async (marked) => labels(await editor.offered(name, marked));
  assert.ok((await offered('policy acme.payments\nlanguage 1\nimport |')).includes('acme.tools'));
  const of = async (marked, ...wanted) => {
    const all = await offered(head + marked);
    for (const one of wanted) assert.ok(all.includes(one), `${marked}: ${one} of ${all}`);
  };
  await of('rule a: block when mcp.tool == |', '"pay"');
  await of('rule a: block when mcp.server == |', '"bank"');
  await of('rule a: block when args.|', 'args.amount', 'args.to.name');
  await of('rule a: block when args.speed == |', '"slow"', '"fast"');
  await editor.replace(name, head + rule);
  const hover = async (what, behind = 1) =>
    (await editor.at('hover', name, positionOf(head + rule, what, 1, behind))).contents.value;
  assert.match(await hover('acme.tools', 6), /a lock file with 1 tool of 1 MCP server[^]*`pay`/);
  assert.match(await hover('args.amount'), /`pay` of `bank`: a number/);

  // The server lists the tool otherwise now: the file changes, and the policy has a finding.
  lock(folder, 'bank', [tool('pay', { sum: { type: 'number' } })]);
  const uri = editor.uri(name);
  const found = editor.until(() =>
    editor.published.get(uri).diagnostics.find((one) => one.code === 'S0312'));
  await editor.connection.sendNotification('workspace/didChangeWatchedFiles',
    { changes: [{ uri: editor.uri('catalogs/tools.lock.json'), type: 2 }] });
  assert.equal(piece(head + rule, (await found).range), 'args.amount');
  writeFileSync(path.join(folder, 'catalogs/tools.lock.json'), '{}');
  const gone = editor.until(() =>
    editor.published.get(uri).diagnostics.find((one) => one.code === 'S0202'));
  await editor.connection.sendNotification('workspace/didChangeWatchedFiles',
    { changes: [{ uri: editor.uri('catalogs/tools.lock.json'), type: 2 }] });
  await gone;
  await editor.stop();
});

test('one of a thing and several', async () => {
  const text = 'policy p\nlanguage 1\nlist one = ["a"]\nlist two = ["a", "b"]\n' +
    'tier t {\n  rule a: block when env in one or env in two\n}\n';
  const { editor } = await single(text);
  const hover = async (what) =>
    (await editor.at('hover', 'p.sentrail', positionOf(text, what, 1, 1))).contents.value;
  assert.match(await hover('one'), /\n1 entry\n/);
  assert.match(await hover('two'), /\n2 entries\n/);
  assert.match(await hover('t {'), /a tier of 1 rule\n/);
  assert.match(await hover('p\n'), /1 rule, 2 lists, 0 conditions/);
  await editor.stop();
});

test('elements of quantifiers are names', async () => {
  const text = 'policy p\nlanguage 1\n' +
    'condition large(doc) = any f in doc.files: (f.size > 10 and f.name == "x")\n' +
    'rule a: block when large(body)\n';
  const { editor } = await single(text);
  const rename = async (what, newName) => edited(text, (await editor.at('rename', 'p.sentrail',
    positionOf(text, what), { newName })).documentChanges[0].edits);
  assert.equal(await rename('doc.files', 'it'), text.replaceAll('doc', 'it'));
  assert.equal(await rename('f.name', 'file'), text.replace('any f in', 'any file in')
    .replace('f.size', 'file.size').replace('f.name', 'file.name'));
  const [home] = await editor.at('definition', 'p.sentrail', positionOf(text, 'f.size'));
  assert.deepEqual(home.range.start, positionOf(text, 'f in doc'));
  const hover = await editor.at('hover', 'p.sentrail', positionOf(text, 'f.size'));
  assert.match(hover.contents.value, /an element of `doc\.files`/);
  await editor.stop();
});
