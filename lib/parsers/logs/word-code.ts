/** Bytes of a word that are compared; no word is shorter. With four, twice as many places pass, which costs more than the fifth. */
export const FINGERPRINT = 5;

/** Memory: tables of halves of bytes, one bit for each value that a fingerprint's hash may have, and the text. */
export const MARKS_AT = 256;
const HASH_BITS = 16;
export const TEXT_AT = MARKS_AT + (1 << HASH_BITS) / 8;
/** So much is read beyond a text's end. */
const MARGIN = 32;
const PAGE = 65_536;

export interface ScanCode {
  readonly memory: WebAssembly.Memory;
  /** The first place in `[from, end)` that probably begins a fingerprint; `end` or beyond where there is none. */
  readonly scan: (from: number, end: number) => number;
  /** How many newlines are in `[from, end)`. */
  readonly newlines: (from: number, end: number) => number;
}

/** 64 bits of the golden ratio: each byte moves all of the highest bits (Knuth, TAOCP 3, §6.4). */
const MULTIPLIER = 0x9e3779b97f4a7c15n;

/** As the code hashes: the fingerprint, little-endian, in the upper bytes of 64 bits. */
export const hashOf = (print: Buffer): number => {
  const bytes = Buffer.concat([Buffer.alloc(8 - FINGERPRINT), print.subarray(0, FINGERPRINT)]);
  return Number(BigInt.asUintN(64, bytes.readBigUInt64LE() * MULTIPLIER) >> BigInt(64 - HASH_BITS));
};

type Code = readonly number[];

/** LEB128, unsigned and signed. */
const unsigned = (value: number): Code => (value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)]);
const signed = (value: bigint): Code =>
  value >= -64n && value < 64n ? [Number(value & 127n)] : [Number(value & 127n) | 128, ...signed(value >> 7n)];

/** Instructions by their codes (WebAssembly Core Specification, "Binary Format: Instructions"); operands come first. */
const get = (local: number): Code => [0x20, local];
const set = (local: number, value: Code): Code => [...value, 0x21, local];
/** Sets it, and gives its value. */
const tee = (local: number, value: Code): Code => [...value, 0x22, local];
const i32 = (value: number): Code => [0x41, ...signed(BigInt(value))];
const i64 = (value: bigint): Code => [0x42, ...signed(BigInt.asIntN(64, value))];
const op = (code: number, ...operands: readonly Code[]): Code => [...operands.flat(), code];
const eqz = (a: Code): Code => op(0x45, a);
const atLeast = (a: Code, b: Code): Code => op(0x4f, a, b);
const trailingZeros = (a: Code): Code => op(0x68, a);
const ones = (a: Code): Code => op(0x69, a);
const add = (a: Code, b: Code): Code => op(0x6a, a, b);
const subtract = (a: Code, b: Code): Code => op(0x6b, a, b);
const both = (a: Code, b: Code): Code => op(0x71, a, b);
const shiftLeft = (a: Code, b: Code): Code => op(0x74, a, b);
const shiftRight = (a: Code, b: Code): Code => op(0x76, a, b);
const select = (a: Code, b: Code, condition: Code): Code => op(0x1b, a, b, condition);
const loadByte = (at: Code, offset: number): Code => [...at, 0x2d, 0, ...unsigned(offset)];
const loadLong = (at: Code): Code => [...at, 0x29, 0, 0];
const simd = (code: number, ...operands: readonly Code[]): Code => [...operands.flat(), 0xfd, ...unsigned(code)];
const load = (at: Code, offset = 0): Code => [...simd(0x00, at), 0, ...unsigned(offset)];
const everywhere = (byte: number): Code => [...simd(0x0c), ...Array<number>(16).fill(byte)];
// relaxed: no index is above 15
const lookUp = (table: Code, indices: Code): Code => simd(0x100, table, indices);
const equal = (a: Code, b: Code): Code => simd(0x23, a, b);
const unequal = (a: Code, b: Code): Code => simd(0x24, a, b);
const bothVectors = (a: Code, b: Code): Code => simd(0x4e, a, b);
const highHalves = (a: Code): Code => simd(0x6d, a, i32(4));
const bitsOf = (a: Code): Code => simd(0x64, a);
/** The last `by` bytes of one, then the first of another. */
const followed = (a: Code, b: Code, by: number): Code => [...simd(0x0d, a, b), ...Array.from({ length: 16 }, (_, i) => 16 - by + i)];
const END = 0x0b;
/** `again(depth)` within goes on at the loop's beginning. */
const loop = (...body: readonly Code[]): Code => [0x03, 0x40, ...body.flat(), END];
const again = (depth: number): Code => [0x0c, depth];
const when = (condition: Code, ...body: readonly Code[]): Code => [...condition, 0x04, 0x40, ...body.flat(), END];
const give = (value: Code): Code => [...value, 0x0f];

