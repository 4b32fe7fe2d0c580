/** A planted bug, to see that a hunt is led by coverage: three bytes must be right, and each right one opens the next branch. */
export const targetWithBug = (data: Uint8Array): void => {
  if (data[0] !== 0x42) return;
  if (data[1] !== 0x55) return;
  if (data[2] === 0x47) throw new Error('found');
};
