/** What the terminal is told, and whether there is one. */

export const wantsColour = (): boolean => process.stdout.isTTY === true && (process.env.NO_COLOR ?? '') === '';

/** A line on stderr that replaces itself; nothing where stderr is no terminal. */
export const progress = (text: string): void => {
  if (process.stderr.isTTY === true) process.stderr.write(`\r\u001b[K${text}`);
};

export const endProgress = (): void => progress('');

/** A wrong call: says what is wrong and where help is. Returns the exit code. */
export const usageError = (command: string, message: string): number => {
  process.stderr.write(`closewatch ${command}: ${message}\nclosewatch ${command} --help shows how it is called.\n`);
  return 2;
};

/** Whether `--timezone` names one that is known here. */
export const isZone = (zone: string | undefined): boolean => {
  try {
    return zone === undefined || new Intl.DateTimeFormat('en', { timeZone: zone }) !== null;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
};
