import { Session } from 'node:inspector/promises';

interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

/** A function's characters: 1 where they ran now, and where they ever ran. */
interface Ran {
  readonly now: Uint8Array;
  readonly ran: Uint8Array;
}

/** Which characters of which function of lib/ have run, as V8 counts them: what libFuzzer has its instrumentation for. */
export class Coverage {
  readonly #session = new Session();
  readonly #ran = new Map<string, Uint8Array>();
  #size = 0;

  async start(): Promise<void> {
    this.#session.connect();
    await this.#session.post('Profiler.enable');
    await this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  async stop(): Promise<void> {
    await this.#session.post('Profiler.stopPreciseCoverage');
    this.#session.disconnect();
  }

  get size(): number {
    return this.#size;
  }

  /** Whether anything has run since the last call that never ran before; it is still news then. */
  async hasNews(): Promise<boolean> {
    return (await this.#take()).some(({ now, ran }) => now.some((one, i) => one === 1 && ran[i] === 0));
  }

  /** The same, remembered. */
  async learn(): Promise<boolean> {
    const before = this.#size;
    for (const { now, ran } of await this.#take()) {
      for (const [i, one] of now.entries()) {
        if (one === 0 || ran[i] !== 0) continue;
        ran[i] = 1;
        this.#size += 1;
      }
    }
    return this.#size > before;
  }

  async #take(): Promise<readonly Ran[]> {
    const { result } = await this.#session.post('Profiler.takePreciseCoverage');
    return result
      .filter(({ url }) => url.includes('/lib/') && !url.includes('/node_modules/'))
      .flatMap(({ url, functions }) => functions.flatMap(({ ranges }) => this.#ranOf(url, ranges)));
  }

  /** V8 names a function's whole range first, then those within that ran more or less often. */
  #ranOf(url: string, ranges: readonly Range[]): readonly Ran[] {
    const [whole] = ranges;
    if (whole === undefined || whole.count === 0) return [];
    const now = new Uint8Array(whole.endOffset - whole.startOffset);
    for (const { startOffset, endOffset, count } of ranges)
      now.fill(count > 0 ? 1 : 0, startOffset - whole.startOffset, endOffset - whole.startOffset);
    const key = `${url}:${whole.startOffset}`;
    const ran = this.#ran.get(key) ?? new Uint8Array(now.length);
    this.#ran.set(key, ran);
    return [{ now, ran }];
  }
}
