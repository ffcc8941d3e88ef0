// An editor for tests: vscode-jsonrpc speaks with `sentrailc lsp`, this keeps what it publishes.
//
// Neighbours: ../lsp_test.mjs; guards.mjs judges all that comes. Messages go through the library
// that editors use.
import { createRequire } from 'node:module';
import { spawn } from 'node:child_process';
import { mkdtempSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { pathToFileURL } from 'node:url';

import { Guards } from './guards.mjs';

const require = createRequire(new URL('../../../demo/package.json', import.meta.url));
export const rpc = require('vscode-jsonrpc/node');
export const lsp = require('vscode-languageserver-protocol');

// What a capable editor says that it can.
export const CAPABILITIES = {
  general: { positionEncodings: ['utf-16'] },
  workspace: {
    workspaceEdit: { documentChanges: true },
    didChangeWatchedFiles: { dynamicRegistration: true },
  },
  textDocument: {
    completion: { completionItem: { snippetSupport: true } },
    hover: { contentFormat: ['markdown', 'plaintext'] },
    documentSymbol: { hierarchicalDocumentSymbolSupport: true },
    publishDiagnostics: { relatedInformation: true, codeDescriptionSupport: true },
  },
};

// A folder with files, by their names.
export function folderOf(files) {
  const folder = mkdtempSync(path.join(tmpdir(), 'sentrail-lsp-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

// The position of the n-th time that a piece of text stands in another, in UTF-16 units.
export function positionOf(text, piece, count = 1, behind = 0) {
  let at = -1;
  for (let i = 0; i < count; ++i) at = text.indexOf(piece, at + 1);
  if (at < 0) throw new Error(`no ${piece}`);
  return positionAt(text, at + behind);
}

export function positionAt(text, offset) {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length - 1, character: before[before.length - 1].length };
}

export function offsetAt(text, { line, character }) {
  const lines = text.split('\n');
  return lines.slice(0, line).join('\n').length + (line > 0 ? 1 : 0) + character;
}

// A text after edits that do not overlap.
export function edited(text, edits) {
  const sorted = [...edits].sort((a, b) =>
    offsetAt(text, b.range.start) - offsetAt(text, a.range.start));
  for (const { range, newText } of sorted) {
    text = text.slice(0, offsetAt(text, range.start)) + newText +
      text.slice(offsetAt(text, range.end));
  }
  return text;
}

// A test that fails leaves its server behind; the run ends nevertheless.
const processes = [];
after(() => processes.forEach((one) => one.kill()));

export class Editor {
  constructor(program, args = []) {
    this.process = spawn(program, [...args, 'lsp'], { stdio: ['pipe', 'pipe', 'inherit'] });
    processes.push(this.process);
    this.ended = new Promise((done) => { this.process.on('exit', (code) => done(code)); });
    this.connection = rpc.createMessageConnection(
      new rpc.StreamMessageReader(this.process.stdout),
      new rpc.StreamMessageWriter(this.process.stdin));
    this.texts = new Map();
    this.published = new Map();  // by URI, the latest
    this.waiting = [];
    this.registrations = [];
    this.misjudged = [];  // what the guards say of messages that nobody asked for
    this.guards = new Guards(lsp, (uri) => this.linesOf(uri));
    this.connection.onNotification('textDocument/publishDiagnostics', (params) => {
      const document = this.documentOf(params.uri);
      try {
        if (params.version === document?.version) {
          this.guards.judged('textDocument/publishDiagnostics',
            { textDocument: { uri: params.uri } }, params);
        }
      } catch (error) {
        this.misjudged.push(error);
      }
      this.published.set(params.uri, params);
      this.waiting = this.waiting.filter((one) => !one());
    });
    this.connection.onRequest('client/registerCapability', (params) => {
      this.registrations.push(...params.registrations.filter((one) =>
        lsp.DidChangeWatchedFilesNotification.method === one.method &&
        one.registerOptions.watchers.every((watcher) => typeof watcher.globPattern === 'string')));
      return null;
    });
    this.connection.listen();
  }

  async start(folder, capabilities = CAPABILITIES) {
    this.folder = folder;
    const result = await this.connection.sendRequest('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities,
      workspaceFolders: [{ uri: pathToFileURL(folder).href, name: 'test' }],
    });
    await this.connection.sendNotification('initialized', {});
    this.encoding = result.capabilities.positionEncoding;
    this.guards.legend = result.capabilities.semanticTokensProvider.legend;
    return result;
  }

  documentOf(uri) {
    return [...this.texts].find(([name]) => this.uri(name) === uri)?.[1];
  }

  // The lines that ranges are judged by: of an open text, where they are counted as here.
  linesOf(uri) {
    return this.encoding === 'utf-16' ? this.documentOf(uri)?.text.split('\n') : undefined;
  }

  // The answer to a request, judged if its text is still the one that it was asked of.
  async request(method, params, ...more) {
    const document = this.documentOf(params.textDocument?.uri ?? params.data?.uri);
    const version = document?.version;
    const answer = await this.connection.sendRequest(method, params, ...more);
    return document?.version === version ? this.guards.judged(method, params, answer) : answer;
  }

  uri(name) {
    return pathToFileURL(path.join(this.folder, name)).href;
  }

  // Opens a text; the diagnostics of it.
  async open(name, text) {
    const uri = this.uri(name);
    this.texts.set(name, { text, version: 1 });
    const found = this.diagnostics(name, 1);
    await this.connection.sendNotification('textDocument/didOpen',
      { textDocument: { uri, languageId: 'sentrail', version: 1, text } });
    return found;
  }

  // Puts a text in the place of a range; nobody waits.
  edit(name, range, newText) {
    const document = this.texts.get(name);
    document.text = edited(document.text, [{ range, newText }]);
    ++document.version;
    return this.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri: this.uri(name), version: document.version },
      contentChanges: [{ range, text: newText }],
    });
  }

  // Replaces a whole text; the diagnostics of it.
  async replace(name, text) {
    const document = this.texts.get(name);
    document.text = text;
    ++document.version;
    const found = this.diagnostics(name, document.version);
    await this.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri: this.uri(name), version: document.version },
      contentChanges: [{ text }],
    });
    return found;
  }

  // The diagnostics of a version of a text, when they come.
  diagnostics(name, version) {
    return this.until(() => {
      const published = this.published.get(this.uri(name));
      return published?.version === version ? published.diagnostics : undefined;
    });
  }

  // What a look at the published diagnostics gives, once it gives something.
  until(look) {
    return new Promise((done, fail) => {
      const deadline = setTimeout(() => {
        this.process.kill();
        fail(new Error(`never published: ${look}; ${JSON.stringify([...this.published])}`));
      }, 30_000);
      const one = () => {
        const seen = look();
        if (seen === undefined) return false;
        clearTimeout(deadline);
        done(seen);
        return true;
      };
      this.waiting.push(one);
    });
  }

  ask(method, name, more = {}) {
    return this.request(`textDocument/${method}`,
      { textDocument: { uri: this.uri(name) }, ...more });
  }

  at(method, name, position, more = {}) {
    return this.ask(method, name, { position, ...more });
  }

  // Labels of what is offered where `|` stands.
  async offered(name, marked) {
    const at = marked.indexOf('|');
    await this.replace(name, marked.slice(0, at) + marked.slice(at + 1));
    const answer = await this.at('completion', name, positionAt(marked, at));
    return answer.items;
  }

  async stop() {
    await this.connection.sendRequest('shutdown');
    await this.connection.sendNotification('exit');
    const code = await this.ended;
    if (this.misjudged.length > 0) throw this.misjudged[0];
    return code;
  }
}
