/** So many at once: most of a host's settling is waiting for the table. */
export const TOGETHER = 8;

/** All of them, in the order in which they were given. */
export const together = async <T, R>(all: readonly T[], act: (one: T) => Promise<R>): Promise<readonly R[]> => {
  const results: R[] = [];
  for (let i = 0; i < all.length; i += TOGETHER) results.push(...(await Promise.all(all.slice(i, i + TOGETHER).map(act))));
  return results;
};
