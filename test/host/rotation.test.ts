import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, utimesSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { nodeFiles } from '../../lib/adapters/files.ts';
import { analyzePaths } from '../../lib/use-cases/analyze.ts';
import { AgentHost, has, SHELLS } from '../support/agent.ts';

/** An hour of logs in a minute: rotated by the real logrotate, while the agent is killed at random moments. Every line arrives exactly once. */

const skip = process.platform !== 'linux' ? 'Linux only' : has('logrotate') ? false : 'logrotate is not installed';

/** Repeatable randomness (mulberry32). */
const randomOf = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
};

/** Near the snapshots, which the agent takes of this machine. */
const BEGAN = Math.floor(Date.now() / 1000) * 1000 - 5 * 60_000;

/** A program that logs failures, each with its number and a stack trace of its own length. */
class Program {
  readonly path: string;
  written = 0;
  #fd: number;

  constructor(path: string) {
    this.path = path;
    this.#fd = openSync(path, 'a');
  }

  log(count: number): void {
    for (let i = 0; i < count; i += 1) {
      const at = new Date(BEGAN + this.written * 500).toISOString();
      const trace = Array.from({ length: this.written % 4 }, (_, frame) => `\tat com.example.Shop.call${frame}(Shop.java:${frame})\n`);
      writeSync(
        this.#fd,
        `${at} ERROR [77] shop: n=${this.written}; java.net.ConnectException: Cannot assign requested address\n${trace.join('')}`,
      );
      this.written += 1;
    }
  }

  reopen(): void {
    closeSync(this.#fd);
    this.#fd = openSync(this.path, 'a');
  }
}

const killed = async (host: AgentHost, afterMs: number): Promise<void> => {
  const child = host.start('run');
  const exit = once(child, 'exit');
  await new Promise((resolve) => void setTimeout(resolve, afterMs));
  try {
    process.kill(-(child.pid ?? 0), 'SIGKILL');
  } catch (error) {
    // It was faster.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
  await exit;
};

const numbersIn = (host: AgentHost): readonly number[] => {
  const texts = host
    .arrived()
    .filter((key) => key.includes('/logs/'))
    .map((key) => gunzipSync(readFileSync(join(host.outbox, key))).toString());
  return texts.flatMap((text) => [...text.matchAll(/ n=(\d+);/g)].map(([, n]) => Number(n))).sort((a, b) => a - b);
};

const liveAnHour = async (shell: readonly string[], mode: string, seed: number): Promise<void> => {
  const random = randomOf(seed);
  const chance = (share: number): boolean => random() < share;
  const host = new AgentHost(shell, []);
  const logs = join(host.folder, 'logs');
  mkdirSync(logs);
  const path = join(logs, 'shop.log');
  host.configure([`LOG=shop=${path}`, 'EVERY=1', 'CHUNK_KB=4']);
  const rules = join(host.folder, 'logrotate.conf');
  writeFileSync(rules, `${path} {\n  su root root\n  rotate 5\n  missingok\n  ${mode}\n}\n`);
  const program = new Program(path);
  // What was rotated away before the agent has ever seen the log is not its own.
  host.run('run');
  for (let minute = 0; minute < 60; minute += 1) {
    program.log(Math.floor(random() * 20));
    if (chance(0.15)) {
      assert.equal(spawnSync('logrotate', ['-f', '-s', join(host.folder, 'rotated'), rules]).status, 0);
      // A program goes on writing to the renamed file until it is told to reopen; with `compress` alone, such lines are lost by logrotate
      // itself (logrotate(8), delaycompress).
      if (mode.endsWith('\n  compress')) program.reopen();
      program.log(Math.floor(random() * 4));
      if (!mode.includes('copytruncate')) program.reopen();
    }
    host.failWith(chance(0.1) ? 'Could not connect to the endpoint URL' : null);
    if (chance(0.6)) await killed(host, random() * 250);
    else host.run('run');
  }
  host.failWith(null);
  // Nobody writes any more: what was held back as possibly unfinished is whole now.
  for (const name of readdirSync(logs)) utimesSync(join(logs, name), BEGAN / 1000, BEGAN / 1000);
  host.run('run');
  const last = host.run('run');
  assert.equal(last.status, 0, last.err);
  const arrived = numbersIn(host);
  const missing = Array.from({ length: program.written }, (_, n) => n).filter((n) => !arrived.includes(n));
  assert.deepEqual({ missing, twice: arrived.filter((n, i) => arrived[i - 1] === n) }, { missing: [], twice: [] });
  const { analyses } = await analyzePaths([join(host.outbox, 'hosts')], nodeFiles);
  const failures = analyses.flatMap(({ victims }) => victims).reduce((sum, victim) => sum + victim.failures, 0);
  assert.equal(failures, program.written);
  host.remove();
};

for (const shell of SHELLS) {
  for (const [i, mode] of ['create', 'create\n  compress\n  delaycompress', 'create\n  compress', 'copytruncate\n  compress'].entries()) {
    const name = mode.replaceAll(/\s+/g, ', ');
    test(`every line of an hour arrives once, with kills, under ${shell.join(' ')} (${name})`, { skip }, () =>
      liveAnHour(shell, mode, 7 * i + 1),
    );
  }
}
