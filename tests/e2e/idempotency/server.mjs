// An upstream that takes idempotency keys: Express with the unmodified express-idempotency.
//
//   node server.mjs PORT_FILE
//
// POST /orders/REF makes an order; one with a key that was met before gets the kept answer.
// GET /orders/REF says whether there is one; GET /made lists them and the keys they came with.
import fs from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../../demo/package.json', import.meta.url));
const express = require('express');
const { getSharedIdempotencyService, idempotency } = require('express-idempotency');

const made = [];
const keys = [];
const app = express();
app.use(express.json());
app.use(idempotency());

app.post('/orders/:ref', (request, response) => {
  keys.push(request.get('idempotency-key') ?? null);
  if (getSharedIdempotencyService().isHit(request)) return;
  made.push(request.params.ref);
  response.status(201).json({ order: made.length, ref: request.params.ref });
});
app.get('/orders/:ref', (request, response) => {
  const found = made.includes(request.params.ref);
  response.status(found ? 200 : 404).json({ found });
});
app.get('/made', (_, response) => response.json({ made, keys }));

const server = app.listen(0, '127.0.0.1', () => {
  fs.writeFileSync(process.argv[2], String(server.address().port));
});