/** Locals of both functions: their two parameters, then their own. */
const FROM = 0;
const UNTIL = 1;
const BITS = 2;
const PLACE = 3;
const HASH = 4;
const COUNT = 4;
/** Halves of the text's bytes, what one byte of a fingerprint tells, and what each told of the sixteen bytes before. */
const LOW = 5;
const HIGH = 6;
const NOW = 7;
const BEFORE = 8;
const I32 = 0x7f;
const V128 = 0x7b;

/** Buckets of words whose `k`th byte is that of the text, by its low and its high half, for the sixteen bytes at `FROM`. */
const bucketsBy = (k: number): Code => bothVectors(lookUp(load(i32(k * 32)), get(LOW)), lookUp(load(i32(k * 32 + 16)), get(HIGH)));

const LAST = FINGERPRINT - 1;
/** What the `k`th byte tells, moved to where the last one of the same word stands; what is moved out waits for the next sixteen bytes. */
const movedBuckets = (k: number): Code => [...followed(get(BEFORE + k), tee(NOW, bucketsBy(k)), LAST - k), ...set(BEFORE + k, get(NOW))];
const buckets = Array.from({ length: LAST }, (_, k) => movedBuckets(k)).reduce(bothVectors, bucketsBy(LAST));

/** The highest bits of the product: i64.mul, i64.shr_u, i32.wrap. */
const hash = op(
  0xa7,
  op(0x88, op(0x7e, op(0x86, loadLong(get(PLACE)), i64(64n - 8n * BigInt(FINGERPRINT))), i64(MULTIPLIER)), i64(64n - BigInt(HASH_BITS))),
);
const isMarked = both(shiftRight(loadByte(shiftRight(get(HASH), i32(3)), MARKS_AT), both(get(HASH), i32(7))), i32(1));

const scan = [
  ...loop(
    when(atLeast(get(FROM), get(UNTIL)), give(get(UNTIL))),
    set(NOW, load(get(FROM))),
    set(LOW, bothVectors(get(NOW), everywhere(15))),
    set(HIGH, highHalves(get(NOW))),
    set(BITS, bitsOf(unequal(buckets, everywhere(0)))),
    loop(
      when(
        get(BITS),
        set(PLACE, subtract(add(get(FROM), trailingZeros(get(BITS))), i32(LAST))),
        set(HASH, hash),
        when(isMarked, give(get(PLACE))),
        set(BITS, both(get(BITS), subtract(get(BITS), i32(1)))),
        again(1),
      ),
    ),
    set(FROM, add(get(FROM), i32(16))),
    again(0),
  ),
  0x00,
];

const left = subtract(get(UNTIL), get(FROM));
/** Those of sixteen places that are not beyond the end. */
const within = subtract(shiftLeft(i32(1), select(i32(16), left, atLeast(left, i32(16)))), i32(1));

const newlines = [
  ...loop(
    when(
      eqz(atLeast(get(FROM), get(UNTIL))),
      set(COUNT, add(get(COUNT), ones(both(bitsOf(equal(load(get(FROM)), everywhere(10))), within)))),
      set(FROM, add(get(FROM), i32(16))),
      again(1),
    ),
  ),
  ...get(COUNT),
];

const sized = (...bytes: readonly number[]): Code => [...unsigned(bytes.length), ...bytes];
const section = (id: number, ...bytes: readonly number[]): Code => [id, ...sized(...bytes)];
const name = (text: string): Code => sized(...Buffer.from(text));
const body = (code: Code): Code => sized(2, 3, I32, BEFORE - LOW + LAST, V128, ...code, END);

const MODULE = [
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...section(1, 1, 0x60, 2, I32, I32, 1, I32),
  ...section(3, 2, 0, 0),
  ...section(5, 1, 0, 1),
  ...section(7, 3, ...name('memory'), 2, 0, ...name('scan'), 0, 0, ...name('newlines'), 0, 1),
  ...section(10, 2, ...body(scan), ...body(newlines)),
];

let compiled: WebAssembly.Module | null = null;

/**
 * Inner loops in WebAssembly, for its instructions on sixteen bytes at once: some hundred bytes of code, put together here so that
 * nothing needs to be built. @param capacity bytes of text that the memory has room for, from `TEXT_AT` on
 */
export const open = (capacity: number): ScanCode => {
  compiled ??= new WebAssembly.Module(Uint8Array.from(MODULE));
  const { memory, scan, newlines } = new WebAssembly.Instance(compiled).exports;
  if (!(memory instanceof WebAssembly.Memory) || typeof scan !== 'function' || typeof newlines !== 'function')
    throw new Error('The scanner has no memory or no code');
  memory.grow(Math.ceil((TEXT_AT + capacity + MARGIN) / PAGE) - 1);
  return { memory, scan: (from, end) => Number(scan(from, end)), newlines: (from, end) => Number(newlines(from, end)) };
};
