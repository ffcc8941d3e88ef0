// `sentrailc lsp` as a session: protocol, texts, findings, order, time. With Microsoft's own client
// library for everything that is well formed.
//
//   node lsp_test.mjs SENTRAILC
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { CAPABILITIES, Editor, folderOf, positionAt, positionOf, rpc } from './lsp/client.mjs';
import { AGENTS, LISTS, SENTRAILC, company, framed, messagesIn, opened, piece, single, spoken }
  from './lsp/company.mjs';

test('the session: capabilities, exit codes, what comes too early or too late', async () => {
  const { editor, result } = await company();
  assert.equal(result.capabilities.positionEncoding, 'utf-16');
  assert.equal(result.capabilities.textDocumentSync.change, 2);
  assert.equal(result.serverInfo.name, 'sentrailc');
  await assert.rejects(editor.connection.sendRequest('initialize', { capabilities: {} }),
    { code: -32600 });
  await assert.rejects(editor.connection.sendRequest('textDocument/nothing', {}), { code: -32601 });
  await assert.rejects(editor.connection.sendRequest('textDocument/hover', {}), { code: -32602 });
  await editor.connection.sendNotification('$/whatever', {});
  await editor.connection.sendRequest('shutdown');
  await assert.rejects(editor.connection.sendRequest('textDocument/hover', {}), { code: -32600 });
  await editor.connection.sendNotification('exit');
  assert.equal(await editor.ended, 0);

  const early = await spoken(framed({ jsonrpc: '2.0', id: 1, method: 'textDocument/hover' }) +
    framed({ jsonrpc: '2.0', method: 'exit' }));
  assert.equal(early.code, 1);
  assert.equal(messagesIn(early.out)[0].error.code, -32002);
});

test('the base protocol is total', async () => {
  const exit = framed({ jsonrpc: '2.0', method: 'exit' });
  const errors = async (bytes) => {
    const { code, out } = await spoken(bytes);
    assert.equal(code, 1);
    return messagesIn(out).map((message) => [message.id, message.error.code]);
  };
  assert.deepEqual(await errors(framed('{"a":') + exit), [[null, -32700]]);
  assert.deepEqual(await errors(framed('[]') + exit), [[null, -32600]]);
  assert.deepEqual(await errors(framed({ id: 'x', method: 'a' }) + exit), [['x', -32600]]);
  assert.deepEqual(await errors(framed({ jsonrpc: '2.0', id: {}, method: 'a' }) + exit),
    [[null, -32600]]);
  assert.deepEqual(await errors('Content-Length: x\r\n\r\n{}'), [[null, -32700]]);
  assert.deepEqual(await errors('Hello: world\r\n\r\n{}'), [[null, -32700]]);
  assert.deepEqual(await errors('x'.repeat(5000)), [[null, -32700]]);
  assert.deepEqual(await errors(''), []);
  assert.deepEqual(await errors('Content-Length: 10\r\n\r\n{'), []);
  const large = ' '.repeat(9 << 20);
  assert.deepEqual(await errors(framed(large) + framed('{') + exit),
    [[null, -32600], [null, -32700]]);
  assert.deepEqual(await errors(
    `content-type: a; charset=utf-8\r\ncontent-length:2\r\n\r\n[]${exit}`), [[null, -32600]]);
});

test('halves of a character that stand alone do not lose the text', async () => {
  const start = framed({ jsonrpc: '2.0', id: 1, method: 'initialize',
    params: { capabilities: {} } });
  const open = '{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":' +
    '{"uri":"untitled:a","languageId":"sentrail","version":1,"text":"policy p # \\ud83d"}}}';
  const ask = framed({ jsonrpc: '2.0', id: 2, method: 'textDocument/documentSymbol',
    params: { textDocument: { uri: 'untitled:a' } } });
  const { out } = await spoken(start + framed(open) + ask);
  assert.deepEqual(messagesIn(out).find((message) => message.id === 2).result, []);
});

test('diagnostics: codes, places, notes, modules, and texts that are not saved', async () => {
  const { editor, diagnostics, name, lists } = await opened();
  assert.deepEqual(diagnostics.map((one) => [one.code, one.severity]), [['S0305', 2]]);
  const [shadowed] = diagnostics;
  assert.equal(shadowed.source, 'sentrail');
  assert.equal(shadowed.codeDescription.href, 'sentrail-explain:/S0305.md');
  assert.match(piece(AGENTS, shadowed.range), /^rule never/);
  assert.match(piece(AGENTS, shadowed.relatedInformation[0].location.range), /^rule rest/);

  // A module as it is in the editor, not on disk.
  const broken = LISTS.replace('list protected', 'list guarded');
  await editor.open('acme/lists.sentrail', LISTS);
  const code = (wanted) => editor.until(() =>
    editor.published.get(editor.uri(name)).diagnostics.find((one) => one.code === wanted));
  const found = code('S0214');
  await editor.replace('acme/lists.sentrail', broken);
  const unknown = await found;
  assert.equal(piece(AGENTS, unknown.range), 'lists.protected');
  const repaired = code('S0305');
  await editor.connection.sendNotification('textDocument/didClose',
    { textDocument: { uri: lists } });
  await repaired;
  assert.equal(await editor.stop(), 0);
});

