import { clock, count, duration, number, percent } from '../text/words.ts';
import { evidenceFor, explanationOf, forgottenIn, remedyFor, stuckDoubt } from './client-leak-words.ts';
import type { EphemeralContest } from './contest.ts';
import {
  commonDoubts,
  culpritOf,
  EXHAUSTED_SHARE,
  ephemeralBase,
  natureOf,
  ownerDoubt,
  portsSentence,
  SLOW_SHARE,
  severityBy,
  shareOf,
  suspectName,
} from './ephemeral.ts';
import { firstToBreak, type Outlook, trendOf } from './forecast.ts';
import { limitFor } from './limit.ts';
import type { Suspect } from './suspects.ts';
import { closeWaitStays, growthOf, held, since, type Track } from './track.ts';
import { forecast } from './trend.ts';
import { clear, found, type Verdict } from './verdict.ts';

/** The client side of a CLOSE_WAIT leak: it takes ephemeral ports. */

/** A pool keeps a handful of stale connections; this many are kept by nobody on purpose. */
const MIN_SOCKETS = 50;
/** A forecast beyond a day is left to the next day's snapshots. */
const WORRYING_MS = 24 * 60 * 60_000;

/** A pile too small to matter by itself is a leak all the same if it grows from snapshot to snapshot and nothing ever leaves it. */
const SMALL_MIN_SOCKETS = 10;
const SMALL_MIN_SNAPSHOTS = 5;
const SMALL_MIN_RISES = 0.8;
const SMALL_MIN_STAYS = 0.95;
/** A pool that warms up looks the same for a while: so small a pile alarms only where waiting for more of it would cost the warning. */
const SMALL_PRESSING_MS = 2 * 60 * 60_000;

const growsSteadily = ({ track }: Suspect): boolean => {
  const counts = track.map(({ closeWait }) => closeWait);
  const present = counts.slice(counts.findIndex((sockets) => sockets > 0));
  const steps = present.slice(1).map((sockets, i) => sockets - (present[i] ?? 0));
  const rises = steps.filter((step) => step > 0).length;
  return present.length >= SMALL_MIN_SNAPSHOTS && steps.every((step) => step >= 0) && rises >= SMALL_MIN_RISES * steps.length;
};

const isSmall = (suspect: Suspect, isOpen: boolean): boolean =>
  suspect.vanished === null && held(suspect.moment) < limitFor(MIN_SOCKETS, isOpen);

/** What has shown itself to be a leak by its growth stays one while it pauses: nothing has left it. */
const isSmallLeak = (suspect: Suspect, isOpen: boolean): boolean =>
  suspect.moment.closeWait >= limitFor(SMALL_MIN_SOCKETS, isOpen) &&
  (isOpen || growsSteadily(suspect)) &&
  (closeWaitStays(suspect.track)?.share ?? 0) >= SMALL_MIN_STAYS;

const isLeak = (suspect: Suspect, isOpen: boolean): boolean =>
  natureOf(suspect).kind === 'leak' && (!isSmall(suspect, isOpen) || isSmallLeak(suspect, isOpen));

/** CLOSE_WAIT that come and go, but so slowly that they fill the range: whoever holds most of a full range is to blame all the same. */
const isSlowToClose = (contest: EphemeralContest, suspect: Suspect): boolean =>
  contest.isExhausted === true && contest.victims.length > 0 && natureOf(suspect).kind === 'traffic' && held(suspect.moment) >= MIN_SOCKETS;

/** A full range cannot grow: the rate is that of the snapshots up to the first full one. */
const untilFull = ({ capacity, use }: EphemeralContest, { track }: Suspect): Track => {
  const full = track.findIndex(({ snapshot }) => {
    const used = snapshot.ports.find(({ address }) => address === use?.address)?.used ?? 0;
    return capacity !== null && used >= EXHAUSTED_SHARE * capacity.ports;
  });
  return full < 0 ? track : track.slice(0, full + 1);
};

const comesWithin = (outlook: Outlook | null, suspect: Suspect, ms: number): boolean =>
  outlook !== null && Date.parse(outlook.at) - Date.parse(suspect.moment.snapshot.takenAt) < ms;

const severityFor = (contest: EphemeralContest, suspect: Suspect, outlook: Outlook | null) => {
  const byUse = severityBy(contest, SLOW_SHARE);
  if (byUse !== 'info') return byUse;
  const pressing = isSmall(suspect, contest.open !== null) ? SMALL_PRESSING_MS : WORRYING_MS;
  return suspect.vanished !== null || comesWithin(outlook, suspect, pressing) ? 'warning' : 'info';
};

