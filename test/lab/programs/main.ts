/** Actors in Node. Configuration and report as in common.py. */
import { appendFileSync, readFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';

interface Config {
  readonly mode: 'leak' | 'hold' | 'listen';
  readonly to: string;
  readonly toPort: number;
  readonly port: number;
  /** Any-address where left out. */
  readonly host?: string;
  readonly rate: number;
  readonly limit: number;
  readonly tries: number;
}

const config: Config = JSON.parse(process.env.ACTOR ?? '{}');
const reportFile = process.env.ACTOR_REPORT ?? '/dev/null';

const report = (event: string, more: Readonly<Record<string, unknown>>): void =>
  appendFileSync(reportFile, `${JSON.stringify({ t: Date.now() / 1000, event, pid: process.pid, ...more })}\n`);

interface Fault extends Error {
  readonly errno?: number;
}

const failed = (text: string, error: Fault, call: string, peer: string | null, port: number | null): void =>
  report('log', {
    level: 'ERROR',
    text,
    trace: (error.stack ?? error.message).split('\n'),
    failure: { errno: Math.abs(error.errno ?? 0), call, peer, port },
  });

/** Reads the peer's end of the stream and never ends its own half, as a service does with `allowHalfOpen` and no 'end' handler. */
const leak = (): void => {
  const held: Socket[] = [];
  const open = (): void => {
    if (held.length >= config.limit) return;
    const socket = connect({ host: config.to, port: config.toPort, allowHalfOpen: true });
    socket.on('connect', () => {
      held.push(socket);
      socket.write('GET / HTTP/1.1\r\nHost: svc\r\n\r\n');
      report('holds', { open: held.length });
    });
    socket.on('data', () => {});
    socket.on('error', (e) => failed('upstream call failed', e, 'connect', `${config.to}:${config.toPort}`, null));
  };
  setInterval(open, 1000 / config.rate);
};

/** Listens on `::`, dual stack, as Node does by default. */
const hold = (): void => {
  createServer((s) => s.end()).listen(config.port, () => report('listening', { port: config.port }));
};

const listen = (left: number): void => {
  const server = createServer();
  server.on('error', (e) => {
    failed('failed to start', e, 'listen', null, config.port);
    if (left > 1) setTimeout(() => listen(left - 1), 1000);
    else setTimeout(() => {}, 3_600_000);
  });
  server.listen({ port: config.port, ...(config.host === undefined ? {} : { host: config.host }) }, () =>
    report('listening', { port: config.port }),
  );
};

report('start', { comm: readFileSync('/proc/self/comm', 'utf8').trimEnd() });
if (config.mode === 'leak') leak();
if (config.mode === 'hold') hold();
if (config.mode === 'listen') listen(config.tries);
