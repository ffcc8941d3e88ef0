// GitHub's published OpenAPI description: which operation a request is, and whether it is valid.
//
// Neighbours: github.mjs asks it about each request and takes example bodies from it. Must not
// know: any state. The description comes from the npm package @octokit/openapi, unchanged.
import { createRequire } from 'node:module';
import fs from 'node:fs';
import Ajv from 'ajv';

const require = createRequire(import.meta.url);
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** Turns `/repos/{owner}/{repo}` into a matcher; a parameter stays inside its raw segment. */
function compileTemplate(template) {
  const names = [];
  const source = template.split('/').map((segment) =>
    segment.split(/(\{[^}]+\})/).map((part) => {
      if (!part.startsWith('{')) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      names.push(part.slice(1, -1));
      return part === '{path}' ? '(.+)' : '([^/]+)';
    }).join('')).join('/');
  const literals = template.split('/').filter((s) => s && !s.includes('{')).length;
  return { pattern: new RegExp(`^${source}$`), names, literals };
}

/** OpenAPI 3.0's `nullable` in JSON Schema's own words, in place. */
function withoutNullable(node) {
  if (Array.isArray(node)) node.forEach(withoutNullable);
  else if (node !== null && typeof node === 'object') {
    Object.values(node).forEach(withoutNullable);
    if (node.nullable !== true) return;
    delete node.nullable;
    if (typeof node.type === 'string') node.type = [node.type, 'null'];
    if (Array.isArray(node.enum) && !node.enum.includes(null)) node.enum.push(null);
    for (const key of ['oneOf', 'anyOf']) if (node[key]) node[key].push({ type: 'null' });
    if (node.allOf) {
      node.anyOf = [{ allOf: node.allOf }, { type: 'null' }];
      delete node.allOf;
    }
  }
}

export class Description {
  constructor(file = require.resolve('@octokit/openapi/generated/api.github.com.json')) {
    this.document = JSON.parse(fs.readFileSync(file, 'utf8'));
    withoutNullable(this.document.components.schemas);
    withoutNullable(this.document.paths);
    this.ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
    this.ajv.addSchema({ $id: 'api', ...this.document }, 'api', false, false);
    this.routes = Object.entries(this.document.paths).flatMap(([template, item]) =>
      METHODS.filter((method) => item[method]).map((method) => (
        { method, template, operation: item[method], ...compileTemplate(template) })))
      .sort((a, b) => b.literals - a.literals);
    this.validators = new Map();
  }

  /** The operation of a request, with its decoded path parameters; undefined if there is none. */
  find(method, path) {
    for (const route of this.routes) {
      if (route.method !== method.toLowerCase()) continue;
      const match = route.pattern.exec(path);
      if (!match) continue;
      const parameters = {};
      route.names.forEach((name, i) => { parameters[name] = decodeURIComponent(match[i + 1]); });
      return { ...route, parameters };
    }
    return undefined;
  }

  /** What is wrong with a request body, as texts; empty when it is valid. */
  checkBody(route, body) {
    const described = this.resolve(route.operation.requestBody);
    const media = described?.content?.['application/json'];
    if (!media) return [];
    if (body === undefined) return described.required ? ['body is required'] : [];
    return this.check(media.schema, body);
  }

  /** What is wrong with our own answer. */
  checkAnswer(route, status, body) {
    const answer = this.resolve(route.operation.responses[String(status)]);
    if (!answer) return [`status ${status} is not described`];
    const media = answer.content?.['application/json'];
    return media && body !== undefined ? this.check(media.schema, body) : [];
  }

  /** A deep copy of the example body of an operation's answer. */
  example(template, method, status) {
    const answer = this.resolve(this.document.paths[template][method].responses[String(status)]);
    const [example] = Object.values(answer.content['application/json'].examples);
    return structuredClone(this.resolve(example).value);
  }

  resolve(node) {
    let at = node;
    while (at?.$ref) {
      at = at.$ref.slice(2).split('/')
        .reduce((tree, key) => tree[key.replaceAll('~1', '/').replaceAll('~0', '~')],
                this.document);
    }
    return at;
  }

  check(schema, value) {
    let validate = this.validators.get(schema);
    if (!validate) {
      const text = JSON.stringify(schema).replaceAll('"#/', '"api#/');
      validate = this.ajv.compile(JSON.parse(text));
      this.validators.set(schema, validate);
    }
    return validate(value) ? []
      : validate.errors.map((error) => `${error.instancePath || 'body'} ${error.message}`);
  }
}
