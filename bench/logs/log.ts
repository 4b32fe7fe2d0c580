import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

/** A Java service's log, always the same one: one record in a thousand is a failure with its stack trace. */

export interface Planted {
  readonly bytes: number;
  readonly lines: number;
  readonly failures: number;
}

const LOGGERS = ['c.a.shop.OrderService', 'c.a.shop.CartController', 'o.a.c.c.C.[.[.[/]', 'c.a.auth.LoginService', 'c.a.web.AccessLog'];
const MESSAGES = [
  'order # placed by customer # in # ms',
  'GET /api/v1/items/# 200 # ms',
  'session # renewed for user #',
  'cache refreshed: # entries, # evicted',
  'payment # authorised, amount # cents',
  'Completed 200 OK for request # with # bytes',
];
const FAILURES = [
  'java.net.BindException: Address already in use (Bind failed)',
  'java.net.NoRouteToHostException: Cannot assign requested address (Address not available)',
  'java.net.SocketException: Too many open files',
];
const FRAMES = Array.from(
  { length: 24 },
  (_, i) =>
    `\tat org.apache.http.impl.conn.DefaultHttpClientConnectionOperator.connect${i}(DefaultHttpClientConnectionOperator.java:${100 + i})`,
).join('\n');

const EVERY = 1000;
const RECORDS_A_BLOCK = 5000;

/** A linear congruential generator (Numerical Recipes): repeatable, and nothing more is asked of it. */
const generator = (): ((below: number) => number) => {
  let state = 7;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
};

/** Writes at least `wanted` bytes to `path`. */
export const writeLog = async (path: string, wanted: number): Promise<Planted> => {
  const below = generator();
  const file = createWriteStream(path);
  let [bytes, lines, failures, records] = [0, 0, 0, 0];
  let now = Date.parse('2026-11-23T08:00:00Z');
  const stamp = (): string => new Date(now).toISOString().replace('T', ' ').replace('Z', '');
  const head = (level: string, logger: string): string =>
    `${stamp()} ${level.padStart(5)} 4711 --- [nio-8080-exec-${below(64)}] ${logger.padEnd(40)} : `;
  while (bytes < wanted) {
    const block: string[] = [];
    for (let i = 0; i < RECORDS_A_BLOCK; i += 1) {
      now += below(7);
      records += 1;
      block.push(
        head('INFO', LOGGERS[below(LOGGERS.length)] ?? '') +
          (MESSAGES[below(MESSAGES.length)] ?? '').replaceAll('#', () => `${below(1_000_000)}`),
      );
      if (records % EVERY > 0) continue;
      failures += 1;
      block.push(`${head('ERROR', 'c.a.auth.LoginService')}login failed`, FAILURES[below(FAILURES.length)] ?? '', FRAMES);
    }
    const text = `${block.join('\n')}\n`;
    bytes += text.length;
    lines += text.split('\n').length - 1;
    if (!file.write(text)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
  return { bytes, lines, failures };
};
