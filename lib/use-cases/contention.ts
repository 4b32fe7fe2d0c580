/** Writers of one item at once are a handful; each of them wins within a few rounds. */
export const MAX_ROUNDS = 20;

/** Others kept writing an item first: the upload is put back into the queue, or the next sweep tries again. */
export class ContentionError extends Error {
  override readonly name = 'ContentionError';
}
