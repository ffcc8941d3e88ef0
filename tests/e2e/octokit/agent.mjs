// An agent: an unmodified @octokit/rest, told by lines of JSON on standard input what to call.
//
//   node agent.mjs '{"baseUrl": …, "auth": …, "headers": {…}}'
//
// In:  {"id": 1, "method": "issues.create", "arguments": {…}, "paginate": false}
//      `request` as method takes {"route": "GET /x", …}.
// Out: {"id": 1, "status", "data", "headers", "url"} or {"id": 1, "error": {…}}, as each ends.
import { createRequire } from 'node:module';
import readline from 'node:readline';

const require = createRequire(new URL('../../../demo/package.json', import.meta.url));
const { Octokit } = await import(require.resolve('@octokit/rest'));

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const { baseUrl, auth, headers } = JSON.parse(process.argv[2]);
const octokit = new Octokit({ baseUrl, auth, log: quiet });
octokit.hook.before('request', (options) => { Object.assign(options.headers, headers); });

function find(method) {
  if (method === 'request') return ({ route, ...rest }) => octokit.request(route, rest);
  return method.split('.').reduce((object, name) => object[name], octokit.rest);
}

async function run({ method, arguments: parameters, paginate }) {
  if (paginate) return { data: await octokit.paginate(find(method), parameters) };
  const { status, data, headers: answered, url } = await find(method)(parameters);
  return { status, data, headers: answered, url };
}

function failure(error) {
  return { error: { status: error.status, message: error.message, data: error.response?.data,
                    headers: error.response?.headers } };
}

const print = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);
for await (const line of readline.createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  run(command).then((answer) => print({ id: command.id, ...answer }),
                    (error) => print({ id: command.id, ...failure(error) }));
}
