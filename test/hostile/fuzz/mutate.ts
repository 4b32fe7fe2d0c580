/** Mutations as fuzzers make them: bytes, words that parsers know, lines, and pieces of another input. */

/** Numbers in [0, below): the same seed, the same numbers (mulberry32). */
export type Dice = (below: number) => number;

export const diceOf = (seed: number): Dice => {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % Math.max(1, below);
  };
};

const WORDS = [
  '\n', '\r\n', '\0', ' ', '\t', ':', ',', '(', ')', '"', '*', '[::]', '%', '==> ss -tan <==', '==> meta <==', '==> ss @netns x <==', '==> log <==',
  'ESTAB', 'LISTEN', 'CLOSE-WAIT', 'CLOSE_WAIT', 'users:(("x",pid=1,fd=3))', 'users:((', 'pid=', 'sk:', 'ino:', 'timer:(', '0.0.0.0:0', '127.0.0.1:65536',
  '99999999999999999999', '-1', '1e9', '0x', '9007199254740993', 'java.net.BindException: Address already in use', 'Caused by: ', '\tat a.b(C.java:1)',
  'Traceback (most recent call last):', 'EADDRINUSE', 'Too many open files', '2026-11-23T10:00:00Z', '23/Nov/2026:10:00:00 +0100', 'Nov 31 25:61:61',
  '{"message":"', '\\u0000', '\\n', '\u001b[31m', '\ufeff', '\u202e', '\ufffd', 'é', '𝕏', '-----BEGIN PRIVATE KEY-----', 'password=', 'eyJ', '4111111111111111',
].map((word) => Buffer.from(word)); // biome-ignore format: one list

const LONGEST = 4096;

const splice = (data: Uint8Array, at: number, remove: number, insert: Uint8Array): Uint8Array =>
  Buffer.concat([data.subarray(0, at), insert, data.subarray(at + remove)]);

const piece = (data: Uint8Array, dice: Dice): Uint8Array => {
  const from = dice(data.length);
  return data.subarray(from, from + 1 + dice(Math.min(200, data.length - from)));
};

type Mutation = (data: Uint8Array, other: Uint8Array, dice: Dice) => Uint8Array;

const MUTATIONS: readonly Mutation[] = [
  (data, _, dice) => splice(data, dice(data.length), 1, Uint8Array.of(dice(256))),
  (data, _, dice) => splice(data, dice(data.length), 0, Uint8Array.of(dice(256))),
  (data, _, dice) => splice(data, dice(data.length), 1 + dice(16), new Uint8Array(0)),
  (data, _, dice) => splice(data, dice(data.length + 1), dice(4), WORDS[dice(WORDS.length)] ?? new Uint8Array(0)),
  (data, _, dice) => splice(data, dice(data.length + 1), 0, piece(data, dice)),
  (data, other, dice) => splice(data, dice(data.length + 1), dice(40), piece(other, dice)),
  (data, _, dice) => {
    const lines = Buffer.from(data).toString('latin1').split('\n');
    const [taken = ''] = lines.splice(dice(lines.length), 1);
    lines.splice(dice(lines.length + 1), 0, taken, ...(dice(3) === 0 ? [taken] : []));
    return Buffer.from(lines.join('\n'), 'latin1');
  },
  (data, _, dice) => data.subarray(0, 1 + dice(data.length)),
];

/** One to eight mutations in a row. */
export const mutate = (data: Uint8Array, other: Uint8Array, dice: Dice): Uint8Array => {
  let mutated = data;
  for (let left = 1 + dice(8); left > 0; left -= 1) mutated = (MUTATIONS[dice(MUTATIONS.length)] ?? ((same) => same))(mutated, other, dice);
  return mutated.subarray(0, LONGEST);
};
