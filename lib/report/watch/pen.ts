export interface ScreenOptions {
  readonly width: number;
  readonly height: number;
  readonly colour: boolean;
  /** Whether the terminal shows more than ASCII. */
  readonly unicode: boolean;
}

/** Wider lines are hard to read, and the eye loses the row. */
const MAX_WIDTH = 118;
const MIN_WIDTH = 40;
/** Where a range begins to be worth a look, and where it is nearly gone. */
export const BUSY = 0.6;
const NEARLY_FULL = 0.85;

export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan';
const CODES: Readonly<Record<Style, string>> = { bold: '1', dim: '2', red: '1;31', yellow: '33', green: '32', cyan: '36' };

/** What a part of the screen is written with. */
export interface Pen {
  readonly options: ScreenOptions;
  /** In columns; not that of the terminal where that is very wide. */
  readonly width: number;
  style(text: string, style: Style): string;
}

export const penOf = (options: ScreenOptions): Pen => ({
  options,
  width: Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, options.width)),
  style: (text, style) => (options.colour && text !== '' ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text),
});

/** How full something is, as a colour. */
export const fillStyle = (share: number): Style => (share >= NEARLY_FULL ? 'red' : share >= BUSY ? 'yellow' : 'green');
