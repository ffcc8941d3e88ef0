// Judges every message of the server by the guards of Microsoft's own types, and by what the
// protocol says in words beyond them: ranges that are within the text and not turned round, edits
// that do not overlap, tokens that the legend has.
//
// Neighbours: client.mjs puts each answer through judged().
import assert from 'node:assert/strict';

const DIAGNOSTIC_TAGS = [1, 2];
const SEVERITIES = [1, 2, 3, 4];

export class Guards {
  // `types`: the library; `linesOf(uri)`: the lines of an open text, or undefined.
  constructor(types, linesOf) {
    this.types = types;
    this.linesOf = linesOf;
    this.counts = new Map();  // by method, how many answers with something in them were judged
  }

  // An answer as it came, or a failed assertion.
  judged(method, params, answer) {
    const judge = JUDGES[method];
    if (!judge) return answer;
    if (answer === null) return answer;
    judge(this, answer, params.textDocument?.uri ?? params.data?.uri, params);
    this.counts.set(method, (this.counts.get(method) ?? 0) + 1);
    return answer;
  }

  is(type, value) {
    assert.ok(this.types[type].is(value), `no ${type}: ${JSON.stringify(value)}`);
  }

  each(values, judge) {
    assert.ok(Array.isArray(values), JSON.stringify(values));
    values.forEach(judge);
  }

  // A range of a text, in UTF-16 units.
  range(range, uri) {
    this.is('Range', range);
    const { start, end } = range;
    assert.ok(Number.isInteger(start.line) && Number.isInteger(start.character), 'whole numbers');
    assert.ok(start.line < end.line || (start.line === end.line &&
      start.character <= end.character), `turned round: ${JSON.stringify(range)}`);
    const lines = this.linesOf(uri);
    if (!lines) return;
    for (const { line, character } of [start, end]) {
      assert.ok(line < lines.length && character <= lines[line].length,
        `${JSON.stringify(range)} is outside of ${uri}`);
    }
  }

  location(location) {
    this.is('Location', location);
    assert.doesNotThrow(() => new URL(location.uri));
    this.range(location.range, location.uri);
  }

  edits(edits, uri) {
    this.each(edits, (edit) => {
      this.is('TextEdit', edit);
      this.range(edit.range, uri);
    });
    const key = ({ line, character }) => line * 1e6 + character;
    const sorted = [...edits].sort((a, b) => key(a.range.start) - key(b.range.start));
    for (let i = 1; i < sorted.length; ++i) {
      assert.ok(key(sorted[i - 1].range.end) <= key(sorted[i].range.start), 'edits overlap');
    }
  }

  workspaceEdit(edit) {
    this.is('WorkspaceEdit', edit);
    for (const change of edit.documentChanges ?? []) {
      this.is('TextDocumentEdit', change);
      this.edits(change.edits, change.textDocument.uri);
    }
    for (const [uri, edits] of Object.entries(edit.changes ?? {})) this.edits(edits, uri);
  }

  diagnostic(diagnostic, uri) {
    this.is('Diagnostic', diagnostic);
    this.range(diagnostic.range, uri);
    assert.ok(SEVERITIES.includes(diagnostic.severity));
    for (const tag of diagnostic.tags ?? []) assert.ok(DIAGNOSTIC_TAGS.includes(tag));
    for (const other of diagnostic.relatedInformation ?? []) {
      this.is('DiagnosticRelatedInformation', other);
      this.location(other.location);
    }
    assert.match(diagnostic.message, /./);
  }

  markup(markup) {
    this.is('MarkupContent', markup);
  }

  symbol(symbol, uri) {
    this.is('DocumentSymbol', symbol);
    assert.match(symbol.name, /./);
    assert.ok(symbol.kind >= 1 && symbol.kind <= 26);
    this.range(symbol.range, uri);
    this.range(symbol.selectionRange, uri);
    this.each(symbol.children ?? [], (child) => this.symbol(child, uri));
  }

