/** Bytes of a word that are compared; no word is shorter. */
export const FINGERPRINT = 5;

/** Where the text stands in memory; the tables stand before it. */
export const TEXT_AT = 256;

export interface ScanCode {
  readonly memory: WebAssembly.Memory;
  /** The first place in `[from, end)` that may begin a word; `end` or beyond where there is none. */
  readonly scan: (from: number, end: number) => number;
}

/** Locals of the function: its two parameters, and the buckets that the sixteen places may belong to. */
const FROM = 0;
const END = 1;
const HITS = 2;

/** LEB128. Instructions stand here by their codes (WebAssembly Core Specification, "Binary Format: Instructions"). */
const number = (value: number): readonly number[] => (value < 128 ? [value] : [(value & 127) | 128, ...number(value >> 7)]);

const get = (local: number): readonly number[] => [0x20, local];
const zero = [0x41, 0];
const simd = (code: number, ...operands: readonly number[]): readonly number[] => [0xfd, code, ...operands];
const load = (offset: number): readonly number[] => simd(0x00, 0, ...number(offset));
const vector = (byte: number): readonly number[] => simd(0x0c, ...Array<number>(16).fill(byte));
// relaxed: no index is above 15
const swizzle = [0xfd, 0x80, 0x02];
const and = simd(0x4e);
const ret = 0x0f;
const stop = 0x0b;

/** Buckets of the sixteen bytes at `FROM + k`, by their low and their high halves. */
const bucketsAt = (k: number): readonly number[] => [
  ...[...zero, ...load(k * 32), ...get(FROM), ...load(k), ...vector(15), ...and, ...swizzle],
  ...[...zero, ...load(k * 32 + 16), ...get(FROM), ...load(k), 0x41, 4, ...simd(0x6d), ...swizzle],
  ...and,
];

const hits = [bucketsAt(0), ...Array.from({ length: FINGERPRINT - 1 }, (_, i) => i + 1).map((k) => [...bucketsAt(k), ...and])].flat();

/** `for (;;) { if (from >= end) return end; hits = …; if (any hit) return from + index of the first; from += 16 }` */
const body = [
  ...[0x03, 0x40],
  ...[...get(FROM), ...get(END), 0x4f, 0x04, 0x40, ...get(END), ret, stop],
  ...[...hits, 0x22, HITS, ...simd(0x53), 0x04, 0x40],
  ...[...get(FROM), ...get(HITS), ...vector(0), ...simd(0x24), ...simd(0x64), 0x68, 0x6a, ret, stop],
  ...[...get(FROM), 0x41, 16, 0x6a, 0x21, FROM, 0x0c, 0, stop, 0x00, stop],
];

const section = (id: number, ...bytes: readonly number[]): readonly number[] => [id, ...number(bytes.length), ...bytes];
const name = (text: string): readonly number[] => [text.length, ...Buffer.from(text)];

const moduleOf = (pages: number): Uint8Array<ArrayBuffer> => {
  const code = [1, 1, 0x7b, ...body];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, 1, 0x60, 2, 0x7f, 0x7f, 1, 0x7f),
    ...section(3, 1, 0),
    ...section(5, 1, 0, pages),
    ...section(7, 2, ...name('memory'), 2, 0, ...name('scan'), 0, 0),
    ...section(10, 1, ...number(code.length), ...code),
  ]);
};

/**
 * The inner loop in WebAssembly, for its instructions on sixteen bytes at once: some hundred bytes of code, put together here so that
 * nothing needs to be built. @param pages of 64 KiB
 */
export const compile = (pages: number): ScanCode => {
  const { memory, scan } = new WebAssembly.Instance(new WebAssembly.Module(moduleOf(pages))).exports;
  if (!(memory instanceof WebAssembly.Memory) || typeof scan !== 'function') throw new Error('The scanner has no memory or no code');
  return { memory, scan: (from, end) => Number(scan(from, end)) };
};
