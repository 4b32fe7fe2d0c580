import type { Pile } from '../model/digest.ts';
import type { Socket } from '../model/socket.ts';
import { NOT_SHOWN } from '../model/socket-columns.ts';
import type { Census } from './census.ts';
import { type EndHashes, PileSketches, type WantedSketches } from './sketch.ts';

const median = (values: number[]): number | null => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;

/** Adds up one of the largest piles. */
export class PileSums {
  readonly #census: Census;
  readonly #recvQ = { zero: 0, one: 0, more: 0 };
  readonly #lastAcks: number[] = [];
  readonly #sketches: PileSketches;
  #withoutInode = 0;

  /** @param wanted which of its sketches are */
  constructor(census: Census, ends: EndHashes, wanted: WantedSketches) {
    this.#census = census;
    this.#sketches = new PileSketches(census.sockets, ends, wanted);
  }

  add(i: number): void {
    const { recvQ, inode, lastAckMs } = this.#census.sockets;
    const waiting = recvQ[i] ?? NOT_SHOWN;
    if (waiting === 0) this.#recvQ.zero += 1;
    else if (waiting === 1) this.#recvQ.one += 1;
    else if (waiting !== NOT_SHOWN) this.#recvQ.more += 1;
    if (inode[i] === 0) this.#withoutInode += 1;
    const lastAck = lastAckMs[i] ?? null;
    if (lastAck !== null) this.#lastAcks.push(lastAck);
    this.#sketches.add(i);
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
