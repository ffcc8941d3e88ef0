// Starts `sentrailc lsp` and does what a server cannot: show tests and explanations.
//
// Plain JavaScript: no build step. Everything about policies is the server's.
'use strict';

const { execFile } = require('node:child_process');
const vscode = require('vscode');
const { LanguageClient } = require('vscode-languageclient/node');

const SCHEME = 'sentrail-explain'; // of the links behind codes: sentrail-explain:/S0214.md

let client;

function settings() {
  const all = vscode.workspace.getConfiguration('sentrail');
  return { program: all.get('path'), include: all.get('include') };
}

async function start() {
  const { program, include } = settings();
  const args = [...include.flatMap((folder) => ['--include', folder]), 'lsp'];
  client = new LanguageClient('sentrail', 'Sentrail', { command: program, args }, {
    documentSelector: [
      { scheme: 'file', language: 'sentrail' },
      { scheme: 'untitled', language: 'sentrail' },
    ],
  });
  try {
    await client.start();
  } catch (error) {
    // What the client throws here is a text.
    vscode.window.showErrorMessage(
      `Sentrail: cannot start ${program}: set sentrail.path. ${error?.message ?? error}`);
  }
}

async function stop() {
  const stopped = client;
  client = undefined;
  if (stopped?.needsStop()) await stopped.stop();
}

// The tests that cover a rule, as the lens above it has them.
function showTests(uri, position, locations) {
  return vscode.commands.executeCommand(
    'editor.action.showReferences',
    vscode.Uri.parse(uri),
    client.protocol2CodeConverter.asPosition(position),
    locations.map((one) => client.protocol2CodeConverter.asLocation(one)));
}

// What a code means, as `sentrailc explain-code` says it.
function explanation(uri) {
  const code = /^\/(S\d{4})\.md$/.exec(uri.path)?.[1];
  if (!code) return '';
  return new Promise((done) => {
    execFile(settings().program, ['explain-code', code],
      (error, out) => done(error ? error.message : out));
  });
}

async function activate(context) {
  context.subscriptions.push(
    vscode.commands.registerCommand('sentrail.showTests', showTests),
    vscode.commands.registerCommand('sentrail.restart', async () => {
      await stop();
      await start();
    }),
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
      provideTextDocumentContent: explanation,
    }),
    vscode.workspace.onDidChangeConfiguration(async (event) => {
      const touched = ['sentrail.path', 'sentrail.include'];
      if (!touched.some((one) => event.affectsConfiguration(one))) return;
      await stop();
      await start();
    }));
  await start();
}

module.exports = { activate, deactivate: stop };