test('a module that changes on disk', async () => {
  const { editor, name } = await opened();
  assert.equal(editor.registrations[0].method, 'workspace/didChangeWatchedFiles');
  const file = path.join(editor.folder, 'acme/lists.sentrail');
  writeFileSync(file, LISTS.replace('condition ci', 'condition machine'));
  const found = editor.until(() => editor.published.get(editor.uri(name)).diagnostics
    .find((one) => one.code === 'S0250'));
  await editor.connection.sendNotification('workspace/didChangeWatchedFiles',
    { changes: [{ uri: editor.uri('acme/lists.sentrail'), type: 2 }] });
  assert.equal(piece(AGENTS, (await found).range), 'lists.ci');
  rmSync(file);
  const gone = editor.until(() => editor.published.get(editor.uri(name)).diagnostics
    .find((one) => one.code === 'S0202'));
  await editor.connection.sendNotification('workspace/didChangeWatchedFiles',
    { changes: [{ uri: editor.uri('acme/lists.sentrail'), type: 3 }] });
  await gone;
  await editor.stop();
});

test('an error in a module stands at the module', async () => {
  const { editor } = await company();
  await editor.open('acme/agents.sentrail', AGENTS);
  const file = path.join(editor.folder, 'acme/lists.sentrail');
  writeFileSync(file, LISTS.replace('env != live', 'envv != live'));
  const found = editor.until(() =>
    editor.published.get(editor.uri('acme/lists.sentrail'))?.diagnostics
      .find((one) => one.code === 'S0210'));
  await editor.connection.sendNotification('textDocument/didSave',
    { textDocument: { uri: editor.uri('acme/agents.sentrail') } });
  const { range } = await found;
  assert.equal(piece(LISTS.replace('env !=', 'envv !='), range), 'envv');
  await editor.stop();
});

test('incremental edits count UTF-16, and UTF-8 when it is offered', async () => {
  for (const encoding of ['utf-16', 'utf-8']) {
    const editor = new Editor(SENTRAILC);
    const result = await editor.start(folderOf({}), {
      ...CAPABILITIES, general: { positionEncodings: [encoding] } });
    assert.equal(result.capabilities.positionEncoding, encoding);
    await editor.open('p.sentrail', 'policy p\nlanguage 1\nlist l = ["🦜", "é"]\n' +
      'rule a: block when env in l\n');
    const bytes = encoding === 'utf-8' ? 4 : 2;
    const character = 'list l = ["'.length;
    const document = editor.texts.get('p.sentrail');
    const found = editor.diagnostics('p.sentrail', 2);
    ++document.version;
    await editor.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri: editor.uri('p.sentrail'), version: 2 },
      contentChanges: [
        { range: { start: { line: 2, character },
          end: { line: 2, character: character + bytes } }, text: 'é' },
        { range: { start: { line: 3, character: 19 },
          end: { line: 3, character: 22 } }, text: 'tool' },
      ],
    });
    await found;
    const hover = await editor.at('hover', 'p.sentrail', { line: 2, character: 5 });
    assert.match(hover.contents.value, /"é",\n {2}"é",/);
    const diagnostics = await found;
    const repeated = diagnostics.find((one) => one.code === 'S0302');
    const width = encoding === 'utf-8' ? 4 : 3;
    assert.equal(repeated?.range.end.character - repeated?.range.start.character, width);
    await editor.stop();
  }
});

test('a request can be cancelled, and a burst of changes is checked once', async () => {
  const rules = Array.from({ length: 1000 }, (_, i) =>
    `rule r${i}: block when resource.ref == "b${i}" and agent.id ~ "x${i}*"\n`).join('');
  const text = `policy p\nlanguage 1\n${rules}`;
  const { editor } = await single(text);
  let published = 0;
  editor.connection.onNotification('textDocument/publishDiagnostics', (params) => {
    editor.published.set(params.uri, params);
    ++published;
    editor.waiting = editor.waiting.filter((one) => !one());
  });
  // All of it in one write, so that it waits together.
  const uri = editor.uri('p.sentrail');
  const change = (version, character) => framed({ jsonrpc: '2.0', method: 'textDocument/didChange',
    params: { textDocument: { uri, version }, contentChanges: [
      { range: { start: { line: 5, character }, end: { line: 5, character } }, text: 'x' }] } });
  const last = editor.diagnostics('p.sentrail', 51);
  editor.texts.delete('p.sentrail');  // which it does not know from here on
  let burst = '';
  for (let version = 2; version <= 51; ++version) burst += change(version, 7);
  editor.process.stdin.write(burst);
  await last;
  assert.ok(published < 10, `${published} checks of 50 changes`);

  const cancellation = new rpc.CancellationTokenSource();
  const waiting = Array.from({ length: 40 }, () => editor.ask('semanticTokens/full', 'p.sentrail'));
  const doomed = editor.connection.sendRequest('textDocument/documentSymbol',
    { textDocument: { uri } }, cancellation.token);
  cancellation.cancel();
  await assert.rejects(doomed, { code: -32800 });
  await Promise.all(waiting);
  await editor.stop();
});

