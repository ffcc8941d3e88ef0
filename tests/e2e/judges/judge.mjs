// Judges reports by what others wrote: the schema of SARIF 2.1.0 (of npm package
// @microsoft/jest-sarif) with Ajv, and junit2json, which reads JUnit's XML for CI servers.
//
//   node judge.mjs sarif|junit < REPORT
//
// Out: one JSON object: {"errors": […]} for SARIF, what was read for JUnit.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const require = createRequire(new URL('../../../demo/package.json', import.meta.url));

function sarif(text) {
  const Ajv = require('ajv-draft-04');
  const addFormats = require('ajv-formats');
  const main = require.resolve('@microsoft/jest-sarif');
  const file = path.join(path.dirname(main), 'schemas/sarif-2.1.0-rtm.5.json');
  const schema = JSON.parse(readFileSync(file, 'utf8'));
  const ajv = new Ajv({ allErrors: true, strict: false, unicodeRegExp: false });
  addFormats(ajv);
  const valid = ajv.validate(schema, JSON.parse(text));
  return { errors: valid ? [] : ajv.errors };
}

async function junit(text) {
  const { parse } = await import(require.resolve('junit2json'));
  return parse(text);
}

const text = readFileSync(0, 'utf8');
const judges = { sarif, junit };
console.log(JSON.stringify(await judges[process.argv[2]](text)));
