// The demo upstream as a program: a GitHub-shaped server on loopback, with faults on request.
//
//   node demo/main.mjs [--port N] [--state FILE] [--record FOLDER] [--token T] [--origin URL]
//                      [--tls CERT KEY] [--port-file FILE]
//
// Prints `listening on <port>` once ready. A request to /faults/NAME, or with the header
// `x-demo-fault: NAME`, is answered by that fault: hang, reset, close, close-mid-body, bad-gateway.
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { parseArgs } from 'node:util';
import { Description } from './description.mjs';
import { GitHub } from './github.mjs';
import { record } from './recorder.mjs';
import { State } from './state.mjs';

const { values: options, positionals } = parseArgs({ allowPositionals: true, options: {
  port: { type: 'string', default: '0' }, state: { type: 'string' }, record: { type: 'string' },
  token: { type: 'string', default: 'demo-token' }, origin: { type: 'string' },
  tls: { type: 'boolean', default: false }, 'port-file': { type: 'string' },
} });

const github = new GitHub(new Description(), new State(options.state));
let origin = options.origin;

const FAULTS = {
  hang: () => {},
  reset: (response) => response.socket.resetAndDestroy(),
  close: (response) => response.socket.end(),
  'close-mid-body': (response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
    response.write('{"half":', () => response.socket.destroy());
  },
  'bad-gateway': (response) => send(response, 502, { message: 'Bad Gateway' }),
};

function send(response, status, body, headers = {}) {
  const text = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'x-github-media-type': 'github.v3; format=json', ...headers,
    ...(status === 204 ? {} : { 'content-length': String(Buffer.byteLength(text)) }) });
  response.end(text);
}

function authorised(header) {
  const match = /^(?:bearer|token) (.+)$/i.exec(header ?? '');
  return match !== null && match[1] === options.token;
}

async function handle(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const raw = Buffer.concat(chunks).toString('utf8');
  const cut = request.url.indexOf('?');
  const path = cut < 0 ? request.url : request.url.slice(0, cut);
  const fault = request.headers['x-demo-fault'] ?? /^\/faults\/([a-z-]+)$/.exec(path)?.[1];
  if (fault && FAULTS[fault]) return FAULTS[fault](response);
  if (!authorised(request.headers.authorization)) {
    return send(response, 401, { message: 'Bad credentials' });
  }
  let body;
  try {
    body = raw === '' ? undefined : JSON.parse(raw);
  } catch {
    return send(response, 400, { message: 'Problems parsing JSON' });
  }
  const answer = github.answer({ method: request.method, path, body, origin,
    query: new URLSearchParams(cut < 0 ? '' : request.url.slice(cut + 1)) });
  return send(response, answer.status, answer.body, answer.headers);
}

function onRequest(request, response) {
  handle(request, response).catch((error) => {
    console.error(`demo upstream: ${error.stack}`);
    if (!response.headersSent) send(response, 500, { message: error.message });
  });
}

const server = options.tls
  ? https.createServer({ cert: fs.readFileSync(positionals[0]),
                         key: fs.readFileSync(positionals[1]) }, onRequest)
  : http.createServer(onRequest);

const listen = (port) => new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
await listen(options.record ? 0 : Number(options.port));
let { port } = server.address();
if (options.record) {
  const recorder = await record({ port: Number(options.port), target: port,
                                  folder: options.record });
  ({ port } = recorder.address());
}
origin ??= `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`;
if (options['port-file']) fs.writeFileSync(options['port-file'], String(port));
console.log(`listening on ${port}`);
