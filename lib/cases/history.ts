import type { Episode, History } from '../model/analysis.ts';

/** Enough to see a rhythm (every night, after each deployment); the count goes on beyond it. */
const MAX_EPISODES = 8;
/** How many of the last gaps tell how soon a thing comes back. */
const RECENT_GAPS = 3;
/** What has been away for longer is believed to be over at once, however often it came back: hours of waiting help nobody. */
const MAX_HOLD_MS = 4 * 60 * 60_000;
/** It must stay away for so many times as long as it did before. */
const HOLD_FACTOR = 1.5;

export const firstEpisode = (from: string): History => ({ times: 1, since: from, episodes: [{ from, to: null }] });

const present = ({ episodes, since }: History): Episode => episodes.at(-1) ?? { from: since, to: null };

const withPresent = (history: History, episode: Episode): History => ({
  ...history,
  episodes: [...history.episodes.slice(0, -1), episode],
});

/** Evidence that came late may show that it began before. */
export const beganAt = (history: History, from: string): History => {
  const episode = present(history);
  // A later episode cannot reach into the time before it, when it was seen to be over.
  if (history.times > 1 || from >= episode.from) return history;
  return { ...withPresent(history, { ...episode, from }), since: from };
};

export const endedAt = (history: History, to: string | null): History => withPresent(history, { ...present(history), to });

/** @param from when it was seen to be back: the gap before it tells how long "over" must last to be believed */
export const cameBackAt = (history: History, from: string): History => ({
  ...history,
  times: history.times + 1,
  episodes: [...history.episodes, { from, to: null }].slice(-MAX_EPISODES),
});

const gapsOf = ({ episodes }: History): readonly number[] =>
  episodes.slice(1).flatMap(({ from }, i) => {
    const before = episodes[i]?.to ?? null;
    return before === null ? [] : [Date.parse(from) - Date.parse(before)];
  });

/**
 * How long it must stay away before people are told that it is over. None for what never came back; else longer than it stayed away
 * the last times, so that a program that is restarted every ten minutes and leaks again is not "resolved" every ten minutes.
 */
export const holdMs = (history: History): number => {
  const gaps = gapsOf(history)
    .slice(-RECENT_GAPS)
    .filter((gap) => gap <= MAX_HOLD_MS);
  return HOLD_FACTOR * Math.max(0, ...gaps);
};