  lens(lens, uri) {
    this.is('CodeLens', lens);
    this.range(lens.range, uri);
    if (lens.command) this.is('Command', lens.command);
  }

  item(item, uri, position) {
    assert.match(item.label, /./);  // the types have no guard of an item
    assert.ok(item.kind >= 1 && item.kind <= 25);
    if (item.documentation !== undefined) this.markup(item.documentation);
    this.is('TextEdit', item.textEdit);
    this.range(item.textEdit.range, uri);
    // "The range of the edit must be a single line and contain the position": CompletionItem.
    const { start, end } = item.textEdit.range;
    assert.ok(start.line === end.line && start.line === position.line &&
      start.character <= position.character && position.character <= end.character,
      `${JSON.stringify(item.textEdit.range)} is not about ${JSON.stringify(position)}`);
  }
}

const locations = (guards, answer) => guards.each(answer, (one) => guards.location(one));

const JUDGES = {
  'textDocument/publishDiagnostics': (guards, { diagnostics }, uri) =>
    guards.each(diagnostics, (one) => guards.diagnostic(one, uri)),
  'textDocument/hover': (guards, hover, uri) => {
    guards.is('Hover', hover);
    guards.markup(hover.contents);
    if (hover.range) guards.range(hover.range, uri);
  },
  'textDocument/completion': (guards, list, uri, { position }) => {
    assert.equal(typeof list.isIncomplete, 'boolean');
    guards.each(list.items, (item) => guards.item(item, uri, position));
  },
  'textDocument/definition': locations,
  'textDocument/references': locations,
  'textDocument/documentHighlight': (guards, answer, uri) => guards.each(answer, (one) => {
    guards.range(one.range, uri);
    assert.ok([1, 2, 3].includes(one.kind));
  }),
  'textDocument/documentSymbol': (guards, answer, uri) =>
    guards.each(answer, (one) => guards.symbol(one, uri)),
  'textDocument/foldingRange': (guards, answer, uri) => guards.each(answer, (one) => {
    guards.is('FoldingRange', one);
    assert.ok(one.startLine < one.endLine);
    const lines = guards.linesOf(uri);
    if (lines) assert.ok(one.endLine < lines.length);
  }),
  'textDocument/semanticTokens/full': (guards, answer, uri) => {
    guards.is('SemanticTokens', answer);
    assert.equal(answer.data.length % 5, 0);
    const lines = guards.linesOf(uri);
    let [line, character] = [0, 0];
    for (let i = 0; i < answer.data.length; i += 5) {
      const [down, right, length, type] = answer.data.slice(i, i + 4);
      character = down === 0 ? character + right : right;
      line += down;
      assert.ok(length > 0 && type < guards.legend.tokenTypes.length);
      if (lines) assert.ok(character + length <= lines[line].length, 'a token past its line');
    }
  },
  'textDocument/formatting': (guards, answer, uri) => guards.edits(answer, uri),
  'textDocument/codeAction': (guards, answer, uri) => guards.each(answer, (one) => {
    guards.is('CodeAction', one);
    guards.workspaceEdit(one.edit);
    for (const diagnostic of one.diagnostics ?? []) guards.diagnostic(diagnostic, uri);
  }),
  'textDocument/codeLens': (guards, answer, uri) =>
    guards.each(answer, (one) => guards.lens(one, uri)),
  'codeLens/resolve': (guards, answer, uri) => {
    guards.lens(answer, uri);
    guards.is('Command', answer.command);
  },
  'textDocument/prepareRename': (guards, { range, placeholder }, uri) => {
    guards.range(range, uri);
    assert.equal(typeof placeholder, 'string');
  },
  'textDocument/rename': (guards, edit) => guards.workspaceEdit(edit),
};

// Every method that is judged.
export const JUDGED = Object.keys(JUDGES);