const smallDoubt = (suspect: Suspect): readonly string[] =>
  isSmall(suspect, false) ? [`So few (${number(suspect.moment.closeWait)}) may still be a pool that warms up.`] : [];

const summaryOf = (contest: EphemeralContest, suspect: Suspect): string => {
  const name = suspectName(suspect);
  const to = suspect.peer === null ? '' : ` to ${suspect.peer}`;
  const forgotten = forgottenIn(suspect);
  if (suspect.vanished !== null)
    return `${name} has not closed about ${count(suspect.vanished.sockets, 'connection')}${to} that ${forgotten === 0 ? 'are' : 'are partly'} gone from the listing.`;
  return `${name} holds ${count(held(suspect.moment), 'connection')}${to} that it does not close, ${number(suspect.moment.closeWait)} of them in CLOSE_WAIT${shareOf(contest, suspect)}.`;
};

const judge = (contest: EphemeralContest, suspect: Suspect): Verdict => {
  const slope = growthOf(untilFull(contest, suspect));
  const outlook = firstToBreak(contest, suspect, slope);
  const startedAt = since(suspect.track) ?? suspect.moment.snapshot.takenAt;
  return found(suspect.returnsWithKin, {
    ...ephemeralBase(contest, suspect),
    severity: severityFor(contest, suspect, outlook),
    doubts: [...commonDoubts(contest, suspect), ...ownerDoubt(suspect), ...stuckDoubt(contest, suspect), ...smallDoubt(suspect)],
    culprit: culpritOf(suspect),
    since: startedAt,
    summary: summaryOf(contest, suspect),
    explanation: explanationOf(contest, suspect, slope, outlook),
    evidence: evidenceFor(contest, suspect),
    remedy: remedyFor(contest, suspect),
    trend: trendOf(slope, startedAt, outlook),
  });
};

const notALeak = (suspect: Suspect): Verdict => {
  const nature = natureOf(suspect);
  if (nature.kind === 'traffic')
    return clear(
      `The CLOSE_WAIT of ${suspectName(suspect)} come and go: ${percent(nature.stays.share, 1)} stayed for ${duration(nature.stays.spanMs)}.`,
    );
  return clear(
    `${suspectName(suspect)}, who holds most ports, has ${count(suspect.moment.closeWait, 'socket')} in CLOSE_WAIT at ${clock(suspect.moment.snapshot.takenAt)}.`,
  );
};

/** Without failures, a small pile in a single snapshot is no news. */
const isUndecided = (contest: EphemeralContest, suspect: Suspect): boolean => {
  const share = contest.capacity === null ? 0 : suspect.moment.closeWait / contest.capacity.ports;
  return contest.victims.length === 0 && contest.isExhausted !== true && stuckDoubt(contest, suspect).length > 0 && share < SLOW_SHARE;
};

/** Failures while half the range is free are another's doing, unless the pile grew so fast that it was full by then. */
const isFarFromFull = (contest: EphemeralContest, suspect: Suspect): boolean => {
  const { victims, isExhausted, capacity, use } = contest;
  if (victims.length === 0 || isExhausted !== false || capacity === null || use === null || use.used >= SLOW_SHARE * capacity.ports)
    return false;
  const lastFailure = victims.reduce((last, { lastAt }) => (lastAt > last ? lastAt : last), '');
  const ahead = forecast([Date.parse(suspect.moment.snapshot.takenAt), use.used], growthOf(untilFull(contest, suspect)), capacity.ports);
  return suspect.vanished === null && (ahead === null || ahead.earliest > lastFailure);
};

/** A range that is full is judged by who would free most of it; one that is not, by the largest leak. */
export const judgeClientLeak = (contest: EphemeralContest): Verdict => {
  const [largest] = contest.suspects;
  const isOpen = contest.open !== null;
  const suspect = contest.isExhausted === true ? largest : contest.suspects.find((candidate) => isLeak(candidate, isOpen));
  if (largest === undefined) return clear('No program holds client connections in CLOSE_WAIT.');
  if (suspect === undefined) return notALeak(largest);
  if (!isLeak(suspect, isOpen) && !isSlowToClose(contest, suspect)) return notALeak(suspect);
  if (isFarFromFull(contest, suspect))
    return clear(`${portsSentence(contest)} That is far from full, so ${suspectName(suspect)} did not stop the calls that failed.`);
  if (!isOpen && isUndecided(contest, suspect)) {
    return clear(
      `${count(suspect.moment.closeWait, 'CLOSE_WAIT socket')} of ${suspectName(suspect)} in one snapshot may be about to be closed.`,
    );
  }
  return judge(contest, suspect);
};
