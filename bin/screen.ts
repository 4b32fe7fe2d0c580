/** A terminal that is painted anew at each look, and given back as it was. */
export interface Screen {
  readonly width: number;
  readonly height: number;
  paint(lines: readonly string[]): void;
  /** Idempotent. */
  close(): void;
}

const ESC = '\u001b[';
/** The other screen, no cursor, no wrapping at the edge; and back. */
const ENTER = `${ESC}?1049h${ESC}?25l${ESC}?7l`;
const LEAVE = `${ESC}?7h${ESC}?25h${ESC}?1049l`;
/** Terminals that know it show the whole picture at once (synchronised output); the others ignore it. */
const BEGIN = `${ESC}?2026h`;
const END = `${ESC}?2026l`;

const CTRL_C = 3;
const CTRL_D = 4;

const isQuit = (keys: Buffer): boolean => keys.includes(CTRL_C) || keys.includes(CTRL_D) || keys.toString('latin1') === 'q';

const noKeys = (): void => {};

/** Keys are read one by one and not shown; `q` and Ctrl-C end it. Returns what gives them back. */
const takeKeys = (onQuit: () => void): (() => void) => {
  const { stdin } = process;
  if (stdin.isTTY !== true) return noKeys;
  const listen = (keys: Buffer): void => {
    if (isQuit(keys)) onQuit();
  };
  stdin.setRawMode(true);
  stdin.on('data', listen);
  return () => {
    stdin.off('data', listen);
    stdin.setRawMode(false);
    stdin.pause();
  };
};

/**
 * @param onQuit somebody asks to end it
 * @param onResize the picture does not fit any more
 */
export const openScreen = (onQuit: () => void, onResize: () => void): Screen => {
  const { stdout } = process;
  let isOpen = true;
  const giveBack = takeKeys(onQuit);
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    stdout.off('resize', onResize);
    process.off('exit', close);
    giveBack();
    stdout.write(LEAVE);
  };
  // Also where a fault ends the process: nobody is left with a terminal that shows nothing.
  process.on('exit', close);
  stdout.on('resize', onResize);
  stdout.write(ENTER);
  return {
    get width() {
      return stdout.columns ?? 80;
    },
    get height() {
      return stdout.rows ?? 24;
    },
    paint(lines) {
      // Cleared before it is written: after a full row the cursor stands on its last character.
      if (isOpen) stdout.write(`${BEGIN}${ESC}H${lines.map((line) => `${ESC}2K${line}`).join('\r\n')}${ESC}J${END}`);
    },
    close,
  };
};
