import type { Digest } from './digest.ts';

/** The time that a digest stands for: when a snapshot was taken, the end of what a log covers, when something was deployed. */
export const digestTime = (digest: Digest): string => {
  switch (digest.kind) {
    case 'snapshot':
      return digest.takenAt;
    case 'log':
      return digest.covers.to;
    case 'marker':
      return digest.at;
  }
};
