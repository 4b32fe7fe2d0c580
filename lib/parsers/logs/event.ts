import { isContinuation, isTraceback, type Trace, traceAfter } from './continuation.ts';
import { isFrame } from './frames.ts';
import { kindOfLine } from './kind.ts';

/** A part of a record that tells one failure. */
export interface Event {
  readonly lines: readonly string[];
  /** Index of its first line in the record. */
  readonly offset: number;
  /** Indices of its lines that may say what fails. */
  readonly suspects: readonly number[];
}

/** `java.net.BindException: …`, `Error: connect …`, `Exception in thread "main" …` at the margin */
const EXCEPTION = /^(?:Exception in thread "|(?:[a-zA-Z_$][\w$]{0,80}\.){0,12}[A-Z]?[\w$]{0,80}(?:Exception|Error)\b)/;

/** Numbers vary between repeats; the rest of a repeated line is the same. */
const repeatable = (line: string): string => line.replaceAll(/\d+/g, '#');

class Splitter {
  readonly starts: number[] = [0];
  #trace: Trace = 'none';
  #hasTrace = false;
  #said = new Set<string>();

  look(line: string, index: number, isSuspect: boolean): void {
    if (index > 0 && this.#isAnother(line)) this.#restart(index);
    const wasPython = this.#trace === 'python';
    this.#trace = traceAfter(this.#trace, line);
    if (isFrame(line) || (wasPython && this.#trace === 'none')) this.#hasTrace = true;
    if (isSuspect && !isContinuation(line) && kindOfLine(line) !== null) this.#said.add(repeatable(line));
  }

  #restart(index: number): void {
    this.starts.push(index);
    this.#hasTrace = false;
    this.#said = new Set();
  }

  #isAnother(line: string): boolean {
    if (isContinuation(line) || this.#trace === 'python' || this.#trace === 'chained' || this.#trace === 'nested') return false;
    if (this.#hasTrace && (isTraceback(line) || EXCEPTION.test(line))) return true;
    // The very words once more, at the margin: a log without times below one that has.
    return this.#said.size > 0 && this.#said.has(repeatable(line));
  }
}

/**
 * A record usually tells one event, however often it repeats the signature. Where a second trace begins below the frames of the first,
 * and is not its cause, it is another; so is a line that says the same once more.
 *
 * @param suspects indices of the lines that may say what fails: most of a trace need not be looked at
 */
export const eventsOf = (lines: readonly string[], suspects: readonly number[]): readonly Event[] => {
  const splitter = new Splitter();
  for (const [index, line] of lines.entries()) splitter.look(line, index, suspects.includes(index));
  return splitter.starts.map((start, i) => {
    const end = splitter.starts[i + 1] ?? lines.length;
    const own = suspects.filter((index) => index >= start && index < end).map((index) => index - start);
    return { lines: lines.slice(start, end), offset: start, suspects: own };
  });
};