test('one rule of 1,000 edited while it is analysed: findings within a keystroke', async () => {
  const rules = Array.from({ length: 1000 }, (_, i) =>
    `rule r${i}: block\n  on github ref.delete\n  when resource.ref == "b${i}" and agent.id ~ ` +
    `"x${i}*"\n`).join('');
  const text = `policy p\nlanguage 1\nimport sentrail.github\n${rules}`;
  const { editor } = await single(text);
  const times = [];
  for (let i = 0; i < 20; ++i) {
    const { version } = editor.texts.get('p.sentrail');
    const found = editor.diagnostics('p.sentrail', version + 1);
    const at = positionOf(text, `"b${500 + i}"`, 1, 1);
    const begin = performance.now();
    await editor.edit('p.sentrail', { start: at, end: at }, 'x');
    await found;
    times.push(performance.now() - begin);
  }
  times.sort((a, b) => a - b);
  console.log(`one-rule edit at 1,000 rules: median ${times[10].toFixed(1)} ms, ` +
    `slowest ${times[19].toFixed(1)} ms`);
  const analysed = performance.now();
  const lens = (await editor.ask('codeLens', 'p.sentrail'))[0];
  assert.equal((await editor.request('codeLens/resolve', lens)).command.title, 'reachable');
  console.log(`analysed ${(performance.now() - analysed).toFixed(1)} ms behind the last edit`);
  // The release build has 50 ms; this may be an unoptimised one on a busy machine.
  assert.ok(times[10] < 500, `${times[10]} ms`);
  await editor.stop();
});

test('what the analysis finds comes behind the check, and never of an older text', async () => {
  const shadowed = 'policy p\nlanguage 1\nrule wide: block when agent.id ~ "a*"\n' +
    'rule narrow: require_approval when agent.id ~ "ab*"\n';
  const { editor, diagnostics } = await single(shadowed);
  assert.deepEqual(diagnostics, []);
  const uri = editor.uri('p.sentrail');
  const analysed = () => editor.until(() =>
    editor.published.get(uri)?.diagnostics.find((one) => one.code === 'S0320'));
  const first = editor.published.get(uri).diagnostics.find((one) => one.code === 'S0320') ??
    await analysed();
  assert.equal(first.severity, 2);
  assert.match(piece(shadowed, first.range), /^rule narrow/);
  assert.match(first.relatedInformation[0].message, /tried before/);
  assert.match(piece(shadowed, first.relatedInformation[0].location.range), /^rule wide/);

  // It goes with its text, whichever way the two race.
  const seen = [];
  editor.connection.onNotification('textDocument/publishDiagnostics', (params) => {
    seen.push([params.version % 2, params.diagnostics.some((one) => one.code === 'S0320')]);
    editor.published.set(params.uri, params);
    editor.waiting = editor.waiting.filter((one) => !one());
  });
  const reached = shadowed.replace('"a*"', '"b*"');
  for (let i = 0; i < 20; ++i) {
    assert.deepEqual(await editor.replace('p.sentrail', reached), []);  // versions 2, 4, …
    const again = i % 2 === 0 ? analysed() : undefined;  // the others are overtaken
    await editor.replace('p.sentrail', shadowed);
    await again;
  }
  assert.ok(seen.every(([odd, found]) => odd === 1 || !found), JSON.stringify(seen));
  await editor.stop();
});

test('an analysis that takes long delays neither answers nor the end', async () => {
  const attributes = ['agent.id', 'resource.ref', 'resource.path', 'http.host'];
  const rules = Array.from({ length: 190 }, (_, i) => `rule r${i}: block when ` +
    attributes.map((one, k) => `${one} =~ /${'abc'[(i + k) % 3]}.*${'xyz'[(i * k) % 3]}[0-9]{1,3}/`)
      .join(' and ') + '\n').join('');
  const { editor } = await single(`policy p\nlanguage 1\n${rules}`);
  const [lens] = await editor.ask('codeLens', 'p.sentrail');
  const waiting = editor.request('codeLens/resolve', lens);
  const order = [];
  waiting.then(() => order.push('resolved'), (error) => order.push(error.code));
  await editor.at('hover', 'p.sentrail', { line: 2, character: 1 });
  order.push('hover');
  assert.equal(await editor.stop(), 0);
  assert.deepEqual(order, ['hover', -32800]);
});

test('truncated texts are answered too', async () => {
  const { editor } = await company();
  const name = 'acme/agents.sentrail';
  await editor.open(name, AGENTS);
  for (let end = AGENTS.length; end > 0; end -= 37) {
    const text = AGENTS.slice(0, end);
    await editor.replace(name, text);
    const position = positionAt(text, end);
    await Promise.all([
      editor.at('completion', name, position), editor.at('hover', name, position),
      editor.at('definition', name, position), editor.ask('documentSymbol', name),
      editor.ask('foldingRange', name), editor.ask('semanticTokens/full', name),
      editor.ask('codeLens', name),
    ]);
  }
  await editor.stop();
});
