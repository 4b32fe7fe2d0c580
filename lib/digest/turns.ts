/** For what only one may do at a time: each waits until those that came before are done, however they end. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Does some work, which takes its turn when it finds that it needs one (asking again is no second turn), and has it to its end. */
  async during<T>(work: (takeTurn: () => Promise<void>) => Promise<T>): Promise<T> {
    const held: (() => void)[] = [];
    try {
      return await work(async () => {
        if (held.length === 0) held.push(await this.#next());
      });
    } finally {
      for (const end of held) end();
    }
  }

  /** @returns what ends the turn */
  async #next(): Promise<() => void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const before = this.#last;
    this.#last = promise;
    await before;
    return resolve;
  }
}
