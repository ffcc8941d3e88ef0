// The colours that editors have before the server answers: grammar/sentrail.tmLanguage.json, read
// by the library of VS Code with its own engine of expressions, beside the tokens of the server.
//
//   node grammar_test.mjs SENTRAILC
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Editor, folderOf } from './lsp/client.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const require = createRequire(path.join(ROOT, 'demo/package.json'));
const oniguruma = require('vscode-oniguruma');
const textmate = require('vscode-textmate');

// What a token of the server is in the grammar.
const SCOPES = {
  comment: /^comment\.line/,
  string: /^(string\.quoted|constant\.(character|other)|invalid\.illegal)/,
  regexp: /^string\.regexp/,
  number: /^constant\.numeric/,
  keyword: /^(keyword|constant\.language)/,
  operator: /^keyword\.operator/,
};

let grammar;
before(async () => {
  const wasm = readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm'));
  await oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.length));
  const file = path.join(ROOT, 'grammar/sentrail.tmLanguage.json');
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async (scope) => scope === 'source.sentrail'
      ? textmate.parseRawGrammar(readFileSync(file, 'utf8'), file) : null,
  });
  grammar = await registry.loadGrammar('source.sentrail');
});

// The innermost scope at each character, line by line; '' for none but the language's own.
function scopesOf(text) {
  let state = textmate.INITIAL;
  return text.split('\n').map((line) => {
    const { tokens, ruleStack, stoppedEarly } = grammar.tokenizeLine(line, state);
    assert.ok(!stoppedEarly, line);
    state = ruleStack;
    const scopes = new Array(line.length).fill('');
    for (const { startIndex, endIndex, scopes: all } of tokens) {
      scopes.fill(all.length > 1 ? all[all.length - 1] : '', startIndex,
        Math.min(endIndex, line.length));
    }
    return scopes;
  });
}

// The tokens of a text by the server: where, and of what type.
function decoded(data, types) {
  const found = [];
  let [line, character] = [0, 0];
  for (let i = 0; i < data.length; i += 5) {
    character = data[i] === 0 ? character + data[i + 1] : data[i + 1];
    line += data[i];
    found.push({ line, character, length: data[i + 2], type: types[data[i + 3]] });
  }
  return found;
}

function policies(folder) {
  return readdirSync(path.join(ROOT, folder), { recursive: true })
    .filter((name) => name.endsWith('.sentrail') && !path.basename(name).startsWith('fail_'))
    .map((name) => path.join(folder, name)).sort();
}

test('what a piece of text is', () => {
  const line = (text, ...expected) => {
    const [scopes] = scopesOf(text);
    for (const [piece, scope] of expected) {
      const at = text.indexOf(piece);
      const all = new Set(scopes.slice(at, at + piece.length));
      assert.deepEqual([...all], [`${scope}.sentrail`], `${piece} in ${text}`);
    }
  };
  line('rule a: block # why', ['rule', 'keyword.declaration'], ['a', 'entity.name'],
    ['block', 'markup.deleted.effect'], ['# why', 'comment.line.number-sign']);
  line('  when resource.rule == "rule # {env}"', ['when', 'keyword.control.clause'],
    ['rule', 'variable.other.member'], ['==', 'keyword.operator'],
    ['"rule # ', 'string.quoted.double'], ['{env}', 'constant.other.placeholder']);
  line('  when agent.id =~ /^a\\/"b$/i and env == live', ['/^a\\/"b$/i', 'string.regexp'],
    ['and', 'keyword.operator.word']);
  line('  when time in mon..fri 09:00..18:00 "Europe/Berlin"', ['mon', 'constant.language.day'],
    ['fri', 'constant.language.day'], ['09:00..18:00', 'constant.numeric.hours']);
  line('  when any x in body.list: x.block == -1.5e3', ['any', 'keyword.operator.word'],
    ['list', 'variable.other.member'], ['-1.5e3', 'constant.numeric']);
  line('  when body.x is list and size (body.x) in 1..5', ['list', 'keyword.declaration'],
    ['and', 'keyword.operator.word'], ['size', 'keyword.operator.word'],
    ['1..5', 'constant.numeric']);
  line('given with risk = unreadable', ['unreadable', 'keyword.other.contextual']);
  line('  because "a \\" b \\q"', ['\\"', 'constant.character.escape'],
    ['\\q', 'invalid.illegal.escape']);
});

test('a string that is not closed ends with its line', () => {
  const [, second] = scopesOf('rule a: block because "open\nrule b: block');
  assert.equal(second[0], 'keyword.declaration.sentrail');
});

test('the grammar and the server agree on every policy of the repository', async () => {
  const editor = new Editor(process.argv[2]);
  const { capabilities } = await editor.start(folderOf({}));
  const types = capabilities.semanticTokensProvider.legend.tokenTypes;
  const counts = {};
  const wrong = [];
  for (const file of [...policies('policies'), ...policies('tests/golden')]) {
    const text = readFileSync(path.join(ROOT, file), 'utf8');
    const name = `${file.replaceAll('/', '_')}`;
    await editor.open(name, text);
    const scopes = scopesOf(text);
    const lines = text.split('\n');
    const { data } = await editor.ask('semanticTokens/full', name);
    const comments = scopes.map((line) => line.map(() => false));
    for (const { line, character, length, type } of decoded(data, types)) {
      if (type === 'comment') comments[line].fill(true, character, character + length);
      const word = type === 'string' && lines[line][character] !== '"';  // the server alone knows
      if (!SCOPES[type] || word) continue;
      counts[type] = (counts[type] ?? 0) + 1;
      const other = scopes[line].slice(character, character + length)
        .find((scope) => !SCOPES[type].test(scope));
      if (other !== undefined) {
        wrong.push(`${file}:${line + 1}: ${type} ` +
          `${lines[line].slice(character, character + length)} is ${other || 'nothing'}`);
      }
    }
    scopes.forEach((line, at) => line.forEach((scope, i) => {
      if (scope.startsWith('comment') && !comments[at][i]) {
        wrong.push(`${file}:${at + 1}: no comment`);
      }
    }));
  }
  await editor.stop();
  console.log(`tokens compared: ${JSON.stringify(counts)}`);
  for (const type of Object.keys(SCOPES)) assert.ok(counts[type] >= 10, `${type}: ${counts[type]}`);
  assert.deepEqual(wrong, []);
});
