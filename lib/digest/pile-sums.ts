import type { Pile } from '../model/digest.ts';
import type { Socket } from '../model/socket.ts';
import { type Census, EMPTY, MORE, ONE } from './census.ts';
import { PileSketches, type WantedSketches } from './sketch.ts';

const median = (values: number[]): number | null => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;

/** Adds up one of the largest piles. */
export class PileSums {
  readonly #census: Census;
  readonly #recvQ = { zero: 0, one: 0, more: 0 };
  readonly #lastAcks: number[] = [];
  readonly #sketches: PileSketches;
  #withoutInode = 0;

  /** @param wanted which of its sketches are */
  constructor(census: Census, wanted: WantedSketches) {
    this.#census = census;
    this.#sketches = new PileSketches(wanted);
  }

  add(i: number): void {
    const { queue, isWithoutInode, shows, sockets } = this.#census;
    if (queue[i] === EMPTY) this.#recvQ.zero += 1;
    else if (queue[i] === ONE) this.#recvQ.one += 1;
    else if (queue[i] === MORE) this.#recvQ.more += 1;
    if (isWithoutInode[i] === 1) this.#withoutInode += 1;
    const socket = sockets[i];
    if (socket === undefined) return;
    if (shows.lastAcks && socket.lastAckMs !== null) this.#lastAcks.push(socket.lastAckMs);
    this.#sketches.add(socket);
  }

  finish(first: Socket): Pick<Pile, 'recvQ' | 'withoutInode' | 'lastAckMs'> {
    return {
      recvQ: this.#recvQ,
      withoutInode: first.inode === null ? null : this.#withoutInode,
      lastAckMs: median(this.#lastAcks),
    };
  }

  sketches(): Pick<Pile, 'sketch' | 'ends'> {
    return this.#sketches.finish();
  }
}
