// A small GitHub: answers of GitHub's own shape over a remembered state.
//
// Neighbours: description.mjs (validity, example bodies), state.mjs (what is remembered),
// main.mjs (sockets). Must not know: Sentrail. An operation it does not play is answered 501,
// never invented.
import crypto from 'node:crypto';

const REPO = '/repos/{owner}/{repo}';

const sha = (text) => crypto.createHash('sha1').update(text).digest('hex');
const fullRef = (ref) => (ref.startsWith('refs/') ? ref : `refs/${ref}`);

class Refusal extends Error {
  constructor(status, message, errors) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
}

const missing = () => new Refusal(404, 'Not Found');

export class GitHub {
  constructor(description, state) {
    this.description = description;
    this.state = state;
    this.operations = this.table();
  }

  /** {status, body, headers} for one request. `query` is a URLSearchParams. */
  answer({ method, path, query, body, origin }) {
    const route = this.description.find(method === 'HEAD' ? 'GET' : method, path);
    if (!route) return { status: 404, body: { message: 'Not Found' } };
    const wrong = this.description.checkBody(route, body);
    if (wrong.length > 0) {
      return { status: 422, body: { message: 'Validation Failed', errors: wrong } };
    }
    const play = this.operations[`${route.method} ${route.template}`];
    if (!play) {
      return { status: 501, body: { message: `the demo does not play ${route.template}` } };
    }
    try {
      const answer = play(this.context(route, query, body, origin));
      const faults = this.description.checkAnswer(route, answer.status, answer.body);
      if (faults.length > 0) throw new Error(`answer breaks the description: ${faults[0]}`);
      return answer;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { status: error.status, body: { message: error.message, errors: error.errors } };
    }
  }

  context(route, query, body, origin) {
    const { owner, repo } = route.parameters;
    const repository = owner && repo ? this.state.repository(owner, repo) : undefined;
    if (owner && repo && !repository) throw missing();
    const example = (method, template, status) =>
      this.description.example(template, method, status);
    return { ...route.parameters, repository, query, body, origin, example,
             path: route.parameters.path };
  }

  table() {
    return { ...this.repositoryOperations(), ...this.issueOperations(), ...this.pullOperations(),
             ...this.contentOperations() };
  }

  repositoryOperations() {
    const changed = (answer) => { this.state.save(); return answer; };
    const oneRef = (c, ref) => {
      if (!(ref in c.repository.refs)) throw missing();
      return { ...c.example('get', `${REPO}/git/ref/{ref}`, 200), ref,
               object: { type: 'commit', sha: c.repository.refs[ref], url: `${c.origin}/x` } };
    };
    return {
      'get /user': (c) => ({ status: 200, body: c.example('get', '/user', 200) }),
      [`get ${REPO}`]: (c) => {
        // The description's example lacks required members below `source` and `parent`.
        const { source, parent, ...example } = c.example('get', REPO, 200);
        return { status: 200, body: { ...example, name: c.repo, language: null,
                                      full_name: `${c.owner}/${c.repo}` } };
      },
      [`delete ${REPO}`]: (c) => {
        this.state.removeRepository(c.owner, c.repo);
        return { status: 204 };
      },
      [`get ${REPO}/git/ref/{ref}`]: (c) => ({ status: 200, body: oneRef(c, fullRef(c.ref)) }),
      [`post ${REPO}/git/refs`]: (c) => {
        if (c.body.ref in c.repository.refs) throw new Refusal(422, 'Reference already exists');
        c.repository.refs[c.body.ref] = c.body.sha;
        return changed({ status: 201, body: oneRef(c, c.body.ref) });
      },
      [`patch ${REPO}/git/refs/{ref}`]: (c) => {
        oneRef(c, fullRef(c.ref));
        c.repository.refs[fullRef(c.ref)] = c.body.sha;
        return changed({ status: 200, body: oneRef(c, fullRef(c.ref)) });
      },
      [`delete ${REPO}/git/refs/{ref}`]: (c) => {
        oneRef(c, fullRef(c.ref));
        delete c.repository.refs[fullRef(c.ref)];
        return changed({ status: 204 });
      },
    };
  }

