import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { openApi } from '../../lib/api/openapi.ts';
import { functionsOfService } from '../support/resources.ts';

/**
 * API Gateway hands a request to the function whose event names its route, and the function's own router must serve it; else it is served
 * locally, where one server has all routes, and nowhere else. Each function is asked for each route that anybody knows, in a process without
 * an environment: what its router knows fails for want of one, what it does not know is not found.
 */

const ROUTE = /^(GET|POST|PUT|DELETE|PATCH) (\/\S*)$/;
const routesIn = (name: string): readonly string[] =>
  functionsOfService()[name]?.events.flatMap(({ httpApi }) =>
    httpApi === undefined ? [] : [`${httpApi.method.toUpperCase()} ${httpApi.path}`],
  ) ?? [];

const names = (): readonly string[] => Object.keys(functionsOfService());
const deployed = (): readonly string[] => names().flatMap(routesIn);

const described = (): readonly string[] => {
  const { paths } = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) }).parse(openApi());
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations)
      .map((method) => `${method.toUpperCase()} ${path}`)
      .filter((route) => ROUTE.test(route)),
  );
};

const sourceOf = (name: string): string => readFileSync(`functions/${name}.ts`, 'utf8');
const hasRouter = (name: string): boolean => sourceOf(name).includes('@middy/http-router');

/** Paths that stand in a function's source, by whichever method: so that what is in no template and no description is found too. */
const written = (): readonly string[] =>
  names().flatMap((name) =>
    [...sourceOf(name).matchAll(/'(\/[\w./{}-]*)'/g)].flatMap(([, path]) =>
      ['GET', 'POST', 'PUT', 'DELETE'].map((method) => `${method} ${path}`),
    ),
  );

const PROBE = `
const { handler } = await import(process.argv[1]);
const out = [];
for (const route of JSON.parse(process.argv[2])) {
  const [method, path] = route.split(' ');
  const rawPath = path.replaceAll(/\\{\\w+\\}/g, 'x');
  const event = { version: '2.0', rawPath, rawQueryString: '', headers: {}, body: '{}', isBase64Encoded: false,
    requestContext: { http: { method, path: rawPath, sourceIp: '192.0.2.1', userAgent: '' } } };
  const { statusCode } = await handler(event, {});
  if (statusCode !== 404 && statusCode !== 405) out.push(route);
}
process.stdout.write('\\n' + JSON.stringify(out));
`;

const servedBy = (name: string, routes: readonly string[]): readonly string[] => {
  const file = pathToFileURL(`functions/${name}.ts`).href;
  const result = spawnSync(process.execPath, ['--input-type=module', '-e', PROBE, file, JSON.stringify(routes)], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, POWERTOOLS_LOG_LEVEL: 'SILENT' },
  });
  assert.equal(result.status, 0, result.stderr);
  return z.array(z.string()).parse(JSON.parse(result.stdout.split('\n').at(-1) ?? ''));
};

test('every function with a router serves the routes that it is deployed with, and no others', () => {
  const known = [...new Set([...deployed(), ...described(), ...written(), 'GET /nowhere'])];
  const routed = names().filter(hasRouter);
  assert.ok(routed.length >= 2 && known.length > 10);
  for (const name of routed) assert.deepEqual([...servedBy(name, known)].sort(), [...routesIn(name)].sort(), name);
});

test('a function without a router has one route at most', () => {
  for (const name of names().filter((one) => !hasRouter(one))) assert.ok(routesIn(name).length <= 1, name);
});

test('no route is deployed twice, and all that the API describes is deployed', () => {
  assert.equal(new Set(deployed()).size, deployed().length);
  for (const route of described()) assert.ok(deployed().includes(route), route);
});
