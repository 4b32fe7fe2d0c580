import { FINGERPRINT } from './word-code.ts';

/** Bits of a byte: words share them. */
const BUCKETS = 8;

/** How common a byte is in logs, roughly: it only decides how often the scanner stops in vain. */
const commonness = (byte: number): number => {
  const char = String.fromCharCode(byte);
  if ('etaoinsrlcd .'.includes(char)) return 5;
  if (/[a-z\d:=/-]/.test(char)) return 2;
  return /[A-Z[\]()",_]/.test(char) ? 0.6 : 0.05;
};
const COMMONNESS = Array.from({ length: 256 }, (_, byte) => commonness(byte) / 100);

/** The part of a word that is compared, and where in the word it begins. */
export interface Fingerprint {
  readonly word: Buffer;
  readonly offset: number;
}

const rarest = (word: Buffer): Fingerprint => {
  let best = { word, offset: 0, cost: Number.POSITIVE_INFINITY };
  for (let offset = 0; offset + FINGERPRINT <= word.length; offset += 1) {
    let cost = 1;
    for (let k = 0; k < FINGERPRINT; k += 1) cost *= COMMONNESS[word[offset + k] ?? 0] ?? 1;
    if (cost < best.cost) best = { word, offset, cost };
  }
  return best;
};

/** The low and the high halves that a bucket lets pass, place by place, as sets of bits. */
interface Bucket {
  readonly prints: Fingerprint[];
  low: readonly number[];
  high: readonly number[];
  cost: number;
}

const costOf = (low: readonly number[], high: readonly number[]): number => {
  let cost = 1;
  for (const [k, lows] of low.entries()) {
    let sum = 0;
    for (let byte = 0; byte < 256; byte += 1)
      if ((lows >> (byte & 15)) & 1 && ((high[k] ?? 0) >> (byte >> 4)) & 1) sum += COMMONNESS[byte] ?? 0;
    cost *= sum;
  }
  return cost;
};

const byteAt = ({ word, offset }: Fingerprint, k: number): number => word[offset + k] ?? 0;

const withPrint = (bucket: Bucket, print: Fingerprint): Pick<Bucket, 'low' | 'high' | 'cost'> => {
  const low = bucket.low.map((bits, k) => bits | (1 << (byteAt(print, k) & 15)));
  const high = bucket.high.map((bits, k) => bits | (1 << (byteAt(print, k) >> 4)));
  return { low, high, cost: costOf(low, high) };
};

/** Each word's rarest part, in the bucket that it makes let the least more pass. */
export const bucketsOf = (words: readonly Buffer[]): readonly (readonly Fingerprint[])[] => {
  const none = Array<number>(FINGERPRINT).fill(0);
  const buckets = Array.from({ length: BUCKETS }, (): Bucket => ({ prints: [], low: none, high: none, cost: 0 }));
  for (const print of words.map(rarest)) {
    const choices = buckets.map((bucket) => ({ bucket, next: withPrint(bucket, print) }));
    const { bucket, next } = choices.reduce((a, b) => (b.next.cost - b.bucket.cost < a.next.cost - a.bucket.cost ? b : a));
    bucket.prints.push(print);
    Object.assign(bucket, next);
  }
  return buckets.map(({ prints }) => prints);
};