  issueOperations() {
    const changed = (answer) => { this.state.save(); return answer; };
    const show = (c, issue) => ({
      ...c.example('post', `${REPO}/issues`, 201), ...issue,
      url: `${c.origin}/repos/${c.owner}/${c.repo}/issues/${issue.number}` });
    const one = (c) => {
      const issue = c.repository.issues.find((i) => i.number === Number(c.issue_number));
      if (!issue) throw missing();
      return issue;
    };
    return {
      [`get ${REPO}/issues`]: (c) => page(c, c.repository.issues.map((i) => show(c, i))),
      [`post ${REPO}/issues`]: (c) => {
        const issue = { number: c.repository.next++, title: String(c.body.title),
                        body: c.body.body ?? null, state: 'open' };
        c.repository.issues.push(issue);
        return changed({ status: 201, body: show(c, issue) });
      },
      [`get ${REPO}/issues/{issue_number}`]: (c) => ({ status: 200, body: show(c, one(c)) }),
      [`patch ${REPO}/issues/{issue_number}`]: (c) => {
        const issue = one(c);
        for (const key of ['title', 'body', 'state']) {
          if (key in c.body) issue[key] = c.body[key];
        }
        return changed({ status: 200, body: show(c, issue) });
      },
      [`post ${REPO}/issues/{issue_number}/comments`]: (c) => {
        const comment = { id: c.repository.next++, body: c.body.body };
        c.repository.comments.push({ ...comment, issue: one(c).number });
        return changed({ status: 201, body: {
          ...c.example('post', `${REPO}/issues/{issue_number}/comments`, 201), ...comment } });
      },
    };
  }

  pullOperations() {
    const changed = (answer) => { this.state.save(); return answer; };
    const show = (c, pull) => ({
      ...c.example('post', `${REPO}/pulls`, 201), number: pull.number, title: pull.title,
      merged: Boolean(pull.merged), state: pull.merged ? 'closed' : 'open',
      requested_teams: [] });  // the description's own example breaks its schema here
    const one = (c) => {
      const pull = c.repository.pulls.find((p) => p.number === Number(c.pull_number));
      if (!pull) throw missing();
      return pull;
    };
    return {
      [`get ${REPO}/pulls/{pull_number}`]: (c) => ({ status: 200, body: show(c, one(c)) }),
      [`post ${REPO}/pulls`]: (c) => {
        const pull = { number: c.repository.next++, title: c.body.title ?? '',
                       head: c.body.head, base: c.body.base };
        c.repository.pulls.push(pull);
        return changed({ status: 201, body: show(c, pull) });
      },
      [`put ${REPO}/pulls/{pull_number}/merge`]: (c) => {
        const pull = one(c);
        if (pull.merged) throw new Refusal(405, 'Pull Request is not mergeable');
        pull.merged = true;
        return changed({ status: 200, body: {
          ...c.example('put', `${REPO}/pulls/{pull_number}/merge`, 200),
          sha: sha(`merge ${pull.number}`) } });
      },
    };
  }

  contentOperations() {
    const changed = (answer) => { this.state.save(); return answer; };
    const CONTENTS = `${REPO}/contents/{path}`;
    return {
      [`put ${CONTENTS}`]: (c) => {
        const status = c.path in c.repository.files ? 200 : 201;
        c.repository.files[c.path] = c.body.content;
        const body = c.example('put', CONTENTS, status);
        body.content.path = c.path;
        body.content.sha = sha(c.body.content);
        return changed({ status, body });
      },
      [`delete ${CONTENTS}`]: (c) => {
        if (!(c.path in c.repository.files)) throw missing();
        delete c.repository.files[c.path];
        return changed({ status: 200, body: c.example('delete', CONTENTS, 200) });
      },
      [`post ${REPO}/releases`]: (c) => {
        const release = { id: c.repository.next++, tag_name: c.body.tag_name };
        c.repository.releases.push(release);
        return changed({ status: 201, body: {
          ...c.example('post', `${REPO}/releases`, 201), ...release } });
      },
    };
  }
}

/** One page of a list, with GitHub's absolute Link header. */
function page(c, items) {
  const size = Number(c.query.get('per_page') ?? 30);
  const number = Number(c.query.get('page') ?? 1);
  const last = Math.max(1, Math.ceil(items.length / size));
  const link = (to, rel) => {
    const query = new URLSearchParams(c.query);
    query.set('page', String(to));
    return `<${c.origin}/repos/${c.owner}/${c.repo}/issues?${query}>; rel="${rel}"`;
  };
  const links = [];
  if (number < last) links.push(link(number + 1, 'next'), link(last, 'last'));
  if (number > 1) links.push(link(number - 1, 'prev'), link(1, 'first'));
  return { status: 200, body: items.slice((number - 1) * size, number * size),
           headers: links.length > 0 ? { link: links.join(', ') } : {} };
}
