// A window of VS Code for tests: code-server on loopback, and a browser that looks at it.
//
// Neighbours: ../vscode_test.mjs; tools/setup_vscode.sh installs what this starts. Must not know:
// policies. Everything is kept in one folder that goes away; nothing is fetched.
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync }
  from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../../..');
const modules = path.join(here, 'node_modules');
const entry = path.join(modules, 'code-server/out/node/entry.js');
const CHROMIUM = '/usr/bin/chromium';
const PATIENCE_MS = 60_000;
const QUIET = {
  'workbench.startupEditor': 'none', 'chat.disableAIFeatures': true,
  'window.menuBarVisibility': 'hidden', 'workbench.editor.useModal': 'off',
};

// What tools/setup_vscode.sh has not installed, or nothing.
export function missing() {
  return [path.join(modules, '.sentrail-stamp'), entry, CHROMIUM].find((one) => !existsSync(one));
}

// The extension as people install it: packaged from a copy, so that the repository stays clean.
function packaged(folder) {
  const copy = path.join(folder, 'repository');
  for (const part of ['editors/vscode', 'grammar', 'LICENSE']) {
    cpSync(path.join(root, part), path.join(copy, part), { recursive: true });
  }
  const vsix = path.join(folder, 'sentrail.vsix');
  execFileSync(process.execPath, [path.join(modules, '@vscode/vsce/vsce'), 'package',
    '--allow-missing-repository', '--out', vsix],
    { cwd: path.join(copy, 'editors/vscode'), stdio: ['ignore', 'ignore', 'inherit'] });
  return vsix;
}

export class Window {
  // Starts VS Code with the extension in a folder that holds `files`, by name.
  static async open(files, settings) {
    const window = new Window();
    window.base = mkdtempSync(path.join(tmpdir(), 'sentrail-vscode-'));
    window.folder = path.join(window.base, 'workspace');
    mkdirSync(window.folder);
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(window.file(name)), { recursive: true });
      writeFileSync(window.file(name), text);
    }
    try {
      await window.#serve(settings);
      await window.#look();
    } catch (error) {
      await window.close();
      throw error;
    }
    return window;
  }

  file(name) {
    return path.join(this.folder, name);
  }

  saved(name) {
    return readFileSync(this.file(name), 'utf8');
  }

  #code(args) {
    const at = (name) => path.join(this.base, name);
    writeFileSync(at('config.yaml'), 'auth: none\ncert: false\n');
    return [entry, '--config', at('config.yaml'), '--user-data-dir', at('data'),
      '--extensions-dir', at('extensions'), ...args];
  }

  async #serve(settings) {
    execFileSync(process.execPath, this.#code(['--install-extension', packaged(this.base)]),
      { stdio: ['ignore', 'ignore', 'inherit'] });
    for (const [scope, all] of Object.entries({ User: QUIET, Machine: settings })) {
      mkdirSync(path.join(this.base, 'data', scope), { recursive: true });
      writeFileSync(path.join(this.base, 'data', scope, 'settings.json'), JSON.stringify(all));
    }
    const args = this.#code(['--bind-addr', '127.0.0.1:0', '--disable-telemetry',
      '--disable-update-check', '--disable-workspace-trust', this.folder]);
    this.server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let log = '';
    this.url = await new Promise((done, fail) => {
      const read = (bytes) => {
        log += bytes;
        const found = /listening on (http:\/\/127[^\s/]+)/.exec(log);
        if (found) done(found[1]);
      };
      this.server.stdout.on('data', read);
      this.server.stderr.on('data', read);
      this.server.on('exit', () => fail(new Error(`code-server ended: ${log}`)));
    });
  }

  // Changes the machine's settings as one does by hand.
  async configure(settings) {
    await this.command('Preferences: Open Remote Settings (JSON)');
    await this.see('.tab.active', 'settings.json');
    await this.page.locator('.monaco-editor.focused').waitFor();
    await this.press('Control+a');
    await this.page.keyboard.insertText(JSON.stringify(settings));
    await this.command('File: Save');
    await this.command('View: Close Editor');
  }

  async #look() {
    const { chromium } = createRequire(path.join(here, 'package.json'))('playwright-core');
    this.browser = await chromium.launchPersistentContext(path.join(this.base, 'browser'), {
      executablePath: CHROMIUM, headless: true, viewport: { width: 1400, height: 900 },
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
        '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    });
    this.page = await this.browser.newPage();
    this.page.setDefaultTimeout(PATIENCE_MS);
    await this.page.goto(`${this.url}/?folder=${this.folder}`);
    await this.page.locator('.explorer-folders-view').waitFor();
  }

  // Runs a command by its name, as from the palette.
  async command(name) {
    await this.page.keyboard.press('F1');
    await this.page.locator('.quick-input-widget input').fill(`>${name}`);
    await this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: name }).first()
      .click();
  }

  // Opens a file of the folder.
  async show(name) {
    await this.page.keyboard.press('Control+p');
    await this.page.locator('.quick-input-widget input').fill(name);
    await this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: name }).first()
      .click();
    await this.page.locator('.tab.active').filter({ hasText: name }).waitFor();
  }

  // Puts the cursor at a line and column, both from 1.
  async go(line, column) {
    await this.page.keyboard.press('Control+g');
    await this.page.locator('.quick-input-widget input').fill(`:${line}:${column}`);
    await this.page.keyboard.press('Enter');
    await this.see('.editor-status-selection, .statusbar-item', `Ln ${line}, Col ${column}`);
  }

  async type(text) {
    await this.page.keyboard.type(text);
  }

  async press(key) {
    await this.page.keyboard.press(key);
  }

  // Waits until something is seen that has the text.
  async see(selector, hasText) {
    const found = this.page.locator(selector).filter({ hasText }).first();
    await found.waitFor();
    return found;
  }

  async seeNothing(selector) {
    await this.page.locator(selector).first().waitFor({ state: 'detached' });
  }

  // The colour of the first token that reads so.
  async colour(token) {
    const found = await this.see('.view-line span span', new RegExp(`^\\s*${token}\\s*$`));
    return found.evaluate((one) => getComputedStyle(one).color);
  }

  // Saves, and waits until the file on disk is as wanted.
  async save(name, wanted) {
    await this.command('File: Save');
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end;) {
      if (wanted.test(this.saved(name))) return;
      await this.page.waitForTimeout(50);
    }
    throw new Error(`${name} is not ${wanted}:\n${this.saved(name)}`);
  }

  async picture(name) {
    await this.page.screenshot({ path: name });
  }

  async close() {
    await this.browser?.close();
    this.server?.kill();
    rmSync(this.base, { recursive: true, force: true, maxRetries: 5 });
  }
}
