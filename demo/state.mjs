// What the demo upstream remembers: repositories with issues, pulls, refs, files, releases.
//
// Neighbours: github.mjs changes it through these functions. Must not know: HTTP, shapes of
// answers. Saved after each change, so that a restart continues.
import fs from 'node:fs';

const EMPTY_REPOSITORY = () => ({
  issues: [], comments: [], pulls: [], releases: [],
  refs: { 'refs/heads/main': 'a'.repeat(40), 'refs/heads/release/1.2': 'b'.repeat(40) },
  files: { 'README.md': Buffer.from('# demo\n').toString('base64') },
  next: 1,
});

export class State {
  constructor(file) {
    this.file = file;
    this.repositories = file && fs.existsSync(file)
      ? JSON.parse(fs.readFileSync(file, 'utf8'))
      : { 'acme/web': EMPTY_REPOSITORY() };
    if (!file || !fs.existsSync(file)) this.seed();
  }

  seed() {
    const web = this.repositories['acme/web'];
    for (let i = 0; i < 5; i++) web.issues.push({ number: web.next++, title: `issue ${i + 1}` });
    web.pulls.push({ number: web.next++, title: 'first pull', head: 'topic', base: 'main' });
    this.save();
  }

  /** A repository by `owner/name`, caseless as GitHub's. */
  repository(owner, repo) {
    return this.repositories[`${owner}/${repo}`.toLowerCase()];
  }

  removeRepository(owner, repo) {
    delete this.repositories[`${owner}/${repo}`.toLowerCase()];
    this.save();
  }

  save() {
    if (!this.file) return;
    fs.writeFileSync(`${this.file}.new`, JSON.stringify(this.repositories, null, 1));
    fs.renameSync(`${this.file}.new`, this.file);
  }
}
